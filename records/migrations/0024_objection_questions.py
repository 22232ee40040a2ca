"""The sender's question "what became of my objection?": there is no scope, so a definer function answers it (docs/adr/0002)."""

from django.db import migrations, models

CREATE = """
CREATE OR REPLACE FUNCTION objection_status(code text)
  RETURNS TABLE (title text, issuer text, received_at timestamptz, answered_at timestamptz, answer text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.title::text, c.issuer::text, o.received_at, o.answered_at, o.answer
    FROM records_publicobjection o JOIN records_publishedcopy c ON c.publication_id = o.publication_id
   WHERE o.receipt = code ORDER BY c.id DESC LIMIT 1 $$;
REVOKE ALL ON FUNCTION objection_status(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION objection_status(text) TO web, sys;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0023_seal_way_words")]

    operations = [
        migrations.AddIndex(
            model_name="publicobjection", index=models.Index(fields=["receipt"], name="objection_receipt")
        ),
        migrations.RunSQL(CREATE, "DROP FUNCTION IF EXISTS objection_status(text)"),
    ]

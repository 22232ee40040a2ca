"""The public's question "is this paper genuine?": there is no scope, so a definer function answers it (docs/adr/0002)."""

from django.db import migrations

CREATE = """
CREATE OR REPLACE FUNCTION verify_document(asked text)
  RETURNS TABLE (issuer text, number text, dated date, is_void boolean, sha256 text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.name::text, d.number::text, (d.approved_at AT TIME ZONE 'Asia/Shanghai')::date, d.state = 'void', d.file::text
    FROM records_document d JOIN accounts_organization o ON o.id = d.author_org_id
   WHERE d.token = asked AND d.issued_at IS NOT NULL $$;
REVOKE ALL ON FUNCTION verify_document(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION verify_document(text) TO web, sys;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION IF EXISTS verify_document(text)")]

"""An objection comes from somebody without a scope: a definer function takes it, and only for a notice that is on show."""

from django.db import migrations

CREATE = """
CREATE OR REPLACE FUNCTION lodge_objection(asked bigint, code text, who text, reach text, said text) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO records_publicobjection (owner_code, publication_id, receipt, name, contact, text, received_at, answer, answered_as)
  SELECT c.owner_code, c.publication_id, code, left(who, 60), left(reach, 100), left(said, 2000), now(), '', ''
    FROM records_publishedcopy c
   WHERE c.id = asked AND c.kind = 'notice' AND c.withdrawn_at IS NULL
     AND c.shows_from <= local_today() AND c.shows_until >= local_today();
  RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION lodge_objection(bigint, text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lodge_objection(bigint, text, text, text, text) TO web, sys;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0010_publications")]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION IF EXISTS lodge_objection(bigint, text, text, text, text)")
    ]

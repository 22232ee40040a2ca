"""The sender's question "what became of my complaint?" and the schools to choose from: there is no scope, so definer
functions answer them (docs/adr/0002)."""

from django.db import migrations

CREATE = """
CREATE OR REPLACE FUNCTION complaint_status(asked text, hashed text)
  RETURNS TABLE (state text, received_at timestamptz, accepted_at timestamptz, finish_by date, answer text,
                 finished_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM (
    SELECT c.state::text, c.received_at, c.accepted_at,
           (SELECT ((d.due_at - interval '1 second') AT TIME ZONE 'Asia/Shanghai')::date FROM records_deadline d
             WHERE d.root_kind = 'inspections.complaint' AND d.root_id = c.id AND d.act = 'complaint.finish'
               AND d.cancelled_at IS NULL ORDER BY d.id DESC LIMIT 1),
           CASE WHEN c.state IN ('finished', 'declined', 'transferred') THEN c.answer ELSE '' END, c.finished_at
      FROM inspections_complaint c
     WHERE c.number = asked AND c.code_hash = hashed
     -- Handed up under the same number: the office that has it now answers.
     ORDER BY (c.state = 'transferred'), c.id DESC LIMIT 1) register
  UNION ALL
  SELECT 'waiting', i.received_at, NULL, NULL, '', NULL FROM inspections_complaintintake i
   WHERE i.number = asked AND i.code_hash = hashed AND i.consumed_at IS NULL $$;
CREATE OR REPLACE FUNCTION complaint_units(managed_by int, only_one bigint)
  RETURNS TABLE (id bigint, name text, division_code int)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id, o.name::text, o.division_id::int FROM accounts_organization o
   WHERE o.kind = 'school' AND o.closed_on IS NULL
     AND (o.division_id = managed_by OR (managed_by IS NULL AND o.id = only_one))
   ORDER BY o.sort_key, o.name, o.id LIMIT 3000 $$;
CREATE OR REPLACE FUNCTION complaint_places() RETURNS TABLE (code int, name text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.code::int, d.name::text FROM accounts_division d
   WHERE EXISTS (SELECT 1 FROM accounts_organization o WHERE o.kind = 'office' AND o.closed_on IS NULL
                    AND o.division_id = d.code) ORDER BY d.code $$;
REVOKE ALL ON FUNCTION complaint_status(text, text), complaint_units(int, bigint), complaint_places() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION complaint_status(text, text), complaint_units(int, bigint), complaint_places() TO web, sys;
"""
DROP = """DROP FUNCTION IF EXISTS complaint_status(text, text); DROP FUNCTION IF EXISTS complaint_units(int, bigint);
DROP FUNCTION IF EXISTS complaint_places()"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0005_complaints")]

    operations = [migrations.RunSQL(CREATE, DROP)]

"""The page behind the QR code also says by which number a paper was replaced."""

from django.db import migrations

HEAD = "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$"
GRANT = """REVOKE ALL ON FUNCTION verify_document(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION verify_document(text) TO web, sys;"""
NOW = f"""
DROP FUNCTION IF EXISTS verify_document(text);
CREATE FUNCTION verify_document(asked text)
  RETURNS TABLE (issuer text, number text, dated date, state text, replaced_by text, sha256 text)
  {HEAD}
  SELECT o.name::text, d.number::text, (d.approved_at AT TIME ZONE 'Asia/Shanghai')::date,
         CASE WHEN d.state IN ('void', 'replaced') THEN d.state ELSE 'valid' END::text,
         coalesce((SELECT n.number FROM records_document n WHERE n.replaces_id = d.id AND n.issued_at IS NOT NULL
                    AND n.state <> 'void' ORDER BY n.id DESC LIMIT 1), '')::text,
         d.sealed_file::text
    FROM records_document d JOIN accounts_organization o ON o.id = d.author_org_id
   WHERE d.token = asked AND d.issued_at IS NOT NULL $$;
{GRANT}"""
BEFORE = f"""
DROP FUNCTION IF EXISTS verify_document(text);
CREATE FUNCTION verify_document(asked text)
  RETURNS TABLE (issuer text, number text, dated date, is_void boolean, sha256 text)
  {HEAD}
  SELECT o.name::text, d.number::text, (d.approved_at AT TIME ZONE 'Asia/Shanghai')::date,
         d.state IN ('void', 'replaced'), d.sealed_file::text
    FROM records_document d JOIN accounts_organization o ON o.id = d.author_org_id
   WHERE d.token = asked AND d.issued_at IS NOT NULL $$;
{GRANT}"""


class Migration(migrations.Migration):
    dependencies = [("records", "0017_document_life")]

    operations = [migrations.RunSQL(NOW, BEFORE)]

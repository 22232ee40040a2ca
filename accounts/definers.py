"""SQL of the functions by which a printed invitation is claimed. They run as the owner, because whoever claims has no
account and so no scope.

The other way, a system scope opened by the web process, would let that request write any membership of the division.
These functions can do one thing each: count a try, and turn one invitation into one membership of the unit that stands
in its row, with the role that follows from the unit's kind. Neither takes a unit or a role from the caller. A slip of a
person gives no membership at all.
"""

from __future__ import annotations

# Which invitation does a typed code open? All rows of the mark are locked first, so that a thousand guesses sent at
# once are counted one after the other. Wrong number, wrong code and too many tries are one answer: no row.
TRY = """CREATE OR REPLACE FUNCTION try_invitation(wanted text, answer text, typed_phone text, most int)
RETURNS TABLE (invitation_id bigint, outcome text, unit_name text, office_name text, contact_name text, person_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE hit accounts_invitation%ROWTYPE;
BEGIN
  PERFORM 1 FROM accounts_invitation i WHERE i.mark = wanted ORDER BY i.id FOR UPDATE;
  SELECT i.* INTO hit FROM accounts_invitation i
   WHERE i.mark = wanted AND i.digest = answer AND i.failures < most AND (i.phone = '' OR i.phone = typed_phone)
   ORDER BY i.id DESC LIMIT 1;
  IF NOT FOUND THEN
    UPDATE accounts_invitation i SET failures = i.failures + 1
     WHERE i.mark = wanted AND i.claimed_at IS NULL AND i.revoked_at IS NULL AND i.failures < most;
    RETURN;
  END IF;
  RETURN QUERY SELECT hit.id, invitation_outcome(hit), o.name::text, coalesce(f.name, '')::text, hit.contact_name::text, hit.person_id
    FROM accounts_organization o
    LEFT JOIN accounts_organization f ON f.division_id = o.division_id AND f.kind = 'office' AND f.closed_on IS NULL
   WHERE o.id = hit.organization_id;
END $$"""

OUTCOME = """CREATE OR REPLACE FUNCTION invitation_outcome(hit accounts_invitation) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN hit.claimed_at IS NOT NULL THEN 'claimed' WHEN hit.revoked_at IS NOT NULL THEN 'revoked'
              WHEN hit.valid_until < local_today() THEN 'expired'
              WHEN hit.person_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts_user u
                WHERE u.id = hit.person_id AND u.is_active AND u.password LIKE '!%') THEN 'revoked' ELSE 'open' END $$"""

# The claim itself: the row is locked and everything looked at again. Answers 'done', or why not.
CLAIM = """CREATE OR REPLACE FUNCTION claim_invitation(wanted bigint, answer text, typed_phone text, person bigint, most int)
RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE hit accounts_invitation%ROWTYPE; unit accounts_organization%ROWTYPE; given text;
BEGIN
  SELECT i.* INTO hit FROM accounts_invitation i WHERE i.id = wanted AND i.digest = answer AND i.failures < most
     AND (i.phone = '' OR i.phone = typed_phone) FOR UPDATE;
  IF NOT FOUND THEN RETURN 'unknown'; END IF;
  IF hit.claimed_by_id = person THEN RETURN 'done'; END IF;
  IF invitation_outcome(hit) <> 'open' THEN RETURN invitation_outcome(hit); END IF;
  IF hit.person_id IS NOT NULL THEN
    -- His identities were given already; whoever claims sets the first password, in the same transaction.
    IF hit.person_id <> person THEN RETURN 'unknown'; END IF;
    UPDATE accounts_invitation i SET claimed_at = now(), claimed_by_id = person WHERE i.id = hit.id;
    RETURN 'done';
  END IF;
  SELECT o.* INTO unit FROM accounts_organization o WHERE o.id = hit.organization_id;
  given := CASE unit.kind WHEN 'school' THEN 'unit_contact' WHEN 'government' THEN 'unit_contact'
                          WHEN 'department' THEN 'department_contact' END;
  IF given IS NULL OR unit.closed_on <= local_today() THEN RETURN 'revoked'; END IF;
  IF NOT EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = person AND u.is_active) THEN RETURN 'unknown'; END IF;
  IF EXISTS (SELECT 1 FROM standings(person) s WHERE s.role IN ('system_admin', 'security_admin', 'audit_admin')) THEN
    RETURN 'administrator';
  END IF;
  IF hit.replaces_id IS NOT NULL THEN
    IF EXISTS (SELECT 1 FROM accounts_membership m WHERE m.id = hit.replaces_id AND m.user_id = person) THEN
      RETURN 'himself';
    END IF;
    -- The predecessor is out at once, not at midnight.
    UPDATE accounts_membership m SET valid_until = greatest(local_today() - 1, m.valid_from)
     WHERE m.id = hit.replaces_id AND (m.valid_until IS NULL OR m.valid_until >= local_today());
  END IF;
  IF NOT EXISTS (SELECT 1 FROM accounts_membership m WHERE m.user_id = person AND m.organization_id = unit.id
                 AND m.role = given AND m.valid_from <= local_today()
                 AND (m.valid_until IS NULL OR m.valid_until >= local_today())) THEN
    INSERT INTO accounts_membership (user_id, organization_id, division_code, role, title, valid_from)
    VALUES (person, unit.id, unit.division_id, given, '联系人', local_today());
  END IF;
  UPDATE accounts_invitation i SET claimed_at = now(), claimed_by_id = person WHERE i.id = hit.id;
  RETURN 'done';
END $$"""

# What try_invitation returns may have grown.
CLAIMING = [OUTCOME, "DROP FUNCTION IF EXISTS try_invitation(text, text, text, int)", TRY, CLAIM]

# Who comes with a token? Looked up before there is a scope, in one statement; `outcome` says why a known token opens
# nothing. The last use is noted at most every five minutes, and not at all where somebody else is just noting it.
BEARER = """CREATE OR REPLACE FUNCTION token_bearer(wanted text) RETURNS TABLE (token_id bigint, outcome text,
  scopes text[], proved boolean, roles text[], user_id bigint, full_name text, membership_id bigint, role text,
  organization_id bigint, organization_name text, organization_kind text, division_code int, is_steward boolean,
  lent jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE hit accounts_apitoken%ROWTYPE; person accounts_user%ROWTYPE; said text;
BEGIN
  SELECT t.* INTO hit FROM accounts_apitoken t WHERE t.digest = wanted;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT u.* INTO person FROM accounts_user u WHERE u.id = hit.user_id;
  said := CASE WHEN hit.revoked_at IS NOT NULL THEN 'revoked' WHEN hit.expires_at <= now() THEN 'expired'
               WHEN md5(person.password) <> hit.password_mark OR person.password_is_initial THEN 'password'
               ELSE 'open' END;
  IF said = 'open' AND coalesce(hit.last_used_at < now() - interval '5 minutes', true) THEN
    UPDATE accounts_apitoken t SET last_used_at = now()
     WHERE t.id = (SELECT l.id FROM accounts_apitoken l WHERE l.id = hit.id FOR UPDATE SKIP LOCKED);
  END IF;
  RETURN QUERY SELECT hit.id, CASE WHEN said = 'open' AND i.membership_id IS NULL THEN 'gone' ELSE said END,
      hit.scopes::text[], hit.proved, (SELECT array_agg(a.role) FROM identities(hit.user_id) a), hit.user_id,
      coalesce(nullif(person.full_name, ''), person.username)::text, i.membership_id, i.role, i.organization_id,
      i.organization_name, i.organization_kind, i.division_code, i.is_steward, delegated(i.membership_id)
    FROM (SELECT 1) one LEFT JOIN identities(hit.user_id) i ON i.membership_id = hit.membership_id;
END $$"""

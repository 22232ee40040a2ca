"""What follows from an office's tickets, problems and visits, set by set: papers, receipts, parties, measures, reports,
verifications, moves. One INSERT … SELECT each, of the rows between two ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.demo.scale import words
from portal.demo.scale.copying import run
from portal.demo.scale.register import Book
from portal.demo.scale.work import Bases


@dataclass(frozen=True)
class Paper:
    """The one stored file that all papers show, and what it is like: bytes are content-addressed, so it is there once."""

    sha256: str
    size: int
    pages: int


def array(texts: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"


def pick(texts: tuple[str, ...], key: str) -> str:
    """SQL: one of the texts, by a number of the row."""
    return f"({array(texts)})[1 + mod(abs(hashint8({key})), {len(texts)})]"


CONTENT = """jsonb_build_object('issuer_mark', %(office)s || '文件', 'recipient', unit.name, 'signature', %(office)s,
    'printed_by', %(office)s, 'copies_to', '', 'paragraphs', jsonb_build_array(
      jsonb_build_object('text', '经督导，发现你校存在以下问题，现将问题及整改要求通知如下。', 'level', 0),
      jsonb_build_object('text', '一、主要问题', 'level', 1), jsonb_build_object('text', found.title || '。', 'level', 0),
      jsonb_build_object('text', '二、整改要求', 'level', 1), jsonb_build_object('text', replace(found.demand, E'\\n', ''), 'level', 0)))"""

# A paper is approved, sealed, issued and served within the day; one that waits for approval has no number.
DOCUMENTS = f"""
INSERT INTO records_document (id, owner_code, author_org_id, subject_code, subject_org_id, filed_at, served_at, created_at, created_by_id,
  kind_of, title, content, publicity, about_kind, about_id, state, drafted_by_id, checked_as, countersign_in_order, series, year,
  sequence, number, approved_at, approved_by_id, approved_as, recorded_as, file, file_size, pages, rendered_at, render_error, seal_way,
  sealed_file, sealed_size, sealed_at, sealed_as, seal_error, issued_at, issued_by_id, serve_when_ready, token)
SELECT found.id, found.owner_code, found.author_org_id, found.subject_code, found.subject_org_id, found.drafted, found.served_at,
  found.drafted, %(staff)s, found.kind, left(found.label || unit.name || '“' || found.title || '”问题的' || found.word, 200),
  {CONTENT}, 'on_request', found.about, found.about_id,
  CASE WHEN found.out THEN 'served' ELSE 'submitted' END, %(staff)s, '', false,
  CASE WHEN found.out THEN %(short)s || found.code ELSE '' END, CASE WHEN found.out THEN found.year END,
  CASE WHEN found.out THEN found.sequence END,
  CASE WHEN found.out THEN %(short)s || found.code || '〔' || found.year || '〕' || found.sequence || '号' ELSE '' END,
  CASE WHEN found.out THEN found.served_at - interval '90 minutes' END, CASE WHEN found.out THEN %(head)s END,
  CASE WHEN found.out THEN %(office)s || ' 督导办负责人' ELSE '' END, '',
  CASE WHEN found.out THEN %(file)s ELSE '' END, CASE WHEN found.out THEN %(size)s END, CASE WHEN found.out THEN %(pages)s END,
  CASE WHEN found.out THEN found.served_at - interval '85 minutes' END, '', CASE WHEN found.out THEN 'signature' ELSE '' END,
  CASE WHEN found.out THEN %(file)s ELSE '' END, CASE WHEN found.out THEN %(size)s END,
  CASE WHEN found.out THEN found.served_at - interval '80 minutes' END, '', '',
  CASE WHEN found.out THEN found.served_at END, CASE WHEN found.out THEN %(staff)s END, true, md5(%(seed)s || '/document/' || found.id)
FROM (
  SELECT t.id, t.owner_code, t.author_org_id, t.subject_code, t.subject_org_id, t.served_at, t.title, t.demand, t.served_at IS NOT NULL AS out,
    t.created_at + interval '1 hour' AS drafted, 'rectification_notice' AS kind, '关于' AS label, '整改通知书' AS word, '政教督改' AS code,
    'rectification.ticket' AS about, t.id AS about_id, extract(year FROM t.served_at AT TIME ZONE 'Asia/Shanghai')::int AS year,
    row_number() OVER (PARTITION BY extract(year FROM t.served_at AT TIME ZONE 'Asia/Shanghai') ORDER BY t.served_at, t.id) AS sequence
  FROM rectification_ticket t WHERE t.id > %(lo)s AND t.id <= %(hi)s AND t.notice_id IS NOT NULL
  UNION ALL
  SELECT o.document_id, o.owner_code, o.author_org_id, o.subject_code, o.subject_org_id, o.served_at, t.title, t.demand, true,
    o.created_at, 'supervisory_order', '关于限期整改', '督办单', '政教督办', 'rectification.supervisoryorder', o.id,
    extract(year FROM o.served_at AT TIME ZONE 'Asia/Shanghai')::int,
    row_number() OVER (PARTITION BY extract(year FROM o.served_at AT TIME ZONE 'Asia/Shanghai') ORDER BY o.served_at, o.id)
  FROM rectification_supervisoryorder o JOIN rectification_ticket t ON t.id = o.ticket_id WHERE o.id > %(lo)s AND o.id <= %(hi)s
) found JOIN accounts_organization unit ON unit.id = found.subject_org_id"""

COUNTERS = """
INSERT INTO records_numbercounter (owner_code, series, year, last)
SELECT owner_code, series, year, max(sequence) FROM records_document
 WHERE owner_code = %(code)s AND sequence IS NOT NULL GROUP BY 1, 2, 3
UNION ALL
SELECT owner_code, '整改单', split_part(number, '-', 2)::int, count(*) FROM rectification_ticket
 WHERE owner_code = %(code)s GROUP BY 1, 2, 3"""

_SERVICE = """carrier, deem_provisional, deem_rule, note, received_as, received_by, recorded_as, refusal, second_witness, second_witness_of,
  server, tracking, void_reason, voided_as, witness, witness_of"""
SERVICES = f"""
INSERT INTO records_service (document_id, owner_code, recipient_id, kind, sent_at, received_at, signed_at, signed_by_id, signed_as, {_SERVICE})
SELECT found.document, found.owner_code, found.unit, 'signed_for', found.sent, found.signed, found.signed, found.by,
       CASE WHEN found.signed IS NULL THEN '' ELSE u.full_name END,
       '', false, '{{}}'::jsonb, '', '', '', '', '', '', '', '', '', '', '', '', ''
FROM (SELECT t.notice_id AS document, t.owner_code, t.subject_org_id AS unit, t.served_at AS sent, t.signed_at AS signed, t.signed_by_id AS by
        FROM rectification_ticket t WHERE t.id > %(lo)s AND t.id <= %(hi)s AND t.served_at IS NOT NULL
      UNION ALL
      SELECT o.document_id, o.owner_code, o.subject_org_id, o.served_at, o.served_at + interval '20 hours', t.signed_by_id
        FROM rectification_supervisoryorder o JOIN rectification_ticket t ON t.id = o.ticket_id
       WHERE o.id > %(lo)s AND o.id <= %(hi)s AND o.served_at + interval '20 hours' < %(now)s) found
LEFT JOIN accounts_user u ON u.id = found.by"""

_DEPARTMENT = "(root_id, owner_code, organization_id, role, valid_from)"
PARTIES = (
    f"""INSERT INTO rectification_ticketparty {_DEPARTMENT}
SELECT id, owner_code, department_id, 'department', (served_at AT TIME ZONE 'Asia/Shanghai')::date FROM rectification_ticket
WHERE id > %(lo)s AND id <= %(hi)s AND served_at IS NOT NULL""",
    f"""INSERT INTO rectification_problemparty {_DEPARTMENT}
SELECT p.id, p.owner_code, t.department_id, 'department', (t.served_at AT TIME ZONE 'Asia/Shanghai')::date FROM rectification_problem p
JOIN rectification_ticket t ON t.id = p.ticket_id WHERE p.id > %(plo)s AND p.id <= %(phi)s AND t.served_at IS NOT NULL""",
    f"""INSERT INTO rectification_orderparty {_DEPARTMENT}
SELECT o.id, o.owner_code, t.department_id, 'department', (o.served_at AT TIME ZONE 'Asia/Shanghai')::date
FROM rectification_supervisoryorder o JOIN rectification_ticket t ON t.id = o.ticket_id WHERE o.id > %(lo)s AND o.id <= %(hi)s""",
    f"""INSERT INTO records_documentparty {_DEPARTMENT}
SELECT t.notice_id, t.owner_code, t.department_id, 'copied', (t.served_at AT TIME ZONE 'Asia/Shanghai')::date FROM rectification_ticket t
WHERE t.id > %(lo)s AND t.id <= %(hi)s AND t.served_at IS NOT NULL""",
)

MEASURES = f"""
INSERT INTO rectification_measure (ticket_id, position, text, owner_name, planned_on, done_on, written_by_id, written_at)
SELECT t.id, n, {pick(words.MEASURES, "t.id * 3 + n")}, u.full_name, (t.signed_at + interval '12 days')::date,
       (t.answered_at - interval '1 day')::date, t.signed_by_id, t.signed_at + interval '1 day'
FROM rectification_ticket t JOIN accounts_user u ON u.id = t.signed_by_id CROSS JOIN generate_series(0, 1) n
WHERE t.id > %(lo)s AND t.id <= %(hi)s AND t.signed_at + interval '1 day' < %(now)s"""

REPORTS = f"""
INSERT INTO rectification_rectificationreport (id, ticket_id, n, text, submitted_at, submitted_by_id, submitted_as)
SELECT t.id, t.id, 1, {pick(words.REPORTS, "t.id")}, t.answered_at, t.answered_by_id, o.name || ' 被督导单位联系人'
FROM rectification_ticket t JOIN accounts_organization o ON o.id = t.subject_org_id
WHERE t.id > %(lo)s AND t.id <= %(hi)s AND t.answered_at IS NOT NULL"""

VERIFICATIONS = f"""
INSERT INTO rectification_verification (ticket_id, report_id, method, passed, note, verified_at, verified_by_id, verified_as)
SELECT t.id, t.id, {pick(("paper", "photo", "on_site"), "t.id + 7")}, true, {pick(words.CHECKED, "t.id")}, t.verified_at, t.verified_by_id,
       %(office)s || CASE WHEN t.verified_by_id = %(staff)s THEN ' 督导办工作人员' ELSE ' 督学' END
FROM rectification_ticket t WHERE t.id > %(lo)s AND t.id <= %(hi)s AND t.verified_at IS NOT NULL"""

# (name, label, from, to, column of the moment, SQL of the person)
_TICKET_MOVES = (
    ("open", "拟办整改单", "", "draft", "t.created_at", "t.created_by_id"),
    ("submit", "送签整改通知书", "draft", "approval", "CASE WHEN t.notice_id IS NOT NULL THEN t.created_at + interval '1 hour' END", "t.created_by_id"),
    ("serve", "送达", "approval", "served", "t.served_at", "NULL::bigint"),
    ("sign", "签收", "served", "rectifying", "t.signed_at", "t.signed_by_id"),
    ("report", "报送整改报告", "rectifying", "reported", "t.answered_at", "t.answered_by_id"),
    ("verify", "核查通过", "reported", "verified", "t.verified_at", "t.verified_by_id"),
    ("close", "销号", "verified", "closed", "t.closed_at", "t.closed_by_id"),
    ("withdraw", "撤回", "draft", "withdrawn", "t.withdrawn_at", "t.withdrawn_by_id"),
)  # fmt: skip
_VISIT_MOVES = (
    ("submit", "提交审核", "draft", "submitted", "t.submitted_at", "t.submitted_by_id"),
    ("accept", "审核通过并送达学校", "submitted", "accepted", "t.accepted_at", "t.accepted_by_id"),
)
_PROBLEM_MOVES = (
    ("register", "登记问题", "", "open", "t.created_at", "t.created_by_id"),
    ("rectify", "列入整改", "open", "in_rectification", "CASE WHEN t.ticket_id IS NOT NULL THEN t.created_at + interval '1 day' END", "t.created_by_id"),
)  # fmt: skip
_DOCUMENT_MOVES = (
    ("submit", "送签发", "drafted", "submitted", "t.created_at", "t.created_by_id"),
    ("approve", "签发", "submitted", "approved", "t.approved_at", "t.approved_by_id"),
    ("serve", "送达", "issued", "served", "t.served_at", "NULL::bigint"),
)


def _moves(kind: str, table: str, moves: tuple[tuple[str, ...], ...], lo: str, hi: str) -> str:
    """The moves of a kind of root as rows, in one pass over its table."""
    rows = ", ".join(
        f"('{name}', '{label}', '{source}', '{target}', {at}, {person})"
        for name, label, source, target, at, person in moves
    )
    return f"""
INSERT INTO records_statetransition (root_kind, root_id, name, label, source, target, reason, facts, at, person_id, membership_id,
  person_name, acting_as)
SELECT '{kind}', t.id, m.name, m.label, m.source, m.target, '', '{{}}'::jsonb, m.at, m.person, who.membership,
  coalesce(who.name, '系统'), coalesce(who.label, '督导平台 系统')
FROM {table} t CROSS JOIN LATERAL (VALUES {rows}) m(name, label, source, target, at, person)
LEFT JOIN scale_people who ON who.id = m.person
WHERE t.id > %({lo})s AND t.id <= %({hi})s AND m.at IS NOT NULL AND m.at <= %(now)s"""


MOVES = (
    _moves("rectification.ticket", "rectification_ticket", _TICKET_MOVES, "lo", "hi"),
    _moves("inspections.routinevisit", "inspections_routinevisit", _VISIT_MOVES, "vlo", "vhi"),
    _moves("rectification.problem", "rectification_problem", _PROBLEM_MOVES, "plo", "phi"),
    _moves("records.document", "records_document", _DOCUMENT_MOVES, "lo", "hi"),
)

PEOPLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS scale_people AS
SELECT u.id, min(m.id) AS membership, min(u.full_name) AS name,
       min(o.name || ' ' || CASE m.role WHEN 'inspector' THEN '督学' WHEN 'unit_contact' THEN '被督导单位联系人'
           WHEN 'office_head' THEN '督导办负责人' ELSE '督导办工作人员' END) AS label
FROM accounts_user u JOIN accounts_membership m ON m.user_id = u.id JOIN accounts_organization o ON o.id = m.organization_id
GROUP BY u.id"""

ALL = (DOCUMENTS, SERVICES, *PARTIES, MEASURES, REPORTS, VERIFICATIONS, *MOVES, COUNTERS)


def derive(book: Book, bases: Bases, ends: Bases, paper: Paper, *, seed: int, now: Any) -> int:
    """Write everything that hangs on the office's rows; returns how many rows."""
    params = {
        "lo": bases.ticket, "hi": ends.ticket, "plo": bases.problem, "phi": ends.problem, "vlo": bases.visit, "vhi": ends.visit,
        "code": book.share.code, "office": book.name, "short": book.short, "staff": book.staff, "head": book.head,
        "file": paper.sha256, "size": paper.size, "pages": paper.pages, "seed": str(seed), "now": now,
    }  # fmt: skip
    run(PEOPLE)
    run("ANALYZE scale_people")
    return sum(run(sql, params) for sql in ALL)

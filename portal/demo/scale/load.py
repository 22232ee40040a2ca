"""Loads a scale into an empty database, office by office; the change log's triggers are off while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.hardening import event_models
from portal.demo.scale.circulars import Papers, plan_month
from portal.demo.scale.copying import run
from portal.demo.scale.derived import Paper, derive
from portal.demo.scale.ladder import climb
from portal.demo.scale.log import write_log
from portal.demo.scale.register import Book, Place, Register
from portal.demo.scale.size import DUE_STEPS, TICKETS, Scale, shares
from portal.demo.scale.work import Bases, Work, World
from records import clock, storage
from records.figures.rebuild import rebuild as rebuild_figures
from records.rendering.papers import OfficialPaper, Paragraph
from records.rendering.previews import page_count
from records.search.rebuild import rebuild as rebuild_search
from supervision.models import School

Say = Callable[[str], None]
LETTERS_AN_OFFICE = 2_000


class NotEmpty(Exception):
    """The database holds schools already."""


def load(scale: Scale, *, seed: int, password: str, workers: int = 2, say: Say = print) -> dict[str, int]:
    """Fill the database; returns rows by what they are. Not one transaction: what was broken off must be dropped.

    `workers` 0 loads everything on the connection and in the transaction of the caller.
    """
    if School.objects.exists():
        raise NotEmpty("这个数据库里已经有学校：规模数据只装入空库。")
    timer, today = _Timer(say), clock.today()
    with _log_off():
        with transaction.atomic():
            _sequences_behind_rows()
            books = Register(seed, make_password(password), today).fill(shares(scale, seed))
        timer.say(f"单位、学校、人员：{sum(len(b.schools) for b in books)} 所学校")
        paper, world = _paper(today), World.of(seed)
        done = _offices(books, world, paper, workers)
        timer.say(f"办理的事项：{done} 行")
        steps = climb(round(DUE_STEPS * _part_of(books)), today=today)
        timer.say(f"催办步骤：{steps} 行")
        _sequences_behind_rows()
    _analyze(workers)
    timer.say("统计信息")
    rebuild_figures()
    timer.say("汇总数字")
    entries = rebuild_search()
    timer.say(f"检索条目：{entries} 条")
    tickets = sum(book.share.tickets for book in books)
    return {
        "offices": len(books),
        "schools": sum(len(b.schools) for b in books),
        "tickets": tickets,
        "rows": done,
        "steps": steps,
    }


def _part_of(books: list[Book]) -> float:
    """How much of the province's tickets the scale holds."""
    return sum(b.share.tickets for b in books) / TICKETS


def _offices(books: list[Book], world: World, paper: Paper, workers: int) -> int:
    jobs = list(_jobs(books))
    if not workers:
        return sum(_office(world, paper, *job) for job in jobs)
    jobs.sort(key=lambda job: -job[0].share.visits)  # the long ones first, so that both workers end together
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(lambda job: _alone(world, paper, *job), jobs))


def _jobs(books: list[Book]) -> Iterator[tuple[Book, list[Place], Bases, Bases, int]]:
    """(office, the schools under it, ids before and after its rows, number) in the order of the codes."""
    tickets, problems = sum(b.share.tickets for b in books), sum(_problems(b) for b in books)
    before = Bases(0, 0, 0, tickets + 1, problems + 1)
    for n, book in enumerate(books):
        after = replace(before, visit=before.visit + book.share.visits, problem=before.problem + _problems(book),
                        ticket=before.ticket + book.share.tickets)  # fmt: skip
        code = book.share.code
        under = book.schools or [
            place
            for other in books
            for place in other.schools
            if code % 10_000 == 0 or place.county // 100 == code // 100
        ]
        yield book, under, before, after, n
        before = after


def _problems(book: Book) -> int:
    """As Work draws them: one a ticket, a second in an eighth of them, and as many without a ticket."""
    extra = round(book.share.tickets * 0.125)
    return book.share.tickets + 2 * extra


def _alone(world: World, paper: Paper, book: Book, under: list[Place], before: Bases, after: Bases, n: int) -> int:
    try:
        with transaction.atomic():
            return _office(world, paper, book, under, before, after, n)
    finally:
        connection.close()


def _office(world: World, paper: Paper, book: Book, under: list[Place], before: Bases, after: Bases, n: int) -> int:
    work = Work(world, book, under, before)
    work.draw()
    rows = work.copy()
    rows += derive(book, before, after, paper, seed=world.seed, now=world.now)
    rows += Papers(world, book, 2 * before.tickets_of_all + n * LETTERS_AN_OFFICE, paper).copy(under)
    rows += plan_month(world, book)
    rows += write_log(before, after)
    return rows


def _paper(today: date) -> Paper:
    """One sealed-looking sheet, rendered and stored; every paper of the scale shows it."""
    body = Paragraph("本文件为规模测试数据的样张，所有公文共用这一份存档文件。", 0)
    from records.rendering import official  # heavy, and only here: WeasyPrint

    made = official.render(OfficialPaper(
        issuer_mark="教育督导规模数据文件", number="", title="规模测试样张", recipient="各学校", paragraphs=(body,), attachments=(),
        signature="教育督导规模数据", dated=today, contact_note="", copies_to="", printed_by="教育督导规模数据", printed_on=today, urgency="",
        sealed=True, verify_url="", watermark="样张",
    ))  # fmt: skip
    return Paper(storage.put(made), len(made), page_count(made))


@contextmanager
def _log_off() -> Iterator[None]:
    """The triggers that write the change log, the figures' deltas and the search entries are off: all are filled at once
    from the rows. Those that guard rows stay on."""
    tables = sorted({e._meta.get_field("pgh_obj").related_model._meta.db_table for e in event_models()})  # type: ignore[union-attr]
    _switch(tables, "DISABLE")
    try:
        yield
    except Exception:
        if not connection.in_atomic_block:  # else it is undone with all the rest
            _switch(tables, "ENABLE")
        raise
    _switch(tables, "ENABLE")


def _switch(tables: list[str], how: str) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")  # a table with rows still to be checked cannot be altered
    run("SET CONSTRAINTS ALL DEFERRED")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE c.relname = ANY(%s) AND t.tgname ~ '^(pgtrigger_(insert_insert|update_update|delete_delete)|figures)_' "
            "OR NOT t.tgisinternal AND t.tgname LIKE 'search\\_%%'",
            [tables],
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" {how} TRIGGER "{trigger}"')


def _sequences_behind_rows() -> None:
    """Every identity begins behind the rows that are there: the same database gives the same ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' "
            "AND is_identity = 'YES'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), coalesce(max(id), 0) + 1, false) FROM "{table}" """
            )


def _analyze(workers: int) -> None:
    """Fresh statistics, and visibility maps for index-only scans where no transaction is open."""
    run("VACUUM (ANALYZE)" if workers else "ANALYZE")


class _Timer:
    def __init__(self, say: Say) -> None:
        self._say, self._began = say, time.monotonic()

    def say(self, what: str) -> None:
        self._say(f"{time.monotonic() - self._began:6.0f} s  {what}")

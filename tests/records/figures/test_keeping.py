"""Deltas, roll-up, rebuild and the nightly check: run twice, at once, and in spite of whoever tampers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.db.models import Sum
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope, system_role
from records import clock
from records.figures.rebuild import BUSY, MARK, rebuild, rebuild_when_changed, roll_up
from records.figures.sql import LOCK, fingerprint
from records.figures.tasks import check_figures, roll_up_figures
from records.models import Document, Figure, FigureCheck, FigureDelta, FigureDifference, Notification
from records.models.figures import Level
from rectification.models import Problem
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.roots import make

committed = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.django_db


def problems(n: int, code: int = 530102, **shown: Any) -> list[Any]:
    subject = f.school(code).organization
    return [make(Problem, f.office(code), subject, **({"filed_at": clock.now()} | shown)) for _ in range(n)]


def summed(measure: str = "problems_found", level: int = Level.EXACT) -> int:
    return Figure.objects.filter(measure=measure, level=level).aggregate(n=Sum("n"))["n"] or 0


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


def test_a_roll_up_may_run_twice() -> None:
    with as_owner():
        problems(3)
    assert roll_up_figures() > 0
    assert roll_up_figures() == 0
    with as_owner():
        assert [summed(level=level) for level in Level] == [3, 0, 0]  # nobody above may count what is only filed
        problems(2, served_at=clock.now())
        roll_up()
        assert [summed(level=level) for level in Level] == [5, 2, 2]


def test_what_came_to_nothing_leaves_no_row() -> None:
    with as_owner():
        rows = problems(2)
        roll_up()
        Problem.objects.filter(pk__in=[row.pk for row in rows]).delete()
        roll_up()
        assert not Figure.objects.filter(measure__startswith="problems").exists()


def test_a_change_that_counts_nowhere_writes_nothing() -> None:
    with as_owner():
        (row,) = problems(1)
        waiting = FigureDelta.objects.count()
        Problem.objects.filter(pk=row.pk).update(description="补充说明")
        assert FigureDelta.objects.count() == waiting


def test_a_million_rows_are_one_statement() -> None:
    """However many rows a statement writes, it leaves a delta a key, not a row."""
    with as_owner():
        (row,) = problems(1)
        FigureDelta.objects.all().delete()
        fields = {k: getattr(row, k) for k in ("owner_code", "author_org", "subject_code", "subject_org", "created_at", "filed_at", "title", "found_on")}  # fmt: skip
        Problem.objects.bulk_create([Problem(**fields) for _ in range(500)])
        assert sorted(FigureDelta.objects.values_list("measure", "n")) == [
            ("problems_found", 500),
            ("problems_open", 500),
        ]


def test_a_sight_that_changed_moves_the_figure() -> None:
    """A county's problem is no figure of the prefecture's until it is served."""
    with as_owner():
        rows = problems(2)
        county, above = f.office_actor(530102), f.office_actor(530100)

    def count(actor: Any) -> int:
        with scope(actor):
            waiting = FigureDelta.objects.visible_to(actor).filter(measure="problems_found")
            return waiting.aggregate(n=Sum("n"))["n"] or 0

    assert (count(county), count(above)) == (2, 0)
    with as_owner():
        Problem.objects.filter(pk=rows[0].pk).update(served_at=clock.now())
    assert (count(county), count(above)) == (2, 1)


@pytest.mark.parametrize("lock", ["both", "database", "code"])
@pytest.mark.parametrize("rolled", [False, True])
def test_a_sibling_never_sees_a_figure(lock: str, rolled: bool) -> None:
    with as_owner():
        problems(2, served_at=clock.now())
        people = {
            code: f.office_actor(code) for code in (530102, 530103, 530100, 530300, 530000, 520102, 520000)
        }  # fmt: skip
        others = [f.office_actor(530102, Role.INSPECTOR), f.unit_actor(f.school(530102)),
                  f.actor(f.member(f.department(530102), Role.DEPARTMENT_CONTACT)),
                  *(f.office_actor(530102, role) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN))]  # fmt: skip
        if rolled:
            roll_up()

    def count(actor: Any) -> int:
        model = Figure if rolled else FigureDelta
        with scope(actor):
            rows = model.objects.all() if lock == "database" else model.objects.visible_to(actor)
            rows = rows.filter(measure="problems_found", **({"level": 0} if rolled else {}))
            if lock == "code":
                with as_owner():
                    return rows.aggregate(n=Sum("n"))["n"] or 0
            return rows.aggregate(n=Sum("n"))["n"] or 0

    assert {code: count(actor) for code, actor in people.items()} == {
        530102: 2, 530103: 0, 530100: 2, 530300: 0, 530000: 2, 520102: 0, 520000: 0,
    }  # fmt: skip
    assert [count(actor) for actor in others] == [0] * len(others)


def test_nobody_writes_a_figure_but_the_triggers() -> None:
    with as_owner():
        problems(1)
        roll_up()
        actor = f.office_actor(530102)
    for role in (None, as_system):
        with scope(actor), role() if role else scope(actor):
            for table in ("figure", "figuredelta"):
                assert refused(f"UPDATE records_{table} SET n = 99")
                assert refused(f"DELETE FROM records_{table}")
            assert refused("INSERT INTO records_figuredelta (measure, at, sight, owner_code, subject_code, n) "
                           "VALUES ('visits', now(), 's', 0, 530102, 5)")  # fmt: skip
    for call in ("figures_mend()", "figures_roll_up(5)", "figures_check()", "figures_differences()"):
        assert refused(f"SELECT {call}"), call


def test_a_planted_difference_is_found_told_and_put_right() -> None:
    with as_owner():
        problems(3)
        roll_up()
        admins = {code: f.member(f.office(code), Role.SYSTEM_ADMIN) for code in (530102, 530103, 530000)}
        Figure.objects.filter(measure="problems_found", level=Level.EXACT).update(n=7)
        Figure.objects.filter(measure="problems_open").delete()
        FigureDelta.objects.all().delete()
    assert check_figures() == 2
    with as_owner():
        assert [summed(name) for name in ("problems_found", "problems_open")] == [3, 3]
        wrong = FigureDifference.objects.filter(level=Level.EXACT).values_list("measure", "found", "right")
        assert sorted(wrong) == [("problems_found", 7, 3), ("problems_open", 0, 3)]
        told = set(Notification.objects.filter(title__contains="汇总数核对").values_list("user_id", flat=True))
        assert told == {admins[530102].user_id, admins[530000].user_id}
    page = f.client_for(admins[530102]).get(reverse("records:figure_checks")).content.decode()
    assert "登记问题" in page and "五华区" in page
    elsewhere = f.client_for(admins[530103]).get(reverse("records:figure_checks")).content.decode()
    assert "登记问题" not in elsewhere and "全部相符" in elsewhere


def test_a_night_without_differences_tells_nobody() -> None:
    with as_owner():
        problems(2)
        f.member(f.office(530102), Role.SYSTEM_ADMIN)
    assert check_figures() == 0  # what waits is no difference
    assert check_figures() == 0
    with as_owner():
        assert FigureCheck.objects.count() == 2 and not Notification.objects.exists()


def test_a_rebuild_fills_everything_from_nothing() -> None:
    with as_owner():
        problems(4)
        make(Document, f.office(530102), f.school(530102).organization, filed_at=clock.now())
        before = rows_of()
        Figure.objects.all().delete()
        FigureDelta.objects.all().delete()
        assert rebuild() > 0
        assert rows_of() == before
    call_command("rebuild_figures", quiet=True)
    with as_owner():
        assert rows_of() == before


def rows_of() -> list[Any]:
    """All figures once everything is rolled up."""
    roll_up()
    fields = ("measure", "place_code", "level", "at", "sight", "owner_code", "n")
    return list(Figure.objects.order_by(*fields).values_list(*fields))


def test_what_is_counted_newly_is_counted_at_the_next_migrate() -> None:
    """The mark of what was counted last is the function's comment."""
    with as_owner(), connection.cursor() as cursor:
        problems(2)
        Figure.objects.all().delete()
        FigureDelta.objects.all().delete()
        rebuild_when_changed()
        assert summed() == 0  # nothing has changed in what is counted
        cursor.execute(f"COMMENT ON FUNCTION {MARK} IS 'an older list of measures'")
        rebuild_when_changed()
        assert summed() == 2
        cursor.execute(f"SELECT obj_description('{MARK}'::regprocedure, 'pg_proc')")
        assert cursor.fetchone() == (fingerprint(),)


@committed
def test_writers_and_workers_at_once() -> None:
    """Four writers, two workers that roll up and one that rebuilds: at the end nothing is lost and nothing is double."""
    with as_owner():
        subject, office = f.school(530102).organization, f.office(530102)
    stop = threading.Event()

    def session(work: Any) -> Any:
        try:
            with as_owner():
                return work()
        finally:
            connection.close()

    def write() -> None:
        for _ in range(15):
            with transaction.atomic():
                row = make(Problem, office, subject, filed_at=clock.now())
                Problem.objects.filter(pk=row.pk).update(served_at=clock.now())
            if row.pk % 3 == 0:
                Problem.objects.filter(pk=row.pk).delete()

    def again_and_again(work: Any) -> Any:
        def run() -> None:
            while not stop.is_set():
                with system_role():
                    work()

        return run

    with ThreadPoolExecutor(7) as pool:
        workers = [pool.submit(session, again_and_again(w)) for w in (lambda: roll_up(5), roll_up, rebuild)]
        for job in [pool.submit(session, write) for _ in range(4)]:
            job.result(60)
        stop.set()
        for worker in workers:
            worker.result(60)
    with as_owner():
        assert Problem.objects.count() > 30
        before = rows_of()
        assert summed() == Problem.objects.count()
        assert rebuild() == 0
        assert rows_of() == before


@committed
def test_the_second_worker_leaves_at_once() -> None:
    with as_owner():
        problems(2)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
        with as_system():
            assert roll_up() == BUSY
        other.rollback()
        with as_system():
            assert roll_up() > 0
    finally:
        other.close()

"""The sweep of deadlines, beside one INSERT … SELECT of as many rows on the same tables."""

from __future__ import annotations

from bench.measure import timed
from bench.sql import run
from bench.table import Line, Table

ROUNDS = 3
SWEEP_MOST = 5


def sweep(table: Table) -> None:
    """The whole sweep of the day: steps written, reminders delivered, consequences set going; over one INSERT … SELECT of
    as many rows. On the connection of the background role, rolled back in between."""
    from django.db import connection, transaction

    from accounts.actors import system
    from accounts.scope import scope
    from records import clock
    from records.models import LadderStep
    from records.timing import sweep as ladder

    whole, written_alone, floor, found = [], [], [], 0
    for _ in range(ROUNDS):
        with transaction.atomic():
            floor.append(timed(lambda: _insert_many()))
            transaction.set_rollback(True)
        with transaction.atomic():
            with scope(system()):
                written_alone.append(timed(lambda: ladder.write_steps(clock.today())))
            transaction.set_rollback(True)
        with transaction.atomic():
            whole.append(timed(lambda: ladder.sweep()))
            with scope(system()):
                found = LadderStep.objects.filter(done_on=clock.today()).count()
            transaction.set_rollback(True)
    connection.close()
    _tell(table, floor, written_alone, whole, found)


def _tell(table: Table, floor: list[float], written_alone: list[float], whole: list[float], found: int) -> None:
    base = min(floor)
    note = f"{min(written_alone):.2f} s over {base:.2f} s"
    table.add(
        Line(
            "sweep: steps written by INSERT … SELECT",
            f"{found} steps",
            min(written_alone) / base,
            SWEEP_MOST,
            note=note,
        )
    )
    table.add(
        Line(
            "sweep in whole, with its reminders",
            f"{found} steps",
            min(whole) / base,
            SWEEP_MOST,
            note=f"{min(whole):.2f} s",
        )
    )


def _insert_many() -> int:
    """20,000 steps of the deadlines by one INSERT … SELECT over the same table, by the background role."""
    from accounts.actors import system
    from accounts.scope import scope

    with scope(system()):
        return run("""
        INSERT INTO records_ladderstep (deadline_id, owner_code, rung_id, step, due_on, recipient_org_id, channel, status, note)
        SELECT d.id, d.owner_code, (SELECT min(id) FROM records_ladderrung), 'floor', current_date, d.party_org_id, 'inbox', 'pending', ''
        FROM records_deadline d WHERE d.met_at IS NULL AND d.cancelled_at IS NULL AND d.due_at < now() + interval '10 days'
        ORDER BY d.id LIMIT 20000""")

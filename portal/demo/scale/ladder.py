"""Reminders: those of the past were sent; a given number fell due and waits for the sweep."""

from __future__ import annotations

from typing import Any

from portal.demo.scale.copying import run
from records.timing import sweep

# What the sweep itself writes; of these the latest are taken away again and are what it will find.
KEEP_AS_SENT = """
UPDATE records_ladderstep SET status = 'sent', done_on = due_on, done_at = (due_on + time '08:00') AT TIME ZONE 'Asia/Shanghai'
WHERE status = 'pending'"""
TAKE_AWAY = """
DELETE FROM records_ladderstep WHERE id IN (
  SELECT id FROM records_ladderstep WHERE status = 'pending' ORDER BY due_on DESC, deadline_id DESC, step, recipient_org_id LIMIT %s)"""


def climb(due: int, *, today: Any) -> int:
    """Write the steps of all years; `due` of them are left to the sweep of `today`. Returns how many there were."""
    written = sweep.write_steps(today)
    run(TAKE_AWAY, [due])
    run(KEEP_AS_SENT)
    return written

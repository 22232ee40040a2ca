"""The roll-up each minute and the comparison each night. Both may run twice, and two workers at once."""

from __future__ import annotations

from celery import shared_task

from records.figures import nightly, rebuild
from records.tasks import SystemTask


@shared_task(base=SystemTask)
def roll_up_figures() -> int:
    return rebuild.roll_up()


@shared_task(base=SystemTask)
def check_figures() -> int:
    return nightly.check_and_tell()

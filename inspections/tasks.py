"""Work outside the request. Thin, runs as the system's database role, may run twice."""

from __future__ import annotations

from celery import shared_task

from inspections import intake
from records.tasks import SystemTask


@shared_task(base=SystemTask)
def take_in_complaints() -> int:
    return intake.take_in()

"""The sweep as the scheduler runs it: `manage.py sweep_deadlines`, logged in as `sys`, in two processes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from tests.records.test_sweep import build, day, events, inbox

ROOT = Path(__file__).resolve().parents[2]


def as_the_scheduler() -> dict[str, str]:
    """The environment of a process that logs in as `sys` to this test's database."""
    parts = urlsplit(os.environ["DATABASE_URL_SYS"])
    address = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}


def sweep_in_two_processes(on: date) -> None:
    command = [sys.executable, "manage.py", "sweep_deadlines", "--on", on.isoformat()]
    runs = [
        subprocess.Popen(command, cwd=ROOT, env=as_the_scheduler(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(2)
    ]
    for run in runs:
        said, _ = run.communicate(timeout=120)
        assert run.returncode == 0, said.decode()


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_after_eight_missed_days() -> None:
    """Reminders that were overtaken are skipped, the warning comes once, and its consequence waits for its grace."""
    chase = build()
    sweep_in_two_processes(day(8))
    assert inbox(chase.contact) == ["final"]
    assert events() == 0
    sweep_in_two_processes(day(9))
    assert events() == 0
    sweep_in_two_processes(day(10))
    sweep_in_two_processes(day(10))
    assert inbox(chase.contact) == ["final"]
    assert events() == 1

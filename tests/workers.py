"""Real Celery workers for tests that kill them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from celery import Celery
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from records.models import Job
from tests.conftest import as_owner

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Worker:
    """A worker process with its children, and the queue it reads."""

    process: subprocess.Popen[bytes]
    queue: str

    def give(self, job: Job) -> None:
        """What the commit of a job does where tasks do not run in place."""
        producer = Celery(broker=settings.CELERY_BROKER_URL, set_as_current=False)
        args = (job.pk, job.user_id, job.membership_id)
        producer.send_task("records.tasks.run_job", args, queue=self.queue, ignore_result=True)
        producer.close()

    def kill(self) -> None:
        """As the kernel does when memory runs out: no signal handler, no goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


@contextmanager
def worker() -> Iterator[Worker]:
    """A worker that is up. Tests that use it must have committed what it is to see (transaction=True)."""
    queue = f"test-{uuid4().hex}"
    known = {
        "DJANGO_SETTINGS_MODULE": "tests.worker_settings", "DUDAO_TEST_QUEUE": queue,
        "DUDAO_TEST_DATABASE": str(connection.settings_dict["NAME"]), "DUDAO_TEST_MEDIA": str(settings.MEDIA_ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "1", "-Q", queue, "--loglevel",
               "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat", "-n", queue]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **known}, start_new_session=True)
    found = Worker(process, queue)
    try:
        yield found
    finally:
        if process.poll() is None:
            found.kill()


def until(what: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait until it is so; AssertionError when it does not come."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def fresh(job: Job) -> Job:
    with as_owner():
        return Job.objects.get(pk=job.pk)


def rows_done(job: Job) -> int:
    """How far a running job says it is."""
    return int((cache.get(job.cache_key) or {}).get("done", 0))

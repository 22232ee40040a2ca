"""Jobs that nobody works on any more: said so, and run again when their person wants it.

A worker that is killed leaves its job "running" and its lock unrefreshed; a broker that was away when a job was started
leaves it "waiting" for ever. Both are found every minute.
"""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from accounts.actors import Actor, ActorKind, system
from accounts.scope import scope
from records import clock
from records.jobs import LOCK_SECONDS, holding, is_held, keeps_pieces, queue, tell
from records.models import Job
from records.state import Refusal, Refused

FORGOTTEN = timedelta(minutes=10)  # waiting for longer: the broker may have lost it; a second copy does no harm
NOTHING_KEPT = "处理进程意外中断，任务没有完成，数据没有任何改变。可以再次运行。"
PIECES_KEPT = "处理进程意外中断，任务没有做完；已经做完的部分有效，再次运行会接着做。"


def find_lost() -> int:
    """Say of each job that was cut off that it was, and queue again what the broker forgot. Returns how many were cut off."""
    now = clock.now()
    with scope(system()):
        open_jobs = Job.objects.visible_to(system())
        begun = open_jobs.filter(state=Job.State.RUNNING, started_at__lt=now - timedelta(seconds=LOCK_SECONDS))
        waiting = open_jobs.filter(state=Job.State.WAITING, asked_at__lt=now - FORGOTTEN)
        lost = [job for job in begun.defer("params", "faults") if not is_held(job.pk)]
        for job in waiting.defer("params", "faults"):
            if cache.add(f"job-asked-again:{job.pk}", 1, int(FORGOTTEN.total_seconds())):
                queue(job)
    return sum(_cut_off(job) for job in lost)


def _cut_off(job: Job) -> bool:
    with holding(job.pk) as token:
        if not token:
            return False
        sentence = PIECES_KEPT if keeps_pieces(job.kind) else NOTHING_KEPT
        with scope(Actor(ActorKind.UNIT, user_id=job.user_id)):
            found = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
                state=Job.State.FAILED, finished_at=clock.now(), note=sentence, may_run_again=True
            )
        cache.delete(job.cache_key)
        if found:
            tell(job, "意外中断", sentence)
        return bool(found)


def run_again(job: Job, *, by: Actor) -> None:
    """Queue a failed job once more, with what it was asked for the first time. Refused: another click was first."""
    with transaction.atomic():
        changed = Job.objects.visible_to(by).filter(pk=job.pk, may_run_again=True).update(
            state=Job.State.WAITING, may_run_again=False, runs=F("runs") + 1, asked_at=clock.now(), started_at=None,
            finished_at=None, note="", faults=[], fault_count=0, total=0, done=0, result_url="",
        )  # fmt: skip
        if not changed:
            raise Refused(Refusal("这项任务已经重新排队，或者不需要再次运行。"))
        queue(job)

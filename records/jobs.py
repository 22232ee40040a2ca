"""Long work as the person who asked for it: `@runs` registers it, `start` queues it, the page shows how far it is.

A job may run twice (a worker lost, a broker that sends again): what it does must stand a second run. By default the
whole run is one transaction in the scope of the person's membership, so that it is all or nothing, the job's own end with it;
one that must keep what it has done (`scoped=False`) opens `job.scope()` itself, piece by piece.

Who works on a job holds its lock and keeps it alive; a running job whose lock has lapsed was cut off (records.lost_jobs).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from redis.exceptions import RedisError

from accounts.actors import Actor, ActorKind, system
from accounts.identities import actor_for, identities_of
from accounts.models import User
from accounts.scope import scope
from records import clock
from records.actions.grants import still_open, taken_from
from records.models import Job
from records.notices.notify import deliver
from records.state import Refused

MOST_FAULTS = 1000
DRAWN_ON = "drawn_on"  # of an outsider's job: the roots that were open to him when he asked
SHOWN_EVERY = 0.5  # seconds between two writes of progress
KEPT_SECONDS = 2 * 3600
LOCK_SECONDS = 60
BEAT_SECONDS = 10  # how often a worker says that it is still at it
log = structlog.get_logger(__name__)


class JobFailed(Exception):
    """The work cannot be done, in a sentence for the person: nothing of it is kept."""


class Running:
    """What a job's function works with."""

    def __init__(self, job: Job, actor: Actor) -> None:
        self.row, self.actor, self.params = job, actor, job.params
        self.total = self.done = self.fault_count = 0
        self.faults: list[dict[str, str]] = []
        self.note = self.result_name = self.result_sha256 = self.result_mime = self.result_url = self.back_url = ""
        self.result_size: int | None = None
        self._shown_at = 0.0

    def scope(self) -> AbstractContextManager[None]:
        """The person's scope in a transaction of its own, for jobs that are not one transaction."""
        return scope(self.actor)

    def expect(self, total: int) -> None:
        self.total = total
        self._show(now=True)

    def step(self, n: int = 1) -> None:
        self.done += n
        self._show(now=self.done == self.total)

    def fault(self, *, place: str, value: str = "", cure: str = "") -> None:
        """A line of the honest list: where, what stood there, what to do."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append({"place": place[:120], "value": value[:200], "cure": cure[:300]})

    def result(self, *, name: str, sha256: str, size: int, mime: str = "application/octet-stream") -> None:
        """The file to fetch: bytes that records.storage.put has stored."""
        self.result_name, self.result_sha256, self.result_size, self.result_mime = name[:200], sha256, size, mime

    def leads_to(self, url: str) -> None:
        """The page that shows what came of it."""
        self.result_url = url

    def came_from(self, url: str) -> None:
        """The page where it was begun, to go back to when it cannot be done."""
        self.back_url = url

    def _show(self, *, now: bool = False) -> None:
        if now or time.monotonic() - self._shown_at > SHOWN_EVERY:
            self._shown_at = time.monotonic()
            cache.set(self.row.cache_key, {"done": self.done, "total": self.total}, KEPT_SECONDS)


Work = Callable[[Running], None]
_works: dict[str, tuple[Work, str, bool]] = {}


def runs(kind: str, *, label: str, scoped: bool = True) -> Callable[[Work], Work]:
    """Register the function of a kind of job. It must be imported by its room's tasks.py."""

    def register(work: Work) -> Work:
        _works[kind] = (work, label, scoped)
        return work

    return register


def label_of(kind: str) -> str:
    return _works[kind][1] if kind in _works else kind


def keeps_pieces(kind: str) -> bool:
    """Whether what a run of the kind has done stays when it is cut off."""
    return kind in _works and not _works[kind][2]


def start(kind: str, *, by: Actor, params: dict[str, Any] | None = None, title: str = "") -> Job:
    """Queue the work after the commit. `params`: JSON, ids only."""
    assert by.user_id is not None and by.membership_id is not None  # a person asks, never the scheduler
    if by.kind is ActorKind.OUTSIDER:
        # Its result is his only as long as what it was drawn from; and its line in his inbox names nothing.
        params, title = {**(params or {}), DRAWN_ON: taken_from(by)}, label_of(kind)
    job: Job = Job.objects.create(
        user_id=by.user_id, membership_id=by.membership_id, owner_code=by.division_code, kind=kind,
        title=(title or label_of(kind))[:200], params=params or {}, created_at=clock.now(), asked_at=clock.now(),
    )  # fmt: skip
    queue(job)
    return job


def jobs_of(actor: Actor) -> QuerySet[Job]:
    """The person's jobs whose results are his today: the membership that asked still is one, and what was opened to
    somebody from outside is open still."""
    assert actor.user_id is not None
    valid = [identity.membership_id for identity in identities_of(actor.user_id)]
    jobs = Job.objects.visible_to(actor).filter(membership_id__in=valid)
    drawn = jobs.filter(params__has_key=DRAWN_ON).values_list("pk", "membership_id", "params")
    closed = [
        pk for pk, membership, params in drawn
        if membership != actor.membership_id or not still_open(params[DRAWN_ON], actor)
    ]  # fmt: skip
    return jobs.exclude(pk__in=closed)


def run(job_id: int, user_id: int, membership_id: int) -> bool:
    """Do the work of a queued job. False when another worker is at it; a job that is over stays as it is, and one that
    was begun and is nobody's now was cut off: it is not begun again by itself."""
    owner = Actor(ActorKind.UNIT, user_id=user_id)  # sees his own jobs and nothing else
    with holding(job_id) as token:
        if not token:
            return False
        with scope(owner):
            job = Job.objects.filter(pk=job_id).first()
            if job is None or job.is_over or job.state == Job.State.RUNNING:
                return True
            Job.objects.filter(pk=job_id).update(state=Job.State.RUNNING, started_at=clock.now())
        running, sentence, again = _work(job, user_id, membership_id, token)
        if sentence:
            with scope(owner):
                _record(job, running, sentence, again=again)
        _tell(job, running, sentence)
        return True


@contextmanager
def holding(job_id: int) -> Iterator[str]:
    """The job's lock, kept alive while the block runs; "" when somebody else has it. A killed worker's lapses."""
    key, token, over = _lock_key(job_id), uuid4().hex, Event()
    if not cache.add(key, token, LOCK_SECONDS):
        yield ""
        return

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            with suppress(RedisError):  # the cache is away for a moment
                if not cache.touch(key, LOCK_SECONDS):
                    cache.add(key, token, LOCK_SECONDS)  # it came back empty

    beating = Thread(target=beat, daemon=True, name=f"job-{job_id}")
    beating.start()
    try:
        yield token
    finally:
        over.set()
        beating.join()
        if cache.get(key) == token:
            cache.delete(key)


def is_held(job_id: int) -> bool:
    return cache.get(_lock_key(job_id)) is not None


def _lock_key(job_id: int) -> str:
    return f"job-lock:{job_id}"


def _work(job: Job, user_id: int, membership_id: int, token: str) -> tuple[Running | None, str, bool]:
    """Run the registered function as the membership that asked, and keep that it is done with what it did. Returns what
    it gathered, why it failed ("" if not), and whether trying again may help."""
    identity = next((i for i in identities_of(user_id) if i.membership_id == membership_id), None)
    if identity is None:
        return None, "发起任务时的身份已经失效，任务没有执行。", False
    if job.kind not in _works:
        return None, "系统中没有这类任务，任务没有执行。", False
    with scope(None):
        name = str(User.objects.get(pk=user_id))
    running = Running(job, actor_for(identity, user_id=user_id, display_name=name))
    work, _, scoped = _works[job.kind]
    try:
        with running.scope() if scoped else nullcontext():
            work(running)
            if cache.get(_lock_key(job.pk)) not in (token, None):  # held up for so long that another took it over
                raise JobFailed("处理进程长时间没有响应，任务已由别的进程接手。")
            with running.scope():
                _record(job, running, "")
    except JobFailed as error:
        return running, str(error), False
    except Refused as error:
        return running, str(error.refusal), False
    except Exception as error:  # the person must hear of it, whatever broke
        log.exception("job.failed", job=job.pk, kind=job.kind, error=repr(error))
        return running, "处理时发生意外，任务没有完成。请稍后再次运行；仍然失败请联系管理员，并告知任务编号。", True
    return running, "", False


def _record(job: Job, running: Running | None, sentence: str, *, again: bool = False) -> None:
    facts: dict[str, Any] = {
        "state": Job.State.FAILED if sentence else Job.State.DONE,
        "finished_at": clock.now(),
        "note": sentence,
        "may_run_again": again,
    }
    if running is not None:
        facts |= {"total": running.total, "done": running.done, "faults": running.faults,
                  "fault_count": running.fault_count, "note": sentence or running.note}  # fmt: skip
        if sentence:
            facts["result_url"] = running.back_url
        else:
            facts |= {"result_name": running.result_name, "result": running.result_sha256,
                      "result_size": running.result_size, "result_mime": running.result_mime,
                      "result_url": running.result_url}  # fmt: skip
    Job.objects.filter(pk=job.pk).update(**facts)


def _tell(job: Job, running: Running | None, sentence: str) -> None:
    cache.delete(job.cache_key)
    faults = running.fault_count if running else 0
    tell(job, "未完成" if sentence else f"已完成，{faults}处问题" if faults else "已完成", sentence)


def tell(job: Job, outcome: str, sentence: str = "") -> None:
    """A line in the person's inbox: how the job ended. One for each of its runs."""
    with scope(system()):
        deliver(owner_code=job.owner_code, users=[job.user_id], key=f"job:{job.pk}:{job.runs}",
                title=f"{job.title}：{outcome}", body=sentence, root_kind=job._meta.label_lower, root_id=job.pk)  # fmt: skip


def queue(job: Job) -> None:
    """Hand the job to the workers after the commit. A broker that is away is asked again by records.lost_jobs."""
    args = (job.pk, job.user_id, job.membership_id)
    transaction.on_commit(lambda: current_app.tasks["records.tasks.run_job"].delay(*args), robust=True)

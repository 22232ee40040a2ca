"""A job that nobody works on any more is said to be cut off, has changed nothing, and can be run again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records import clock, jobs
from records.lost_jobs import FORGOTTEN, run_again
from records.models import Job, Notification
from records.state import Refused
from records.tasks import find_lost_jobs
from rectification.models import Problem
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import tenancy
from tests.workers import fresh, rows_done, until, worker

ROWS = 12_000
LATER = timedelta(seconds=jobs.LOCK_SECONDS + 1)


@pytest.fixture
def staff(db: None) -> Any:
    cache.clear()
    with as_owner():
        return f.member(f.office(530102), Role.OFFICE_STAFF)


def started(staff: Any, **facts: Any) -> Job:
    """A job that was begun, as it stands in the table."""
    values = {"state": "running", "started_at": clock.now(), **facts}
    with as_owner():
        return Job.objects.create(
            user=staff.user, membership_id=staff.pk, owner_code=530102, kind="records.export", title="导出问题台账",
            params={"name": "problems", "query": ""}, created_at=clock.now(), **values,
        )  # fmt: skip


def test_a_job_whose_worker_died_is_said_to_be_cut_off_once(staff: Any) -> None:
    job = started(staff)
    assert find_lost_jobs() == 0  # begun just now
    with clock.travel(clock.now() + LATER):
        assert (find_lost_jobs(), find_lost_jobs()) == (1, 0)
    job = fresh(job)
    assert job.state == "failed" and job.may_run_again and "没有任何改变" in job.note
    with as_owner():
        assert [n.title for n in Notification.objects.filter(user_id=staff.user_id)] == ["导出问题台账：意外中断"]


def test_a_job_that_is_worked_on_is_left_alone(staff: Any) -> None:
    job = started(staff)
    with jobs.holding(job.pk) as token, clock.travel(clock.now() + LATER):
        assert token and find_lost_jobs() == 0
    assert fresh(job).state == "running" and not jobs.is_held(job.pk)


def test_the_lock_lives_as_long_as_the_work(staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LOCK_SECONDS", 1)
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.1)
    with jobs.holding(7) as token, jobs.holding(7) as second:
        assert token and second == ""
        cache.clear()  # the cache was started anew
        until(lambda: jobs.is_held(7), seconds=5)
        before = cache.get("job-lock:7")
        assert before == token
    assert not jobs.is_held(7)


def test_a_second_delivery_does_not_begin_a_dead_workers_job(staff: Any) -> None:
    job = started(staff)
    assert jobs.run(job.pk, staff.user_id, staff.pk) is True
    assert fresh(job).state == "running"


def test_the_person_has_it_run_again(staff: Any, django_capture_on_commit_callbacks: Any) -> None:
    job = started(staff)
    with clock.travel(clock.now() + LATER):
        find_lost_jobs()
    client = f.client_for(staff)
    assert "再次运行" in client.get(job.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("records:job_again", args=[job.pk]))
    job = fresh(job)
    assert job.state == "done" and job.result and job.runs == 2 and not job.may_run_again
    client.post(reverse("records:job_again", args=[job.pk]))  # a second click
    assert fresh(job).runs == 2
    with as_owner():
        assert Notification.objects.filter(user_id=staff.user_id).count() == 2  # cut off, and done


def test_nobody_else_runs_it_again(staff: Any) -> None:
    job = started(staff, state="failed", finished_at=clock.now(), may_run_again=True)
    with as_owner():
        other = f.member(f.office(530102), Role.OFFICE_STAFF)
    assert f.client_for(other).post(reverse("records:job_again", args=[job.pk])).status_code == 404
    with scope(f.actor(other)), pytest.raises(Refused):
        run_again(job, by=f.actor(other))


def test_what_the_broker_lost_is_queued_again(staff: Any, django_capture_on_commit_callbacks: Any) -> None:
    job = started(staff, state="waiting", started_at=None)
    find_lost_jobs()
    assert fresh(job).state == "waiting"  # not long enough
    with clock.travel(clock.now() + FORGOTTEN + LATER), django_capture_on_commit_callbacks(execute=True):
        find_lost_jobs()
    assert fresh(job).state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_an_export(staff: Any) -> None:
    """SIGKILL while rows are being written: no file, no result, said so, and the second run is whole."""
    with as_owner():
        office = f.office(530102)
        columns = tenancy(office, f.school(530102).organization, {"filed_at": clock.now()})
        Problem.objects.bulk_create(Problem(title=f"第{n}处", found_on=clock.today(), **columns) for n in range(ROWS))
    job = started(staff, state="waiting", started_at=None, finished_at=None)
    with worker() as first:
        first.give(job)
        until(lambda: 0 < rows_done(job) < ROWS)
        first.kill()
    job = fresh(job)
    assert job.state == "running" and not job.result
    cache.delete(f"job-lock:{job.pk}")  # a minute later
    with clock.travel(clock.now() + LATER):
        assert find_lost_jobs() == 1
    assert fresh(job).may_run_again
    with scope(f.actor(staff)):
        run_again(fresh(job), by=f.actor(staff))
    job = fresh(job)
    assert (job.state, job.done, job.fault_count) == ("done", ROWS, 0) and job.result

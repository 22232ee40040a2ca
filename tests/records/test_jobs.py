"""Long work: as the person who asked, all or nothing, once at a time, and told when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records import jobs
from records.models import AuditEntry, Job, Notification
from records.state import Refusal, Refused
from records.storage import put
from records.tasks import run_job
from supervision.models import School
from tests import factories as f
from tests.conftest import as_owner, as_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def works() -> Iterator[dict[str, Any]]:
    """Jobs of this test's own, taken away after it."""
    before = dict(jobs._works)
    yield jobs._works
    jobs._works.clear()
    jobs._works.update(before)


@pytest.fixture
def staff() -> Any:
    cache.clear()
    with as_owner():
        return f.member(f.office(530102), Role.OFFICE_STAFF)


def start(staff: Any, kind: str = "test.work", **params: Any) -> Job:
    actor = f.actor(staff)
    with scope(actor):
        return jobs.start(kind, by=actor, params=params, title="批量试做")


def done(job: Job, staff: Any) -> Job:
    with as_system():
        jobs.run(job.pk, staff.user_id, staff.pk)
    with as_owner():
        return Job.objects.get(pk=job.pk)


def test_work_runs_in_the_scope_of_the_person(staff: Any, works: Any) -> None:
    seen = []
    with as_owner():
        f.school(530102)
        f.school(530103)

    @jobs.runs("test.work", label="试做")
    def work(job: jobs.Running) -> None:
        seen.extend(School.objects.values_list("organization__division_id", flat=True))
        job.expect(3)
        job.step(3)
        job.fault(place="第2行", value="abc", cure="请写成数字")
        content = b"file"
        job.result(name="结果.txt", sha256=put(content), size=len(content), mime="text/plain")

    job = done(start(staff), staff)
    assert seen == [530102]
    assert (job.state, job.done, job.total, job.fault_count) == ("done", 3, 3, 1)
    client = f.client_for(staff)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "请写成数字" in page and "结果.txt" in page
    assert b"".join(client.get(reverse("records:job_file", args=[job.pk])).streaming_content) == b"file"  # type: ignore[attr-defined]
    with as_owner():
        assert AuditEntry.objects.filter(action="export", object_kind="records.job").count() == 1
        line = Notification.objects.get(user_id=staff.user_id)
    assert "1处问题" in line.title
    assert client.get(reverse("records:inbox_item", args=[line.pk])).url == job.get_absolute_url()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (jobs.JobFailed("表格是空的。"), "表格是空的。"),
        (Refused(Refusal("已经办结。")), "已经办结。"),
        (ZeroDivisionError("x"), "发生意外"),
    ],
)
def test_what_fails_leaves_nothing_behind_and_says_why(staff: Any, works: Any, error: Exception, sentence: str) -> None:
    with as_owner():
        name = f.school(530102).organization.name

    @jobs.runs("test.work", label="试做")
    def work(job: jobs.Running) -> None:
        School.objects.update(head_name="改过")
        raise error

    job = done(start(staff), staff)
    assert job.state == "failed" and sentence in job.note
    with as_owner():
        assert not School.objects.filter(head_name="改过").exists(), name


def test_second_delivery_does_nothing_twice(staff: Any, works: Any) -> None:
    runs = []

    @jobs.runs("test.work", label="试做")
    def work(job: jobs.Running) -> None:
        runs.append(jobs.run(job.row.pk, staff.user_id, staff.pk))  # another worker, while this one is at it

    job = start(staff)
    done(job, staff)
    done(job, staff)
    assert runs == [False]
    with as_owner():
        assert Notification.objects.filter(user_id=staff.user_id).count() == 1


def test_who_lost_the_membership_gets_nothing(staff: Any, works: Any) -> None:
    works["test.work"] = (lambda job: pytest.fail("ran"), "试做", True)
    job = start(staff)
    with as_owner():
        type(staff).objects.filter(pk=staff.pk).update(valid_from="2020-01-01", valid_until="2020-12-31")
    assert "身份已经失效" in done(job, staff).note


def test_progress_is_seen_while_the_work_is_not_committed(staff: Any, works: Any) -> None:
    shown = {}

    @jobs.runs("test.work", label="试做")
    def work(job: jobs.Running) -> None:
        job.expect(4)
        job.step(2)
        cache.set(job.row.cache_key, {"done": 2, "total": 4})
        shown.update(Job.objects.get(pk=job.row.pk).progress)

    done(start(staff), staff)
    assert shown == {"done": 2, "total": 4, "percent": 50, "running": True}


def test_task_hands_on_to_the_work(staff: Any, works: Any) -> None:
    works["test.work"] = (lambda job: job.step(), "试做", True)
    job = start(staff)
    run_job(job.pk, staff.user_id, staff.pk)
    run_job(job.pk, staff.user_id, staff.pk)
    with as_owner():
        assert Job.objects.get(pk=job.pk).done == 1

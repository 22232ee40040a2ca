"""A worker killed in the middle of an import: not one row is there, the job says so, and its second run writes all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from accounts.actors import Role
from accounts.scope import scope
from records import clock, jobs
from records.imports.importers import importer_of
from records.imports.work import WRITE, bring
from records.lost_jobs import find_lost, run_again
from records.models import Import, Job
from supervision.models import School
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.records.imports.books import workbook
from tests.workers import fresh, rows_done, until, worker

ROWS = 6_000
HEADS = ["学校（机构）标识码", "学校全称", "管理区划代码", "学段类别", "举办性质"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_an_import() -> None:
    cache.clear()
    with as_owner():
        staff = f.member(f.office(530102), Role.OFFICE_STAFF)
    actor: Any = f.actor(staff)
    rows = [[f"2153{n:06d}", f"第{n}小学", "530102", "小学", "公办"] for n in range(1, ROWS + 1)]
    importer = importer_of("schools")
    assert importer is not None
    file = ContentFile(workbook([HEADS, *rows]))
    with scope(actor):
        made = bring(importer, by=actor, file=file, name="名册.xlsx")  # checked at once: tasks run in place
    job = _writing(made)
    with worker() as first:
        first.give(job)
        until(lambda: 0 < rows_done(job) < ROWS)
        first.kill()
    with as_owner():
        assert School.objects.count() == 0 and Import.objects.get().written_at is None
    assert fresh(job).state == Job.State.RUNNING
    cache.delete(f"job-lock:{job.pk}")  # a minute later
    with clock.travel(clock.now() + timedelta(seconds=jobs.LOCK_SECONDS + 1)), as_system():
        assert find_lost() == 1
    cut_off = fresh(job)
    assert cut_off.may_run_again and "没有任何改变" in cut_off.note
    with scope(actor):
        run_again(cut_off, by=actor)
    with as_owner():
        assert School.objects.count() == ROWS and Import.objects.get().written_at
    assert fresh(job).state == Job.State.DONE


def _writing(made: Import) -> Job:
    """The job of writing, waiting for a worker instead of run in place."""
    with as_owner():
        made = Import.objects.get(pk=made.pk)
        assert made.counts["new"] == ROWS and not made.fault_count
        job = Job.objects.create(
            user_id=made.user_id, membership_id=made.membership_id, owner_code=made.owner_code, kind=WRITE,
            title="导入表格", params={"import": made.pk}, created_at=clock.now(),
        )  # fmt: skip
        Import.objects.filter(pk=made.pk).update(write_job=job)
    return job

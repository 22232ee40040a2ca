"""Checking and writing a spreadsheet, as jobs of the person who brought it. Checking writes everything and undoes it, so
that what it says is what writing will meet; writing is one transaction."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.db import transaction

from accounts.actors import Actor
from records import clock, jobs
from records.actions.attachments import scan
from records.exports import MIME, Cells, Sheet, write
from records.imports.importers import Fault, Found, Importer, go_through, importer_of
from records.imports.reading import Unreadable
from records.models import Import
from records.state import Refusal, Refused
from records.storage import opened, put, put_file

CHECK, WRITE = "imports.check", "imports.write"
MOST_FAULTS = 20_000  # kept for the list of faults; more are counted
NOT_YOURS = "您当前的身份不能导入这类表格。"


def bring(importer: Importer, *, by: Actor, file: File[bytes], name: str) -> Import:
    """Keep an uploaded file and have it checked. UploadRefused: a virus, or a scanner that does not answer."""
    if not importer.allows(by):
        raise Refused(Refusal(NOT_YOURS))
    scan(file, name)
    assert by.user_id is not None and by.membership_id is not None  # a person brings it
    with transaction.atomic():
        made: Import = Import.objects.create(
            user_id=by.user_id, membership_id=by.membership_id, owner_code=by.division_code, kind=importer.kind,
            name=name[:200], sha256=put_file(file), size=file.size or 0,
        )  # fmt: skip
        made.check_job = jobs.start(CHECK, by=by, params={"import": made.pk}, title=f"检查表格：{made.name}")
        made.save(update_fields=["check_job"])
    return made


def begin_writing(made: Import, *, by: Actor) -> Import:
    """Have a faultless table written. Refused: faults, nothing to write, or another click was first."""
    with transaction.atomic():
        held: Import = Import.objects.visible_to(by).select_for_update(of=("self",)).get(pk=made.pk)
        if held.fault_count or not held.checked_at:
            raise Refused(Refusal("表格还有问题没有改正，请改正后重新上传。"))
        if not held.may_be_written:
            raise Refused(Refusal("这份表格已经导入或正在导入。"))
        held.write_job = jobs.start(WRITE, by=by, params={"import": held.pk}, title=f"导入表格：{held.name}")
        held.save(update_fields=["write_job"])
    return held


def _of(job: jobs.Running) -> tuple[Import, Importer]:
    made = Import.objects.visible_to(job.actor).filter(pk=job.params["import"]).first()
    importer = importer_of(made.kind) if made else None
    if made is None or importer is None or not importer.allows(job.actor):
        raise jobs.JobFailed(NOT_YOURS)
    job.leads_to(made.get_absolute_url())
    job.came_from(made.get_absolute_url())
    return made, importer


class Faults:
    """The first MOST_FAULTS, and how many there were."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.count = 0

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.kept) < MOST_FAULTS:
            self.kept.append(fault)


def _run(job: jobs.Running, made: Import, importer: Importer, faults: Faults) -> Found:
    with opened(made.sha256) as file:
        content = file.read()
    try:
        return go_through(
            importer, content, actor=job.actor, run=made.pk, fault=faults.add, step=job.step, expect=job.expect
        )
    except Unreadable as error:
        raise jobs.JobFailed(str(error)) from error


@jobs.runs(CHECK, label="检查表格")
def check(job: jobs.Running) -> None:
    made, importer = _of(job)
    faults = Faults()
    with transaction.atomic():
        found = _run(job, made, importer, faults)
        transaction.set_rollback(True)
    for fault in faults.kept:
        job.fault(place=fault.place, value=fault.value, cure=fault.cure)
    facts: dict[str, Any] = {
        "checked_at": clock.now(), "counts": dict(found.counts), "fault_count": faults.count, "unknown": list(found.unknown),
    }  # fmt: skip
    Import.objects.visible_to(job.actor).filter(pk=made.pk).update(**facts)
    if faults.count:
        job.fault_count = faults.count
        _give_faults(job, made, faults.kept)


def _give_faults(job: jobs.Running, made: Import, faults: list[Fault]) -> None:
    columns = [Cells("行", lambda f: f.row, 8), Cells("列", lambda f: f.head, 20), Cells("表格中的内容", lambda f: f.value, 30),
               Cells("如何改正", lambda f: f.cure, 60)]  # fmt: skip
    with write(Sheet("需要改正的内容", columns, faults, len(faults), made.name), by=job.actor) as file:
        content = file.read()
    name = f"需要改正的内容-{clock.today():%Y%m%d}.xlsx"
    job.result(name=name, sha256=put(content), size=len(content), mime=MIME)


@jobs.runs(WRITE, label="导入表格")
def write_all(job: jobs.Running) -> None:
    """All or nothing: a row that has become wrong since the check undoes the whole."""
    made, importer = _of(job)
    if made.written_at:
        return
    faults = Faults()
    found = _run(job, made, importer, faults)
    if faults.count:
        first = faults.kept[0]
        raise jobs.JobFailed(f"检查以后情况有了变化，没有导入任何内容。{first.place}：{first.cure}请重新上传检查。")
    facts = {"written_at": clock.now(), "counts": dict(found.counts)}
    Import.objects.visible_to(job.actor).filter(pk=made.pk).update(**facts)

"""A closed ticket becomes a file: catalogue, closing by another person, one PDF, one ZIP, handing over; its office's alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, connection, transaction
from PIL import Image
from pypdf import PdfReader

from accounts.scope import scope
from records import clock, jobs
from records.actions import archive as actions
from records.actions.attachments import UploadRefused, store_upload
from records.archive.catalogue import lines_of
from records.archive.work import EXPORT, bound, prepare, zipped
from records.models import (
    ArchiveFile,
    ArchiveItem,
    ArchiveTransfer,
    Document,
    Job,
    Outbox,
    RetentionRule,
    StateTransition,
)
from records.outbox import consume
from records.state import Refused
from records.storage import opened, path_of, put
from rectification.models import Ticket
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.rectification.conftest import Bench, again, close, consume_all, report, serve, sign, submit, ticket, verify
from tests.roots import archive_file
from tests.world import _pdf


def upload(name: str = "扫描件.pdf", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or _pdf())


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (900, 600), "#88aacc").save(out, "JPEG")
    return out.getvalue()


def evidence(bench: Bench, row: Ticket) -> None:
    """A picture and an Office file handed in with the report."""
    unit = bench.actor("unit")
    book = BytesIO()
    with ZipFile(book, "w") as made:
        made.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                      '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
                      'spreadsheetml.sheet.main+xml"/></Types>')  # fmt: skip
        made.writestr("xl/workbook.xml", "<workbook/>")
    with scope(unit):
        for name, content in (("留样柜.jpg", picture()), ("留样记录.xlsx", book.getvalue())):
            store_upload(SimpleUploadedFile(name, content), root=row, by=unit, part="report:1", filed=True)


@pytest.fixture
def finished(bench: Bench) -> Iterator[Ticket]:
    """A ticket put right and closed, with evidence, whose notice is a real paper."""
    cache.clear()
    row = ticket(bench, state="draft")
    for step in (submit, serve, sign):
        row = step(bench, row)
    evidence(bench, row)
    for step in (report, verify, close):
        row = step(bench, row)
    with as_owner():
        Document.objects.filter(pk=row.notice_id).update(sealed_file=put(_pdf()), sealed_size=len(_pdf()))
    yield again(row)


def opened_file(bench: Bench, row: Ticket, who: str = "staff") -> ArchiveFile:
    actor = bench.actor(who)
    with scope(actor):
        file = actions.open_file(Ticket.objects.visible_to(actor).get(pk=row.pk), by=actor)
    with as_system():
        consume(slow=True)
    consume_all()
    return again(file)  # type: ignore[no-any-return]


def closed_file(bench: Bench, row: Ticket) -> ArchiveFile:
    file, actor = opened_file(bench, row), bench.actor("head")
    with scope(actor):
        return actions.close_file(file, by=actor)


def items(file: ArchiveFile) -> list[ArchiveItem]:
    with as_owner():
        return list(file.items.all())


# --- opening --------------------------------------------------------------------------------------------------------


def test_the_catalogue_drafts_itself(bench: Bench, finished: Ticket) -> None:
    file = opened_file(bench, finished)
    titles = [item.title for item in items(file)]
    assert titles[0].startswith("问题登记表") and "整改通知书" in titles[1] and titles[2].startswith("送达回证")
    for expected in (
        "整改措施表",
        "第1次整改报告",
        "第1次整改报告附件：留样柜.jpg",
        "第1次整改报告附件：留样记录.xlsx",
    ):
        assert expected in titles
    assert titles[-1].endswith("办理过程记录") and any("核查记录" in t for t in titles)
    assert all(item.is_ready for item in items(file))
    assert {item.bound_as for item in items(file)} == {"pages", "picture", "slip"}
    assert (file.year, file.retention, file.state) == (clock.today().year, "30年", "open")
    assert "本地惯例" in file.retention_basis


def test_a_second_click_finds_the_same_file(bench: Bench, finished: Ticket) -> None:
    first = opened_file(bench, finished)
    assert opened_file(bench, finished, "staff2").pk == first.pk
    assert len({item.key for item in items(first)}) == len(items(first))


def test_only_the_finished_and_only_by_its_office(bench: Bench) -> None:
    row, actor = ticket(bench, state="rectifying"), bench.actor("staff")
    with scope(actor), pytest.raises(Refused, match="销号后才能立卷归档"):
        actions.open_file(row, by=actor)
    with as_owner():
        above = f.office_actor(530100)
    with scope(above), pytest.raises(Refused, match="承办的督导办"):
        actions.open_file(row, by=above)
    unit = bench.actor("unit")
    with scope(unit), pytest.raises(Refused, match="无权“立卷”"):
        actions.open_file(row, by=unit)


def test_what_came_since_is_added_and_the_worker_may_run_twice(bench: Bench, finished: Ticket) -> None:
    file, actor = opened_file(bench, finished), bench.actor("staff")
    before = items(file)
    evidence(bench, finished)
    with scope(actor):
        assert actions.refresh(file, finished, by=actor) == 2
        assert actions.refresh(file, finished, by=actor) == 0
        row = Outbox.objects.filter(topic=actions.PREPARE).latest("created_at")
        for _ in range(2):
            prepare(row, actor)
    after = items(file)
    assert [i.sha256 for i in after[: len(before)]] == [i.sha256 for i in before] and len(after) == len(before) + 2


def test_an_offices_own_period_goes_before_the_countrys(bench: Bench, finished: Ticket) -> None:
    with as_owner():
        for code, years in ((530000, 50), (530102, None)):
            RetentionRule.objects.create(
                division_code=code, kind="rectification.ticket", years=years, basis="保管期限表"
            )
    file = opened_file(bench, finished)
    assert (file.retention, file.retention_basis) == ("永久", "保管期限表")


# --- arranging ------------------------------------------------------------------------------------------------------


def test_order_remarks_and_leaving_out(bench: Bench, finished: Ticket) -> None:
    file, actor = opened_file(bench, finished), bench.actor("staff")
    first, second, *rest = items(file)
    with scope(actor):
        actions.arrange(file, by=actor, order={first.pk: 2, second.pk: 1}, remarks={second.pk: "正本"})
        actions.leave_out(file, rest[-1], by=actor, reason="与办理系统重复。")
    now = items(file)
    assert [i.pk for i in now[:2]] == [second.pk, first.pk] and now[0].remarks == "正本"
    assert now[-1].left_out and [i.position for i in now] == list(range(1, len(now) + 1))
    with scope(actor):
        assert StateTransition.objects.of(file).filter(name="leave_out").exists()
        actions.leave_out(file, rest[-1], by=actor, reason="  ")
    assert not items(file)[-1].left_out


def test_a_scanned_paper_is_added_once_and_a_wrong_file_is_refused(bench: Bench, finished: Ticket) -> None:
    file, actor = opened_file(bench, finished), bench.actor("staff")
    facts: dict[str, Any] = {
        "title": "领导批示",
        "responsible": "五华区人民政府",
        "number": "",
        "dated": date(2026, 3, 1),
    }
    with scope(actor):
        added = actions.add_scan(file, upload(), by=actor, **facts)
        with pytest.raises(Refused, match="已经在目录中"):
            actions.add_scan(file, upload(), by=actor, **facts)
        with pytest.raises(UploadRefused):
            actions.add_scan(file, upload("x.pdf", b"MZ\x90 program"), by=actor, **facts)
    assert added.position == len(items(file))


# --- closing --------------------------------------------------------------------------------------------------------


def test_closing_freezes_numbers_and_needs_another_person(bench: Bench, finished: Ticket) -> None:
    file, staff, head = opened_file(bench, finished), bench.actor("staff"), bench.actor("head")
    with scope(staff), pytest.raises(Refused, match="不能是同一人"):
        actions.close_file(file, by=staff)
    with scope(head):
        closed = actions.close_file(file, by=head)
    year = clock.today().year
    assert (closed.number, closed.edition, closed.expires_on) == (f"{year}-30年-0001", 1, date(year + 30, 12, 31))
    pages = [(i.first_page, i.pages) for i in items(closed)]
    assert pages[0][0] == 1 and all(b[0] == a[0] + a[1] for a, b in pairwise(pages))  # type: ignore[operator]
    with scope(staff), pytest.raises(Refused, match="目录已经固定"):
        actions.arrange(closed, by=staff, order={}, remarks={})
    for change in ("UPDATE records_archiveitem SET title = 'x'", "DELETE FROM records_archiveitem"):
        with scope(head), pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            connection.cursor().execute(change)
    with scope(head), pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        ArchiveItem.objects.create(file=closed, key="x", position=99, title="塞入")


def test_an_unfinished_catalogue_does_not_close(bench: Bench, finished: Ticket) -> None:
    actor, head = bench.actor("staff"), bench.actor("head")
    with scope(actor):
        file = actions.open_file(finished, by=actor)
    with scope(head), pytest.raises(Refused, match="正在生成"):
        actions.close_file(file, by=head)
    with as_owner():
        ArchiveItem.objects.filter(file=file).update(left_out=True, left_out_reason="都不要")
    with scope(head), pytest.raises(Refused, match="没有归档的文件"):
        actions.close_file(file, by=head)
    with as_owner():
        assert not again(file).number


def test_opening_again_is_anothers_reasoned_act_kept_in_the_history(bench: Bench, finished: Ticket) -> None:
    file, head, staff = closed_file(bench, finished), bench.actor("head"), bench.actor("staff")
    with scope(head), pytest.raises(Refused, match="不能是同一人"):
        actions.reopen_file(file, by=head, reason="补件")
    with scope(staff):
        with pytest.raises(Refused, match="须写明理由"):
            actions.reopen_file(file, by=staff, reason=" ")
        again_open = actions.reopen_file(file, by=staff, reason="漏收复印件。")
        actions.leave_out(again_open, items(file)[-1], by=staff, reason="重复。")
    with scope(head):
        second = actions.close_file(again_open, by=head)
        trail = list(StateTransition.objects.of(file).filter(name="close"))
    assert (second.number, second.edition) == (file.number, 2)
    assert [t.facts["catalogue"] for t in trail] == [file.catalogue_sha256, second.catalogue_sha256]
    assert file.catalogue_sha256 != second.catalogue_sha256


# --- exporting ------------------------------------------------------------------------------------------------------


def test_bookmarks_are_the_catalogue_and_the_same_file_gives_the_same_bytes(bench: Bench, finished: Ticket) -> None:
    file = closed_file(bench, finished)
    lines = lines_of(items(file))
    with as_owner():
        file = ArchiveFile.objects.select_related("office", "opened_by", "closed_by").get(pk=file.pk)
        with bound(file, lines) as first, bound(file, lines) as second:
            content = first.read()
            assert content == second.read()
        with zipped(file, lines) as first, zipped(file, lines) as second:
            assert first.read() == second.read()
    pdf = PdfReader(BytesIO(content))
    marks = [entry for entry in pdf.outline if not isinstance(entry, list)]
    assert [m.title for m in marks[2:]] == [f"{line.number} {line.title}" for line in lines]
    front = pdf.get_destination_page_number(marks[2])
    for mark, item in zip(marks[2:], items(file), strict=True):
        assert pdf.get_destination_page_number(mark) == front + (item.first_page or 0) - 1
    assert len(pdf.pages) == front + sum(line.pages for line in lines)
    notice = next(n for n, line in enumerate(lines) if line.place.endswith("整改通知书.pdf"))
    original = PdfReader(BytesIO(_pdf()))
    page = pdf.pages[pdf.get_destination_page_number(marks[2 + notice])]
    assert page.get_contents().get_data() == original.pages[0].get_contents().get_data()  # type: ignore[union-attr]
    cover, catalogue = pdf.pages[0].extract_text(), "".join(p.extract_text() for p in pdf.pages[1:front])
    assert file.number in cover and "30年" in cover and lines[1].document_number in catalogue.replace("\n", "")


def test_the_exported_zip_verifies_with_sha256sum(bench: Bench, finished: Ticket, tmp_path: Path) -> None:
    file, staff = closed_file(bench, finished), bench.members["staff"]
    with scope(bench.actor("staff")):
        job = jobs.start(EXPORT, by=bench.actor("staff"), params={"file": file.pk, "what": "zip"}, title="导出案卷")
    with as_system():
        jobs.run(job.pk, staff.user_id, staff.pk)
    with as_owner():
        job = Job.objects.get()
    assert job.state == "done", job.note
    assert job.result_name.startswith(file.number) and job.result_name.endswith(".zip")
    with opened(job.result) as content, ZipFile(content) as archive:
        archive.extractall(tmp_path)
    folder = next(tmp_path.iterdir())
    told = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    assert len(names) == len(items(file)) + 4 and any(n.endswith("留样记录.xlsx") for n in names)


@pytest.mark.parametrize(("forged", "told"), [(b"", "找不到"), (b"forged", "不一致")])
def test_a_damaged_original_stops_the_export_and_says_so(
    bench: Bench, finished: Ticket, forged: bytes, told: str
) -> None:
    file, staff = closed_file(bench, finished), bench.members["staff"]
    path = path_of(next(item.sha256 for item in items(file) if item.name.endswith(".xlsx")))
    default_storage.delete(path)
    if forged:
        default_storage.save(path, ContentFile(forged))
    with scope(bench.actor("staff")):
        job = jobs.start(EXPORT, by=bench.actor("staff"), params={"file": file.pk, "what": "zip"})
    with as_system():
        jobs.run(job.pk, staff.user_id, staff.pk)
    default_storage.delete(path)
    with as_owner():
        job = Job.objects.get()
    assert job.state == "failed" and told in job.note and not job.result


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_a_file_is_its_offices_alone(bench: Bench, finished: Ticket) -> None:
    """Each lock by itself: the office above, the one beside, the unit and the other province see nothing."""
    file = closed_file(bench, finished)
    with as_owner():
        others = [f.office_actor(code) for code in (530100, 530000, 530103, 520102)]
    others += [bench.actor("unit"), bench.actor("department")]
    tables = [
        "records_archivefile",
        "records_archiveitem",
        "records_archivefilechangeevent",
        "records_archiveitemchangeevent",
    ]
    for other in others:
        with scope(other):
            for table in tables[:2]:
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT count(*) FROM {table}")
                    assert cursor.fetchone() == (0,), (other.label, table)
            assert not StateTransition.objects.filter(root_kind="records.archivefile").exists()
        with as_owner():
            assert not ArchiveFile.objects.visible_to(other).exists()
            assert not ArchiveItem.objects.visible_to(other).exists()
    with scope(bench.actor("staff")):
        assert ArchiveFile.objects.visible_to(bench.actor("staff")).get().pk == file.pk


def test_another_office_cannot_plant_a_file(bench: Bench, finished: Ticket) -> None:
    with as_owner():
        beside = f.office_actor(530103)
    with scope(beside), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        ArchiveFile.objects.create(
            owner_code=530102, office_id=beside.organization_id, root_kind="rectification.ticket", root_id=finished.pk,
            title="塞入", year=2026, retention_basis="x", opened_at=clock.now(), opened_by_id=beside.user_id, opened_as="x",
        )  # fmt: skip


# --- handing over and the end of keeping --------------------------------------------------------------------------------


def test_handing_over_is_all_or_nothing_with_the_receipt(bench: Bench, finished: Ticket) -> None:
    file, head = closed_file(bench, finished), bench.actor("head")
    values = {
        "receiver_kind": "archives",
        "receiver": "五华区档案馆",
        "received_by": "李馆员",
        "handed_on": clock.today(),
        "note": "",
    }
    with as_owner():
        open_one = archive_file(bench.office, bench.school.organization)
    with scope(head):
        with pytest.raises(Refused, match="至少选定一卷"):
            actions.hand_over([], by=head, values=values, receipt=upload())
        with pytest.raises(Refused, match="整理中"):
            actions.hand_over([file, open_one], by=head, values=values, receipt=upload())
        assert not ArchiveTransfer.objects.exists() and again(file).state == "closed"
        transfer = actions.hand_over([file], by=head, values=values, receipt=upload())
        assert transfer.files.get().state == "handed_over"
        with pytest.raises(Refused, match="已移交"):
            actions.reopen_file(again(file), by=head, reason="想改")


def test_the_end_of_keeping_is_a_list_and_nothing_is_deleted(bench: Bench, finished: Ticket) -> None:
    file, staff = closed_file(bench, finished), bench.actor("staff")
    with scope(staff):
        assert not ArchiveFile.objects.visible_to(staff).due_for_appraisal().exists()
        assert file.expires_on is not None
        with clock.travel(file.expires_on):
            assert not ArchiveFile.objects.visible_to(staff).due_for_appraisal().exists()
        with clock.travel(file.expires_on + timedelta(days=1)):
            assert ArchiveFile.objects.visible_to(staff).due_for_appraisal().get() == file

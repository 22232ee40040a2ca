"""The archive's pages, as the office's people see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from records.models import ArchiveFile, ArchiveItem, ArchiveTransfer, AuditEntry, Job, RetentionRule
from tests import factories as f
from tests.conftest import as_owner
from tests.rectification.conftest import Bench, again, build
from tests.rectification.test_archives import closed_file, finished, opened_file, upload
from tests.roots import archive_file

__all__ = ["bench", "finished"]


@pytest.fixture
def bench(db: None) -> Any:
    with as_owner():
        return build()


def page(bench: Bench, who: str, name: str, *args: Any, query: str = "") -> str:
    answer = f.client_for(bench.members[who]).get(reverse(f"records:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_waiting_to_file(bench: Bench, finished: Any) -> None:
    client = f.client_for(bench.members["staff"])
    assert "整改单已办结未归档：1件" in client.get("/").content.decode()
    assert finished.title in page(bench, "staff", "archive_waiting")
    answer = client.post(reverse("records:archive_open"), {"root_kind": finished.kind, "root_id": finished.pk})
    with as_owner():
        file = ArchiveFile.objects.get()
    assert answer.headers["Location"] == file.get_absolute_url()
    assert "没有等待立卷的事项" in page(bench, "staff", "archive_waiting")
    shown = page(bench, "staff", "archive_file", file.pk)
    assert "问题登记表" in shown and "正在生成" in shown and "立卷" in shown
    wrong = client.post(reverse("records:archive_open"), {"root_kind": "records.document", "root_id": "9" * 30})
    assert wrong.status_code == 404


def test_arranging_by_the_page(bench: Bench, finished: Any) -> None:
    file = opened_file(bench, finished)
    client = f.client_for(bench.members["staff"])
    with as_owner():
        first, second, *_ = list(file.items.all())
    typed = {
        f"position-{first.pk}": "2",
        f"position-{second.pk}": "1",
        f"remarks-{second.pk}": "正本",
        "position-x": "1",
    }
    client.post(reverse("records:archive_arrange", args=[file.pk]), typed)
    leave = reverse("records:archive_leave_out", args=[file.pk, first.pk])
    client.post(leave, {"reason": " "})
    client.post(leave, {"reason": "重复。"})
    shown = page(bench, "staff", "archive_file", file.pk)
    assert "不归档须写明理由" not in shown and "不归档：重复。" in shown and 'value="正本"' in shown
    assert shown.index(second.title) < shown.index(first.title)
    client.post(leave)
    with as_owner():
        assert not ArchiveItem.objects.get(pk=first.pk).left_out


def test_a_refused_scan_keeps_what_was_typed(bench: Bench, finished: Any) -> None:
    file = opened_file(bench, finished)
    client = f.client_for(bench.members["staff"])
    address = reverse("records:archive_scan", args=[file.pk])
    program = SimpleUploadedFile("批示.pdf", b"MZ\x90\x00 program")
    answer = client.post(address, {"title": "领导批示", "upload": program})
    assert answer.status_code == 422 and 'value="领导批示"' in answer.content.decode()
    assert client.post(address, {"title": "领导批示", "upload": upload()}).status_code == 302
    assert "领导批示" in page(bench, "staff", "archive_file", file.pk)


def test_closing_exporting_and_reading(bench: Bench, finished: Any) -> None:
    file = opened_file(bench, finished)
    own, head = f.client_for(bench.members["staff"]), f.client_for(bench.members["head"])
    move = reverse("records:archive_move", args=[file.pk, "close"])
    assert "不能是同一人" in own.post(move, follow=True).content.decode()
    assert (
        "归档以后才能导出" in own.post(reverse("records:archive_export", args=[file.pk]), follow=True).content.decode()
    )
    head.post(move)
    file = again(file)
    assert file.state == "closed"
    shown = page(bench, "leader", "archive_file", file.pk)
    assert file.number in shown and "合订本" in shown and "保存顺序" not in shown
    answer = own.post(reverse("records:archive_export", args=[file.pk]), {"what": "zip"})
    with as_owner():
        job, item = Job.objects.get(), file.items.first()
        assert AuditEntry.objects.filter(action="export", object_kind="records.archivefile").count() == 1
    assert answer.headers["Location"] == job.get_absolute_url() and job.params == {"file": file.pk, "what": "zip"}
    paper = own.get(reverse("records:archive_item", args=[file.pk, item.pk]))
    assert b"".join(paper.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    with as_owner():
        assert AuditEntry.objects.filter(action="read", object_kind="records.archivefile").count() == 1
    assert item.title in page(bench, "leader", "archive_catalogue", file.pk)
    assert file.title in page(
        bench, "staff", "archive_list", query=f"?year={file.year}&kind=rectification.ticket&retention=30&state=closed"
    )
    assert "没有符合条件的案卷" in page(bench, "staff", "archive_list", query="?retention=permanent")


def test_handing_over_by_the_page(bench: Bench, finished: Any) -> None:
    file = closed_file(bench, finished)
    head = f.client_for(bench.members["head"])
    assert file.number in page(bench, "head", "transfer_draft")
    address = reverse("records:transfer_create")
    values = {
        "chosen": [file.pk],
        "receiver_kind": "archives",
        "receiver": "五华区档案馆",
        "received_by": "李馆员",
        "handed_on": "2999-01-01",
    }
    answer = head.post(address, {**values, "receipt": upload()})
    assert answer.status_code == 422 and "不能晚于今天" in answer.content.decode()
    answer = head.post(address, {**values, "handed_on": "2026-01-05", "receipt": upload()})
    with as_owner():
        transfer = ArchiveTransfer.objects.get()
    assert answer.headers["Location"] == transfer.get_absolute_url() and again(file).state == "handed_over"
    assert file.number in page(bench, "leader", "transfer", transfer.pk)
    assert "五华区档案馆" in page(bench, "staff", "archive_file", file.pk)
    receipt = head.get(reverse("records:transfer_receipt", args=[transfer.pk]))
    assert b"".join(receipt.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_empty_pages_and_whose_periods(bench: Bench) -> None:
    assert "还没有案卷" in page(bench, "staff", "archive_list")
    assert "还没有移交过档案" in page(bench, "staff", "transfer_list")
    assert "没有可以移交的案卷" in page(bench, "head", "transfer_draft")
    shown = page(bench, "leader", "archive_retention")
    assert "30年" in shown and "10年" in shown and "本地惯例" in shown
    with as_owner():
        RetentionRule.objects.create(division_code=530102, kind="rectification.ticket", years=None, basis="保管期限表")
    assert "永久" in page(bench, "leader", "archive_retention")


def test_the_list_asks_as_often_with_many_files(bench: Bench) -> None:
    def asked() -> list[int]:
        client = f.client_for(bench.members["staff"])
        return [f.queries_of(client, reverse(f"records:{name}")) for name in ("archive_list", "archive_waiting")]

    with as_owner():
        archive_file(bench.office, bench.school.organization)
    few = asked()
    with as_owner():
        for _ in range(20):
            archive_file(bench.office, bench.school.organization, title="长" * 200)
    assert asked() == few and max(few) <= 8


def test_the_head_sets_a_longer_period_and_takes_it_back(bench: Bench, finished: Any) -> None:
    """Never shorter than from above, with a basis, only for files that are opened afterwards, and told who did it."""
    before = opened_file(bench, finished)
    change = reverse("records:retention_change", args=["rectification.ticket"])
    head = f.client_for(bench.members["head"])
    assert "30年" in head.get(change).content.decode()
    refused = head.post(change, {"years": "10", "basis": "本单位保管期限表", "basis_kind": "local_practice"})
    assert refused.status_code == 422 and "上级规定保管30年，本单位只能同样长或者更长。" in refused.content.decode()
    assert head.post(change, {"years": "", "basis": " ", "basis_kind": "local_practice"}).status_code == 422
    assert head.post(change, {"years": "7", "basis": "本单位保管期限表", "basis_kind": "law"}).status_code == 422
    done = head.post(change, {"years": "", "basis": "本单位保管期限表", "basis_kind": "local_practice"}, follow=True)
    shown = done.content.decode()
    assert "整改单规定保管永久" in shown and "依据：本单位保管期限表" in shown and "恢复沿用上级" in shown
    assert "另行规定" not in page(bench, "staff", "archive_retention")
    with as_owner():
        rule = RetentionRule.objects.get(division_code=530102)
        assert (rule.years, again(before).retention_years) == (None, 30)
    reset = reverse("records:retention_reset", args=["rectification.ticket"])
    assert f.client_for(bench.members["staff"]).post(reset).status_code == 403
    assert "整改单恢复沿用上级的保管期限" in head.post(reset, follow=True).content.decode()
    with as_owner():
        assert not RetentionRule.objects.filter(division_code=530102).exists()
    assert head.get(reverse("records:retention_change", args=["no.such"])).status_code == 404


def test_a_period_of_the_prefecture_binds_the_county_below(bench: Bench) -> None:
    with as_owner():
        RetentionRule.objects.create(kind="rectification.ticket", division_code=530100, years=None, basis="市级表")
    head = f.client_for(bench.members["head"])
    change = reverse("records:retention_change", args=["rectification.ticket"])
    assert "上级规定保管永久（市级表）" in head.get(change).content.decode()
    refused = head.post(change, {"years": "30", "basis": "本单位保管期限表", "basis_kind": "local_practice"})
    assert refused.status_code == 422

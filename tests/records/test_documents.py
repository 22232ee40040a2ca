"""The life of a document: drafted, approved with a number, rendered, issued, served, signed for, void."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import pytest

from accounts.actors import Role
from accounts.scope import scope
from records import clock, storage
from records.actions import documents as acts
from records.actions import service as serving
from records.actions.series import series_of, set_series
from records.documents.papers import as_text, from_text
from records.models import Document, DocumentSeries, Notification, Outbox, Service, StateTransition
from records.outbox import office_actor
from records.rendering import official
from records.state import AlreadyDone, Refused
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import SERIES, NoRoot, Office, work
from tests.records.samples import CONTENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def fresh(document: Document) -> Document:
    with as_owner():
        return Document.objects.get(pk=document.pk)


def inbox_of(office: Office, who: str) -> list[str]:
    with as_owner():
        lines = Notification.objects.filter(user_id=office.people[who].user_id).order_by("pk")
        return list(lines.values_list("title", flat=True))


def test_from_draft_to_receipt(office: Office) -> None:
    document = office.submitted()
    work()
    assert inbox_of(office, Role.OFFICE_HEAD) == ["待签发：关于消防通道问题的督办单"]
    with scope(office.head):
        document = acts.approve(document, by=office.head)
    assert document.number == f"{SERIES}〔{clock.today().year}〕1号"
    assert (document.state, document.file, document.approved_as) == (
        "approved",
        "",
        f"{office.head.label} {office.head.display_name}",
    )
    work()
    document = fresh(document)
    assert (document.state, document.pages) == ("served", 1)
    with storage.opened(document.file) as file:
        content = file.read()
    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == document.file
    assert document.file_size == len(content)
    with storage.opened(document.sealed_file) as file:
        sealed = file.read()
    assert sealed.startswith(content), "a signature is added, the paper is not changed"
    assert (hashlib.sha256(sealed).hexdigest(), len(sealed)) == (document.sealed_file, document.sealed_size)
    assert inbox_of(office, "school") == [f"请签收：{document.title}（{document.number}）"]
    with scope(office.unit):
        service = serving.sign_for(document, by=office.unit)
    assert service.signed_as == f"{office.unit.label} {office.unit.display_name}"
    with as_owner():
        names = list(StateTransition.objects.of(document).values_list("name", flat=True))
    assert names == ["draft", "submit", "approve", "seal", "issue", "serve", "sign_for"]


def test_rendered_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    document = office.approved()
    work()
    first = fresh(document)
    assert first.state == "sealed", "sealed without serving by itself"
    with as_owner():
        Outbox.objects.filter(topic="records.render").update(consumed_at=None)
    monkeypatch.setattr(official, "render", lambda *a: pytest.fail("rendered twice"))
    work()
    again = fresh(document)
    assert (again.file, again.rendered_at) == (first.file, first.rendered_at)
    worker = office_actor(office.code)
    with scope(worker):
        acts.store_file(again, sha256="0" * 64, size=1, pages=9, by=worker)
    assert fresh(document).file == first.file


def test_a_file_that_cannot_be_made_is_kept_as_an_error_and_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = office.approved()
    real = official.render

    def breaks(*args: Any) -> bytes:
        raise TypeError("no such font")

    monkeypatch.setattr(official, "render", breaks)
    work()
    with as_owner():
        row = Outbox.objects.get(topic="records.render")
    assert (row.consumed_at, row.attempts, row.error) == (None, 1, "no such font")
    assert fresh(document).render_error == "no such font"
    with as_owner():
        Outbox.objects.filter(pk=row.pk).update(attempts=20)
    work()
    monkeypatch.setattr(official, "render", real)
    with scope(office.staff):
        acts.render_again(fresh(document), by=office.staff)
    work()
    assert fresh(document).render_error == ""
    assert fresh(document).file
    with scope(office.staff), pytest.raises(Refused, match="只有已签发而没有生成文件的公文"):
        acts.render_again(fresh(document), by=office.staff)


def test_a_poisoned_row_does_not_stop_the_others(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.submitted(title="甲")
    office.submitted(title="乙")
    with as_owner():
        broken = Outbox.objects.order_by("created_at").first()
        assert broken is not None
        Outbox.objects.filter(pk=broken.pk).update(payload={"organizations": None})
    work()
    assert inbox_of(office, Role.OFFICE_HEAD) == ["待签发：乙"]


def test_the_drafter_does_not_approve(office: Office) -> None:
    document = office.draft(by=office.head)
    with scope(office.head):
        document = acts.submit(document, by=office.head)
        with pytest.raises(Refused, match="拟稿与“签发”不能是同一人"):
            acts.approve(document, by=office.head)
    leader = office.actor(Role.LEADER)
    with scope(leader):
        assert acts.approve(document, by=leader).number


def test_four_eyes_are_compared_by_person(office: Office) -> None:
    """Another membership is not another person."""
    document = office.submitted()
    with as_owner():
        person = office.people[Role.OFFICE_STAFF].user
        twin = factories.actor(factories.member(office.people[Role.LEADER].organization, Role.LEADER, user=person))
    with scope(twin), pytest.raises(Refused, match="不能是同一人"):
        acts.approve(document, by=twin)
    with as_owner():
        assert not Document.objects.filter(sequence__isnull=False).exists()


def test_whoever_changed_the_text_is_its_drafter(office: Office) -> None:
    document = office.draft()
    with scope(office.head):
        document = acts.revise(document, by=office.head, title="新标题", publicity="active", content=CONTENT,
                               seen=acts.version_of(document))  # fmt: skip
        document = acts.submit(document, by=office.head)
        with pytest.raises(Refused, match="不能是同一人"):
            acts.approve(document, by=office.head)


def test_a_change_in_between_is_not_written_over(office: Office) -> None:
    document = office.draft()
    seen = acts.version_of(document)
    more = {"publicity": "closed", "content": CONTENT, "seen": seen}
    with scope(office.staff):
        acts.revise(document, by=office.staff, title="甲改", **more)
    with scope(office.head), pytest.raises(AlreadyDone, match="刚刚被他人修改过"):
        acts.revise(document, by=office.head, title="乙改", **more)
    assert fresh(document).title == "甲改"


def test_only_drafts_are_changed(office: Office) -> None:
    document = office.submitted()
    with scope(office.staff), pytest.raises(Refused, match="当前状态为“待签发”，文稿不能再改"):
        acts.revise(document, by=office.staff, title="x", publicity="active", content={}, seen="")


def test_without_a_series_there_is_no_number(office: Office) -> None:
    with as_owner():
        DocumentSeries.objects.all().delete()
    document = office.submitted()
    with scope(office.head), pytest.raises(Refused, match="尚未设置“督办单”的机关代字"):
        acts.approve(document, by=office.head)
    assert fresh(document).state == "submitted"


def test_numbers_count_by_series_and_year(office: Office) -> None:
    with clock.travel(datetime(2026, 12, 31, 23, 59, tzinfo=clock.TZ)):
        assert office.approved().number == f"{SERIES}〔2026〕1号"
        assert office.approved(kind="rectification_notice").number == f"{SERIES}〔2026〕2号"
    with clock.travel(datetime(2027, 1, 1, 0, 0, tzinfo=clock.TZ)):
        first = office.approved()
    assert (first.number, first.year) == (f"{SERIES}〔2027〕1号", 2027)
    assert clock.local(first.approved_at).date().isoformat() == "2027-01-01"
    with scope(office.staff):
        set_series(by=office.staff, codes={"supervisory_order": "五督"})
        assert series_of(office.staff)["supervisory_order"] == "五督"
    with clock.travel(datetime(2027, 1, 2, 9, 0, tzinfo=clock.TZ)):
        assert office.approved().number == "五督〔2027〕1号"
        assert office.approved(kind="rectification_notice").number == f"{SERIES}〔2027〕2号"


def test_void_keeps_its_number(office: Office) -> None:
    document = office.served()
    work()
    with scope(office.head):
        with pytest.raises(Refused, match="“作废”须写明理由"):
            acts.void(document, by=office.head, reason=" ")
        document = acts.void(document, by=office.head, reason="对象有误")
    assert (document.state, document.sequence) == ("void", 1)
    assert office.approved().sequence == 2
    work()
    assert inbox_of(office, "school")[-1] == f"公文作废：{document.title}（{document.number}）"
    with scope(office.unit), pytest.raises(Refused, match="当前状态为“已作废”，不能“签收”"):
        serving.sign_for(document, by=office.unit)


def test_a_draft_can_be_voided_without_a_number(office: Office) -> None:
    document = office.draft()
    with scope(office.head):
        document = acts.void(document, by=office.head, reason="不需要了")
    assert (document.state, document.number) == ("void", "")


def test_a_void_document_is_not_rendered(office: Office) -> None:
    document = office.approved()
    with scope(office.head):
        acts.void(document, by=office.head, reason="对象有误")
    work()
    assert fresh(document).file == ""


def test_return_names_the_reason(office: Office) -> None:
    document = office.submitted()
    with scope(office.head):
        document = acts.return_draft(document, by=office.head, reason="依据条款写错")
    assert document.state == "drafted"
    work()
    assert inbox_of(office, Role.OFFICE_STAFF) == [f"公文退回修改：{document.title}"]


def test_issue_waits_for_the_file(office: Office) -> None:
    document = office.approved()
    with scope(office.staff), pytest.raises(Refused, match="当前状态为“已签发”，不能“印发”"):
        acts.issue(document, by=office.staff)
    with scope(office.staff), pytest.raises(Refused, match="当前状态为“已签发”，不能“送达”"):
        serving.serve(document, by=office.staff)


def test_the_second_of_two_is_told_who_was_first(office: Office) -> None:
    document = office.filed()
    with scope(office.staff):
        acts.issue(document, by=office.staff)
    with scope(office.head), pytest.raises(AlreadyDone, match=f"该事项已由{office.staff.display_name}于.*“印发”"):
        acts.issue(document, by=office.head)


def test_who_signs(office: Office) -> None:
    document = office.served()
    with scope(office.staff), pytest.raises(Refused, match="不是发给您所在单位的"):
        serving.sign_for(document, by=office.staff)
    with scope(office.unit):
        serving.sign_for(document, by=office.unit)
        with pytest.raises(AlreadyDone, match=f"该公文已由{office.unit.label} {office.unit.display_name}于.*签收"):
            serving.sign_for(document, by=office.unit)
    with as_owner():
        assert Service.objects.filter(signed_at__isnull=False).count() == 1


def test_offices_above_watch(office: Office) -> None:
    document = office.filed()
    with as_owner():
        above = factories.office_actor(530100, Role.OFFICE_HEAD)
        Document.objects.filter(pk=document.pk).update(reported_at=clock.now())
    with scope(above), pytest.raises(Refused, match="由承办的督导办办理"):
        acts.issue(document, by=above)


def test_recipients_in_other_divisions_are_told(office: Office) -> None:
    """The office's scheduler does not see people of the prefecture; the notice reaches them all the same."""
    with as_owner():
        copied = factories.department(530100)
        contact = factories.member(copied, Role.DEPARTMENT_CONTACT)
    with scope(office.staff):
        from_office = acts.draft_document(
            by=office.staff, kind="supervisory_order", title="抄送件", content=CONTENT, about=NoRoot(office.code),
            recipient=office.school, copies_to=(copied,),
        )  # fmt: skip
        acts.submit(from_office, by=office.staff)
    with scope(office.head):
        acts.approve(fresh(from_office), by=office.head)
    work()
    with as_owner():
        titles = list(Notification.objects.filter(user=contact.user).values_list("title", flat=True))
    assert titles == [f"抄送：抄送件（{fresh(from_office).number}）"]


# --- the text as one types it ---------------------------------------------------------------------------------------


def test_text_and_blocks_are_each_others_inverse() -> None:
    blocks = [
        {"text": "一、主要问题", "level": 1}, {"header": ["序号", "问题"], "rows": [["1", "通道堵塞"], ["2", "台账不全"]]},
        {"text": "（一）通道", "level": 2}, {"text": "1.立即清理。", "level": 3}, {"text": "（1）当日", "level": 4},
        {"text": "1.5米以内不得堆放。", "level": 0}, {"text": "请认真落实。", "level": 0},
    ]  # fmt: skip
    assert from_text(as_text(blocks)) == blocks


def test_a_line_keeps_the_level_that_it_had() -> None:
    before = [{"text": "1.不是标题", "level": 0}]
    assert from_text("1.不是标题\n\n 2.标题 ", before) == [*before, {"text": "2.标题", "level": 3}]


def test_uneven_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="表格每行应有2格，这一行有3格"):
        from_text("| 序号 | 问题 |\n| 1 | 通道 | 多 |")


def test_those_it_is_copied_to_see_it_when_it_is_issued_and_not_before(office: Office) -> None:
    with as_owner():
        department = factories.department(530102)
        reader = factories.actor(factories.member(department, Role.DEPARTMENT_CONTACT))
    by = office.staff
    with scope(by):
        paper = acts.draft_document(by=by, kind="letter", title="关于商请协助的函", content=CONTENT,
                                    recipient=office.school, copies_to=(department,))  # fmt: skip
        paper = acts.submit(paper, by=by)

    def seen() -> tuple[int, int]:
        with scope(reader):
            return Document.objects.visible_to(reader).count(), Document.objects.count()

    assert seen() == (0, 0), "neither the door nor row security shows what is still on the office's desk"
    with as_owner():
        Document.objects.filter(pk=paper.pk).update(filed_at=clock.now())
    assert seen() == (1, 1)

"""A paper that stands for itself is filed when it was received by everybody, with what it replaced; what belongs to a matter is not."""

from __future__ import annotations

import pytest

from accounts.actors import Role
from accounts.scope import scope
from records.actions import archive, receipts
from records.actions import documents as acts
from records.archive.papers import waiting
from records.archive.registry import archive_kind
from records.documents.receipts import Receipt
from records.models import ArchiveItem, Document, Service
from records.state import Refused
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = pytest.mark.django_db
KIND = archive_kind("records.document")
assert KIND is not None


@pytest.fixture
def office() -> Office:
    return Office()


def fresh(document: Document) -> Document:
    with as_owner():
        return Document.objects.get(pk=document.pk)


def received(office: Office, document: Document) -> Document:
    with scope(office.staff):
        service = Service.objects.visible_to(office.staff).get(document=document)
        receipt = Receipt("handed_over", document.issued_at, received_by="杨校长", received_as="校长", server="张三")  # type: ignore[arg-type]
        receipts.record_receipt(service, receipt, by=office.staff, proofs=[])
    return fresh(document)


def why_not(document: Document) -> str:
    with as_owner():
        refused = KIND.closed(document) if KIND else None
    return refused.sentence if refused else ""


def waits(office: Office) -> list[int]:
    with scope(office.staff):
        return [row.pk for row in waiting(office.staff)]


def test_not_before_everybody_has_it(office: Office) -> None:
    draft = office.draft()
    assert "拟稿" in why_not(draft)
    document = office.served()
    assert why_not(document) == "还有1个单位没有收到，收齐送达凭证后才能立卷归档。"
    assert waits(office) == []
    document = received(office, document)
    assert why_not(document) == "" and waits(office) == [document.pk]


def test_with_its_matter_where_it_has_one(office: Office) -> None:
    document = received(office, office.served())
    with as_owner():
        Document.objects.filter(pk=document.pk).update(about_kind="rectification.ticket", about_id=7)
    assert "随所属事项" in why_not(fresh(document)) and waits(office) == []


def test_a_voided_number_is_kept_and_a_voided_draft_is_nothing(office: Office) -> None:
    numbered, draft = office.filed(), office.submitted(title="另一份")
    with scope(office.head):
        acts.void(numbered, by=office.head, reason="内容有误")
        acts.void(draft, by=office.head, reason="不发了")
    assert waits(office) == [numbered.pk] and why_not(fresh(draft))


def test_the_file_holds_the_replaced_paper_as_well(office: Office) -> None:
    old = received(office, office.served())
    with scope(office.staff):
        new = acts.draft_replacement(old, by=office.staff, reason="日期有误")
        acts.submit(new, by=office.staff)
    with scope(office.head):
        acts.approve(Document.objects.visible_to(office.head).get(pk=new.pk), by=office.head)
    from records.actions.seals import seal
    from records.outbox import office_actor
    from records.storage import put

    worker = office_actor(office.code)
    with scope(worker):
        row = acts.store_file(fresh(new), sha256=put(b"%PDF-1.7 new"), size=12, pages=1, by=worker)
        row = seal(row, by=worker, sha256=put(b"%PDF-1.7 new sealed"), size=19, way="signature")
    assert fresh(old).state == "replaced" and why_not(fresh(old)) == "这份公文已被替代，随新公文一起立卷。"
    row = received(office, fresh(new))
    assert waits(office) == [new.pk], "the replaced one is filed along with it"
    with scope(office.staff):
        file = archive.open_file(Document.objects.visible_to(office.staff).get(pk=new.pk), by=office.staff)
        items = {item.key: item for item in ArchiveItem.objects.filter(file=file)}
    assert {f"document:{new.pk}", f"receipts:{new.pk}", f"document:{old.pk}", f"receipts:{old.pk}"} <= set(items)
    assert items[f"document:{old.pk}"].remarks == "已被替代" and items[f"document:{new.pk}"].position == 1
    assert file.title.endswith(f"（{row.number}）") and file.retention_years == 30


def test_the_page_of_the_paper_leads_to_its_file(office: Office) -> None:
    document = received(office, office.served())
    page = office.client(Role.OFFICE_STAFF).get(document.get_absolute_url()).content.decode()
    assert "立卷归档" in page
    assert "立卷归档" not in office.client("school").get(document.get_absolute_url()).content.decode()
    with scope(office.head), pytest.raises(Refused, match="随所属事项"):
        about = fresh(document)
        about.about_kind = "rectification.ticket"
        archive.open_file(about, by=office.head)

"""Service of documents: several recipients, every kind of receipt with what makes it complete, void and history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor, Role
from accounts.models import Organization
from accounts.scope import scope
from records import clock
from records.actions import documents
from records.actions import receipts as acts
from records.actions import service as serving
from records.documents.receipts import Receipt, Witness
from records.models import Document, Service, ServiceEvidence, StateTransition
from records.state import AlreadyDone, Refused
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office
from tests.records.samples import picture, upload

pytestmark = pytest.mark.django_db
WITNESSES = (Witness("李芳", "五华区华山街道办事处"), Witness("王强", "华山社区居民委员会"))


@pytest.fixture
def office() -> Office:
    return Office()


def another(office: Office) -> tuple[Organization, Actor]:
    with as_owner():
        school = factories.school(office.code).organization
        return school, factories.actor(factories.member(school, Role.UNIT_CONTACT))


def row_of(document: Document, organization: Organization) -> Service:
    with as_owner():
        return Service.objects.in_force().get(document=document, recipient=organization)


def receipt(kind: str, **more: Any) -> Receipt:
    facts: dict[str, dict[str, Any]] = {
        "handed_over": {"received_by": "张校长", "received_as": "校长", "server": "陈办事"},
        "left": {"refusal": "负责人称不在职权范围，拒绝签收", "server": "陈办事", "witnesses": WITNESSES},
        "post": {"carrier": "中国邮政", "tracking": "EMS1234567CN", "posted_on": clock.today()},
        "scan": {"received_by": "张校长"},
    }
    return Receipt(kind, clock.now(), **(facts.get(kind, {}) | more))


def photo(name: str = "回证.jpg") -> Any:
    return upload(name, picture())


def record(office: Office, service: Service, given: Receipt, *proofs: Any, by: Actor | None = None) -> Service:
    by = by or office.staff
    with scope(by):
        return acts.record_receipt(service, given, by=by, proofs=proofs)


# --- every kind with its evidence ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "proofs"), [("handed_over", 0), ("handed_over", 1), ("left", 1), ("post", 1), ("scan", 2)]
)
def test_complete_receipts_are_kept(office: Office, kind: str, proofs: int) -> None:
    document = office.served()
    kept = record(office, row_of(document, office.school), receipt(kind), *[photo(f"{n}.jpg") for n in range(proofs)])
    assert (kept.kind, kept.state) == (kind, "received")
    assert kept.received_at is not None
    assert kept.signed_at is None
    with as_owner():
        assert ServiceEvidence.objects.filter(service=kept).count() == proofs
        line = StateTransition.objects.of(document).get(name="record_receipt")
    assert (line.only_for_id, line.facts["kind"]) == (office.school.pk, kind)


INCOMPLETE = [
    ("handed_over", {"received_by": ""}, "请填写收件人姓名"),
    ("handed_over", {"received_as": ""}, "请填写收件人职务"),
    ("handed_over", {"server": ""}, "请填写送达人"),
    ("left", {"refusal": ""}, "请填写拒收理由"),
    ("left", {"witnesses": (WITNESSES[0], Witness())}, "须有两名见证人"),
    ("left", {"witnesses": (WITNESSES[0], Witness("王强", ""))}, "每名见证人的姓名和单位"),
    ("left", {"witnesses": (WITNESSES[0], replace(WITNESSES[1], name="李芳"))}, "两名见证人不能是同一人"),
    ("left", {"server": "李芳"}, "送达人“李芳”不能同时作见证人"),
    ("post", {"carrier": ""}, "请填写承运单位"),
    ("post", {"tracking": ""}, "请填写邮件号"),
    ("post", {"posted_on": None}, "请填写交寄日期"),
    ("post", {"posted_on": date(2999, 1, 1)}, "收到日期不能早于交寄日期"),
    ("post", {"posted_on": date(2000, 1, 1)}, "交寄日期不能早于公文印发日期"),
    ("scan", {"received_by": ""}, "请填写回执上的签收人"),
    ("signed_for", {}, "请选择送达方式"),
    ("deemed", {}, "请选择送达方式"),
    ("", {}, "请选择送达方式"),
]


@pytest.mark.parametrize(("kind", "lacks", "sentence"), INCOMPLETE)
def test_incomplete_receipts_are_refused(office: Office, kind: str, lacks: dict[str, Any], sentence: str) -> None:
    document = office.served()
    service = row_of(document, office.school)
    with pytest.raises(Refused, match=sentence):
        record(office, service, receipt(kind, **lacks), photo())
    assert row_of(document, office.school).received_at is None


@pytest.mark.parametrize(("kind", "sentence"), [("left", "现场照片"), ("post", "妥投证明"), ("scan", "回执扫描件")])
def test_what_needs_proof_is_refused_without(office: Office, kind: str, sentence: str) -> None:
    document = office.served()
    with pytest.raises(Refused, match=sentence):
        record(office, row_of(document, office.school), receipt(kind))


def test_a_file_that_cannot_be_taken_refuses_all(office: Office) -> None:
    document = office.served()
    service = row_of(document, office.school)
    with pytest.raises(Refused, match="不能上传"):
        record(office, service, receipt("scan"), upload("回执.exe", b"MZ" + bytes(300)))
    with pytest.raises(Refused, match="最多10个"):
        record(office, service, receipt("scan"), *[photo(f"{n}.jpg") for n in range(11)])
    with as_owner():
        assert not ServiceEvidence.objects.exists()
    assert row_of(document, office.school).received_at is None


# --- the moment ------------------------------------------------------------------------------------------------------


def test_neither_before_the_issue_nor_after_now(office: Office) -> None:
    document = office.served()
    service = row_of(document, office.school)
    assert document.issued_at is not None
    for moment, sentence in (
        (clock.now() + timedelta(minutes=1), "收到时间不能晚于现在"),
        (document.issued_at - timedelta(seconds=1), "收到时间不能早于公文印发时间"),
    ):
        with pytest.raises(Refused, match=sentence):
            record(office, service, replace(receipt("handed_over"), received_at=moment), photo())


def test_backdating_needs_evidence_and_is_logged(office: Office) -> None:
    with clock.travel(datetime(2026, 12, 30, 10, tzinfo=clock.TZ)):
        document = office.served()
    service = row_of(document, office.school)
    with clock.travel(datetime(2027, 1, 2, 10, tzinfo=clock.TZ)):
        early = replace(receipt("handed_over"), received_at=datetime(2026, 12, 31, 9, tzinfo=clock.TZ))
        with pytest.raises(Refused, match="补登2天前的送达，须上传"):
            record(office, service, early)
        kept = record(office, service, early, photo())
    assert kept.received_at == early.received_at
    with as_owner():
        line = StateTransition.objects.of(document).get(name="record_receipt")
    assert line.facts["backdated_days"] == 2
    assert "补登2天前" in line.label


def test_a_receipt_is_set_once(office: Office) -> None:
    document = office.served()
    service = row_of(document, office.school)
    record(office, service, receipt("handed_over"))
    with pytest.raises(AlreadyDone, match="已于"):
        record(office, service, receipt("scan"), photo())
    with scope(office.unit):
        signed = serving.sign_for(document, by=office.unit)
    assert signed.kind == "handed_over"
    assert signed.signed_at is not None
    assert signed.received_at is not None
    assert signed.received_at < signed.signed_at
    with pytest.raises(DatabaseError), scope(office.staff), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(received_at=clock.now())
    with pytest.raises(DatabaseError), scope(office.staff), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(kind="scan")


def test_a_wrong_receipt_is_voided_by_another_person(office: Office) -> None:
    document = office.served()
    service = row_of(document, office.school)
    record(office, service, receipt("handed_over"))
    with scope(office.staff), pytest.raises(Refused, match="不能是同一人"):
        acts.void_receipt(service, by=office.staff, reason="填错单位")
    with scope(office.head), pytest.raises(Refused, match="须写明理由"):
        acts.void_receipt(service, by=office.head, reason=" ")
    with scope(office.unit), pytest.raises(Refused, match="无权撤销"):
        acts.void_receipt(service, by=office.unit, reason="没有收到")
    with scope(office.head):
        again = acts.void_receipt(service, by=office.head, reason="填错单位")
    assert (again.state, again.recipient_id) == ("waiting", office.school.pk)
    with as_owner():
        old = Service.objects.get(pk=service.pk)
    assert (old.state, old.void_reason) == ("void", "填错单位")
    assert old.received_at is not None
    with scope(office.unit):
        assert serving.sign_for(document, by=office.unit).pk == again.pk
    with scope(office.head), pytest.raises(Refused, match="没有可以撤销"):
        acts.void_receipt(service, by=office.head, reason="再撤一次")


def test_posting_is_noted_before_it_arrives(office: Office) -> None:
    document = office.served()
    service = row_of(document, office.school)
    with scope(office.staff):
        with pytest.raises(Refused, match="请填写承运单位"):
            acts.note_posting(service, receipt("post", carrier=""), by=office.staff)
        with pytest.raises(Refused, match="不能晚于今天"):
            acts.note_posting(service, receipt("post", posted_on=date(2999, 1, 1)), by=office.staff)
        noted = acts.note_posting(service, receipt("post"), by=office.staff)
    assert (noted.state, noted.tracking) == ("waiting", "EMS1234567CN")
    assert record(office, service, receipt("post"), photo()).state == "received"


def test_who_may_record(office: Office) -> None:
    document = office.served()
    service = row_of(document, office.school)
    with as_owner():
        stranger = factories.actor(factories.member(factories.office(530103), Role.OFFICE_STAFF))
    with scope(office.actor(Role.LEADER)), pytest.raises(Refused, match="无权登记送达"):
        acts.record_receipt(service, receipt("scan"), by=office.actor(Role.LEADER), proofs=[photo()])
    with scope(stranger), pytest.raises(Document.DoesNotExist):
        acts.record_receipt(service, receipt("scan"), by=stranger, proofs=[photo()])
    with as_owner():
        above = factories.actor(factories.member(factories.office(530100), Role.OFFICE_STAFF))
    with scope(above), pytest.raises(Refused, match="由承办的督导办办理"):
        acts.record_receipt(service, receipt("scan"), by=above, proofs=[photo()])


# --- several recipients ---------------------------------------------------------------------------------------------


def test_each_recipient_has_his_own_row_and_sees_it_alone(office: Office) -> None:
    other, contact = another(office)
    document = office.filed()
    with scope(office.staff):
        serving.add_recipients(document, [other, office.school, other], by=office.staff)
    with scope(contact):
        assert not Document.objects.visible_to(contact).filter(pk=document.pk).exists(), "not served yet"
        assert not Service.objects.exists()
    with scope(office.staff):
        document = serving.serve(documents.issue(document, by=office.staff),
                                 by=office.staff)  # fmt: skip
        assert Service.objects.visible_to(office.staff).filter(document=document).count() == 2
    record(office, row_of(document, office.school), receipt("handed_over"), photo())
    with scope(contact):
        serving.sign_for(Document.objects.visible_to(contact).get(pk=document.pk), by=contact)
    for actor, recipient in ((contact, other), (office.unit, office.school)):
        with scope(actor):
            # Each lock for itself: row security, then the door in code.
            assert [s.recipient_id for s in Service.objects.filter(document=document)] == [recipient.pk]
            names = set(StateTransition.objects.of(document).values_list("name", flat=True))
            assert ("sign_for" in names, "record_receipt" in names) == (actor is contact, actor is not contact)
            assert "add_recipients" not in names
            assert ServiceEvidence.objects.count() == (0 if actor is contact else 1)
        with as_owner():
            seen = Service.objects.visible_to(actor).filter(document=document)
            assert [s.recipient_id for s in seen] == [recipient.pk]


def test_recipients_are_added_and_dropped(office: Office) -> None:
    other, contact = another(office)
    document = office.filed()
    with scope(office.staff):
        assert serving.add_recipients(document, [other], by=office.staff) == 1
        assert serving.add_recipients(document, [other], by=office.staff) == 0
        serving.drop_recipient(document, other, by=office.staff)
        document = serving.serve(documents.issue(document, by=office.staff),
                                 by=office.staff)  # fmt: skip
        assert document.services.count() == 1
        assert serving.add_recipients(document, [other], by=office.staff) == 1
        assert document.services.count() == 2, "of a served paper at once"
        with pytest.raises(Refused, match="已经送给该单位"):
            serving.drop_recipient(document, other, by=office.staff)
    with scope(contact):
        assert Document.objects.visible_to(contact).filter(pk=document.pk).exists()
    with scope(office.unit), pytest.raises(Refused, match="无权确定"):
        serving.add_recipients(document, [other], by=office.unit)


def test_a_receipt_without_its_facts_is_refused_by_the_database(office: Office) -> None:
    service = row_of(office.served(), office.school)
    for facts in ({"kind": "left"}, {"kind": "signed_for"}, {"kind": "post"}, {"kind": "handed_over"}):
        with pytest.raises(DatabaseError), scope(office.staff), transaction.atomic():
            Service.objects.filter(pk=service.pk).update(received_at=clock.now(), **facts)
    with connection.cursor() as cursor, pytest.raises(DatabaseError), scope(office.unit), transaction.atomic():
        cursor.execute("DELETE FROM records_serviceevidence")

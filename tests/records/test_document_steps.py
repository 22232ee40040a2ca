"""Between the draft and the approval: check, countersign, delegation, approval on paper."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actors import Actor, Role
from accounts.identities import with_lent
from accounts.models import Delegation, Membership, Organization
from accounts.scope import scope
from records import clock
from records.actions import approvals, checking, countersigning, delegations
from records.actions import documents as acts
from records.documents import waiting
from records.models import Attachment, Countersigner, Document, DocumentParty, Notification, NumberCounter, PaperSteps
from records.permissions import Permission
from records.state import AlreadyDone, Refused
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import SERIES, Office, work
from tests.records.samples import CONTENT

pytestmark = pytest.mark.django_db
STAFF, HEAD, LEADER = Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER
KIND = "supervisory_order"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def colleague(office: Office) -> Actor:
    with as_owner():
        office.people["colleague"] = factories.member(factories.office(office.code), STAFF)
    return office.actor("colleague")


@pytest.fixture
def finance(office: Office) -> Membership:
    with as_owner():
        body = factories.organization(530102, "member_unit", "五华区财政局")
        return factories.member(body, Role.MEMBER_LIAISON)


def steps(**wanted: Any) -> None:
    with as_owner():
        PaperSteps.objects.update_or_create(owner_code=530102, kind=KIND, defaults=wanted)


def fresh(document: Document) -> Document:
    with as_owner():
        return Document.objects.get(pk=document.pk)


def todo(actor: Actor, document: Document) -> bool:
    with scope(actor):
        rows = Document.objects.visible_to(actor)
        return any(paper.document.pk == document.pk for paper in waiting.at_desk(rows, actor, signs=False))


def name(document: Document, office: Office, body: Organization, person: Membership | None = None) -> Countersigner:
    with scope(office.staff):
        return countersigning.name_countersigner(document, by=office.staff, organization=body, person=person)


def send(document: Document, by: Actor) -> Document:
    with scope(by):
        return checking.send_on(fresh(document), by=by)


def sign(document: Document, by: Actor, *, agrees: bool = True, remarks: str = "") -> Countersigner:
    with scope(by):
        row = Document.objects.visible_to(by).get(pk=document.pk)
        seen = countersigning.version_of(row)
        return countersigning.countersign(row, by=by, agrees=agrees, remarks=remarks, seen=seen)


# --- check -----------------------------------------------------------------------------------------------------------


def test_a_kind_that_is_checked_is_not_approved_before(office: Office, colleague: Actor) -> None:
    steps(check_required=True)
    document = office.draft()
    with scope(office.staff):
        from records.workflow import DOCUMENT

        assert "先送核稿" in str(DOCUMENT.refusal(document, "submit", office.staff))
    document = send(document, office.staff)
    assert document.state == "checking"
    assert todo(colleague, document)
    assert not todo(office.staff, document)
    with scope(office.staff), pytest.raises(Refused, match="拟稿与“核稿通过”不能是同一人"):
        checking.pass_check(document, by=office.staff)
    with scope(office.head), pytest.raises(Refused, match="当前状态为“待核稿”，不能“签发”"):
        acts.approve(document, by=office.head)
    with scope(colleague):
        with pytest.raises(Refused, match="须写明理由"):
            checking.return_from_check(document, by=colleague, reason=" ")
        returned = checking.return_from_check(document, by=colleague, reason="依据写错")
    assert returned.state == "drafted"
    document = send(document, office.staff)
    with scope(colleague):
        document = checking.pass_check(document, by=colleague)
    assert (document.state, document.checked_by_id) == ("submitted", colleague.user_id)


def test_the_named_checker_checks(office: Office, colleague: Actor) -> None:
    steps(check_required=True, checker_id=office.head.user_id)
    document = send(office.draft(), office.staff)
    assert not todo(colleague, document)
    assert todo(office.head, document)
    with scope(colleague), pytest.raises(Refused, match=f"督办单由{office.head.display_name}核稿"):
        checking.pass_check(document, by=colleague)


def test_a_changed_text_is_checked_again_and_an_unchanged_one_not(office: Office, colleague: Actor) -> None:
    steps(check_required=True)
    document = send(office.draft(), office.staff)
    with scope(colleague):
        document = checking.pass_check(document, by=colleague)
    with scope(office.head):
        acts.return_draft(document, by=office.head, reason="再看看")
    assert send(document, office.staff).state == "submitted", "the check of this very text stands"
    with scope(office.staff):
        row = checking.withdraw(fresh(document), by=office.staff)
        acts.revise(row, by=office.staff, title="改过的标题", publicity="closed", content=CONTENT,
                    seen=acts.version_of(row))  # fmt: skip
    assert fresh(document).checked_at is None
    assert send(document, office.staff).state == "checking"


# --- countersign -----------------------------------------------------------------------------------------------------


def test_another_organization_sees_just_this_draft_and_agrees(office: Office, finance: Membership) -> None:
    document, other = office.draft(), office.draft(title="另一份")
    name(document, office, finance.organization)
    liaison = factories.actor(finance)
    with scope(liaison):
        assert not Document.objects.visible_to(liaison).exists(), "not before it is sent round"
    assert send(document, office.staff).state == "countersigning"
    with scope(liaison):
        assert [d.pk for d in Document.objects.visible_to(liaison)] == [document.pk]
        assert [d.pk for d in Document.objects.all()] == [document.pk], "row security alone says the same"
        assert waiting.at_desk(Document.objects.visible_to(liaison), liaison, desk=False)
    assert other.pk != document.pk
    signed = sign(document, liaison, remarks="无意见")
    assert signed.signed_as == f"{liaison.label} {liaison.display_name}"
    with pytest.raises(Refused, match="现在没有等待您会签的意见"):
        sign(document, liaison)
    work()
    assert fresh(document).state == "submitted", "nobody is left: it goes on by itself"


def test_copied_units_do_not_see_a_draft_that_is_sent_round(office: Office, finance: Membership) -> None:
    with as_owner():
        copied = factories.member(factories.department(530102), Role.DEPARTMENT_CONTACT)
    with scope(office.staff):
        document = acts.draft_document(by=office.staff, kind=KIND, title="抄送件", content=CONTENT,
                                       recipient=office.school, copies_to=(copied.organization,))  # fmt: skip
    name(document, office, finance.organization)
    send(document, office.staff)
    actor = factories.actor(copied)
    with scope(actor):
        assert not Document.objects.visible_to(actor).exists()
        assert not Document.objects.exists()


def test_the_sight_ends_with_its_day(office: Office, finance: Membership) -> None:
    document = office.draft()
    name(document, office, finance.organization)
    with scope(office.staff):
        countersigning.arrange(document, by=office.staff, in_order=False, until=clock.today())
    send(document, office.staff)
    liaison = factories.actor(finance)
    with scope(liaison):
        assert Document.objects.visible_to(liaison).exists()
    with as_owner():
        DocumentParty.objects.filter(root=document).update(
            valid_from=clock.today() - timedelta(days=2), valid_until=clock.today() - timedelta(days=1)
        )
    with scope(liaison):
        assert not Document.objects.visible_to(liaison).exists()
        assert not Document.objects.exists()


def test_an_objection_is_answered_before_approval(office: Office, finance: Membership) -> None:
    document = office.draft()
    signer = name(document, office, finance.organization)
    send(document, office.staff)
    liaison = factories.actor(finance)
    asked = factories.client_for(finance).get(document.get_absolute_url()).content.decode()
    assert (
        '<a class="btn btn-primary" href="#countersign">提出会签意见</a>' in asked
        and "现在没有需要您办理的事" not in asked
    )
    with pytest.raises(Refused, match="请写明意见和理由"):
        sign(document, liaison, agrees=False)
    sign(document, liaison, agrees=False, remarks="经费渠道请写明")
    work()
    assert fresh(document).state == "countersigning"
    assert todo(office.staff, document)
    assert (
        'href="#countersign">答复会签意见</a>' in office.client(STAFF).get(document.get_absolute_url()).content.decode()
    )
    with scope(office.staff):
        with pytest.raises(Refused, match="五华区财政局有不同意见，须先答复"):
            checking.finish_countersigning(fresh(document), by=office.staff)
        with pytest.raises(Refused, match="已经会签，意见须保留"):
            countersigning.drop_countersigner(signer, by=office.staff)
        with pytest.raises(Refused, match="采纳情况"):
            countersigning.answer_objection(signer, by=office.staff, answer=" ")
        countersigning.answer_objection(signer, by=office.staff, answer="已与贵局商定，由学校公用经费列支。")
    work()
    assert fresh(document).state == "submitted"
    page = office.client(HEAD).get(document.get_absolute_url()).content.decode()
    assert "经费渠道请写明" in page
    assert "由学校公用经费列支" in page


def test_a_revision_voids_what_was_signed_and_keeps_it(office: Office, finance: Membership, colleague: Actor) -> None:
    document = office.draft()
    name(document, office, finance.organization)
    name(document, office, office.people["colleague"].organization, office.people["colleague"])
    send(document, office.staff)
    sign(document, factories.actor(finance), agrees=False, remarks="第二段不妥")
    with scope(office.staff):
        row = checking.withdraw(fresh(document), by=office.staff)
        acts.revise(row, by=office.staff, title="改过", publicity="closed", content=CONTENT,
                    seen=acts.version_of(row))  # fmt: skip
    with as_owner():
        rows = list(Countersigner.objects.filter(document=document).order_by("pk").values_list("opinion", "voided_at"))
    assert [opinion for opinion, _ in rows] == ["objected", "", ""]
    assert rows[0][1] is not None
    page = office.client(STAFF).get(document.get_absolute_url()).content.decode()
    assert "文稿修改前的会签（已失效）1条" in page
    assert "第二段不妥" in page
    send(document, office.staff)
    sign(document, factories.actor(finance))
    sign(document, colleague)
    work()
    assert fresh(document).state == "submitted"


def test_in_order_the_second_waits_for_the_first(office: Office, finance: Membership, colleague: Actor) -> None:
    document = office.draft()
    name(document, office, office.people["colleague"].organization, office.people["colleague"])
    name(document, office, finance.organization)
    with scope(office.staff):
        countersigning.arrange(document, by=office.staff, in_order=True, until=None)
    send(document, office.staff)
    liaison = factories.actor(finance)
    with scope(liaison):
        assert not Document.objects.visible_to(liaison).exists()
    sign(document, colleague)
    work()
    with scope(liaison):
        assert waiting.at_desk(Document.objects.visible_to(liaison), liaison, desk=False)
    sign(document, liaison)
    work()
    assert fresh(document).state == "submitted"


def test_what_was_read_is_what_is_signed(office: Office, finance: Membership) -> None:
    document = office.draft()
    name(document, office, finance.organization)
    send(document, office.staff)
    liaison = factories.actor(finance)
    with scope(liaison), pytest.raises(Refused, match="文稿在您阅读期间有改动"):
        countersigning.countersign(document, by=liaison, agrees=True, remarks="", seen="old")


def test_who_cannot_be_asked(office: Office, finance: Membership) -> None:
    document = office.draft()
    with pytest.raises(Refused, match="学校不能作为会签单位"):
        name(document, office, office.school)
    with pytest.raises(Refused, match="拟稿人不能会签自己拟的文稿"):
        name(document, office, office.people[STAFF].organization, office.people[STAFF])
    name(document, office, finance.organization)
    with pytest.raises(AlreadyDone, match="已在会签名单中"):
        name(document, office, finance.organization)


def test_required_and_nobody_named_stays_a_draft(office: Office) -> None:
    """A room's own paper (an order of the scheduler) is not lost; the office is asked to name somebody."""
    steps(countersign_required=True)
    document = office.submitted()
    assert document.state == "drafted"
    with scope(office.staff), pytest.raises(Refused, match="还没有选定会签单位"):
        checking.send_on(document, by=office.staff)


# --- delegation ------------------------------------------------------------------------------------------------------


def lend(office: Office, *, since: int = 0, days: int = 7, to: str = STAFF) -> Delegation:
    leader, today = office.actor(LEADER), clock.today()
    with scope(leader):
        return delegations.give(
            by=leader, receiver=office.people[to], words=[Permission.APPROVE_DOCUMENTS], reason="外出学习",
            valid_from=today + timedelta(days=since), valid_until=today + timedelta(days=since + days),
        )  # fmt: skip


def delegate(office: Office, who: str = STAFF) -> Actor:
    return with_lent(office.actor(who))


def test_a_delegate_approves_in_the_leaders_stead(office: Office) -> None:
    lend(office)
    document = office.draft(by=office.head)
    with scope(office.head):
        document = acts.submit(document, by=office.head)
    actor = delegate(office)
    assert todo(actor, document)
    with scope(actor):
        document = acts.approve(document, by=actor, serve_when_ready=False)
    leader = office.actor(LEADER)
    assert document.number == f"{SERIES}〔{clock.today().year}〕1号"
    assert f"受{leader.label} {leader.display_name}委托代签" in document.approved_as
    assert (document.approved_by_id, document.approved_for_id) == (actor.user_id, leader.user_id)


def test_four_eyes_bind_the_delegate_and_the_giver(office: Office) -> None:
    lend(office)
    actor = delegate(office)
    own = office.submitted()
    with scope(actor), pytest.raises(Refused, match="拟稿与“签发”不能是同一人"):
        acts.approve(own, by=actor)
    givers = office.draft(by=office.head)
    with as_owner():
        Document.objects.filter(pk=givers.pk).update(drafted_by_id=office.actor(LEADER).user_id)
    with scope(office.head):
        acts.submit(fresh(givers), by=office.head)
    assert not todo(actor, givers)
    with scope(actor), pytest.raises(Refused, match=r"由授权人.*拟稿，受托人不能代其签发"):
        acts.approve(fresh(givers), by=actor)
    with as_owner():
        assert not NumberCounter.objects.exists()


def test_a_delegation_that_ended_yesterday(office: Office) -> None:
    given = lend(office)
    yesterday = clock.today() - timedelta(days=1)
    with as_owner():
        Delegation.objects.filter(pk=given.pk).update(valid_from=yesterday, valid_until=yesterday)
    document = office.draft(by=office.head)
    with scope(office.head):
        document = acts.submit(document, by=office.head)
    actor, leader = delegate(office), office.actor(LEADER)
    said = (
        f"{leader.display_name}对您的授权已于{yesterday.year}年{yesterday.month}月{yesterday.day}日到期，不能“签发”。"
    )
    with scope(actor), pytest.raises(Refused, match=said):
        acts.approve(document, by=actor)
    page = office.client(STAFF).get(document.get_absolute_url()).content.decode()
    assert said in page
    assert not todo(actor, document)


def test_one_that_begins_tomorrow_and_one_taken_back(office: Office) -> None:
    given = lend(office, since=1)
    document = office.submitted()
    with scope(delegate(office)), pytest.raises(Refused, match="起才生效"):
        acts.approve(document, by=delegate(office))
    with as_owner():
        Delegation.objects.filter(pk=given.pk).update(valid_from=clock.today())
    stale = delegate(office)
    leader = office.actor(LEADER)
    with scope(leader):
        delegations.revoke(given, by=leader)
        with pytest.raises(AlreadyDone, match=r"已于.*撤回"):
            delegations.revoke(given, by=leader)
    other = office.draft(by=office.head)
    with scope(office.head):
        other = acts.submit(other, by=office.head)
    with scope(stale), pytest.raises(Refused, match="刚刚被撤回"):
        acts.approve(other, by=stale)
    with scope(delegate(office)), pytest.raises(Refused, match=r"对您的授权已于.*撤回"):
        acts.approve(other, by=delegate(office))
    with as_owner():
        assert not NumberCounter.objects.filter(last__gt=0).exists()


def test_nothing_is_lent_on(office: Office, colleague: Actor) -> None:
    lend(office)
    actor = delegate(office)
    assert delegations.words_to_lend(actor) == {}
    with scope(actor), pytest.raises(Refused, match="无权“授权代签”"):
        delegations.give(by=actor, receiver=office.people["colleague"], words=[Permission.APPROVE_DOCUMENTS],
                         reason="忙", valid_from=clock.today(), valid_until=clock.today())  # fmt: skip


def test_a_delegation_ends_with_the_givers_identity(office: Office) -> None:
    lend(office)
    with as_owner():
        office.people[LEADER].valid_until = clock.today() - timedelta(days=1)
        office.people[LEADER].save()
    document = office.submitted()
    with scope(delegate(office)), pytest.raises(Refused, match=r"已于.*到期"):
        acts.approve(document, by=delegate(office))


def test_a_delegate_does_not_void(office: Office) -> None:
    lend(office)
    document = office.submitted()
    with scope(delegate(office)), pytest.raises(Refused, match="无权“作废”"):
        acts.void(document, by=delegate(office), reason="试试")


def test_delegations_by_page(office: Office) -> None:
    client = office.client(LEADER)
    address = "/records/delegations/"
    assert "新的授权" in client.get(address).content.decode()
    typed = {"receiver": office.people[STAFF].pk, "words": [Permission.APPROVE_DOCUMENTS.value], "reason": "出差",
             "valid_from": clock.today().isoformat(), "valid_until": clock.today().isoformat()}  # fmt: skip
    assert "授权已生效登记" in client.post(address, typed, follow=True).content.decode()
    again = client.post(address, typed)
    assert again.status_code == 422
    assert "这段日期内已经授权给" in again.content.decode()
    staff = office.client(STAFF).get(address).content.decode()
    assert "新的授权" not in staff
    assert "撤回授权" not in staff
    with as_owner():
        given = Delegation.objects.get()
    answer = office.client(HEAD).post(f"/records/delegations/{given.pk}/revoke/", follow=True)
    assert "授权已撤回，立即生效" in answer.content.decode()
    work()
    with as_owner():
        titles = list(Notification.objects.filter(user_id=office.people[STAFF].user_id).values_list("title", flat=True))
    assert any("授权您代为签发公文" in t for t in titles)


# --- approval on paper -----------------------------------------------------------------------------------------------


def record(document: Document, office: Office, by: Actor, *, who: str = LEADER, on: date | None = None) -> Document:
    with scope(by):
        return approvals.record_approval(
            document, by=by, approver=office.people[who], on=on or clock.today(),
            scan=SimpleUploadedFile("签发单.png", PNG), serve_when_ready=False,
        )  # fmt: skip


def test_an_approval_on_paper_is_entered_by_another_person(office: Office, colleague: Actor) -> None:
    document = office.submitted()
    with pytest.raises(Refused, match="拟稿与“登记纸质签发”不能是同一人"):
        record(document, office, office.staff)
    with pytest.raises(Refused, match="签发日期不能晚于今天"):
        record(document, office, colleague, on=clock.today() + timedelta(days=1))
    with pytest.raises(Refused, match="签发日期不能早于拟稿日期"):
        record(document, office, colleague, on=clock.today() - timedelta(days=400))
    with pytest.raises(Refused, match="签发人须是本单位有权签发"):
        record(document, office, colleague, who=STAFF)
    row = record(document, office, colleague)
    assert row.number == f"{SERIES}〔{clock.today().year}〕1号"
    assert row.approved_as.endswith("（纸质签发）")
    assert (row.approved_by_id, row.recorded_by_id) == (office.actor(LEADER).user_id, colleague.user_id)
    with as_owner():
        assert Attachment.objects.filter(pk=row.approval_scan_id, part="approval").exists()
    with pytest.raises(AlreadyDone):
        record(document, office, colleague)


def test_a_number_typed_by_hand_is_refused(office: Office, colleague: Actor) -> None:
    document = office.submitted()
    typed = {"approver": office.people[LEADER].pk, "on": clock.today().isoformat(), "number": "五政教督办〔2026〕99号",
             "scan": SimpleUploadedFile("a.png", PNG), "onward": "1"}  # fmt: skip
    answer = office.client("colleague").post(f"/records/documents/{document.pk}/paper-approval/", typed)
    assert answer.status_code == 422
    assert "文号由系统按序取得，不能手工填写" in answer.content.decode()
    answer = office.client(HEAD).post(
        f"/records/documents/{document.pk}/move/approve/", {"number": "99号"}, follow=True
    )
    assert "文号由系统按序取得，不能手工填写" in answer.content.decode()
    assert fresh(document).state == "submitted"

"""What of papers passes to a leaver's successor: drafts on their way, checking, countersigning, batches; what was lent does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import Actor, Role
from accounts.models import Delegation, Membership
from accounts.scope import scope
from records import clock
from records.actions import checking
from records.actions.countersigning import countersign, version_of
from records.actions.handover import hand_over
from records.handovers.registry import preview
from records.models import Countersigner, Document, Handover, LetterBatch, Notification, PaperSteps, StateTransition
from records.outbox import consume
from records.state import Refused
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import make

pytestmark = pytest.mark.django_db
CODE, KIND = 530102, "letter"


@dataclass
class Desk:
    leaver: Membership
    successor: Membership
    head: Membership
    third: Membership

    @property
    def by(self) -> Actor:
        return f.actor(self.head)


@pytest.fixture
def desk() -> Desk:
    with as_owner():
        body = f.office(CODE)
        staff = [f.member(body, Role.OFFICE_STAFF) for _ in range(3)]
        return Desk(staff[0], staff[1], f.member(body, Role.OFFICE_HEAD), staff[2])


def paper(drafter: Membership, state: str = "drafted", **more: Any) -> Document:
    with as_owner():
        school = f.school(CODE).organization
        row = make(Document, drafter.organization, school, filed_at=clock.now())
        Document.objects.filter(pk=row.pk).update(drafted_by=drafter.user, state=state, kind_of=KIND, **more)
        return Document.objects.get(pk=row.pk)


def asked(document: Document, member: Membership, position: int = 1) -> Countersigner:
    with as_owner():
        return Countersigner.objects.create(
            document=document, position=position, organization=member.organization, person=member.user,
            person_name=member.user.full_name,
        )  # fmt: skip


def steps(checker: Membership) -> PaperSteps:
    with as_owner():
        return PaperSteps.objects.create(owner_code=CODE, kind=KIND, check_required=True, checker=checker.user)


def again(row: Any) -> Any:
    """As it stands, whoever may see it."""
    with as_owner():
        found = type(row).objects.get(pk=row.pk)
        for name in ("drafted_by", "checker"):
            getattr(found, name, None)
        return found


def go(desk: Desk) -> Handover:
    with scope(desk.by):
        return hand_over(desk.leaver, to=desk.successor.user, by=desk.by, reason="调离", last_day=clock.today())


def refused(desk: Desk, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        go(desk)
    with as_owner():
        assert not Handover.objects.exists()


def counted(desk: Desk) -> dict[str, int]:
    with scope(desk.by):
        return {line.kind.label: line.count for line in preview(desk.leaver.user, desk.leaver.organization)}


@pytest.mark.parametrize("state", ["drafted", "checking", "countersigning", "submitted"])
def test_papers_on_their_way_come_back_to_the_successor(desk: Desk, state: str) -> None:
    row = paper(desk.leaver, state)
    assert counted(desk) == {"未签发的公文": 1}
    go(desk)
    row = again(row)
    assert (row.drafted_by, row.state) == (desk.successor.user, state)


def test_what_is_approved_stays_the_drafters(desk: Desk) -> None:
    row = paper(desk.leaver)
    with as_owner():
        Document.objects.filter(pk=row.pk).update(state="void", voided_at=clock.now(), voided_by=desk.head.user)
    assert counted(desk) == {}
    assert go(desk).passed == []


def test_whoever_checked_or_countersigns_it_does_not_become_its_drafter(desk: Desk) -> None:
    row = paper(desk.leaver, "submitted", checked_by=desk.successor.user, checked_at=clock.now(), title="关于食堂的函")
    refused(desk, "《关于食堂的函》由.*核稿或会签，不能再由其拟稿")
    with as_owner():
        Document.objects.filter(pk=row.pk).update(checked_by=None, checked_at=None, state="countersigning")
    signer = asked(row, desk.successor)
    refused(desk, "核稿或会签")
    with as_owner():
        signer.delete()
    go(desk)


def test_the_named_checker_does_not_become_drafter_of_what_he_is_to_check(desk: Desk) -> None:
    steps(desk.successor)
    row = paper(desk.leaver, "checking")
    refused(desk, "核稿或会签")
    with as_owner():
        Document.objects.filter(pk=row.pk).update(state="drafted")
    go(desk)


def test_checking_passes_and_the_successor_checks(desk: Desk) -> None:
    rule = steps(desk.leaver)
    row = paper(desk.third, "checking")
    assert counted(desk) == {"指定核稿的文种": 1}
    go(desk)
    rule = again(rule)
    assert rule.checker == desk.successor.user
    successor = f.actor(desk.successor)
    with scope(successor):
        assert checking.pass_check(row, by=successor).state == "submitted"
    with as_owner():
        assert StateTransition.objects.filter(name="hand_over", root_id=row.pk, label="移交核稿").count() == 1


def test_a_drafter_is_not_made_his_own_checker(desk: Desk) -> None:
    steps(desk.leaver)
    paper(desk.successor, "checking", title="关于校车的函")
    refused(desk, "《关于校车的函》由.*拟稿，正待核稿")


def test_countersigning_passes_and_the_successor_is_asked(desk: Desk, django_capture_on_commit_callbacks: Any) -> None:
    row = paper(desk.third, "countersigning")
    asked(row, desk.leaver)
    assert counted(desk) == {"待会签的公文": 1}
    with django_capture_on_commit_callbacks(execute=True):
        go(desk)
    consume()
    with as_owner():
        line = Countersigner.objects.get(document=row)
        assert (line.person, line.person_name, line.position) == (desk.successor.user, desk.successor.user.full_name, 1)
        assert Notification.objects.filter(user=desk.successor.user, title__startswith="请会签").count() == 1
    successor = f.actor(desk.successor)
    with scope(successor):
        countersign(row, by=successor, agrees=True, remarks="", seen=version_of(row))
    consume()
    row = again(row)
    assert row.state == "submitted"


def test_a_successor_who_is_asked_himself_is_asked_once_and_the_paper_goes_on(desk: Desk) -> None:
    row = paper(desk.third, "countersigning")
    asked(row, desk.leaver)
    own = asked(row, desk.successor, 2)
    with as_owner():
        own.opinion, own.signed_at, own.signed_by = "agreed", clock.now(), desk.successor.user
        own.save()
    go(desk)
    row = again(row)
    with as_owner():
        assert list(Countersigner.objects.filter(document=row)) == [own]
    assert row.state == "submitted", "nobody is left to be asked"


def test_a_drafter_is_not_made_countersigner_of_his_own(desk: Desk) -> None:
    row = paper(desk.successor, "countersigning", title="关于营养餐的函")
    asked(row, desk.leaver)
    refused(desk, "《关于营养餐的函》由.*拟稿，不能由其会签")


def test_a_batch_of_letters_passes(desk: Desk) -> None:
    with as_owner():
        row = make(LetterBatch, desk.leaver.organization, f.school(CODE).organization, filed_at=clock.now())
        LetterBatch.objects.filter(pk=row.pk).update(drafted_by=desk.leaver.user)
    assert counted(desk) == {"未签发的批量公文": 1}
    go(desk)
    row = again(row)
    assert row.drafted_by == desk.successor.user


def test_what_was_lent_is_shown_and_ends_with_the_identity(desk: Desk) -> None:
    today = clock.today()
    with as_owner():
        Delegation.objects.create(
            organization=desk.head.organization, giver=desk.head, receiver=desk.leaver, words=["records.approve_documents"],
            reason="出差", valid_from=today, valid_until=today + timedelta(days=9), given_at=clock.now(),
            given_by=desk.head.user,
        )  # fmt: skip
    assert counted(desk) == {"授权代签": 1}
    assert go(desk).passed == []
    with as_owner():
        desk.leaver.refresh_from_db()
        assert desk.leaver.valid_until == today
        assert Delegation.objects.get().receiver == desk.leaver

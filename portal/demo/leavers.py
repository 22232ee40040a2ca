"""People who come and go at the main office: a clerk who left and what he handed over, a contact before the present one, the
account steward, invitations that lie with their units."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from accounts import invitations, stewards
from accounts.actors import Actor, Role
from accounts.identities import actor_for, chosen, identities_of
from accounts.invitations import Printing
from accounts.models import Membership, Organization, User
from accounts.scope import scope
from portal.demo.clockwork import Clockwork, Story
from portal.demo.desk import Desk
from portal.demo.people import Cast, membership
from records import clock
from records.actions import drafting, templates
from records.actions.handover import hand_over
from records.documents.kinds import DocumentKind

LEFT, NAMED, INVITED = 26, 21, 2
HELP_PHONE = "0871-63100000"
BEFORE = timedelta(days=400)


def play(works: Clockwork, desk: Desk) -> None:
    for story in (left, former_contact, steward, invited):
        works.tell(story(desk))


def left(desk: Desk) -> Story:
    """Moved to the bureau: a draft of his went to the colleague, his identity ended."""
    yield desk.at(LEFT + 4, 9)
    office = Organization.objects.get(pk=desk.staff.organization_id)
    member = _person("former-office", "段文彬", office, Role.OFFICE_STAFF, "督导办科员")
    actor = Cast()[member.user.username]
    with scope(actor):
        own = next(t.template for t in templates.standing(actor) if t.template.kind == DocumentKind.MINUTES)
        drafting.draft_from(own, by=actor, recipients=[], blanks={"会议名称": "秋季学期开学督导布置会"})
    yield desk.at(LEFT, 15)
    with scope(desk.head):
        hand_over(
            Membership.objects.visible_to(desk.head).get(pk=member.pk), to=User.objects.get(pk=desk.staff.user_id),
            by=desk.head, reason="调任区教育体育局基教科。", last_day=clock.today(),
        )  # fmt: skip


def former_contact(desk: Desk) -> Story:
    yield desk.at(LEFT, 10)
    school = desk.schools[1].organization
    _person(
        "former-school", "起建英", school, Role.UNIT_CONTACT, "督导联络员", until=clock.today() - timedelta(days=60)
    )


def steward(desk: Desk) -> Story:
    yield desk.at(NAMED, 9)
    with scope(desk.head):
        clerk = Membership.objects.visible_to(desk.head).get(pk=desk.staff.membership_id)
        stewards.name_steward(clerk, by=desk.head, valid_from=clock.today())


def invited(desk: Desk) -> Story:
    """One for a unit's further contact, one for the successor whom the department has named. The codes were on paper only."""
    yield desk.at(INVITED, 10)
    by = _as_steward(desk.staff)
    with scope(by):
        unit = desk.schools[2].organization
        invitations.invite([unit], by=by, printing=_printing(), known={})
        contact = Membership.objects.visible_to(by).get(pk=desk.department.membership_id)
        invitations.invite_successor(contact, by=by, printing=_printing(), name="和丽芬", phone="")


def _as_steward(clerk: Actor) -> Actor:
    """The clerk as he signs in now: the cast knew him before he was named."""
    assert clerk.user_id is not None
    identity = chosen(identities_of(clerk.user_id), clerk.membership_id)
    assert identity is not None
    return actor_for(identity, user_id=clerk.user_id, display_name=clerk.display_name)


def _printing() -> Printing:
    return Printing(help_phone=HELP_PHONE, days=14, batch=uuid.uuid4())


def _person(
    prefix: str, name: str, body: Organization, role: str, title: str, *, until: date | None = None
) -> Membership:
    """Somebody whom the demo's list of accounts does not promise: he does not sign in any more."""
    user = User(username=f"{prefix}-{body.division_id}", full_name=name)
    user.set_unusable_password()
    user.save()
    made = membership(user, body, role, title, clock.today() - BEFORE)
    made.valid_until = until
    made.save()
    return made

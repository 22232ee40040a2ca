"""Opening named roots to people from outside, to a last day: agencies, seconded and cross-county inspectors, law bodies.

The `Party` row is the lock, in code and in the database, and carries the dates; django-guardian's row beside it says
what the person may do beyond reading the page. Nothing else opens: an outsider acts for no organization.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import assign_perm, remove_perm

from accounts import guests
from accounts.actions import NotAllowed
from accounts.actors import Actor, ActorKind
from accounts.models import Organization, User
from records import clock
from records.models import Category, GrantEntry, PartyBase, Root
from records.notices.notify import notify
from records.permissions import Permission
from records.state import Refusal, Refused, owning_office

DOWNLOAD = "download_files"


class Purpose(models.TextChoices):
    """Why somebody from outside is let in; stored as the party's role."""

    AGENCY = "agency", "评估监测机构"
    SECONDED = "seconded", "抽调参加督导"
    CROSS_COUNTY = "cross_county", "交叉互检督学"
    LAW = "law", "执法、司法或纪检监察机关"
    OTHER = "other_outside", "其他"


@dataclass(frozen=True)
class Guest:
    """Who is let in: the name and number that he signs in by, and as what he comes."""

    full_name: str
    phone: str
    title: str


def grantable() -> list[type[Root]]:
    """The kinds of roots that can be opened to a person: those with a party table."""
    return [m for m in apps.get_models() if issubclass(m, Root) and m.party_model() is not None]


def grant_access(
    roots: Sequence[Any], *, by: Actor, guest: Guest, purpose: str, until: date, download: bool, reason: str
) -> tuple[User, str]:
    """Open the roots of `by`'s office to the guest to the end of `until`. Returns the person and a new account's
    initial password ("" where there is an account). Refused with the sentence; then nothing has been opened.
    """
    today = clock.today()
    for refused in (_refusal(root, by) or _alone(root, roots) for root in roots):
        if refused is not None:
            raise Refused(refused)
    _check(until, today, reason)
    try:
        with transaction.atomic():
            office = Organization.objects.get(pk=by.organization_id)
            user, password = guests.admit(by=by, office=office, full_name=guest.full_name, phone=guest.phone,
                                          title=guest.title, since=today, until=until)  # fmt: skip
            for root in roots:
                _open(root, user, by=by, purpose=purpose, since=today, until=until, download=download, reason=reason)
    except NotAllowed as error:
        raise Refused(Refusal(str(error))) from error
    return user, password


def _refusal(root: Any, by: Actor) -> Refusal | None:
    if not by.can(Permission.GRANT_ACCESS):
        return Refusal(f"您当前的身份（{by.role_label}）无权向外部人员开放事项，请由督导办负责人办理。")
    if root.filed_at is None and root.served_at is None:
        return Refusal(f"“{root}”还没有提交，不能向外部人员开放。")
    return owning_office(root, by)


def _alone(root: Any, roots: Sequence[Any]) -> Refusal | None:
    chosen = {(r.kind, r.pk) for r in roots}
    for name in root.opened_with:
        field = root._meta.get_field(name)
        if (field.related_model._meta.label_lower, getattr(root, field.attname)) not in chosen:
            what, other = root._meta.verbose_name, field.related_model._meta.verbose_name
            return Refusal(f"{what}须与它的{other}一并开放，请在“一并开放”中勾选{other}。")
    return None


def _check(until: date, today: date, reason: str) -> None:
    if not reason.strip():
        raise Refused(Refusal("请写明开放的理由。"))
    if until < today:
        raise Refused(Refusal("截止日期已经过去，请填写今天或以后的日期。"))
    if until > today + timedelta(days=settings.GUEST_MOST_DAYS):
        raise Refused(Refusal(f"一次开放最长{settings.GUEST_MOST_DAYS}天（本地惯例），到期后可以再次开放。"))


def _open(
    root: Any, user: User, *, by: Actor, purpose: str, since: date, until: date, download: bool, reason: str
) -> None:
    party_model = type(root).party_model()
    standing = party_model.objects.filter(root=root, person=user).select_for_update(of=("self",)).first()
    if standing is None:
        standing = party_model(root=root, owner_code=root.owner_code, person=user, valid_from=since)
    standing.role, standing.valid_until = purpose, until
    standing.valid_from = min(standing.valid_from, since)
    standing.save()
    (assign_perm if download else remove_perm)(DOWNLOAD, user, root)
    _note(root, user, by=by, purpose=purpose, until=until, download=download, reason=reason)
    # Without its name: the line stays in the inbox when the grant is over.
    notify(root, by=by, key=f"granted:{user.pk}:{until.isoformat()}", title=f"有一项{root._meta.verbose_name}向您开放",
           body=f"有效期至{until:%Y年%-m月%-d日}。", users=[user.pk], category=Category.NEWS)  # fmt: skip


def end_access(party: PartyBase, *, by: Actor, reason: str) -> None:
    """Close it at once, before its last day."""
    root: Any = party.root  # type: ignore[attr-defined]
    refused = _ending_refusal(party, root, by, reason)
    if refused is not None:
        raise Refused(refused)
    with transaction.atomic():
        row = type(party).objects.select_for_update(of=("self",)).get(pk=party.pk)
        row.valid_until = clock.today() - timedelta(days=1)
        row.valid_from = min(row.valid_from, row.valid_until)
        row.save(update_fields=["valid_until", "valid_from"])
        remove_perm(DOWNLOAD, row.person, root)
        _note(
            root, row.person, by=by, purpose=row.role, until=row.valid_until, download=False, reason=reason, ended=True
        )


def _ending_refusal(party: PartyBase, root: Any, by: Actor, reason: str) -> Refusal | None:
    if not by.can(Permission.GRANT_ACCESS):
        return Refusal(f"您当前的身份（{by.role_label}）无权收回，请由督导办负责人办理。")
    if not reason.strip():
        return Refusal("请写明收回的理由。")
    if party.valid_until is not None and party.valid_until < clock.today():
        return Refusal("这项开放已经结束。")
    return owning_office(root, by)


def _note(root: Any, user: User, *, by: Actor, ended: bool = False, **facts: Any) -> None:
    """Kept by the office alone, not in the root's timeline: a unit is not told who looks at its file."""
    assert by.user_id is not None  # a head decides, never the scheduler
    GrantEntry(
        root_kind=root.kind, root_id=root.pk, owner_code=root.owner_code, person=user, ended=ended, at=clock.now(),
        by_id=by.user_id, by_name=by.display_name, acting_as=by.label, **facts,
    ).save(force_insert=True)  # fmt: skip


# --- asking ----------------------------------------------------------------------------------------------------------


def may_download(actor: Actor, root: Any) -> bool:
    """Whether the actor may take files of a root that he sees. Everybody but an outsider who was only to read."""
    if actor.kind is not ActorKind.OUTSIDER:
        return True
    user = User.objects.filter(pk=actor.user_id).first()
    return user is not None and bool(ObjectPermissionChecker(user).has_perm(DOWNLOAD, root))


def downloadable(actor: Actor, model: type[Any]) -> list[int]:
    """Ids of the roots of a kind whose files the outsider may take: what his lists may be taken away with."""
    return [root.pk for root in model.objects.visible_to(actor)[:MOST] if may_download(actor, root)]


def taken_from(actor: Actor) -> list[list[Any]]:
    """The roots that an outsider's long work may draw on today, as `still_open` asks for them."""
    return [[root.kind, root.pk] for root in open_to(actor) if may_download(actor, root)]


def still_open(drawn_on: list[list[Any]], actor: Actor) -> bool:
    """Whether everything that the work drew on is open to the outsider today, for taking away."""
    if actor.kind is not ActorKind.OUTSIDER:
        return False
    for kind, pk in drawn_on:
        root = apps.get_model(kind).objects.visible_to(actor).filter(pk=pk).first()  # type: ignore[attr-defined]
        if root is None or not may_download(actor, root):
            return False
    return True


@dataclass(frozen=True)
class Grant:
    """A line of the lists: a person's party on a root."""

    party: PartyBase
    root: Any
    person: User
    kind: str
    is_current: bool

    @property
    def purpose(self) -> str:
        return Purpose(self.party.role).label if self.party.role in Purpose.values else self.party.role

    @property
    def ref(self) -> str:
        """How addresses name the party."""
        return f"{self.party._meta.label_lower}:{self.party.pk}"


MOST = 200


def grants_of_root(root: Any) -> list[Grant]:
    """Everybody from outside to whom the root is or was open, the current first."""
    party_model = type(root).party_model()
    return _lines(party_model.objects.filter(root=root, person__isnull=False)) if party_model else []


def grants_of_office(actor: Actor, *, only_current: bool = True) -> list[Grant]:
    """What the actor's office has opened to people from outside, those that end soonest first. A query a kind."""
    found: list[Grant] = []
    for model in grantable():
        party_model = model.party_model()
        assert party_model is not None
        rows = party_model.objects.visible_to(actor).filter(owner_code=actor.division_code, person__isnull=False)
        found += _lines(rows.filter(valid_until__gte=clock.today()) if only_current else rows)
    return sorted(found, key=lambda g: (not g.is_current, g.party.valid_until or date.max))


def _lines(rows: Iterable[Any]) -> list[Grant]:
    today = clock.today()
    fetched = rows.select_related("person", "root").order_by("-valid_until", "pk")[:MOST]  # type: ignore[attr-defined]
    return [
        Grant(party, party.root, party.person, str(party.root._meta.verbose_name),
              party.valid_from <= today and (party.valid_until is None or party.valid_until >= today))
        for party in fetched
    ]  # fmt: skip


def party_of(ref: str, actor: Actor) -> PartyBase | None:
    """The party that `Grant.ref` names, of the actor's own office; None when there is none."""
    label, _, pk = ref.partition(":")
    models_by_label = {m.party_model()._meta.label_lower: m.party_model() for m in grantable()}  # type: ignore[union-attr]
    model = models_by_label.get(label)
    if model is None or not pk.isdecimal():
        return None
    rows = model.objects.visible_to(actor).filter(owner_code=actor.division_code, person__isnull=False)
    found: PartyBase | None = rows.select_related("root", "person").filter(pk=int(pk)).first()
    return found


def open_to(actor: Actor) -> list[Any]:
    """The roots that are open to the outsider today. A query a kind."""
    return [
        root for model in grantable() for root in model.objects.visible_to(actor).select_related("subject_org")[:MOST]
    ]

"""Units' contacts and the account stewards who look after them. An invitation's code is printed on the page and is nowhere
else, so inviting is done there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts import invitations, stewards
from accounts.actors import Actor, OrganizationKind, Role
from accounts.api import fields as f
from accounts.api.filters import narrowed
from accounts.api.resources import Deed, Resource
from accounts.forms_contacts import InvitationFilter, StewardForm, UnitsFilter
from accounts.models import Invitation, Membership, Stewardship
from accounts.permissions import Permission as P
from accounts.personal import mask_phone
from accounts.views.contacts import contacts_of, filtered, invitations_matching, units_of
from accounts.views.stewards import colleagues_of, note

UNITS = Resource(
    name="contact-units", title="单位联系人情况", room="accounts", words=(P.INVITE_CONTACTS,), rows=units_of, order="name",
    filterset=narrowed(UnitsFilter, filtered), help="本区划可以有联系人的单位；邀请单在页面上打印。",
    fields=(
        f.text("name", "单位", sort=True), *f.coded("kind", "类别", OrganizationKind.choices),
        f.flag("has_contact", "已有联系人"), f.flag("is_invited", "已邀请、待领取"),
    ),
)  # fmt: skip


def _end(actor: Actor, on: Any, form: Any) -> Membership:
    return invitations.end_contact(on, by=actor)


def _contact_ended(request: Any, done: Any) -> None:
    note(request, f"终止联系人身份：{done}（{done.user}）", done)


CONTACTS = Resource(
    name="contacts", title="单位联系人", room="accounts", words=(P.INVITE_CONTACTS,), rows=contacts_of,
    fields=(
        f.person("user", "联系人"), f.ref("organization", "单位"), *f.coded("role", "角色", Role.choices),
        f.text("title", "职务"), f.day("valid_from", "起始日期", sort=True), f.day("valid_until", "截止日期"),
    ),
    deeds=(Deed("end", "终止联系人身份", _end, (P.INVITE_CONTACTS,), noted=_contact_ended),),
)  # fmt: skip


def _state(*columns: Any) -> str:
    """As Invitation computes it."""
    names = ("claimed_at", "revoked_at", "failures", "valid_until")
    return Invitation(**dict(zip(names, columns, strict=True))).state_on(timezone.localdate())


def _revoke(actor: Actor, on: Any, form: Any) -> Invitation:
    return invitations.revoke(on, by=actor)


STATES: f.Schema = {"type": "string", "description": "状态", "enum": [str(value) for value in Invitation.State.values]}
INVITATIONS = Resource(
    name="invitations", title="联系人邀请", room="accounts", words=(P.INVITE_CONTACTS,), order="-invited_at",
    rows=lambda actor: Invitation.objects.visible_to(actor), filterset=narrowed(InvitationFilter, invitations_matching),
    fields=(
        f.ref("organization", "单位"), f.text("contact_name", "联系人"),
        f.Field("phone", {"type": "string", "description": "限用手机号码，只显示前三位和后四位"}, ("phone",), mask_phone),
        f.Field("state", STATES, ("claimed_at", "revoked_at", "failures", "valid_until"), _state),
        f.day("valid_until", "有效期至", sort=True), f.moment("invited_at", "生成时间", sort=True), f.person("invited_by", "生成人"),
        f.moment("claimed_at", "领取时间"), f.person("claimed_by", "领取人"), f.moment("revoked_at", "撤销时间"),
    ),
    deeds=(
        Deed("revoke", "撤销邀请", _revoke, (P.INVITE_CONTACTS,),
             noted=lambda request, done: note(request, f"撤销联系人邀请：{done.organization}", done)),
    ),
)  # fmt: skip


def _steward_form(data: Any, files: Any, actor: Actor, on: Any) -> StewardForm:
    """The page's form, whose person the page has in its address."""
    form = StewardForm(data)
    form.fields = {"membership": forms.ModelChoiceField(colleagues_of(actor), label="身份编号"), **form.fields}
    return form


def _name(actor: Actor, on: Any, form: Any) -> Stewardship:
    return stewards.name_steward(by=actor, **form.cleaned_data)


def _dismiss(actor: Actor, on: Any, form: Any) -> Stewardship:
    return stewards.end_stewardship(on, by=actor)


def _said(what: str) -> Any:
    def said(request: Any, done: Any) -> None:
        note(request, f"{what}账号管理员：{done.membership.user}", done.membership)

    return said


STEWARDS = Resource(
    name="stewards", title="账号管理员", room="accounts", words=(P.NAME_STEWARDS,), order="-valid_from",
    rows=lambda actor: Stewardship.objects.visible_to(actor),
    fields=(
        f.ref("person", "人员", column="membership__user", shown="full_name"), f.number("membership", "身份编号", column="membership_id"),
        f.day("valid_from", "起始日期", sort=True), f.day("valid_until", "截止日期"), f.moment("named_at", "指定时间"),
        f.person("named_by", "指定人"), f.moment("ended_at", "终止时间"), f.person("ended_by", "终止人"),
    ),
    create=Deed("create", "指定账号管理员", _name, (P.NAME_STEWARDS,), _steward_form, noted=_said("指定")),
    deeds=(Deed("end", "终止账号管理员", _dismiss, (P.NAME_STEWARDS,), noted=_said("终止")),),
)  # fmt: skip
RESOURCES = (UNITS, CONTACTS, INVITATIONS, STEWARDS)

"""People and their identities, for a security administrator's programs: as the pages show and change them.

An account is made on the page or by a spreadsheet: its first password is shown to a person and to nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.utils import timezone

from accounts import actions
from accounts.actors import Actor, Role
from accounts.api import fields as f
from accounts.api.bodies import plain
from accounts.api.filters import narrowed
from accounts.api.resources import Deed, Resource
from accounts.forms import EndForm, MembershipForm, NameForm, PeopleFilter
from accounts.models import Membership, Organization, User
from accounts.permissions import Permission as P
from accounts.personal import mask_phone
from accounts.views.people import matching, units_of

MASKED = {"description": "手机号码，只显示前三位和后四位", "type": "string"}
IDENTITY = f.record(
    id=f.INTEGER, organization=f.record(id=f.INTEGER, name=f.STRING), role=f.STRING, role_label=f.STRING, title=f.STRING,
    valid_from=f.DAY, valid_until=f.DAY,
)  # fmt: skip


def noted(detail: str, action: str = "change") -> Callable[[Any, Any], None]:
    """A line for the audit administrator about a person or somebody's identity."""

    def note(request: Any, done: Any) -> None:
        person = done if isinstance(done, User) else done.user
        get_adapter().note(request, action, actor=request.actor, detail=f"{detail}（{person}）", object_kind="accounts.user",
                           object_id=person.pk)  # fmt: skip

    return note


def _identities(person: User, actor: Actor) -> list[dict[str, Any]]:
    rows = Membership.objects.visible_to(actor).filter(user=person).select_related("organization").order_by("pk")
    return [
        {
            "id": row.pk, "organization": {"id": row.organization_id, "name": row.organization.name}, "role": row.role,
            "role_label": row.get_role_display(), "title": row.title, "valid_from": row.valid_from, "valid_until": row.valid_until,
        }
        for row in rows
    ]  # fmt: skip


def _change(actor: Actor, on: Any, form: Any) -> User:
    return actions.change_person(on, by=actor, **form.cleaned_data)


def _identity_form(data: Any, files: Any, actor: Actor, on: Any) -> MembershipForm:
    """The page's form, whose unit the page has in its address."""
    unit = forms.ModelChoiceField(units_of(actor), label="单位")
    asked = str(data.get("organization", "")) if data is not None else ""
    found = (
        units_of(actor).filter(pk=int(asked)).first()
        if asked.isascii() and asked.isdecimal() and len(asked) < 19
        else None
    )
    organization = found or Organization()
    held = Membership(user=on, organization=found, division_code=found.division_id) if found else Membership(user=on)
    form = MembershipForm(data, organization=organization, user=on, instance=held)
    form.fields["role"].depends_on_actor = True  # type: ignore[attr-defined]
    form.fields = {"organization": unit, **form.fields}
    return form


def _add_identity(actor: Actor, on: Any, form: Any) -> None:
    actions.add_membership(by=actor, user=on, **form.cleaned_data)


def _active(active: bool) -> Callable[[Actor, Any, Any], None]:
    return lambda actor, on, form: actions.set_active(on, by=actor, active=active)


PEOPLE = Resource(
    name="people", title="人员账号", room="accounts", words=(P.VIEW_PEOPLE,), order="full_name",
    rows=lambda actor: User.objects.visible_to(actor), filterset=narrowed(PeopleFilter, matching), opened=noted("查阅人员资料", "read"),
    help="新建账号、重置密码和解除登录暂停在页面上办理：初始密码只显示给办理人。",
    fields=(
        f.text("full_name", "姓名", sort=True), f.text("username", "用户名", sort=True),
        f.Field("phone", MASKED, ("phone",), mask_phone), f.flag("is_active", "账号启用"),
    ),
    parts=(f.Part("memberships", "身份", f.listed(IDENTITY), _identities),),
    change=Deed("change", "修改姓名或手机号码", _change, (P.MANAGE_PEOPLE,), noted=noted("修改姓名或手机号码"),
                form=lambda data, files, actor, on: NameForm(data, instance=on)),
    deeds=(
        Deed("add-membership", "增加身份", _add_identity, (P.MANAGE_PEOPLE,), _identity_form, noted=noted("增加身份")),
        Deed("deactivate", "停用账号", _active(False), (P.MANAGE_PEOPLE,), noted=noted("已停用账号")),
        Deed("activate", "启用账号", _active(True), (P.MANAGE_PEOPLE,), noted=noted("已启用账号")),
    ),
)  # fmt: skip


def _memberships(actor: Actor) -> Any:
    """A security administrator: those of his range. A head of an office: his colleagues', to name a steward or hand over."""
    rows = Membership.objects.visible_to(actor)
    return rows if actor.can(P.VIEW_PEOPLE) else rows.filter(organization_id=actor.organization_id)


def _end(actor: Actor, on: Any, form: Any) -> Membership:
    return actions.end_membership(on, by=actor, on=form.cleaned_data["on"])


class MembershipFilter(forms.Form):
    organization = forms.IntegerField(label="单位编号", required=False, min_value=1, max_value=2**62)
    user = forms.IntegerField(label="人员编号", required=False, min_value=1, max_value=2**62)
    role = forms.ChoiceField(label="角色", required=False, choices=[("", "全部"), *Role.choices])
    current = forms.BooleanField(label="只列今天有效的", required=False)


def _narrowed(rows: Any, form: MembershipFilter) -> Any:
    chosen = form.cleaned_data
    rows = rows.filter(**{name: chosen[name] for name in ("organization", "user", "role") if chosen.get(name)})
    return rows.valid_on(timezone.localdate()) if chosen.get("current") else rows


MEMBERSHIPS = Resource(
    name="memberships", title="身份", room="accounts", words=(P.VIEW_PEOPLE, P.NAME_STEWARDS), rows=_memberships,
    filterset=narrowed(MembershipFilter, _narrowed),
    fields=(
        f.person("user", "人员"), f.ref("organization", "单位"), *f.coded("role", "角色", Role.choices), f.text("title", "职务"),
        f.number("division_code", "区划"), f.day("valid_from", "起始日期", sort=True), f.day("valid_until", "截止日期"),
    ),
    deeds=(Deed("end", "终止身份", _end, (P.MANAGE_PEOPLE,), plain(EndForm), noted=noted("终止身份")),),
)  # fmt: skip
RESOURCES = (PEOPLE, MEMBERSHIPS)

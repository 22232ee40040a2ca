"""Schools, governments and departments, committees for programs."""

from __future__ import annotations

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.resources import Deed, Resource, removing
from accounts.models import Division, Organization
from accounts.personal import mask_phone
from records import clock
from records.state import Refusal, Refused
from supervision import actions, forms
from supervision.exports import KINDS
from supervision.filters import CommitteeFilter, SchoolFilter, UnitFilter
from supervision.models import Committee, CommitteeMember, MemberUnit, School, UnitContact
from supervision.permissions import Permission as P

# --- schools ----------------------------------------------------------------------------------------------------------


def _school_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.SchoolForm(data, actor=actor, instance=on)


def _register(actor: Actor, on: Any, form: Any) -> School:
    return actions.register_school(by=actor, body=form.body, profile=form.profile)


def _change_school(actor: Actor, on: Any, form: Any) -> School:
    return actions.change_school(on, by=actor, body=form.body, profile=form.profile)


CONTACT = f.record(id=f.INTEGER, name=f.STRING, post=f.STRING, phone=f.STRING, is_primary=f.BOOLEAN)


def _contacts(school: School, actor: Actor) -> list[dict[str, Any]]:
    """Numbers masked, as the page shows them: opening one leaves a trace and is a person's to do there."""
    rows = UnitContact.objects.visible_to(actor).filter(organization_id=school.pk).values(*CONTACT["properties"])
    return [row | {"phone": mask_phone(row["phone"])} for row in rows]


def _add_contact(actor: Actor, school: Any, form: Any) -> None:
    actions.save_contact(form.instance, by=actor, school=school)


SCHOOLS = Resource(
    name="schools", title="学校", room="supervision", words=(P.VIEW_SCHOOLS,), filterset=SchoolFilter, order="division_code",
    rows=lambda actor: School.objects.visible_to(actor), help="不带 status 时只列在办的学校。",
    fields=(
        f.text("name", "学校全称", column="organization__name", sort=True), f.text("code", "标识码", column="organization__code"),
        *f.coded("stage", "学段类别", School.Stage.choices, sort=True),
        *f.coded("ownership", "举办性质", School.Ownership.choices, sort=True),
        f.number("division_code", "管理区划", sort=True), f.text("township", "乡镇（街道）"), f.text("address", "地址"),
        f.ref("competent_department", "主管部门", column="organization__competent_department"),
        f.text("head_name", "校（园）长"), f.number("pupils", "学生数", sort=True), f.number("classes", "班级数"),
        f.number("teachers", "教师数", sort=True), f.day("opened_on", "设立日期", column="organization__opened_on"),
        f.day("closed_on", "撤销日期", column="organization__closed_on"),
    ),
    parts=(f.Part("contacts", "联系人", f.listed(CONTACT), _contacts),),
    create=Deed("create", "登记学校", _register, (P.MANAGE_SCHOOLS,), _school_form),
    change=Deed("change", "修改学校", _change_school, (P.MANAGE_SCHOOLS,), _school_form),
    deeds=(
        Deed("add-contact", "增加联系人", _add_contact, (P.MANAGE_SCHOOLS,),
             lambda data, files, actor, on: forms.ContactForm(data, instance=UnitContact())),
    ),
)  # fmt: skip

# --- governments and departments --------------------------------------------------------------------------------------


def _save_unit(actor: Actor, on: Any, form: Any) -> Organization:
    return actions.save_unit(form.instance, by=actor)


def _unit_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    if on is not None:
        actions.refuse_outside(actor, on.division_id)
    return forms.UnitForm(data, actor=actor, instance=on)


UNITS = Resource(
    name="units", title="政府和部门", room="supervision", words=(P.VIEW_UNITS,), filterset=UnitFilter, order="division_code",
    rows=lambda actor: Organization.objects.visible_to(actor).filter(kind__in=KINDS),
    fields=(
        f.text("name", "全称", sort=True), f.text("short_name", "简称"),
        *f.coded("kind", "类别", [(k.value, k.label) for k in KINDS], sort=True),
        f.number("division_code", "区划", column="division_id", sort=True), f.day("opened_on", "设立日期", sort=True),
        f.day("closed_on", "撤销日期"),
    ),
    create=Deed("create", "登记单位", _save_unit, (P.MANAGE_UNITS,), _unit_form),
    change=Deed("change", "修改单位", _save_unit, (P.MANAGE_UNITS,), _unit_form),
)  # fmt: skip

# --- committees -------------------------------------------------------------------------------------------------------

MEMBER = f.record(
    id=f.INTEGER, position=f.STRING, person_name=f.STRING, post=f.STRING, valid_from=f.DAY, valid_until=f.DAY
)
SEAT = f.record(
    id=f.INTEGER, unit=f.STRING, liaison_name=f.STRING, liaison_post=f.STRING, liaison_phone=f.STRING, valid_from=f.DAY,
    valid_until=f.DAY,
)  # fmt: skip


def _members(committee: Committee, actor: Actor) -> list[dict[str, Any]]:
    rows = CommitteeMember.objects.visible_to(actor).filter(committee=committee)
    return list(rows.values(*MEMBER["properties"]))


def _units(committee: Committee, actor: Actor) -> list[dict[str, Any]]:
    """Phones of the liaisons are the offices', and masked."""
    rows = MemberUnit.objects.visible_to(actor).filter(committee=committee).select_related("organization")
    return [
        {
            "id": row.pk, "unit": row.organization.name, "liaison_name": row.liaison_name, "liaison_post": row.liaison_post,
            "liaison_phone": mask_phone(row.liaison_phone) if actor.is_office else "", "valid_from": row.valid_from,
            "valid_until": row.valid_until,
        }
        for row in rows
    ]  # fmt: skip


def _own(actor: Actor, committee: Any) -> None:
    if committee.division_code != actor.division_code:
        raise Refused(Refusal("委员会组成人员和成员单位由本级督导办维护，您只能查看。"))


def _committee_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.CommitteeForm(data, instance=on)


def _member_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.MemberForm(data, instance=CommitteeMember(), committee=on or Committee(division=Division()))


def _seat(actor: Actor, committee: Any, form: Any) -> None:
    actions.save_seat(form.instance, by=actor, committee=committee)


def _establish(actor: Actor, on: Any, form: Any) -> Committee:
    return actions.establish_committee(get_object_or_404(Division, pk=actor.division_code), on=clock.today())


COMMITTEES = Resource(
    name="committees", title="教育督导委员会", room="supervision", words=(P.VIEW_COMMITTEE,), filterset=CommitteeFilter,
    order="division_code", rows=lambda actor: Committee.objects.visible_to(actor),
    fields=(
        f.text("name", "名称", sort=True), f.number("division_code", "区划", sort=True), f.ref("office", "办公室"),
        f.day("established_on", "成立日期", sort=True),
    ),
    parts=(f.Part("members", "组成人员", f.listed(MEMBER), _members), f.Part("units", "成员单位", f.listed(SEAT), _units)),
    create=Deed("create", "建立委员会", _establish, (P.MANAGE_COMMITTEE,), help="本级的委员会及22个成员单位；已经建立的返回原有的。"),
    change=Deed("change", "修改委员会", lambda actor, on, form: form.save(), (P.MANAGE_COMMITTEE,), _committee_form, check=_own),
    deeds=(Deed("add-member", "增加组成人员", _seat, (P.MANAGE_COMMITTEE,), _member_form, check=_own),),
)  # fmt: skip


def _own_seat(actor: Actor, seat: Any) -> None:
    if seat.division_code != actor.division_code:
        raise Refused(Refusal("委员会组成人员和成员单位由本级督导办维护，您只能查看。"))


def _save_seat(actor: Actor, seat: Any, form: Any) -> Any:
    actions.save_seat(form.instance, by=actor, committee=seat.committee)
    return seat


class SeatFilter(django_filters.FilterSet):
    """One committee's."""

    committee = django_filters.NumberFilter(label="委员会编号", field_name="committee_id")


def _seat_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.MemberForm(data, instance=on or CommitteeMember(), committee=on.committee if on else NOBODYS)


def _unit_seat_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    return forms.MemberUnitForm(
        data, instance=on or MemberUnit(), committee=on.committee if on else NOBODYS, actor=actor
    )


def _own_committee(actor: Actor) -> Committee:
    found: Committee | None = Committee.objects.visible_to(actor).filter(division_code=actor.division_code).first()
    if found is None:
        raise Refused(Refusal("本级还没有建立教育督导委员会，请先建立。"))
    return found


def _new_unit_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    committee = NOBODYS if data is None else _own_committee(actor)
    return forms.MemberUnitForm(data, instance=MemberUnit(), committee=committee, actor=actor)


def _add_unit(actor: Actor, on: Any, form: Any) -> MemberUnit:
    seat: MemberUnit = form.instance
    seat.organization = actions.member_organization(by=actor, name=form.cleaned_data["unit_name"])
    actions.save_seat(seat, by=actor, committee=seat.committee)
    return seat


NOBODYS = Committee(division=Division())
DATES = (f.day("valid_from", "自", sort=True), f.day("valid_until", "至"))
MEMBERS = Resource(
    name="committee-members", title="委员会组成人员", room="supervision", words=(P.VIEW_COMMITTEE,), filterset=SeatFilter,
    rows=lambda actor: CommitteeMember.objects.visible_to(actor),
    fields=(
        f.ref("committee", "委员会"), f.number("division_code", "区划"), *f.coded("position", "职务", CommitteeMember.Position.choices),
        f.text("person_name", "姓名"), f.text("post", "行政职务"), *DATES,
    ),
    change=Deed("change", "修改任职", _save_seat, (P.MANAGE_COMMITTEE,), _seat_form, check=_own_seat),
)  # fmt: skip
MEMBER_UNITS = Resource(
    name="member-units", title="成员单位", room="supervision", words=(P.VIEW_COMMITTEE,), filterset=SeatFilter,
    rows=lambda actor: MemberUnit.objects.visible_to(actor),
    fields=(
        f.ref("committee", "委员会"), f.number("division_code", "区划"), f.ref("organization", "单位"), f.number("order", "顺序", sort=True),
        f.text("liaison_name", "联络员"), f.text("liaison_post", "联络员职务"),
        f.Field("liaison_phone", {"type": "string", "description": "联络电话（掩码）"}, ("liaison_phone",), mask_phone).only_for(
            lambda actor: actor.is_office
        ),
        *DATES,
    ),
    create=Deed("create", "增加成员单位", _add_unit, (P.MANAGE_COMMITTEE,), _new_unit_form),
    change=Deed("change", "修改成员单位", _save_seat, (P.MANAGE_COMMITTEE,), _unit_seat_form, check=_own_seat,
                help="单位名称不能修改。"),
)  # fmt: skip

# --- whom one rings up at a school ------------------------------------------------------------------------------------


def _school_of(contact: UnitContact, actor: Actor) -> School:
    rows = School.objects.visible_to(actor).select_related("organization")
    found: School = get_object_or_404(rows, pk=contact.organization_id)
    return found


def _save_contact(actor: Actor, on: Any, form: Any) -> UnitContact:
    return actions.save_contact(form.instance, by=actor, school=_school_of(on, actor))


class ContactFilter(django_filters.FilterSet):
    """One school's."""

    school = django_filters.NumberFilter(label="学校编号", field_name="organization_id")


CONTACTS = Resource(
    name="school-contacts", title="学校联系人", room="supervision", words=(P.VIEW_SCHOOLS,), filterset=ContactFilter,
    rows=lambda actor: UnitContact.objects.visible_to(actor),
    fields=(
        f.ref("school", "学校", column="organization"), f.text("name", "姓名"), f.text("post", "职务"),
        f.Field("phone", {"type": "string", "description": "电话（掩码）"}, ("phone",), mask_phone), f.flag("is_primary", "主要联系人"),
    ),
    change=Deed("change", "修改联系人", _save_contact, (P.MANAGE_SCHOOLS,),
                lambda data, files, actor, on: forms.ContactForm(data, instance=on or UnitContact())),
    deeds=(Deed("remove", "删除联系人", removing(lambda actor, on: on.delete()), (P.MANAGE_SCHOOLS,)),),
)  # fmt: skip
RESOURCES = (SCHOOLS, UNITS, COMMITTEES, MEMBERS, MEMBER_UNITS, CONTACTS)

"""The register of schools, through HTTP."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership, Organization
from inspectors.models import DistrictSchool, ResponsibilityDistrict
from records import outbox
from supervision.models import School, UnitContact
from tests import factories
from tests.conftest import as_owner, as_system

pytestmark = pytest.mark.django_db


def browser(code: int, role: str = Role.OFFICE_STAFF) -> Client:
    with as_owner():
        return factories.client_for(factories.member(factories.office(code), role))


def school(code: int, name: str = "", **more: Any) -> School:
    with as_owner():
        return factories.school(code, name, **more)


def stored(name: str) -> School:
    with as_owner():
        return School.objects.select_related("organization").get(organization__name=name)


def typed(**more: Any) -> dict[str, Any]:
    return {
        "name": "五华区明德小学", "short_name": "明德小学", "stage": "primary", "ownership": "public", "code": "2153000001",
        "division": 530102, "county": 530102, "township": "华山街道", "address": "翠湖北路1号", "longitude": "102.704567",
        "latitude": "25.043890", "head_name": "李校长", "pupils": 1200, "classes": 30, "teachers": 78,
        "opened_on": "1998-09-01", "closed_on": "", "approving_authority": "", "competent_department": "",
    } | more  # fmt: skip


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"supervision:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# --- who sees what ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "sees"), [(530102, True), (530100, True), (530000, True), (530103, False),
                                            (530302, False), (520000, False), (520102, False)])  # fmt: skip
def test_a_school_is_its_offices_and_those_aboves(code: int, sees: bool) -> None:
    one = school(530102, "明德小学")
    client = browser(code)
    assert ("明德小学" in page(client, "school_list")) is sees
    assert client.get(reverse("supervision:school_detail", args=[one.pk])).status_code == (200 if sees else 404)
    assert client.get(reverse("supervision:school_change", args=[one.pk])).status_code == (200 if sees else 404)
    assert ("明德小学" in page(client, "school_list", q="明德")) is sees


def test_the_school_itself_and_its_department_see_it_and_change_nothing() -> None:
    one, other = school(530102, "明德小学"), school(530102, "另一小学")
    with as_owner():
        head = factories.member(one.organization, Role.UNIT_CONTACT)
        clerk = factories.member(factories.department(530102), Role.DEPARTMENT_CONTACT)
        foreign = factories.member(factories.department(530103), Role.DEPARTMENT_CONTACT)
        liaison = factories.member(factories.organization(530102, Organization.Kind.MEMBER_UNIT), Role.MEMBER_LIAISON)
    at_school, at_department = factories.client_for(head), factories.client_for(clerk)
    text = page(at_school, "school_list")
    assert "明德小学" in text
    assert "另一小学" not in text
    assert at_school.get(reverse("supervision:school_detail", args=[other.pk])).status_code == 404
    assert "另一小学" in page(at_department, "school_list")
    assert factories.client_for(foreign).get(reverse("supervision:school_detail", args=[one.pk])).status_code == 404
    assert factories.client_for(liaison).get(reverse("supervision:school_list")).status_code == 403
    for client in (at_school, at_department):
        assert client.get(reverse("supervision:school_change", args=[one.pk])).status_code == 403
        assert client.post(reverse("supervision:school_create"), typed()).status_code == 403
        assert "修改" not in re.findall(
            r'<div class="page-head">.*?</div>\s*</div>', page(client, "school_detail", one.pk), re.S
        )


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR])
def test_leaders_and_inspectors_read_only(role: str) -> None:
    one = school(530102, "明德小学")
    client = browser(530102, role)
    assert "明德小学" in page(client, "school_list")
    assert client.get(reverse("supervision:school_create")).status_code == 403
    assert client.post(reverse("supervision:school_change", args=[one.pk]), typed()).status_code == 403


# --- list -------------------------------------------------------------------------------------------------------


def test_filters_sort_and_columns() -> None:
    school(
        530102,
        "甲幼儿园",
        stage="kindergarten",
        ownership="private",
        approving_authority="区教育局",
        township="华山街道",
        pupils=90,
    )
    school(530102, "乙小学", township="护国街道", pupils=900)
    gone = school(530102, "丙小学")
    with as_owner():
        Organization.objects.filter(pk=gone.pk).update(closed_on=date(2020, 1, 1))
        department = factories.department(530102)
    client = browser(530102)

    def names(**query: Any) -> list[str]:
        rows = client.get(reverse("supervision:school_list"), query).context["page_obj"].object_list
        return [row.organization.name for row in rows]

    assert names(sort="name") == sorted(["甲幼儿园", "乙小学"])
    assert names(sort="-pupils") == ["乙小学", "甲幼儿园"]
    assert names(stage="kindergarten") == ["甲幼儿园"]
    assert names(ownership="private") == ["甲幼儿园"]
    assert names(township="护国街道") == ["乙小学"]
    assert names(department=department.pk, sort="name") == sorted(["甲幼儿园", "乙小学"])
    assert names(status="closed") == ["丙小学"]
    assert len(names(status="all")) == 3
    assert names(q="乙") == ["乙小学"]
    assert names(stage="nonsense") == names()
    shown = page(client, "school_list", cols=["name", "department"])
    assert '<th scope="col">主管部门</th>' in shown
    assert 'data-label="学生数"' not in shown


def test_a_prefecture_filters_by_the_divisions_under_it() -> None:
    school(530102, "五华小学")
    school(530103, "盘龙小学")
    client = browser(530100)
    assert "盘龙小学" not in page(client, "school_list", division=530102)
    assert "五华小学" in page(client, "school_list", division=530102)
    assert '<td data-label="管理区划">盘龙区</td>' in page(client, "school_list")


def test_an_empty_list_says_what_to_do() -> None:
    client = browser(530102)
    assert "还没有登记学校" in page(client, "school_list")
    assert "没有符合条件的学校" in page(client, "school_list", q="无")


def test_query_budgets_are_the_same_with_3_and_30_rows() -> None:
    for _ in range(3):
        school(530102)
    county, province = browser(530102), browser(530000)
    address = reverse("supervision:school_list")
    few = [factories.queries_of(client, address) for client in (county, province)]
    for _ in range(27):
        school(530102)
    assert [factories.queries_of(client, address) for client in (county, province)] == few
    assert max(few) <= 8


def test_detail_budget_with_many_contacts_and_changes() -> None:
    one = school(530102)
    client = browser(530102)
    address = reverse("supervision:school_detail", args=[one.pk])
    few = factories.queries_of(client, address)
    with as_owner():
        for n in range(30):
            UnitContact.objects.create(organization=one.organization, division_code=530102, name=f"联系人{n}")
            School.objects.filter(pk=one.pk).update(pupils=100 + n)
    assert factories.queries_of(client, address) == few <= 15


# --- register and change ----------------------------------------------------------------------------------------


def test_registers_a_school_with_everything() -> None:
    client = browser(530102)
    with as_owner():
        department = factories.department(530102)
    answer = client.post(reverse("supervision:school_create"), typed(competent_department=department.pk))
    one = stored("五华区明德小学")
    assert answer.headers["Location"] == reverse("supervision:school_detail", args=[one.pk])
    assert (one.division_code, one.organization.division_id, one.township_code) == (530102, 530102, 530102001)
    assert (one.organization.code, one.organization.kind, one.organization.competent_department_id) == (
        "2153000001", "school", department.pk)  # fmt: skip
    text = page(client, "school_detail", one.pk)
    for words in (
        "2153000001",
        "华山街道",
        "翠湖北路1号",
        "李校长",
        "1,200",
        "1998年9月1日",
        "五华区教育体育局",
        "登记学校",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"code": "215300001"}, "code", "标识码为10位数字"),
        ({"code": "２１５３００００01"}, "code", "标识码为10位数字"),
        ({"code": "3153000001"}, "code", "“小学”标识码的前2位应为21（小学）、22（成人小学），现为31（初级中学）"),
        ({"code": "2152000001"}, "code", "标识码第3、4位应为所在省份代码53，现为52"),
        ({"stage": "higher", "code": "4153110673"}, "code", "高等学校标识码的后6位为0加原5位学校代码"),
        ({"name": ""}, "name", "这个字段是必填项"),
        ({"name": "校" * 201}, "name", "确保该变量包含不超过 200 字符"),
        ({"stage": "x"}, "stage", "选择一个有效的选项"),
        ({"ownership": "private"}, "approving_authority", "民办学校须填写审批机关"),
        ({"division": 530103}, "division", "选择一个有效的选项"),
        ({"division": 530000}, "division", "选择一个有效的选项"),
        ({"township": "无此街道"}, "township", "所选县（市、区）没有这个乡镇（街道）"),
        ({"latitude": ""}, "latitude", "经度和纬度须同时填写"),
        ({"longitude": "12.5", "latitude": "25.1"}, "", "经纬度须成对填写，且在中国境内"),
        ({"closed_on": "1990-01-01"}, "closed_on", "撤销日期不能早于设立日期"),
        ({"opened_on": "2026-02-30"}, "opened_on", "输入一个有效的日期"),
        ({"pupils": "-1"}, "pupils", "确保该值大于或等于0"),
        ({"pupils": "很多"}, "pupils", "输入整数"),
    ],
)
def test_errors_stand_at_the_field_and_typed_text_survives(wrong: dict[str, Any], field: str, sentence: str) -> None:
    client = browser(530102)
    answer = client.post(reverse("supervision:school_create"), typed(address="保留这个地址") | wrong)
    assert answer.status_code == 200
    text = answer.content.decode()
    where = answer.context["form"].errors[field or "__all__"]
    assert sentence in " ".join(where).replace("\n", "")
    assert "保留这个地址" in text
    if field and field != "division":
        assert re.search(rf'id="id_{field}_error"', text)
    with as_owner():
        assert not School.objects.exists()


def test_a_code_that_a_school_elsewhere_has_is_refused_in_neutral_words() -> None:
    foreign = school(530302, "麒麟区某小学")
    with as_owner():
        Organization.objects.filter(pk=foreign.pk).update(code="2153000001")
    text = browser(530102).post(reverse("supervision:school_create"), typed()).content.decode()
    assert re.search(r'id="id_code_error".*?该标识码不能使用，请核对。', text, re.S)
    assert "麒麟" not in text
    with as_owner():
        assert School.objects.count() == 1


def test_two_schools_without_a_code_may_stand_beside_each_other() -> None:
    client = browser(530102)
    for name in ("新一小学", "新二小学"):
        assert client.post(reverse("supervision:school_create"), typed(name=name, code="")).status_code == 302


def test_a_name_of_200_characters_is_kept_whole() -> None:
    client = browser(530102)
    long = "校" * 200
    client.post(reverse("supervision:school_create"), typed(name=long))
    assert long in page(client, "school_list")
    assert long in page(client, "school_detail", stored(long).pk)


def test_markup_in_a_name_is_text() -> None:
    client = browser(530102)
    client.post(reverse("supervision:school_create"), typed(name="<script>alert(1)</script>小学"))
    assert "<script>alert(1)" not in page(client, "school_list")


def test_a_private_school_names_who_approved_it() -> None:
    client = browser(530102)
    client.post(
        reverse("supervision:school_create"), typed(ownership="private", approving_authority="五华区教育体育局")
    )
    assert "审批机关" in page(client, "school_detail", stored("五华区明德小学").pk)


def test_a_higher_institution_has_its_old_code_in_the_serial() -> None:
    client = browser(530000)
    with as_owner():
        factories.division(530102)
    client.post(reverse("supervision:school_create"),
                typed(name="云南大学", stage="higher", code="4153010673", division=530000, county=530102))  # fmt: skip
    one = stored("云南大学")
    assert one.division_code == 530000
    assert one.township_code == 530102001  # managed by the province, standing in a county


def test_outside_yunnan_the_township_is_typed_freely() -> None:
    client = browser(520102)
    facts = typed(name="南明小学", code="2152000001", division=520102, county=520102, township="新华路街道")
    assert client.post(reverse("supervision:school_create"), facts).status_code == 302
    one = stored("南明小学")
    assert (one.township, one.township_code) == ("新华路街道", None)


def test_townships_are_offered_by_county() -> None:
    client = browser(530100)
    assert "华山街道" in page(client, "township_options", county=530102)
    assert "华山街道" not in page(client, "township_options", county=530103)
    assert page(client, "township_options", county="x").strip() == ""
    assert browser(530102, Role.LEADER).get(reverse("supervision:township_options")).status_code == 403


def test_the_department_lies_above_the_school() -> None:
    with as_owner():
        beside = factories.department(530103)
        factories.division(530102)
    answer = browser(530100).post(reverse("supervision:school_create"), typed(competent_department=beside.pk))
    assert "主管部门须是管理区划本级或其上级的部门" in " ".join(answer.context["form"].errors["competent_department"])
    hidden = browser(530102).post(reverse("supervision:school_create"), typed(competent_department=beside.pk))
    assert "competent_department" in hidden.context["form"].errors  # not offered: another county's


def test_changes_leave_a_history_of_names() -> None:
    client = browser(530102)
    client.post(reverse("supervision:school_create"), typed())
    one = stored("五华区明德小学")
    client.post(reverse("supervision:school_change", args=[one.pk]), typed(name="五华区实验小学", pupils=1300))
    text = page(client, "school_detail", one.pk)
    assert '<dt>曾用名</dt><dd class="wrap">五华区明德小学</dd>' in text
    assert "更名" in text
    assert "<dt>全称</dt><dd><del>五华区明德小学</del>" in text
    assert "<dt>在校（园）学生数</dt><dd><del>1200</del>" in text
    assert "督导办工作人员" in text


def test_the_form_is_filled_with_what_is_stored() -> None:
    client = browser(530102)
    client.post(reverse("supervision:school_create"), typed())
    text = page(client, "school_change", stored("五华区明德小学").pk)
    for value in ("2153000001", "1998-09-01", "华山街道", "102.704567"):
        assert f'value="{value}"' in text


def test_closed_schools_leave_the_list_and_stay_on_record() -> None:
    client = browser(530102)
    client.post(reverse("supervision:school_create"), typed())
    one = stored("五华区明德小学")
    client.post(reverse("supervision:school_change", args=[one.pk]), typed(closed_on="2024-07-31"))
    page(client, "school_list")  # takes the messages away
    assert "五华区明德小学" not in page(client, "school_list")
    assert "2024年7月31日" in page(client, "school_detail", one.pk)


# --- moving to another division -------------------------------------------------------------------------------------


def test_when_another_division_manages_it_everything_follows() -> None:
    with as_owner():
        factories.division(530103)
    one = school(530102, "五华区明德小学")
    with as_owner():
        Organization.objects.filter(pk=one.pk).update(competent_department=None)
        UnitContact.objects.create(organization=one.organization, division_code=530102, name="王主任")
        head = factories.member(one.organization, Role.UNIT_CONTACT)
        district = ResponsibilityDistrict.objects.create(division_code=530102, name="一区")
        DistrictSchool.objects.create(district=district, division_code=530102, organization=one.organization)
        factories.office(530103)
    answer = browser(530100).post(reverse("supervision:school_change", args=[one.pk]),
                                  typed(division=530103, county=530103, township=""))  # fmt: skip
    assert answer.status_code == 302
    with as_system():
        assert outbox.consume() == 1
        assert outbox.consume() == 0
    with as_owner():
        assert School.objects.get(pk=one.pk).division_code == 530103
        assert UnitContact.objects.get().division_code == 530103
        assert Membership.objects.get(pk=head.pk).division_code == 530103
        assert not DistrictSchool.objects.exists()
    assert browser(530102).get(reverse("supervision:school_detail", args=[one.pk])).status_code == 404
    assert browser(530103).get(reverse("supervision:school_detail", args=[one.pk])).status_code == 200


def test_a_county_cannot_send_a_school_to_its_neighbour() -> None:
    one = school(530102, "五华区明德小学")
    with as_owner():
        factories.division(530103)
    answer = browser(530102).post(reverse("supervision:school_change", args=[one.pk]), typed(division=530103))
    assert "division" in answer.context["form"].errors
    with as_owner():
        assert School.objects.get(pk=one.pk).division_code == 530102


# --- contacts -----------------------------------------------------------------------------------------------------


def test_contacts_are_added_changed_and_removed_and_one_is_primary() -> None:
    one = school(530102, "明德小学")
    client = browser(530102)
    for name in ("王主任", "李主任"):
        facts = {"name": name, "post": "教导主任", "phone": "0871-65100001", "is_primary": "on"}
        assert client.post(reverse("supervision:contact_create", args=[one.pk]), facts).status_code == 302
    with as_owner():
        assert list(UnitContact.objects.order_by("id").values_list("name", "is_primary")) == [
            ("王主任", False),
            ("李主任", True),
        ]
        first = UnitContact.objects.get(name="王主任")
    text = client.post(
        reverse("supervision:contact_change", args=[first.pk]), {"name": "", "phone": "保留123"}
    ).content.decode()
    assert "这个字段是必填项" in text
    assert "保留123" in text
    assert "0871-****0001" in page(client, "school_detail", one.pk)
    for code, status in ((530103, 404), (520102, 404)):
        other = browser(code)
        assert other.get(reverse("supervision:contact_change", args=[first.pk])).status_code == status
        assert other.post(reverse("supervision:contact_remove", args=[first.pk])).status_code == status
        assert other.post(reverse("supervision:contact_create", args=[one.pk]), {"name": "x"}).status_code == status
    assert client.post(reverse("supervision:contact_remove", args=[first.pk])).status_code == 302
    with as_owner():
        assert UnitContact.objects.count() == 1

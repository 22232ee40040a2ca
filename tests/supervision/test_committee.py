"""Committees and their member units; governments and departments. Through HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import OrganizationKind, Role
from accounts.models import Organization
from records import clock
from supervision.actions import Liaison, Seat, establish_committee
from supervision.models import Committee, CommitteeMember, MemberUnit
from tests import factories
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db
ON = date(2021, 3, 1)


def browser(code: int, role: str = Role.OFFICE_STAFF) -> Client:
    with as_owner():
        return factories.client_for(factories.member(factories.office(code), role))


def establish(code: int, **more: Any) -> Committee:
    with as_owner():
        factories.office(code)
        return establish_committee(factories.division(code), on=ON, **more)


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"supervision:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


SEATS = [
    Seat("chair", "赵主任", "副省长"),
    Seat("deputy", "钱副主任", "教育厅厅长"),
    Seat("chief_inspector", "孙总督学", "总督学"),
]


# --- establishing -------------------------------------------------------------------------------------------------


def test_establishes_office_government_department_and_22_member_units() -> None:
    with as_owner():
        committee = establish_committee(
            factories.division(530000),
            on=ON,
            seats=SEATS,
            liaisons={"finance": Liaison("周处长", "教科文处处长", "0871-1")},
        )
        units = MemberUnit.objects.filter(committee=committee).select_related("organization")
        assert committee.name == "云南省人民政府教育督导委员会"
        assert committee.office.name == "云南省人民政府教育督导委员会办公室"
        assert units.count() == 22
        assert units.get(organization__name="云南省教育厅").organization.kind == OrganizationKind.DEPARTMENT
        assert units.get(organization__name="云南省财政厅").liaison_name == "周处长"
        assert Organization.objects.filter(kind=OrganizationKind.GOVERNMENT).get().name == "云南省人民政府"
        assert Organization.objects.count() == 24


def test_establishing_twice_changes_nothing_and_keeps_what_there_was() -> None:
    with as_owner():
        office, department = factories.office(530102), factories.department(530102)
        first = establish_committee(factories.division(530102), on=ON)
        assert establish_committee(factories.division(530102), on=ON + timedelta(days=9)) == first
        assert first.office == office
        assert MemberUnit.objects.filter(organization=department).exists()
        assert MemberUnit.objects.count() == 22


def test_an_office_sets_up_its_committee_in_the_browser() -> None:
    client = browser(530102)
    assert "本区划还没有登记委员会" in page(client, "committee")
    assert client.post(reverse("supervision:committee_establish")).status_code == 302
    text = page(client, "committee")
    assert "22 个" in text
    assert "五华区财政局" in text
    assert browser(530102, Role.LEADER).post(reverse("supervision:committee_establish")).status_code == 403
    with as_owner():
        assert Committee.objects.get().division_code == 530102


# --- who sees and who changes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "sees"), [(530102, True), (530100, True), (530000, True), (530103, False),
                                            (530302, False), (520102, False), (520000, False)])  # fmt: skip
def test_a_countys_committee_is_seen_by_itself_and_above(code: int, sees: bool) -> None:
    committee = establish(530102, seats=SEATS)
    client = browser(code)
    assert client.get(reverse("supervision:committee_detail", args=[committee.pk])).status_code == (
        200 if sees else 404
    )
    assert ("五华区人民政府教育督导委员会" in page(client, "committee_list")) is sees


def test_who_governs_is_no_secret_below() -> None:
    above = establish(530000, seats=SEATS, liaisons={"finance": Liaison("周处长", "", "0871-65100001")})
    assert "赵主任" in page(browser(530102), "committee_detail", above.pk)
    with as_owner():
        school = factories.client_for(factories.member(factories.school(530102).organization, Role.UNIT_CONTACT))
    text = page(school, "committee_detail", above.pk)
    assert "周处长" in text
    assert "0871-65100001" not in text


def test_only_the_own_office_changes_it() -> None:
    committee = establish(530102, seats=SEATS)
    with as_owner():
        member = CommitteeMember.objects.filter(committee=committee).first()
        unit = MemberUnit.objects.filter(committee=committee).first()
    assert member is not None
    assert unit is not None
    pages = [("member_change", member.pk), ("member_unit_change", unit.pk)]
    for code, status in ((530102, 200), (530100, 403), (530000, 403), (530103, 404), (520102, 404)):
        client = browser(code)
        assert {client.get(reverse(f"supervision:{name}", args=[pk])).status_code for name, pk in pages} == {status}
    leader = browser(530102, Role.LEADER)
    assert {leader.get(reverse(f"supervision:{name}", args=[pk])).status_code for name, pk in pages} == {403}
    assert "修改" not in page(leader, "committee").split('aria-labelledby="members"')[1]
    assert browser(530103).get(reverse("supervision:member_create")).status_code == 404  # has no committee


# --- seats over time --------------------------------------------------------------------------------------------


def test_who_was_in_office_on_a_day() -> None:
    committee = establish(530102, seats=[Seat("chair", "赵主任")])
    client = browser(530102)
    with as_owner():
        chair = CommitteeMember.objects.get(committee=committee)
    facts = {
        "position": "chair",
        "person_name": "赵主任",
        "post": "副区长",
        "valid_from": "2021-03-01",
        "valid_until": "2023-06-30",
    }
    assert client.post(reverse("supervision:member_change", args=[chair.pk]), facts).status_code == 302
    later = facts | {"person_name": "李主任", "valid_from": "2023-07-01", "valid_until": ""}
    assert client.post(reverse("supervision:member_create"), later).status_code == 302

    def chairs(day: str) -> list[str]:
        return [m.person_name for m in client.get(reverse("supervision:committee"), {"on": day}).context["members"]]

    assert [chairs(d) for d in ("2021-02-28", "2021-03-01", "2023-06-30", "2023-07-01")] == [
        [],
        ["赵主任"],
        ["赵主任"],
        ["李主任"],
    ]
    assert "此前任职（1）" in page(client, "committee")
    assert "日期不正确，显示今天的情况" in page(client, "committee", on="2023-02-30")
    assert "以下为 " in page(client, "committee", on="2021-03-01")


def test_two_chairs_at_a_time_are_refused_at_the_form() -> None:
    establish(530102, seats=SEATS)
    facts = {
        "position": "chair",
        "person_name": "又一主任",
        "post": "区长",
        "valid_from": "2025-01-01",
        "valid_until": "",
    }
    text = browser(530102).post(reverse("supervision:member_create"), facts).content.decode()
    assert "该职务已有在任人员，请先填写其免职日期" in text
    assert "又一主任" in text
    backwards = facts | {"position": "deputy", "valid_until": "2024-12-31"}
    answer = browser(530102).post(reverse("supervision:member_create"), backwards)
    assert answer.context["form"].errors["valid_until"] == ["免职日期不能早于任职日期。"]


def test_liaisons_are_changed_and_units_join_and_leave() -> None:
    committee = establish(530102)
    client = browser(530102)
    with as_owner():
        finance = MemberUnit.objects.get(committee=committee, organization__name="五华区财政局")
    facts = {"order": 10, "liaison_name": "周科长", "liaison_post": "教科文科科长", "liaison_phone": "0871-2",
             "valid_from": "2021-03-01", "valid_until": ""}  # fmt: skip
    assert client.post(reverse("supervision:member_unit_change", args=[finance.pk]), facts).status_code == 302
    assert "周科长" in page(client, "committee")
    again = client.post(reverse("supervision:member_unit_create"), facts | {"unit_name": "五华区财政局"})
    assert again.context["form"].errors["unit_name"] == ["该单位已是成员单位。"]
    joined = facts | {"unit_name": "五华区司法局", "order": 23}
    assert client.post(reverse("supervision:member_unit_create"), joined).status_code == 302
    with as_owner():
        organization = Organization.objects.get(name="五华区司法局")
        assert (organization.kind, organization.division_id) == (OrganizationKind.MEMBER_UNIT, 530102)
    left = facts | {"valid_until": str(clock.today() - timedelta(days=1))}
    client.post(reverse("supervision:member_unit_change", args=[finance.pk]), left)
    text = page(client, "committee")
    assert "曾为成员单位（1）" in text
    assert "22 个" in text


def test_the_committee_is_renamed() -> None:
    establish(530102)
    client = browser(530102)
    facts = {"name": "五华区教育督导委员会" + "长" * 109, "established_on": "2021-03-01"}
    assert client.post(reverse("supervision:committee_change"), facts).status_code == 302
    assert facts["name"] in page(client, "committee")
    assert browser(530102, Role.INSPECTOR).get(reverse("supervision:committee_change")).status_code == 403


def test_budgets() -> None:
    establish(530102, seats=SEATS)
    client = browser(530102)
    assert factories.queries_of(client, reverse("supervision:committee")) <= 15
    few = factories.queries_of(client, reverse("supervision:committee_list"))
    with as_owner():
        for code in (530100, 530000):
            factories.office(code)
            establish_committee(factories.division(code), on=ON, seats=SEATS)
    assert factories.queries_of(client, reverse("supervision:committee_list")) == few <= 8


# --- governments and departments ------------------------------------------------------------------------------------


def test_governments_and_departments_are_registered_and_changed_in_the_own_range() -> None:
    client = browser(530100)
    with as_owner():
        factories.division(530102)
        above = factories.organization(530000, OrganizationKind.DEPARTMENT, "云南省教育厅")
        beside = factories.organization(530302, OrganizationKind.GOVERNMENT, "麒麟区人民政府")
    facts = {
        "kind": "government",
        "name": "五华区人民政府",
        "short_name": "",
        "division": 530102,
        "opened_on": "",
        "closed_on": "",
    }
    answer = client.post(reverse("supervision:unit_create"), facts)
    assert answer.status_code == 302
    with as_owner():
        unit = Organization.objects.get(name="五华区人民政府")
    text = page(client, "unit_list")
    assert "云南省教育厅" in text
    assert "麒麟区" not in text
    assert client.get(reverse("supervision:unit_detail", args=[beside.pk])).status_code == 404
    assert client.get(reverse("supervision:unit_detail", args=[above.pk])).status_code == 200
    assert client.get(reverse("supervision:unit_change", args=[above.pk])).status_code == 403
    changed = facts | {"name": "五华区政府", "kind": "department", "division": 530100}
    assert client.post(reverse("supervision:unit_change", args=[unit.pk]), changed).status_code == 302
    with as_owner():
        unit.refresh_from_db()
    assert (unit.name, unit.kind, unit.division_id) == ("五华区政府", "government", 530102)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"kind": "office"}, "kind"), ({"kind": "school"}, "kind"), ({"division": 530103}, "division"),
     ({"opened_on": "2020-01-01", "closed_on": "2019-01-01"}, "closed_on"), ({"name": "局" * 201}, "name")],
)  # fmt: skip
def test_wrong_units_are_refused_at_the_field(wrong: dict[str, Any], field: str) -> None:
    with as_owner():
        factories.division(530103)
    facts = {
        "kind": "department",
        "name": "五华区教育局",
        "short_name": "保留简称",
        "division": 530102,
        "opened_on": "",
        "closed_on": "",
    }
    answer = browser(530102).post(reverse("supervision:unit_create"), facts | wrong)
    assert list(answer.context["form"].errors) == [field]
    assert "保留简称" in answer.content.decode()


def test_unit_list_budget_and_the_schools_of_a_department() -> None:
    client = browser(530000)
    with as_owner():
        department = factories.department(530102)
        for _ in range(3):
            factories.school(530102)
    assert "3 所" in page(client, "unit_detail", department.pk)
    few = factories.queries_of(client, reverse("supervision:unit_list"))
    with as_owner():
        for n in range(30):
            factories.organization(530102, OrganizationKind.DEPARTMENT, f"五华区{n}局")
    assert factories.queries_of(client, reverse("supervision:unit_list")) == few <= 8
    assert factories.queries_of(client, reverse("supervision:unit_detail", args=[department.pk])) <= 15


def test_units_and_schools_do_not_open_the_registers_of_offices() -> None:
    with as_owner():
        school = factories.client_for(factories.member(factories.school(530102).organization, Role.UNIT_CONTACT))
    for name in ("unit_list", "unit_create", "committee_list", "member_create"):
        assert school.get(reverse(f"supervision:{name}")).status_code == 403

"""Inspectors, responsibility districts and who answers for a school. Through HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Membership, Organization
from accounts.scope import scope
from inspectors.actions import place_schools
from inspectors.assignments import inspectors_of, schools_of
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from inspectors.staffing import DISTRICT_BASIS, RATIO_BASIS, Staffing
from records import clock
from records.state import Refused
from tests import factories
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


def browser(code: int, role: str = Role.OFFICE_STAFF) -> Client:
    with as_owner():
        return factories.client_for(factories.member(factories.office(code), role))


def person(code: int = 530102) -> Membership:
    """Somebody whom the security administrator has made an inspector of the office."""
    with as_owner():
        return factories.member(factories.office(code), Role.INSPECTOR)


def inspector(code: int = 530102, **more: Any) -> Inspector:
    membership = person(code)
    with as_owner():
        return Inspector.objects.create(
            **{"user": membership.user, "office": membership.organization, "division_code": code, "kind": "part_time",
               "certificate_number": f"督{membership.pk}", "valid_from": date(2024, 1, 1),
               "valid_until": clock.today() + timedelta(days=400)} | more
        )  # fmt: skip


def district(code: int = 530102, name: str = "第一责任区", schools: int = 0) -> ResponsibilityDistrict:
    with as_owner():
        factories.office(code)
        one = ResponsibilityDistrict.objects.create(division_code=code, name=name)
        for _ in range(schools):
            DistrictSchool.objects.create(
                district=one, division_code=code, organization=factories.school(code).organization
            )
    return one


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"inspectors:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def typed(user: int, **more: Any) -> dict[str, Any]:
    return {"user": user, "kind": "part_time", "certificate_number": "云督5301020001", "phone": "0871-65100001",
            "valid_from": "2025-01-01", "valid_until": "2027-12-31"} | more  # fmt: skip


# --- inspectors -------------------------------------------------------------------------------------------------


def test_registers_an_inspector_who_has_the_identity() -> None:
    candidate, elsewhere = person(), person(530103)
    with as_owner():
        clerk = factories.member(factories.office(530102), Role.OFFICE_STAFF)
    client = browser(530102)
    offered = page(client, "inspector_create")
    assert candidate.user.username in offered
    assert elsewhere.user.username not in offered
    assert clerk.user.username not in offered
    assert client.post(reverse("inspectors:inspector_create"), typed(candidate.user_id)).status_code == 302
    text = page(client, "inspector_list")
    assert "云督5301020001" in text
    assert candidate.user.username not in page(client, "inspector_create")  # registered already
    refused = client.post(reverse("inspectors:inspector_create"), typed(elsewhere.user_id))
    assert "user" in refused.context["form"].errors


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"user": ""}, "user", "这个字段是必填项"),
        ({"kind": "guest"}, "kind", "选择一个有效的选项"),
        ({"certificate_number": ""}, "certificate_number", "这个字段是必填项"),
        ({"certificate_number": "督" * 41}, "certificate_number", "确保该变量包含不超过 40 字符"),
        ({"certificate_number": "云督已用"}, "certificate_number", "该督学证号已登记"),
        ({"valid_until": "2024-12-31"}, "valid_until", "届满日期不能早于聘任日期"),
        ({"valid_until": ""}, "valid_until", "兼职督学须填写聘期届满日期"),
        ({"valid_from": "昨天"}, "valid_from", "输入一个有效的日期"),
    ],
)
def test_errors_stand_at_the_field_and_typed_text_survives(wrong: dict[str, Any], field: str, sentence: str) -> None:
    candidate = person()
    inspector(certificate_number="云督已用")
    answer = browser(530102).post(
        reverse("inspectors:inspector_create"), typed(candidate.user_id, phone="保留电话") | wrong
    )
    assert sentence in " ".join(answer.context["form"].errors[field])
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert "保留电话" in answer.content.decode()
    with as_owner():
        assert Inspector.objects.count() == 1


def test_a_full_time_inspector_needs_no_end() -> None:
    candidate = person()
    answer = browser(530102).post(reverse("inspectors:inspector_create"),
                                  typed(candidate.user_id, kind="full_time", valid_until=""))  # fmt: skip
    assert answer.status_code == 302


@pytest.mark.parametrize(("code", "sees", "change"), [(530102, 200, 200), (530100, 200, 403), (530000, 200, 403),
                                                      (530103, 404, 404), (530302, 404, 404), (520102, 404, 404)])  # fmt: skip
def test_who_sees_and_changes_a_countys_corps(code: int, sees: int, change: int) -> None:
    one, area = inspector(), district(schools=1)
    with as_owner():
        duty = DistrictInspector.objects.create(
            district=area, division_code=530102, inspector=one, valid_from=date(2024, 1, 1)
        )
    client = browser(code)

    def status(name: str, pk: int) -> int:
        return client.get(reverse(f"inspectors:{name}", args=[pk])).status_code

    assert status("inspector_detail", one.pk) == status("district_detail", area.pk) == sees
    assert {status("inspector_change", one.pk), status("district_change", area.pk), status("district_schools", area.pk),
            status("duty_create", area.pk), status("duty_end", duty.pk)} == {change}  # fmt: skip
    assert (one.user.full_name in page(client, "inspector_list")) is (sees == 200)
    assert (area.name in page(client, "district_list")) is (sees == 200)


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR])
def test_leaders_and_inspectors_only_read(role: str) -> None:
    one, area = inspector(), district()
    client = browser(530102, role)
    assert "登记督学" not in page(client, "inspector_list")
    page(client, "district_detail", area.pk)
    for name, args in [("inspector_create", []), ("inspector_change", [one.pk]), ("district_create", []),
                       ("district_schools", [area.pk]), ("duty_create", [area.pk])]:  # fmt: skip
        assert client.get(reverse(f"inspectors:{name}", args=args)).status_code == 403


def test_filters() -> None:
    current, ended = inspector(kind="full_time"), inspector(valid_until=date(2024, 12, 31))
    with as_owner():
        factories.office(530103)
    other = inspector(530103)
    client = browser(530100)

    def names(**query: Any) -> set[int]:
        return {i.pk for i in client.get(reverse("inspectors:inspector_list"), query).context["page_obj"].object_list}

    assert names() == {current.pk, other.pk}
    assert names(kind="full_time") == {current.pk}
    assert names(term="ended") == {ended.pk}
    assert names(term="all", division=530102) == {current.pk, ended.pk}
    assert names(q=other.certificate_number) == {other.pk}


def test_budgets_are_the_same_with_3_and_30_rows() -> None:
    area = district(schools=3)

    def grow(n: int) -> None:
        for _ in range(n):
            one = inspector()
            with as_owner():
                DistrictInspector.objects.create(
                    district=area, division_code=530102, inspector=one, valid_from=date(2024, 1, 1)
                )

    grow(3)
    county, province = browser(530102), browser(530000)
    lists = [reverse("inspectors:inspector_list"), reverse("inspectors:district_list")]
    with as_owner():
        any_one = Inspector.objects.first()
    assert any_one is not None
    details = [
        reverse("inspectors:inspector_detail", args=[any_one.pk]),
        reverse("inspectors:district_detail", args=[area.pk]),
    ]

    def counts() -> list[int]:
        return [
            factories.queries_of(client, address) for client in (county, province) for address in [*lists, *details]
        ]

    few = counts()
    grow(27)
    for n in range(30):
        district(name=f"第{n}责任区", schools=1)
    assert counts() == few
    assert max(few[0:2] + few[4:6]) <= 8
    assert max(few) <= 15


# --- districts ----------------------------------------------------------------------------------------------------


def test_lays_out_a_district_with_schools_and_an_inspector() -> None:
    one = inspector()
    with as_owner():
        schools = [factories.school(530102, f"五华{n}小学", township="华山街道") for n in range(3)]
    client = browser(530102)
    assert "还没有划定责任区" in page(client, "district_list")
    assert client.post(reverse("inspectors:district_create"), {"name": "华山责任区"}).status_code == 302
    with as_owner():
        area = ResponsibilityDistrict.objects.get()
    assert area.division_code == 530102
    chosen = {"schools": [s.pk for s in schools]}
    assert client.post(reverse("inspectors:district_schools", args=[area.pk]), chosen).status_code == 302
    duty = {"inspector": one.pk, "valid_from": "2025-01-01", "valid_until": ""}
    assert client.post(reverse("inspectors:duty_create", args=[area.pk]), duty).status_code == 302
    text = page(client, "district_detail", area.pk)
    assert "督学∶学校 1∶3.0" in text
    assert one.user.full_name in text
    assert RATIO_BASIS in text
    with as_owner():
        assert set(schools_of(one.user_id).values_list("organization_id", flat=True)) == {s.pk for s in schools}
        assert list(inspectors_of(schools[0].pk)) == [one]
    fewer = {"schools": [schools[0].pk]}
    client.post(reverse("inspectors:district_schools", args=[area.pk]), fewer)
    with as_owner():
        assert DistrictSchool.objects.get().organization_id == schools[0].pk


def test_a_school_lies_in_one_district_at_a_time() -> None:
    first = district(schools=1)
    second = district(name="第二责任区")
    client = browser(530102)
    with as_owner():
        taken = DistrictSchool.objects.get(district=first).organization
    text = page(client, "district_schools", second.pk)
    assert taken.name not in text
    assert "另有 1 所学校已在其他责任区" in text
    refused = client.post(reverse("inspectors:district_schools", args=[second.pk]), {"schools": [taken.pk]})
    assert "schools" in refused.context["form"].errors
    with as_owner():
        clerk = factories.member(factories.office(530102), Role.OFFICE_STAFF)
    actor = factories.actor(clerk)
    with scope(actor), pytest.raises(Refused, match="刚刚划入其他责任区"):
        place_schools(second, by=actor, schools=[taken.pk])
    with as_owner():
        assert DistrictSchool.objects.get().district_id == first.pk


def test_schools_of_others_and_closed_ones_are_not_offered() -> None:
    area = district()
    with as_owner():
        foreign, closed = factories.school(530103, "盘龙小学"), factories.school(530102, "已撤小学")
        Organization.objects.filter(pk=closed.pk).update(closed_on=date(2020, 1, 1))
    client = browser(530102)
    text = page(client, "district_schools", area.pk)
    assert "没有可以划入的学校" in text
    assert (
        client.post(reverse("inspectors:district_schools", args=[area.pk]), {"schools": [foreign.pk]}).status_code
        == 200
    )
    with as_owner():
        assert not DistrictSchool.objects.exists()


def test_a_name_twice_or_too_long_is_refused_at_the_field() -> None:
    district()
    client = browser(530102)
    for name, sentence in (("第一责任区", "已有同名责任区"), ("区" * 61, "不超过 60 字符"), ("", "这个字段是必填项")):
        answer = client.post(reverse("inspectors:district_create"), {"name": name})
        assert sentence in " ".join(answer.context["form"].errors["name"])
    assert browser(530103).post(reverse("inspectors:district_create"), {"name": "第一责任区"}).status_code == 302


def test_duty_within_dates_and_its_end_leaves_history() -> None:
    area, one = district(schools=1), inspector()
    client = browser(530102)
    address = reverse("inspectors:duty_create", args=[area.pk])
    backwards = client.post(address, {"inspector": one.pk, "valid_from": "2025-02-01", "valid_until": "2025-01-31"})
    assert backwards.context["form"].errors["valid_until"] == ["结束日期不能早于开始日期。"]
    foreign = inspector(530103)
    assert (
        "inspector"
        in client.post(address, {"inspector": foreign.pk, "valid_from": "2025-02-01"}).context["form"].errors
    )
    late = str(clock.today() + timedelta(days=500))
    assert "聘期届满" in " ".join(
        client.post(address, {"inspector": one.pk, "valid_from": late}).context["form"].errors["valid_from"]
    )
    assert client.post(address, {"inspector": one.pk, "valid_from": "2025-02-01"}).status_code == 302
    twice = client.post(address, {"inspector": one.pk, "valid_from": "2025-03-01"})
    assert "该督学已在此责任区" in " ".join(twice.context["form"].errors["inspector"])
    with as_owner():
        duty = DistrictInspector.objects.get()
    end = reverse("inspectors:duty_end", args=[duty.pk])
    assert client.post(end, {"on": "2025-01-01"}).context["form"].errors["on"] == ["结束日期不能早于开始日期。"]
    assert client.post(end, {"on": clock.today() - timedelta(days=1)}).status_code == 302
    text = page(client, "district_detail", area.pk)
    assert "此前的责任督学（1）" in text
    assert "责任区有学校而没有在任的责任督学" in text
    with as_owner():
        assert not schools_of(one.user_id).exists()


@pytest.mark.parametrize(
    ("schools", "inspectors", "hints", "words"),
    [
        (0, 0, [], "—"), (5, 1, [], "1∶5.0"), (10, 2, [], "1∶5.0"), (3, 0, ["没有在任的责任督学"], "—"),
        (6, 1, ["平均每名督学负责6.0所学校，按5所左右需要2名督学"], "1∶6.0"),
        (21, 5, ["责任区共21所学校"], "1∶4.2"), (25, 2, ["平均每名督学负责12.5所", "责任区共25所学校"], "1∶12.5"),
    ],
)  # fmt: skip
def test_staffing_hints_carry_their_basis(schools: int, inspectors: int, hints: list[str], words: str) -> None:
    staffing = Staffing(schools, inspectors)
    assert staffing.words == words
    assert len(staffing.hints) == len(hints)
    for (sentence, basis), expected in zip(staffing.hints, hints, strict=True):
        assert expected in sentence
        assert basis in (RATIO_BASIS, DISTRICT_BASIS)


# --- a school's panel -----------------------------------------------------------------------------------------------


def test_a_schools_inspectors_as_panel_and_as_page() -> None:
    area, one = district(schools=1), inspector(phone="0871-65100001")
    with as_owner():
        school = DistrictSchool.objects.get(district=area).organization
        DistrictInspector.objects.create(
            district=area, division_code=530102, inspector=one, valid_from=date(2024, 1, 1)
        )
        head = factories.client_for(factories.member(school, Role.UNIT_CONTACT))
    client = browser(530102)
    address = reverse("inspectors:school_panel", args=[school.pk])
    whole, panel = (
        client.get(address).content.decode(),
        client.get(address, headers={"HX-Request": "true"}).content.decode(),
    )
    assert panel.strip() in whole
    assert "<html" not in panel
    assert one.user.full_name in panel
    assert address in client.get(reverse("supervision:school_detail", args=[school.pk])).content.decode()
    assert one.user.full_name in head.get(address).content.decode()
    for code in (530103, 520102):
        assert browser(code).get(address).status_code == 404
    assert factories.queries_of(client, address) <= 8

"""People pages of the security administrator, through HTTP."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import ADMIN_ROLES, Role
from accounts.models import Membership, Organization, User
from records.models import AuditEntry
from tests import factories
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_locked() -> None:
    cache.clear()


@pytest.fixture
def guard() -> Membership:
    """The security administrator of 530100."""
    with as_owner():
        return factories.member(factories.office(530100), Role.SECURITY_ADMIN)


@pytest.fixture
def client(guard: Membership) -> Client:
    return factories.client_for(guard)


def make(code: int, role: str = Role.OFFICE_STAFF, **more: Any) -> Membership:
    with as_owner():
        return factories.member(factories.office(code), role, **more)


def office(code: int) -> Organization:
    with as_owner():
        return factories.office(code)


def typed(**more: Any) -> dict[str, Any]:
    return {"full_name": "王芳", "username": "wangfang", "phone": "13988000001", "role": Role.OFFICE_STAFF,
            "title": "科员", "valid_from": "2026-01-01", "valid_until": ""} | more  # fmt: skip


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- who sees whom ----------------------------------------------------------------------------------------------


def test_list_shows_the_own_range_and_nobody_else(client: Client) -> None:
    inside = [make(530100), make(530102), make(530103)]
    with as_owner():
        school = factories.member(factories.school(530102).organization, Role.UNIT_CONTACT)
    outside = [make(530000), make(530300), make(530302), make(520102)]
    text = page(client, "accounts:people")
    assert all(m.user.username in text for m in [*inside, school])
    assert not any(f">{m.user.username}<" in text for m in outside)


def test_persons_outside_are_not_found(client: Client) -> None:
    for code in (530000, 530302, 520102):
        stranger = make(code)
        assert client.get(reverse("accounts:person", args=[stranger.user_id])).status_code == 404
        assert client.get(reverse("accounts:membership_end", args=[stranger.pk])).status_code == 404
        assert client.post(reverse("accounts:person_act", args=[stranger.user_id, "deactivate"])).status_code == 404
        stranger.user.refresh_from_db()
        assert stranger.user.is_active


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECURITY_ADMIN])
def test_no_other_role_opens_the_pages(role: str) -> None:
    with as_owner():
        other = factories.member(factories.office(530100), role)
    browser = factories.client_for(other)
    for name, args in [("people", []), ("units", []), ("person", [other.user_id]), ("person_change", [other.user_id]),
                       ("person_create", [other.organization_id]), ("membership_end", [other.pk]),
                       ("membership_create", [other.user_id, other.organization_id])]:  # fmt: skip
        assert browser.get(reverse(f"accounts:{name}", args=args)).status_code == 403
    assert browser.post(reverse("accounts:person_act", args=[other.user_id, "deactivate"])).status_code == 403


def test_nobody_signed_in_is_sent_to_the_sign_in() -> None:
    assert Client().get(reverse("accounts:people")).status_code == 302


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_administrators_open_no_business_page(role: str) -> None:
    with as_owner():
        admin = factories.member(factories.office(530102), role)
        school = factories.school(530102)
    browser = factories.client_for(admin)
    for name, args in [("supervision:school_list", []), ("supervision:school_detail", [school.pk]),
                       ("supervision:school_create", []), ("supervision:unit_list", []), ("supervision:committee", []),
                       ("supervision:committee_list", []), ("inspectors:inspector_list", []),
                       ("inspectors:district_list", []), ("inspectors:school_panel", [school.pk])]:  # fmt: skip
        assert browser.get(reverse(name, args=args)).status_code == 403


# --- filters and size -------------------------------------------------------------------------------------------


def test_filters(client: Client) -> None:
    clerk, inspector = make(530102), make(530103, Role.INSPECTOR)
    with as_owner():
        User.objects.filter(pk=clerk.user_id).update(phone="13877000001", is_active=False)
    people = reverse("accounts:people")

    def names(**query: str) -> set[str]:
        rows = client.get(people, query).context["page_obj"].object_list
        return {row.username for row in rows}

    assert names(q=clerk.user.full_name) >= {clerk.user.username}
    assert names(q="13877000001") == {clerk.user.username}
    assert names(role=Role.INSPECTOR) == {inspector.user.username}
    assert names(status="inactive") == {clerk.user.username}
    assert names(unit="盘龙区") == {inspector.user.username}
    assert names(role="nonsense", q="no such person") == names()  # a filter that is none filters nothing


def test_query_budget_is_the_same_with_3_and_30_people(client: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        make(530102)
    few = counted(client)
    for _ in range(27):
        make(530102)
    assert counted(client) == few <= 8


def counted(client: Client, address: str = "") -> int:
    return factories.queries_of(client, address or reverse("accounts:people"))


# --- making accounts --------------------------------------------------------------------------------------------


def test_makes_an_account_with_an_initial_password_shown_once(client: Client) -> None:
    with as_owner():
        unit = factories.office(530102)
    answer = client.post(reverse("accounts:person_create", args=[unit.pk]), typed())
    password = re.search(r'<code class="secret">([^<]+)</code>', answer.content.decode())
    assert password is not None
    user = User.objects.get(username="wangfang")
    assert user.check_password(password[1].replace("&amp;", "&"))
    assert user.password_is_initial
    with as_owner():
        membership = Membership.objects.get(user=user)
        entry = AuditEntry.objects.get(action="create")
    assert (membership.role, membership.division_code, membership.title) == (Role.OFFICE_STAFF, 530102, "科员")
    assert entry.object_id == str(user.pk)
    assert password[1] not in entry.detail
    assert password[1] not in page(client, "accounts:person", user.pk)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": "1ab"}, "以字母开头，3至40位"),
        ({"phone": "12345"}, "请填写11位手机号码"),
        ({"role": ""}, "这个字段是必填项"),
        ({"role": Role.UNIT_CONTACT}, "选择一个有效的选项"),
        ({"valid_from": "2026-13-40"}, "输入一个有效的日期"),
        ({"valid_until": "2025-12-31"}, "截止日期不能早于起始日期"),
        ({"full_name": "王" * 61}, "确保该变量包含不超过 60 字符"),
    ],
)
def test_errors_stand_at_the_field_and_typed_text_survives(
    client: Client, wrong: dict[str, str], sentence: str
) -> None:
    with as_owner():
        unit = factories.office(530102)
    text = client.post(
        reverse("accounts:person_create", args=[unit.pk]), typed(title="王芳的职务") | wrong
    ).content.decode()
    field = next(iter(wrong))
    assert re.search(rf'id="id_{field}_error".*?{sentence}', text, re.S), text
    assert "王芳的职务" in text
    assert not User.objects.filter(username="wangfang").exists()


def test_a_name_or_number_that_somebody_elsewhere_has_is_refused_in_neutral_words(client: Client) -> None:
    stranger = make(520102)
    with as_owner():
        User.objects.filter(pk=stranger.user_id).update(username="Wangfang", phone="13988000001", full_name="陌生人")
        unit = factories.office(530102)
    text = client.post(reverse("accounts:person_create", args=[unit.pk]), typed()).content.decode()
    assert "该用户名不能使用，请核对。" in text
    assert "该手机号码不能使用，请核对。" in text
    assert "陌生人" not in text


def test_roles_are_those_of_the_kind_of_unit(client: Client) -> None:
    with as_owner():
        school = factories.school(530102).organization
        department = factories.department(530102)
    offered = {u: set(re.findall(r'name="role" value="(\w+)"', page(client, "accounts:person_create", u.pk)))
               for u in (school, department, office(530102))}  # fmt: skip
    assert offered[school] == {"unit_contact"}
    assert offered[department] == {"department_contact", "unit_contact"}
    assert {"office_head", "inspector", "audit_admin"} <= offered[office(530102)]


def test_units_outside_the_range_are_not_found(client: Client) -> None:
    with as_owner():
        above, beside = factories.office(530000), factories.office(530302)
    text = page(client, "accounts:units")
    assert above.name not in text
    for unit in (above, beside):
        assert client.post(reverse("accounts:person_create", args=[unit.pk]), typed()).status_code == 404
    assert not User.objects.filter(username="wangfang").exists()


def test_a_unit_with_a_name_of_200_characters(client: Client) -> None:
    with as_owner():
        unit = factories.organization(530102, Organization.Kind.SCHOOL, "校" * 200)
    assert "校" * 200 in page(client, "accounts:units", query="?q=校校校")
    assert (
        client.post(reverse("accounts:person_create", args=[unit.pk]), typed(role=Role.UNIT_CONTACT)).status_code == 200
    )
    assert User.objects.filter(username="wangfang").exists()


# --- identities -------------------------------------------------------------------------------------------------


def test_adds_and_ends_an_identity(client: Client) -> None:
    clerk = make(530102)
    with as_owner():
        other = factories.office(530103)
    answer = client.post(reverse("accounts:membership_create", args=[clerk.user_id, other.pk]),
                         {"role": Role.INSPECTOR, "valid_from": "2026-01-01"})  # fmt: skip
    assert answer.status_code == 302
    with as_owner():
        second = Membership.objects.get(user=clerk.user, organization=other)
    yesterday = timezone.localdate() - timedelta(days=1)
    assert client.post(reverse("accounts:membership_end", args=[second.pk]), {"on": yesterday}).status_code == 302
    with as_owner():
        second.refresh_from_db()
    assert second.valid_until == yesterday
    assert "已终止" in page(client, "accounts:person", clerk.user_id)
    again = client.post(reverse("accounts:membership_end", args=[second.pk]), {"on": timezone.localdate()})
    assert "该身份已经到期" in again.content.decode()


def test_ending_before_the_beginning_is_refused(client: Client) -> None:
    clerk = make(530102)
    text = client.post(reverse("accounts:membership_end", args=[clerk.pk]), {"on": "2019-01-01"}).content.decode()
    assert "截止日期不能早于起始日期" in text
    with as_owner():
        clerk.refresh_from_db()
    assert clerk.valid_until is None


def test_the_same_identity_twice_is_refused_in_words(client: Client) -> None:
    clerk = make(530102)
    address = reverse("accounts:membership_create", args=[clerk.user_id, clerk.organization_id])
    text = client.post(address, {"role": Role.OFFICE_STAFF, "valid_from": "2026-01-01"}).content.decode()
    assert "该人员在此单位已有同一角色" in text


def test_gives_himself_nothing(client: Client, guard: Membership) -> None:
    address = reverse("accounts:membership_create", args=[guard.user_id, guard.organization_id])
    for role in (Role.OFFICE_HEAD, Role.AUDIT_ADMIN, Role.SECURITY_ADMIN):
        client.post(address, {"role": role, "valid_from": "2026-01-01"})
    for deed in ("deactivate", "reset_password", "unlock"):
        client.post(reverse("accounts:person_act", args=[guard.user_id, deed]))
    client.post(reverse("accounts:membership_end", args=[guard.pk]), {"on": timezone.localdate()})
    client.post(reverse("accounts:person_change", args=[guard.user_id]), {"full_name": "别的名字"})
    with as_owner():
        assert list(Membership.objects.filter(user=guard.user).values_list("role", "valid_until")) == [
            (Role.SECURITY_ADMIN, None)
        ]
    stored = User.objects.get(pk=guard.user_id)
    assert (stored.is_active, stored.password_is_initial, stored.full_name) == (True, False, guard.user.full_name)
    assert "不能办理自己的账号和身份" in page(client, "accounts:person", guard.user_id)


@pytest.mark.parametrize(
    ("held", "given", "sentence"),
    [
        (Role.OFFICE_STAFF, Role.AUDIT_ADMIN, "不得兼任业务角色"),
        (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, "须由不同人员分别担任"),
        (Role.AUDIT_ADMIN, Role.OFFICE_HEAD, "此人是管理员，不得兼任业务角色"),
    ],
)
def test_three_administrators_stay_apart_by_person(client: Client, held: str, given: str, sentence: str) -> None:
    person = make(530102, held)
    address = reverse("accounts:membership_create", args=[person.user_id, office(530103).pk])
    assert sentence in client.post(address, {"role": given, "valid_from": "2026-01-01"}).content.decode()
    with as_owner():
        assert person.user.memberships.count() == 1


def test_a_role_held_outside_the_range_counts_too(client: Client) -> None:
    person = make(530102)
    make(520102, Role.AUDIT_ADMIN, user=person.user)
    address = reverse("accounts:membership_create", args=[person.user_id, office(530103).pk])
    text = client.post(address, {"role": Role.INSPECTOR, "valid_from": "2026-01-01"}).content.decode()
    assert "此人是管理员" in text
    assert "贵州" not in text
    assert "南明" not in text


# --- the account itself -----------------------------------------------------------------------------------------


def test_shuts_and_opens_an_account(client: Client) -> None:
    clerk = make(530102)
    for deed, active in (("deactivate", False), ("activate", True)):
        assert client.post(reverse("accounts:person_act", args=[clerk.user_id, deed])).status_code == 302
        clerk.user.refresh_from_db()
        assert clerk.user.is_active is active
    with as_owner():
        assert [e.detail for e in AuditEntry.objects.order_by("at")] == [
            f"已停用账号（{clerk.user}）", f"已启用账号（{clerk.user}）"]  # fmt: skip


def test_an_account_that_also_belongs_elsewhere_is_the_upper_administrators(client: Client) -> None:
    clerk = make(530102)
    make(530302, user=clerk.user)
    before = User.objects.get(pk=clerk.user_id).password
    for deed in ("deactivate", "reset_password"):
        answer = client.post(reverse("accounts:person_act", args=[clerk.user_id, deed]), follow=True)
        assert "此人在其他区划还有有效身份" in answer.content.decode()
    stored = User.objects.get(pk=clerk.user_id)
    assert stored.is_active
    assert stored.password == before
    assert "在其他区划还有 1 个有效身份" in page(client, "accounts:person", clerk.user_id)


def test_unlocks(client: Client) -> None:
    clerk = make(530102)
    for _ in range(6):
        Client().post(reverse("account_login"), {"login": clerk.user.username, "password": "wrong"})
    assert "连续输错密码，暂停登录" in page(client, "accounts:person", clerk.user_id)
    assert client.post(reverse("accounts:person_act", args=[clerk.user_id, "unlock"])).status_code == 302
    assert "连续输错密码，暂停登录" not in page(client, "accounts:person", clerk.user_id)
    answer = Client().post(reverse("account_login"), {"login": clerk.user.username, "password": "Correct-horse-9"})
    assert answer.status_code == 302


def test_reset_password_shows_a_new_one_and_the_old_is_void(client: Client) -> None:
    clerk = make(530102)
    text = client.post(reverse("accounts:person_act", args=[clerk.user_id, "reset_password"])).content.decode()
    assert "此密码只显示这一次" in text
    stored = User.objects.get(pk=clerk.user_id)
    assert not stored.check_password("Correct-horse-9")
    assert stored.password_is_initial


def test_unknown_deeds_and_get_do_nothing(client: Client) -> None:
    clerk = make(530102)
    assert client.post(reverse("accounts:person_act", args=[clerk.user_id, "promote"])).status_code == 404
    assert client.get(reverse("accounts:person_act", args=[clerk.user_id, "deactivate"])).status_code == 405


def test_corrects_a_name_and_a_number(client: Client) -> None:
    clerk = make(530102)
    address = reverse("accounts:person_change", args=[clerk.user_id])
    assert client.post(address, {"full_name": "王小芳", "phone": ""}).status_code == 302
    clerk.user.refresh_from_db()
    assert (clerk.user.full_name, clerk.user.phone) == ("王小芳", None)
    text = client.post(address, {"full_name": "", "phone": "110"}).content.decode()
    assert "请填写11位手机号码" in text
    assert 'value="110"' in text


def test_memberships_begin_and_end_on_their_days() -> None:
    with as_owner():
        clerk = factories.member(factories.office(530102), Role.OFFICE_STAFF)
    clerk.valid_until = date(2026, 3, 1)
    assert clerk.is_open_on(date(2026, 3, 1))
    assert not clerk.is_open_on(date(2026, 3, 2))

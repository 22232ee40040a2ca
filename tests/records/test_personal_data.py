"""Phones and identity numbers: masked in every page for everybody, opened for a reason that is kept, and the log of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import personal
from accounts.actors import Role
from accounts.models import User
from records import clock
from records.models import AuditEntry
from supervision.models import MemberUnit, UnitContact
from tests import factories as f
from tests.access_table import PAGES
from tests.conftest import as_owner
from tests.world import World, build

pytestmark = pytest.mark.django_db
PARTS = 6
PHONE, LIAISON = "13911112222", "0871-65107788"


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


# --- the mask ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812341234", "138****1234"),
        ("0871-65107788", "0871-****7788"),
        ("12345", "****45"),
        ("1", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_masked_phones(number: str | None, shown: str) -> None:
    assert personal.mask_phone(number) == shown


def test_masked_identity_numbers_names_and_addresses() -> None:
    assert personal.mask_identity("53010219900101123X") == "530***********123X"
    assert personal.mask_name("张三丰") == "张**"
    assert personal.mask_name("张") == "张*"
    assert personal.mask_mail("liming@example.cn") == "li****@example.cn"
    assert personal.mask_text("电话13812341234，证53010219900101123X。") == "电话138****1234，证530***********123X。"


@given(st.text(alphabet="0123456789 -张电话，", max_size=60))
def test_no_mobile_number_survives_in_text(text: str) -> None:
    assert not personal.MOBILE.search(personal.mask_text(text))


# --- every page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_shows_a_number_to_anybody(world: World, part: int) -> None:
    numbers = [LIAISON, PHONE]
    with as_owner():
        UnitContact.objects.update(phone=PHONE)
        MemberUnit.objects.update(liaison_phone=LIAISON)
        for n, user in enumerate(User.objects.order_by("pk")):
            user.phone = f"1380000{n:04d}"
            user.save(update_fields=["phone"])
            numbers.append(user.phone)
    leaks = []
    clients = {role: f.client_for(world.people[role, 530102]) for role in Role}
    for name, page in list(PAGES.items())[part::PARTS]:
        if page.post:
            continue
        address = reverse(name, args=page.args(world)) + page.query
        for role in page.sees:
            with transaction.atomic():
                answer = clients[role].get(address)
                transaction.set_rollback(True)
            if answer.streaming:
                b"".join(answer.streaming_content)
                continue
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            text = answer.content.decode()
            leaks += [f"{name} as {role}: {number}" for number in numbers if number in text]
    assert not leaks


# --- opening one ------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(world: World) -> Any:
    cache.clear()
    with as_owner():
        UnitContact.objects.filter(pk=world.contact.pk).update(phone=PHONE)
    return f.client_for(world.people[Role.OFFICE_STAFF, 530102])


def address_of(world: World) -> str:
    return reverse("records:reveal", args=["supervision.unitcontact", world.contact.pk, "phone"])


def entries(**where: Any) -> list[AuditEntry]:
    with as_owner():
        return list(AuditEntry.objects.filter(**where))


def test_a_number_is_opened_for_a_reason_once_and_the_reason_is_kept(world: World, staff: Any) -> None:
    school = reverse("supervision:school_detail", args=[world.school.pk])
    page = staff.get(school).content.decode()
    assert address_of(world) in page
    assert PHONE not in staff.get(address_of(world)).content.decode()
    answer = staff.post(address_of(world), {"reason": "other", "words": f"回电{PHONE}核实", "back": school})
    assert PHONE in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    (entry,) = entries(action="reveal")
    assert (entry.object_kind, entry.object_id) == ("supervision.unitcontact", str(world.contact.pk))
    assert entry.detail == "电话；原因：回电139****2222核实"
    assert PHONE not in staff.get(address_of(world)).content.decode()
    assert PHONE not in staff.get(school).content.decode()


def test_without_a_reason_nothing_is_opened(world: World, staff: Any) -> None:
    for form in ({}, {"reason": "other"}, {"reason": "invented"}, {"reason": "", "words": "  "}):
        answer = staff.post(address_of(world), form)
        assert PHONE not in answer.content.decode()
    assert not entries(action="reveal")


@override_settings(REVEALS_AN_HOUR=2)
def test_not_more_than_so_many_an_hour(world: World, staff: Any) -> None:
    for _ in range(2):
        assert PHONE in staff.post(address_of(world), {"reason": "联系通知"}).content.decode()
    third = staff.post(address_of(world), {"reason": "联系通知"})
    assert third.status_code == 429
    assert PHONE not in third.content.decode()
    assert len(entries(action="reveal")) == 2


def test_only_registered_fields_of_visible_rows_and_back_stays_in_the_house(world: World, staff: Any) -> None:
    user = world.people[Role.UNIT_CONTACT, 530102].user_id
    for kind, pk, name in (("accounts.user", user, "phone"), ("accounts.user", user, "password"),
                           ("supervision.unitcontact", world.contact.pk, "name"), ("no.thing", 1, "phone")):  # fmt: skip
        assert staff.post(reverse("records:reveal", args=[kind, pk, name]), {"reason": "联系通知"}).status_code == 404
    answer = staff.post(address_of(world), {"reason": "联系通知", "back": "https://evil.example/"})
    assert "evil.example" not in answer.content.decode()


def test_a_form_keeps_a_number_that_was_not_touched_replaces_a_new_one_and_clears_an_empty_one(
    world: World, staff: Any
) -> None:
    address = reverse("supervision:contact_change", args=[world.contact.pk])
    page = staff.get(address).content.decode()
    assert 'value="139****2222"' in page
    for typed, kept in (("139****2222", PHONE), ("13700001111", "13700001111"), ("", "")):
        staff.post(address, {"name": "李老师", "post": "", "phone": typed})
        with as_owner():
            assert UnitContact.objects.get(pk=world.contact.pk).phone == kept


# --- the audit page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def auditor(world: World) -> Any:
    return f.client_for(world.people[Role.AUDIT_ADMIN, 530102])


def write(count: int = 1, **more: Any) -> None:
    facts = {"at": clock.now(), "action": "read", "user_id": 7, "person_name": "张查", "division_code": 530102}
    with as_owner():
        AuditEntry.objects.bulk_create(AuditEntry(**(facts | more)) for _ in range(count))


def test_the_log_is_narrowed_by_kind_and_day(auditor: Any) -> None:
    write(object_kind="records.document", object_id="1", detail="甲文")
    write(object_kind="accounts.user", object_id="2", detail="乙人")
    old = datetime(2026, 1, 31, 23, 59, tzinfo=clock.TZ)
    write(object_kind="accounts.user", detail="旧事", at=old)
    address = reverse("records:audit_list")
    text = auditor.get(address, {"kind": "accounts.user", "since": "2026-02-01"}).content.decode()
    assert "乙人" in text
    assert "甲文" not in text
    assert "旧事" not in text
    assert "旧事" in auditor.get(address, {"until": "2026-01-31", "division": "530102"}).content.decode()
    assert "旧事" not in auditor.get(address, {"until": "2026-01-30"}).content.decode()


@override_settings(READS_AN_HOUR=3)
def test_many_reads_in_an_hour_are_pointed_out(auditor: Any) -> None:
    hour = clock.now().replace(minute=10, second=0)
    write(3, at=hour)
    assert "异常提示" not in auditor.get(reverse("records:audit_list")).content.decode()
    write(1, at=hour + timedelta(minutes=5), action="reveal")
    text = auditor.get(reverse("records:audit_list")).content.decode()
    assert "异常提示" in text
    assert "4次" in text


def test_taking_the_log_away_is_in_the_log(auditor: Any) -> None:
    write(2)
    answer = auditor.get(reverse("records:list_export", args=["audit"]), {"person": "张查"})
    assert answer.status_code == 200
    (entry,) = entries(action="export")
    assert entry.object_kind == "records.auditentry"
    assert "2行；筛选：人员：张查" in entry.detail


def test_looking_at_a_persons_file_is_in_the_log(world: World) -> None:
    keeper = f.client_for(world.people[Role.SECURITY_ADMIN, 530102])
    user = world.people[Role.UNIT_CONTACT, 530102].user_id
    assert keeper.get(reverse("accounts:person", args=[user])).status_code == 200
    (entry,) = entries(action="read", object_kind="accounts.user")
    assert entry.object_id == str(user)

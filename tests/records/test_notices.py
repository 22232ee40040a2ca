"""Who is told by which way, and that a digest neither loses nor doubles an item."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Role, system
from accounts.scope import scope
from records import clock
from records.models import Category, Delivery, Dispatch, NoticeRule, Preference, SendingHours
from records.notices import dispatches
from records.notices.notify import deliver
from tests import factories
from tests.conftest import as_owner, as_system
from tests.records import outside as o

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=clock.TZ)
NIGHT = datetime(2026, 12, 31, 23, 30, tzinfo=clock.TZ)
MORNING = datetime(2027, 1, 1, 7, tzinfo=clock.TZ)


@pytest.fixture
def staff() -> Any:
    with as_owner():
        return o.reachable(factories.member(factories.office(o.OFFICE), Role.OFFICE_STAFF))


def wants(membership: Any, category: str, channel: str = "sms", wanted: bool = True) -> None:
    with as_owner():
        Preference.objects.update_or_create(
            user=membership.user, category=category, channel=channel, defaults={"wanted": wanted}
        )


def asks(category: str, channel: str = "sms", code: int = o.OFFICE) -> None:
    with as_owner():
        NoticeRule.objects.create(division_code=code, category=category, channel=channel)


def ways(**where: Any) -> list[str]:
    return sorted(d.channel for d in o.deliveries(**where))


def test_a_person_chooses_and_an_office_asks(staff: Any) -> None:
    with o.gateway():
        o.tell(staff.user_id, key="a", category=Category.NEWS)
        assert ways() == ["inbox"]
        wants(staff, Category.NEWS)
        o.tell(staff.user_id, key="b", category=Category.NEWS)
        assert ways(notification__key="b") == ["inbox", "sms"]
        wants(staff, Category.ESCALATION, wanted=False)
        o.tell(staff.user_id, key="c")
        assert ways(notification__key="c") == ["inbox"]
        asks(Category.ESCALATION)
        o.tell(staff.user_id, key="d")
        assert ways(notification__key="d") == ["inbox", "sms"]


def test_another_offices_rule_does_not_bind_this_offices_messages(staff: Any) -> None:
    asks(Category.NEWS, code=530103)
    with o.gateway():
        o.tell(staff.user_id, category=Category.NEWS)
    assert ways() == ["inbox"]


def test_the_same_event_is_queued_once(staff: Any) -> None:
    with o.gateway(), clock.travel(NOON):
        o.tell(staff.user_id)
        o.tell(staff.user_id)
        assert o.send() == 1
        o.tell(staff.user_id)
        assert o.send() == 0
    assert ways() == ["inbox", "sms"]


def test_the_night_is_quiet_and_the_morning_brings_it(staff: Any) -> None:
    with o.gateway() as local:
        with clock.travel(NIGHT):
            o.tell(staff.user_id)
            assert o.send() == 0
        with clock.travel(MORNING - timedelta(minutes=1)):
            assert o.send() == 0
        with clock.travel(MORNING):
            assert o.send() == 1
    assert len(local.messages) == 1


def test_an_emergency_breaks_the_silence(staff: Any) -> None:
    with o.gateway() as local, clock.travel(NIGHT):
        o.tell(staff.user_id, category=Category.EMERGENCY)
        o.tell(staff.user_id, key="other")
        assert o.send() == 1
    assert [m["title"] for m in local.messages] == ["请核查"]


def test_a_retry_does_not_ring_at_night(staff: Any) -> None:
    answers = [500, 202]
    with o.gateway(lambda m: answers.pop(0)):
        with clock.travel(NIGHT.replace(hour=21, minute=59, second=30)):
            o.tell(staff.user_id)
            o.send()
        with clock.travel(NIGHT):
            assert o.send() == 0
        assert o.sent()[0].next_at == MORNING
        with clock.travel(MORNING):
            assert o.send() == 1


def test_a_late_worker_does_not_send_the_digest_at_night(staff: Any) -> None:
    wants(staff, Category.NEWS)
    with o.gateway():
        with clock.travel(NOON):
            o.tell(staff.user_id, category=Category.NEWS)
        with clock.travel(NIGHT):
            assert o.send() == 0
        with clock.travel(MORNING):
            assert o.send() == 1


def test_an_office_sets_its_own_hours(staff: Any) -> None:
    wants(staff, Category.NEWS)
    with as_owner():
        SendingHours.objects.create(
            division_code=o.OFFICE, quiet_from=time(19), quiet_until=time(9), sms_hours=[13], mail_hours=[20]
        )
    with o.gateway(), clock.travel(NOON):
        o.tell(staff.user_id, category=Category.NEWS)
    assert o.deliveries(channel="sms")[0].due_at == NOON.replace(hour=13)


def test_ten_items_are_one_message_that_names_each(staff: Any) -> None:
    wants(staff, Category.NEWS)
    with o.gateway() as local:
        with clock.travel(NOON):
            for n in range(10):
                o.tell(staff.user_id, key=f"k{n}", title=f"第{n}件", category=Category.NEWS)
            o.tell(staff.user_id, key="urgent", title="马上")
            assert o.send() == 1
        with clock.travel(NOON.replace(hour=16)):
            assert o.send() == 1
    alone, digest = local.messages
    assert alone["text"] == "马上"
    assert digest["title"] == "您有10条督导消息"
    assert digest["items"] == 10
    assert all(f"第{n}件" in digest["text"] for n in range(10))
    assert digest["link"].endswith("/records/inbox/")


def test_two_offices_two_digests(staff: Any) -> None:
    wants(staff, Category.NEWS)
    with o.gateway() as local, clock.travel(NOON):
        for code in (530102, 530100):
            with as_system(), scope(system()):
                deliver(
                    owner_code=code, users=[staff.user_id], key="k", title=str(code), body="", category=Category.NEWS
                )
        with clock.travel(NOON.replace(hour=16)):
            o.send()
    assert sorted(m["text"] for m in local.messages) == ["530100", "530102"]


acts = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sampled_from([Category.NEWS, Category.DEADLINE, Category.ESCALATION, Category.EMERGENCY])),
        st.tuples(st.just("wait"), st.integers(1, 700)),
        st.tuples(st.just("work"), st.sampled_from(["well", "dies sealing", "refused"])),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_every_item_is_in_exactly_one_message(staff: Any, steps: list[tuple[str, Any]]) -> None:
    """Whatever comes when, whoever dies between, whatever the gateway answers: in the end all have left once."""
    for category in (Category.NEWS, Category.DEADLINE):
        wants(staff, category)
    with as_owner():
        Delivery.objects.all().delete()
        Dispatch.objects.all().delete()
        o.Notification.objects.all().delete()
    moment, told, answer = NOON, 0, {"status": 202}
    with o.gateway(lambda m: answer["status"]) as local:
        for deed, what in [*steps, ("wait", 24 * 60)]:
            with clock.travel(moment):
                if deed == "tell":
                    told += 1
                    o.tell(staff.user_id, key=f"k{told}", title=f"〔{told}〕", category=what)
                elif deed == "wait":
                    moment += timedelta(minutes=what)
                else:
                    answer["status"] = 503 if what == "refused" else 202
                    _work(dies=what == "dies sealing")
        answer["status"] = 202
        for hour in (9, 17, 33, 41):  # two mornings and evenings are enough for whatever still waits
            with clock.travel(moment.replace(hour=0, minute=0) + timedelta(hours=24 + hour)):
                o.send()
                o.send()
    out = o.deliveries(channel="sms")
    assert len(out) == told
    assert all(d.dispatch_id is not None for d in out)
    text = "\n".join(m["text"] for m in local.messages)
    assert [text.count(f"〔{n}〕") for n in range(1, told + 1)] == [1] * told
    assert sum(m["items"] for m in local.messages) == told


def _work(*, dies: bool) -> None:
    if not dies:
        o.send()
        return
    made = dispatches._make

    class Dies(BaseException):
        pass

    def half(items: list[Delivery]) -> Dispatch:
        made(items)
        raise Dies

    dispatches._make = half  # type: ignore[assignment]
    try:
        o.send()
    except Dies:
        pass
    finally:
        dispatches._make = made


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_digest_and_send_it_once() -> None:
    with as_owner():
        staff = o.reachable(factories.member(factories.office(o.OFFICE), Role.OFFICE_STAFF))
    wants(staff, Category.NEWS)
    with o.gateway() as local:
        with clock.travel(NOON):
            for n in range(20):
                o.tell(staff.user_id, key=f"k{n}", title=f"〔{n}〕", category=Category.NEWS)
        start = threading.Barrier(4)

        def worker() -> None:
            start.wait()
            try:
                with clock.travel(NOON.replace(hour=16)), as_system():
                    dispatches.run()
            finally:
                connection.close()

        threads = [threading.Thread(target=worker) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [m["items"] for m in local.messages] == [20]
    assert len(local.tries) == 1


# --- who sees what went to whom ------------------------------------------------------------------------------------


def test_the_person_the_unit_and_the_office_see_it_and_nobody_else() -> None:
    with as_owner():
        unit = factories.school(o.OFFICE)
        contact = factories.member(unit.organization, Role.UNIT_CONTACT)
        colleague = factories.member(unit.organization, Role.UNIT_CONTACT)
        other = factories.member(factories.school(o.OFFICE).organization, Role.UNIT_CONTACT)
        office = factories.member(factories.office(o.OFFICE), Role.OFFICE_STAFF)
        beside = factories.member(factories.office(530103), Role.OFFICE_STAFF)
        above = factories.member(factories.office(530100), Role.OFFICE_STAFF)
    o.reachable(contact)
    with o.gateway(), clock.travel(NOON):
        o.tell(contact.user_id, organizations=[unit.pk])
        o.send()
    for membership, both in (
        (contact, True),
        (colleague, True),
        (office, True),
        (other, False),
        (beside, False),
        (above, False),
    ):
        actor = factories.actor(membership)
        with scope(actor):
            for model in (Delivery, Dispatch):
                # The second lock alone, then the first on top of it.
                assert model.objects.exists() is both
                assert model.objects.visible_to(actor).exists() is both
        with as_owner():
            assert Delivery.objects.visible_to(actor).exists() is both


def test_reading_in_the_inbox_is_seen_in_the_trail(staff: Any) -> None:
    o.tell(staff.user_id)
    (line,) = o.lines()
    factories.client_for(staff).get(reverse("records:inbox_item", args=[line.pk]))
    assert o.deliveries(channel="inbox")[0].seen_at is not None


# --- pages -----------------------------------------------------------------------------------------------------------


def test_preferences_page(staff: Any) -> None:
    asks(Category.RETURNED)
    client, address = factories.client_for(staff), reverse("records:preferences")
    page = client.get(address).content.decode()
    assert "短信、即时通讯网关未接入" in page
    assert "邮件服务器未接入" in page
    assert "138****1234" in page
    assert "五华区教育督导委员会办公室规定" in page
    assert 'name="returned-sms"' not in page
    form = {"mail": "li@example.cn", "messenger": "", "news-sms": "1", "returned-mail": "1"}
    assert "已保存" in client.post(address, form, follow=True).content.decode()
    with as_owner():
        found = {(p.category, p.channel): p.wanted for p in Preference.objects.filter(user=staff.user)}
    assert found["news", "sms"] is True
    assert found["escalation", "sms"] is False
    assert ("returned", "sms") not in found
    bad = client.post(address, form | {"mail": "not an address"}).content.decode()
    assert "not an address" in bad
    assert client.post(address, form, follow=True).status_code == 200  # twice does no harm


def test_rules_page() -> None:
    with as_owner():
        head = factories.member(factories.office(o.OFFICE), Role.OFFICE_HEAD)
    client, address = factories.client_for(head), reverse("records:notice_rules")
    hours = {
        "quiet_from": "21:00",
        "quiet_until": "07:30",
        "mail_hours": ["9"],
        "sms_hours": ["8", "16"],
        "messenger_hours": ["9"],
    }
    assert "已保存" in client.post(address, hours | {"news-sms": "1"}, follow=True).content.decode()
    assert "已保存" in client.post(address, hours | {"to_sign-sms": "1"}, follow=True).content.decode()
    with as_owner():
        assert [(r.category, r.channel) for r in NoticeRule.objects.filter(division_code=o.OFFICE)] == [
            ("to_sign", "sms")
        ]
        assert SendingHours.objects.get(division_code=o.OFFICE).quiet_until == time(7, 30)
    wrong = client.post(address, hours | {"quiet_until": "21:00"}).content.decode()
    assert "静默开始和结束不能相同" in wrong
    assert client.post(address, hours | {"sms_hours": []}).status_code == 200


def test_inbox_by_category_and_in_bulk(staff: Any) -> None:
    o.tell(staff.user_id, key="a", title="甲", category=Category.RETURNED)
    o.tell(staff.user_id, key="b", title="乙", category=Category.NEWS)
    client = factories.client_for(staff)
    page = client.get(reverse("records:inbox"), {"category": "returned"}).content.decode()
    assert "甲" in page
    assert "乙" not in page
    (first, _second) = o.lines()
    address = reverse("records:inbox_read")
    assert "请先勾选" in client.post(address, {"line": ["x", "9" * 40]}, follow=True).content.decode()
    done = client.post(address, {"line": [first.pk], "back": "?category=returned"})
    assert done["Location"].endswith("/inbox/?category=returned")
    assert client.post(address, {"line": [first.pk], "back": "https://evil.example"})["Location"].endswith("/inbox/")
    assert [line.read_at is None for line in o.lines()] == [False, True]
    assert o.deliveries(channel="inbox")[0].seen_at is not None

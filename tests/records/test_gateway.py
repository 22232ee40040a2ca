"""The ways outside against a real HTTP server: signed, retried with patience, taken once, receipts believed only when signed."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from accounts.actors import Role
from portal.demo.gateway import receipt
from records import clock
from records.models import Category, ChannelKind, NoticeRule
from records.notices.channels import is_on
from records.notices.channels.signing import SIGNATURE, TIMESTAMP, is_genuine, sign
from records.notices.dispatches import BACKOFF, LEASE
from tests import factories
from tests.conftest import as_owner
from tests.records import outside as o

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=clock.TZ)


@pytest.fixture
def staff() -> Any:
    with as_owner():
        return o.reachable(factories.member(factories.office(o.OFFICE), Role.OFFICE_STAFF))


def test_a_message_leaves_signed_with_title_and_link_only(staff: Any) -> None:
    with o.gateway() as local, clock.travel(NOON):
        o.tell(staff.user_id, title="督办单逾期：某校 联系电话13912345678")
        assert o.send() == 1
    (message,) = local.messages
    assert local.forged == 0
    assert message["to"] == "13800001234"
    assert "正文不外发" not in json.dumps(message, ensure_ascii=False)
    assert "13912345678" not in message["text"]
    assert "139****5678" in message["text"]
    (line,) = o.lines()
    assert message["link"] == f"https://dudao.example.cn/records/inbox/{line.pk}/"
    (row,) = o.sent()
    assert (row.state, row.sent_at, row.sent_to, row.attempts) == ("sent", NOON, "138****1234", 1)


def test_without_a_gateway_nothing_is_queued(staff: Any) -> None:
    o.tell(staff.user_id)
    assert o.send() == 0
    assert [d.channel for d in o.deliveries()] == ["inbox"]
    assert not is_on(ChannelKind.SMS)
    assert is_on(ChannelKind.INBOX)


def test_a_broken_gateway_is_tried_again_with_patience_under_the_same_key(staff: Any) -> None:
    answers = [500, 503, 202]
    with o.gateway(lambda message: answers.pop(0)) as local:
        with clock.travel(NOON):
            o.tell(staff.user_id)
            assert o.send() == 0
            assert o.send() == 0  # not before its time
        (row,) = o.sent()
        assert (row.state, row.error, row.next_at) == ("ready", "网关答复 500", NOON + BACKOFF[0])
        with clock.travel(NOON + BACKOFF[0]):
            assert o.send() == 0
        with clock.travel(NOON + BACKOFF[0] + BACKOFF[1]):
            assert o.send() == 1
    assert len(set(local.tries)) == 1
    assert len(local.tries) == 3
    assert len(local.messages) == 1
    assert o.sent()[0].error == ""


def test_it_gives_up_in_the_end_and_the_office_sees_why(staff: Any) -> None:
    with o.gateway(lambda message: 500) as local:
        moment = NOON
        with clock.travel(moment):
            o.tell(staff.user_id)
        for _ in range(len(BACKOFF) + 6):
            with clock.travel(moment):
                o.send()
            moment += timedelta(hours=13)
            moment = moment.replace(hour=12)
    (row,) = o.sent()
    assert (row.state, row.attempts) == ("failed", len(BACKOFF) + 1)
    assert len(local.tries) == len(BACKOFF) + 1
    page = factories.client_for(staff).get(reverse("records:dispatch_list"), {"state": "failed"}).content.decode()
    assert "网关答复 500" in page
    assert "138****1234" in page


def test_a_refusal_is_final_and_may_be_sent_again_by_hand(staff: Any) -> None:
    answers = [400, 202]
    with o.gateway(lambda message: answers.pop(0)), clock.travel(NOON):
        o.tell(staff.user_id)
        o.send()
        (row,) = o.sent()
        assert (row.state, row.attempts) == ("failed", 1)
        answer = factories.client_for(staff).post(reverse("records:dispatch_retry", args=[row.pk]), follow=True)
        assert "已重新列入发送" in answer.content.decode()
        assert o.send() == 1


def test_nobody_listens(staff: Any) -> None:
    with override_settings(NOTIFY_WEBHOOK_URL="http://127.0.0.1:1/", NOTIFY_WEBHOOK_SECRET="s"), clock.travel(NOON):
        o.tell(staff.user_id)
        o.send()
    assert o.sent()[0].error == "连接不上网关"


def test_a_redirect_is_not_followed_with_the_message(staff: Any) -> None:
    with o.gateway(lambda message: 302) as local, clock.travel(NOON):
        o.tell(staff.user_id)
        o.send()
    assert len(local.tries) == 1
    assert o.sent()[0].state == "ready"


def test_a_worker_that_dies_after_sending_sends_under_the_same_key_and_the_gateway_drops_it(
    staff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from records.notices import dispatches

    with o.gateway() as local:
        with clock.travel(NOON):
            o.tell(staff.user_id)
            channel = dispatches.channel_of("sms")

            class Dies(BaseException):
                pass

            class Dying:
                def send(self, envelope: Any) -> None:
                    channel.send(envelope)
                    raise Dies

            with monkeypatch.context() as patch:
                patch.setattr(dispatches, "channel_of", lambda kind: Dying())
                with pytest.raises(Dies):
                    o.send()
            assert o.send() == 0  # leased
        with clock.travel(NOON + LEASE):
            assert o.send() == 1
    assert len(local.tries) == 2
    assert len(local.messages) == 1


def test_the_number_is_looked_up_when_it_is_sent(staff: Any) -> None:
    with o.gateway() as local, clock.travel(NOON):
        o.tell(staff.user_id)
        o.reachable(staff, phone="13900009999")
        o.send()
    assert local.messages[0]["to"] == "13900009999"


def test_mail(staff: Any) -> None:
    o.reachable(staff, mail="li@example.cn")
    with override_settings(NOTIFY_MAIL_FROM="督导平台 <dudao@example.cn>"), clock.travel(NOON):
        o.tell(staff.user_id, title="请签收\r\nBcc: all@example.cn")
        assert o.send() == 1
    (letter,) = mail.outbox
    assert letter.to == ["li@example.cn"]
    assert "正文不外发" not in letter.body
    assert o.sent()[0].sent_to == "****@example.cn"


def test_required_without_an_address_is_said(staff: Any) -> None:
    o.reachable(staff, phone="")
    with as_owner():
        type(staff.user).objects.filter(pk=staff.user_id).update(phone=None)
        NoticeRule.objects.create(division_code=o.OFFICE, category=Category.NEWS, channel="sms")
    with o.gateway():
        o.tell(staff.user_id, category=Category.NEWS)
        assert o.send() == 0
    (row,) = o.deliveries(channel="sms")
    assert row.error == "账号没有登记手机号码"
    assert row.due_at is None


# --- receipts ------------------------------------------------------------------------------------------------------


def post(body: bytes, headers: dict[str, str]) -> int:
    return Client().post(
        reverse("records:gateway_receipts"), body, content_type="application/json",
        headers={k: v for k, v in headers.items() if k != "Content-Type"},
    ).status_code  # fmt: skip


@pytest.fixture
def message(staff: Any) -> Any:
    with o.gateway(), clock.travel(NOON):
        o.tell(staff.user_id)
        o.send()
    return o.sent()[0]


def test_a_receipt_says_when_it_arrived(message: Any) -> None:
    with override_settings(NOTIFY_WEBHOOK_SECRET=o.SECRET):
        body, headers = receipt(o.SECRET, str(message.token))
        assert post(body, headers) == 204
        first = o.sent()[0].delivered_at
        assert post(body, headers) == 204
        assert o.sent()[0].delivered_at == first
        assert post(*receipt(o.SECRET, str(message.token), "failed")) == 204
    assert o.sent()[0].state == "delivered"


def test_a_failed_receipt(message: Any) -> None:
    with override_settings(NOTIFY_WEBHOOK_SECRET=o.SECRET):
        assert post(*receipt(o.SECRET, str(message.token), "failed", error="13800001234 停机")) == 204
    assert (o.sent()[0].state, o.sent()[0].error) == ("failed", "138****1234 停机")


def test_what_is_not_signed_is_not_believed(message: Any) -> None:
    body, headers = receipt("another", str(message.token))
    with override_settings(NOTIFY_WEBHOOK_SECRET=o.SECRET):
        assert post(body, headers) == 401
        assert post(body, {}) == 401
        good, signed = receipt(o.SECRET, str(message.token))
        assert post(good + b" ", signed) == 401
        old = int(time.time()) - 3600
        assert post(good, {TIMESTAMP: str(old), SIGNATURE: sign(o.SECRET, old, good)}) == 401
        assert post(*receipt(o.SECRET, str(uuid4()))) == 204
        nonsense = b"[1]"
        now = int(time.time())
        assert post(nonsense, {TIMESTAMP: str(now), SIGNATURE: sign(o.SECRET, now, nonsense)}) == 400
    with override_settings(NOTIFY_WEBHOOK_SECRET=""):
        assert post(*receipt("", str(message.token))) == 401
    assert o.sent()[0].state == "sent"
    assert Client().get(reverse("records:gateway_receipts")).status_code == 405


@pytest.mark.parametrize("stamp", ["", "x", "１７", "9" * 30])
def test_strange_timestamps(stamp: str) -> None:
    assert not is_genuine("s", timestamp=stamp, signature="v1=", body=b"", now=0)

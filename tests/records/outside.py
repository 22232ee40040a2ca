"""People with phones and mail, an office that asks for a channel, and the local gateway, for the tests of notices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import override_settings

from accounts.actors import system
from accounts.models import Membership
from accounts.scope import scope
from portal.demo.gateway import LocalGateway, takes_everything
from records.models import Category, Delivery, Dispatch, Notification, Reach
from records.notices import dispatches
from records.notices.notify import deliver
from tests.conftest import as_owner, as_system

SECRET = "a-secret-for-tests"
OFFICE = 530102


@contextmanager
def gateway(answer: Any = takes_everything, channels: tuple[str, ...] = ("sms", "messenger")) -> Iterator[LocalGateway]:
    """A running gateway that the settings point to."""
    local = LocalGateway(SECRET, answer)
    with (
        local.serving() as url,
        override_settings(
            NOTIFY_WEBHOOK_URL=url, NOTIFY_WEBHOOK_SECRET=SECRET, NOTIFY_WEBHOOK_CHANNELS=list(channels),
            NOTIFY_WEBHOOK_TIMEOUT=5, SITE_URL="https://dudao.example.cn",
        ),
    ):  # fmt: skip
        yield local


def reachable(membership: Membership, *, phone: str = "13800001234", mail: str = "") -> Membership:
    with as_owner():
        membership.user.phone = phone
        membership.user.save(update_fields=["phone"])
        if mail:
            Reach.objects.update_or_create(user=membership.user, defaults={"mail": mail})
    return membership


def tell(*users: int, key: str = "k", title: str = "请核查", category: str = Category.ESCALATION, **more: Any) -> None:
    with as_system(), scope(system()):
        deliver(
            owner_code=OFFICE, users=users, key=key, title=title, body="正文不外发", category=category,
            **({"urgent": category == Category.ESCALATION} | more),
        )  # fmt: skip


def send() -> int:
    with as_system():
        return dispatches.run()


def rows(model: type[Any], **where: Any) -> list[Any]:
    with as_owner():
        return list(model.objects.filter(**where).order_by("pk"))


def deliveries(**where: Any) -> list[Delivery]:
    return rows(Delivery, **where)


def sent(**where: Any) -> list[Dispatch]:
    return rows(Dispatch, **where)


def lines(**where: Any) -> list[Notification]:
    return rows(Notification, **where)

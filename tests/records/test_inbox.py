"""The inbox: told once, read by opening, everything marked at once, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records import clock
from records.models import Notification, Outbox
from records.notices.inbox import mark_all_read, unread_count
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office, work

pytestmark = pytest.mark.django_db
INBOX = "records:inbox"


@pytest.fixture
def office() -> Office:
    return Office()


def tell(office: Office, who: str, n: int = 1, **more: Any) -> list[Notification]:
    with as_owner():
        user = office.people[who].user_id
        at = {"created_at": clock.now()} | more
        return [
            Notification.objects.create(user_id=user, owner_code=530102, key=f"k{k}", title=f"消息{k}", **at)
            for k in range(n)
        ]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_opening_marks_read_and_leads_to_the_document(office: Office) -> None:
    document = office.submitted()
    work()
    client = office.client(Role.OFFICE_HEAD)
    page = text(client.get(reverse(INBOX)))
    assert "待签发：" in page
    assert "未读：" in page
    with as_owner():
        line = Notification.objects.get(user_id=office.people[Role.OFFICE_HEAD].user_id)
    answer = client.get(reverse("records:inbox_item", args=[line.pk]))
    assert answer["Location"] == document.get_absolute_url()
    with as_owner():
        line.refresh_from_db()
        first = line.read_at
    assert first is not None
    client.get(reverse("records:inbox_item", args=[line.pk]))
    with as_owner():
        line.refresh_from_db()
    assert line.read_at == first
    assert "未读：" not in text(client.get(reverse(INBOX)))


def test_whoever_acted_is_not_told(office: Office) -> None:
    office.submitted()
    work()
    with as_owner():
        assert not Notification.objects.filter(user_id=office.people[Role.OFFICE_STAFF].user_id).exists()


def test_the_same_event_tells_once(office: Office) -> None:
    office.submitted()
    work()
    with as_owner():
        before = Notification.objects.count()
        Outbox.objects.update(consumed_at=None)
    work()
    with as_owner():
        assert Notification.objects.count() == before


def test_unread_first_then_everything(office: Office) -> None:
    tell(office, Role.OFFICE_STAFF, 2)
    read = tell(office, Role.OFFICE_HEAD, 1, read_at=clock.now())
    client = office.client(Role.OFFICE_STAFF)
    assert 'aria-current="page">未读 2' in text(client.get(reverse(INBOX)))
    head = office.client(Role.OFFICE_HEAD)
    assert 'aria-current="page">全部' in text(head.get(reverse(INBOX)))
    assert read[0].title in text(head.get(reverse(INBOX)))
    assert "没有未读消息" in text(head.get(reverse(INBOX) + "?show=unread"))


def test_all_at_once(office: Office) -> None:
    tell(office, Role.OFFICE_STAFF, 3)
    client = office.client(Role.OFFICE_STAFF)
    address = reverse("records:inbox_read_all")
    assert "已把3条消息标为已读" in text(client.post(address, follow=True))
    assert "没有未读消息。" in text(client.post(address, follow=True))
    assert client.get(address).status_code == 405


def test_count_stops_at_a_hundred(office: Office) -> None:
    tell(office, Role.OFFICE_STAFF, 130)
    with scope(office.staff):
        assert unread_count(office.staff) == 100
        assert mark_all_read(office.staff) == 130
        assert unread_count(office.staff) == 0
    assert unread_count(None) == 0


def test_nobody_elses(office: Office) -> None:
    line = tell(office, Role.OFFICE_HEAD)[0]
    assert office.client(Role.OFFICE_STAFF).get(reverse("records:inbox_item", args=[line.pk])).status_code == 404
    office.client(Role.OFFICE_STAFF).post(reverse("records:inbox_read_all"))
    with as_owner():
        line.refresh_from_db()
    assert line.read_at is None


def test_what_another_identity_may_see_is_said(office: Office) -> None:
    """A notice about a county's paper, opened while acting for somebody else."""
    document = office.submitted()
    line = tell(office, "school", 1, root_kind="records.document", root_id=document.pk)[0]
    page = text(office.client("school").get(reverse("records:inbox_item", args=[line.pk])))
    assert "不在您当前身份" in page
    plain = tell(office, Role.LEADER, 1, body="正文在此")[0]
    page = text(office.client(Role.LEADER).get(reverse("records:inbox_item", args=[plain.pk])))
    assert "正文在此" in page
    assert "不在您当前身份" not in page


def test_one_inbox_for_all_identities_of_a_person(office: Office) -> None:
    tell(office, Role.OFFICE_STAFF, 1)
    with as_owner():
        elsewhere = factories.member(
            factories.office(530103), Role.OFFICE_STAFF, user=office.people[Role.OFFICE_STAFF].user
        )
    assert "消息0" in text(factories.client_for(elsewhere).get(reverse(INBOX)))


def test_budget(office: Office) -> None:
    client = office.client(Role.OFFICE_STAFF)
    counts = []
    for n in (3, 30):
        with as_owner():
            Notification.objects.all().delete()
        tell(office, Role.OFFICE_STAFF, n)
        counts.append(factories.queries_of(client, reverse(INBOX)))
    assert counts[0] == counts[1]
    assert counts[0] <= 8

"""The frame of each role: only what it may use, everything in its order, and no query before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.actors import Role
from accounts.scope import scope
from portal.context import PHONE_PLACES, Frame, permitted
from records import clock
from records.models import Notification
from records.registry import Section, places
from tests import factories
from tests.conftest import as_owner
from tests.portal.conftest import ROLES, membership_of

pytestmark = pytest.mark.django_db


def frame_of(role: str, path: str = "/") -> Frame:
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    request.actor = factories.actor(membership_of(role))  # type: ignore[attr-defined]
    request.identities = []  # type: ignore[attr-defined]
    return Frame(request)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_in_the_navigation_that_the_role_may_not_open(client_of: Callable[..., Client], role: str) -> None:
    client = client_of(role)
    offered = frame_of(role)
    links = {item.url for item in offered.nav} | {c.url for item in offered.nav for c in item.children}
    links |= {item.url for item in offered.bottom}
    for url in sorted(links):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("role", ROLES)
def test_every_place_of_the_role_is_in_its_navigation(role: str) -> None:
    actor = factories.actor(membership_of(role))
    expected = [p for p in places if set(p.permissions) & actor.permissions]
    assert {p.url_name for p in permitted(actor)} == {p.url_name for p in expected}
    order = list(Section)
    assert [order.index(p.section) for p in permitted(actor)] == sorted(order.index(p.section) for p in expected)


@pytest.mark.parametrize("role", ROLES)
def test_the_bottom_bar_has_at_most_four_and_begins_with_the_workbench(role: str) -> None:
    bottom = frame_of(role).bottom
    assert 1 <= len(bottom) <= PHONE_PLACES
    assert bottom[0].label == "工作台" and bottom[0].active


def test_each_page_lights_its_own_section_and_only_that() -> None:
    frame = frame_of(Role.OFFICE_STAFF)
    for item in frame.nav:
        lit = [other.label for other in frame_of(Role.OFFICE_STAFF, item.url).nav if other.active]
        assert lit == [item.label]


def test_a_page_below_a_place_lights_the_place() -> None:
    frame = frame_of(Role.OFFICE_STAFF)
    inner = next(item for item in frame.nav if item.url != "/")
    request = RequestFactory().get(f"{inner.url}999999/")
    request.resolver_match = None
    request.actor = factories.actor(membership_of(Role.OFFICE_STAFF))  # type: ignore[attr-defined]
    assert [item.label for item in Frame(request).nav if item.active] == [inner.label]


def test_nobody_has_no_frame() -> None:
    frame = Frame(RequestFactory().get("/"))
    assert (frame.nav, frame.bottom, frame.unread, frame.identities) == ((), (), 0, [])


def test_no_query_until_the_page_asks(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    frame = frame_of(Role.OFFICE_HEAD)
    with django_assert_num_queries(0):
        assert frame.nav and frame.bottom
    with django_assert_num_queries(1):
        assert frame.unread == 0
        assert frame.unread == 0


def test_unread_counts_ones_own_and_only_until_read() -> None:
    mine, other = membership_of(Role.OFFICE_STAFF), membership_of(Role.OFFICE_STAFF)
    with as_owner():
        for n, member in enumerate([mine, mine, other]):
            Notification.objects.create(
                user=member.user, owner_code=530102, title="催办", key=f"k{n}", created_at=clock.now()
            )
        Notification.objects.create(
            user=mine.user, owner_code=530102, title="旧", key="k9", created_at=clock.now(), read_at=clock.now()
        )
    request = RequestFactory().get("/")
    request.actor = factories.actor(mine)  # type: ignore[attr-defined]
    with scope(request.actor):  # type: ignore[attr-defined]
        assert Frame(request).unread == 2


def test_two_identities_are_offered_and_the_chosen_one_is_marked(client_of: Callable[..., Client]) -> None:
    first = membership_of(Role.OFFICE_STAFF)
    with as_owner():
        second = factories.member(factories.office(530100), Role.INSPECTOR, user=first.user)
    page = factories.client_for(second).get("/").content.decode()
    assert escape(f"{second.organization.name} 督学") in page
    assert escape(f"{first.organization.name} 督导办工作人员") in page
    assert f'value="{second.pk}" aria-current="true"' in page


def test_the_demo_says_that_it_is_one(client_of: Callable[..., Client], settings: Settings) -> None:
    client = client_of(Role.OFFICE_STAFF)
    assert "演示数据" not in client.get("/").content.decode()
    settings.DEMO = True
    assert "演示数据" in client.get("/").content.decode()


def test_an_expired_identity_is_told_what_to_do() -> None:
    member = membership_of(Role.OFFICE_STAFF)
    with as_owner():
        member.valid_until = date(2020, 12, 31)
        member.save()
    response = factories.client_for(member).get("/")
    assert response.status_code == 200
    assert "您目前没有有效的任职身份" in response.content.decode()


def test_not_signed_in_is_asked_to() -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")

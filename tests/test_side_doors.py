"""A sibling's rows change nothing in what anybody reads: no count, chart, suggestion, search, export, file, news line or kept copy.

Everything is fetched as everybody, then the same business is set up, word for word, in the county beside, in a county of
the prefecture beside, in the province beside; its people walk through it all (whatever is kept in a cache is kept then);
and everything is fetched again. Not one letter may differ.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from accounts.actors import Role
from records import clock
from records.exports import registered_exports
from records.models import Dispatch, Notification
from records.tasks import consume_outbox
from records.timing.sweep import sweep
from tests import factories as f
from tests.access_table import PAGES, Page
from tests.api.callers import operations
from tests.api_table import OPERATIONS
from tests.conftest import as_owner, as_system
from tests.test_budgets import LISTS
from tests.world import MARK, World, build, build_beside

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 30, tzinfo=clock.TZ)
# Who looks, and the tenant beside that he must never notice.
BESIDE = {530102: 530103, 530100: 530302, 530000: 520102}
ABOVE = (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER, Role.INSPECTOR)
LOOKERS: dict[int, tuple[str, ...]] = {530102: tuple(Role), 530100: ABOVE, 530000: ABOVE}
CHANGES_BY_ITSELF = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'), "csrf"),
    (re.compile(r'"X-CSRFToken": ?"[^"]+"'), "csrf"),
    # Names of forms and cards not yet saved, drawn anew each time.
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "uuid"),
)
# Where somebody is signed in, by the machine's own clock: nobody else's business stands there.
LEFT_OUT = {"accounts:sign_in_list"}


def addresses(world: World, role: str) -> Iterator[str]:
    """Every page, every list narrowed to the words that both tenants share, as a file, and through the API."""
    for name, page in PAGES.items():
        if page.post or name in LEFT_OUT or role not in page.roles:
            continue
        url = reverse(name, args=page.args(world))
        yield url + page.query
        if name in LISTS:
            yield f"{url}?q={MARK}"
    for name in registered_exports():
        yield reverse("records:list_export", args=[name])
    for name, method, path in operations():
        operation = OPERATIONS.get(name)
        if method == "get" and operation is not None and role in operation.opens:
            yield path.replace("{id}", str(operation.pk(world))) if "{id}" in path else path


def text_of(response: HttpResponse) -> str:
    """What one reads of an answer; of a workbook its cells."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK" and "spreadsheet" in response.headers.get("Content-Type", ""):
        book = load_workbook(BytesIO(body))
        return "\n".join(str(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    text = body.decode(errors="replace")
    for pattern, instead in CHANGES_BY_ITSELF:
        text = pattern.sub(instead, text)
    return text


def signed_in(world: World, role: str, code: int) -> Client:
    """The person's one browser: signing in again would show on the page of the account."""
    key = f"browser-{role}-{code}"
    if key not in world.things:
        world.things[key] = f.client_for(world.people[role, code])
    browser: Client = world.things[key]
    return browser


def everything(world: World, role: str, code: int) -> dict[str, str]:
    """Address → status, where it leads and what one reads. Each request is undone, what it kept outside the database is not."""
    client, found = signed_in(world, role, code), {}
    for address in addresses(world, role):
        with transaction.atomic():
            response = client.get(address)
            transaction.set_rollback(True)
        found[address] = f"{response.status_code} {response.headers.get('Location', '')}\n{text_of(response)}"
    client.get(reverse("portal:home"))  # takes up the messages that the walk left for the next page
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    wrong = []
    for address, text in before.items():
        if text != after[address]:
            lines = difflib.unified_diff(text.splitlines(), after[address].splitlines(), lineterm="", n=0)
            changed = [line.strip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
            wrong.append(f"{address}: " + " | ".join(changed)[:400])
    return wrong


@pytest.mark.parametrize("code", sorted(LOOKERS))
def test_a_siblings_rows_change_nothing(code: int) -> None:
    with clock.travel(NOW):
        with as_owner():
            world = build()
            f.division(BESIDE[code])  # that a county exists is in every atlas; what it does is nobody's business
        before = {role: everything(world, role, code) for role in LOOKERS[code]}
        with as_owner():
            other = build_beside(world, BESIDE[code])
        for neighbour in (Role.OFFICE_HEAD, Role.SECURITY_ADMIN, Role.UNIT_CONTACT):
            everything(other, neighbour, other.code)
        wrong = {role: differences(before[role], everything(world, role, code)) for role in LOOKERS[code]}
    assert all(sum(text.startswith("200") for text in found.values()) > 5 for found in before.values())
    assert not {role: lines for role, lines in wrong.items() if lines}


def test_the_walk_would_notice() -> None:
    """The same business in one's own county does change the pages: the comparison is not blind."""
    with clock.travel(NOW):
        with as_owner():
            world = build()
        before = everything(world, Role.OFFICE_STAFF, 530100)
        with as_owner():
            build_beside(world, 530103)
        changed = differences(before, everything(world, Role.OFFICE_STAFF, 530100))
    lists = {reverse("rectification:ticket_list"), reverse("supervision:school_list")}
    assert lists <= {line.split(": ")[0] for line in changed}


def told(code: int) -> set[tuple[int, str, str]]:
    """Whom of a county the platform has written to, and what."""
    here = {"user__memberships__organization__division": code}
    with as_owner():
        return {
            *Notification.objects.filter(**here).values_list("user_id", "title", "body"),
            *Dispatch.objects.filter(**here).values_list("user_id", "title", "text"),
        }


def a_month_later() -> None:
    """What falls due, the reminders and the ladder of everybody, as the scheduler runs them."""
    with as_system():
        sweep(NOW.date() + timedelta(days=45))


def test_a_siblings_overdue_business_tells_nobody_here() -> None:
    with clock.travel(NOW), as_owner():
        world = build()
    before = told(530102)
    with transaction.atomic():
        a_month_later()
        alone = told(530102) - before
        transaction.set_rollback(True)
    with clock.travel(NOW), as_owner():
        build_beside(world, 530103)
    a_month_later()
    assert alone and told(530102) - before == alone


def test_what_a_sibling_does_tells_nobody_here() -> None:
    """Every form that its people may send: nobody beside hears of it."""
    with clock.travel(NOW):
        with as_owner():
            world = build()
            other = build_beside(world, 530103)
        here, there = told(530102), told(530103)
        for name, page in PAGES.items():
            for role in [role for role in page.sees if page.post]:
                client, data = f.client_for(other.people[role, 530103]), sent(page, other)
                client.post(reverse(name, args=page.args(other)) + page.query, data)
        with as_system():
            consume_outbox()
            consume_outbox(slow=True)
        assert told(530103) != there and told(530102) == here


def sent(page: Page, world: World) -> dict[str, str]:
    return {key: text.replace("{ticket}", str(world.ticket.pk)) for key, text in (page.data or {}).items()}

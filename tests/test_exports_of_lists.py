"""Every list can be taken away as Excel: the button stands on its page, and the file holds its rows, its columns, in its
order, as it is narrowed; nobody gets in it what a sibling has.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.actors import Role
from tests import factories as f
from tests.access_table import PAGES
from tests.conftest import as_owner
from tests.excel import read
from tests.test_budgets import LISTS
from tests.world import World, build

pytestmark = pytest.mark.django_db
WITHOUT = {
    "inspections:instrument_list": "督导工具的各版本是一篇篇文本，各有自己的页面和打印件，没有可筛选的行。",
    "portal:search": "搜索结果跨多个列表，各列表自己可以导出。",
    "portal:suggest": "输入时的建议。",
}  # and why
SPLIT = {"records:audit_list": ("对象",)}  # one column of the page is two of the file: kind and number


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def pages_with_rows(world: World, role: str) -> dict[str, Any]:
    """By address: the answer of each page that shows a page of rows to the role."""
    client, found = f.client_for(world.people[role, 530102]), {}
    for name, page in PAGES.items():
        if page.post or role not in page.sees:
            continue
        with transaction.atomic():
            answer = client.get(reverse(name, args=page.args(world)) + page.query)
            transaction.set_rollback(True)
        if answer.streaming:
            b"".join(answer.streaming_content)  # read to its end, so that it is closed
        if answer.context is not None and "page_obj" in answer.context:
            found[name] = answer
    return found


@pytest.mark.parametrize(
    "role", [Role.OFFICE_HEAD, Role.OFFICE_STAFF, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.UNIT_CONTACT]
)
def test_every_page_of_rows_offers_its_file(world: World, role: str) -> None:
    """Whatever page shows rows: its button leads to a file that has as many rows as the page says."""
    client, seen = f.client_for(world.people[role, 530102]), pages_with_rows(world, role)
    assert seen
    for name, page in seen.items():
        assert page.context.get("export_url"), f"{name} shows rows and offers no file"
        if page.context["total"]:
            assert page.context["export_url"].replace("&", "&amp;") in page.content.decode(), f"{name}: no button"
        with transaction.atomic():  # its line in the audit log would be one more row of that list
            answer = client.get(page.context["export_url"])
            transaction.set_rollback(True)
        assert answer.status_code == 200, f"{name}: {answer.status_code}"
        rows = read(answer.content)
        itself = name == "records:audit_list"  # taking it away stands in it
        assert len(rows) - 5 == page.context["total"] + itself, name
        heads = [c["label"] for c in page.context.get("columns") or [] if c["shown"]]
        heads = [head for head in heads if head not in SPLIT.get(name, ())]
        assert [head for head in rows[4] if head in heads] == heads, name


def test_every_list_is_among_them(world: World) -> None:
    seen: set[str] = set()
    for role in (Role.OFFICE_HEAD, Role.OFFICE_STAFF, Role.INSPECTOR, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        seen |= set(pages_with_rows(world, role))
    assert LISTS - set(WITHOUT) <= seen
    assert set(WITHOUT) <= LISTS

"""我的待办: grouped by the day, counted by links, in each role's words, and never a line of somebody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.actors import ADMIN_ROLES, Role
from portal.sights import SIGHTS
from portal.workbench import FIRST_LINES, Show, When, Workbench, line_of
from records import clock
from records.registry import Todo
from tests import factories
from tests.portal.conftest import ROLES, membership_of

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 11, 25, 10, 0, tzinfo=clock.TZ)


def todo(title: str, due_at: datetime | None = None, lane: str = "mine") -> Todo:
    return Todo(what="核查整改报告", title=title, unit="五华区第一小学", url="/", action="去核查", due_at=due_at,
                basis="《教育督导条例》第二十二条", lane=lane)  # fmt: skip


def ends(days: int) -> datetime:
    """A deadline whose last day lies `days` from that Wednesday."""
    return clock.end_of((WEDNESDAY + timedelta(days=days)).date())


@pytest.mark.parametrize(
    ("due_at", "when", "days_left"),
    [
        (ends(-9), When.OVERDUE, -9),
        (ends(-1), When.OVERDUE, -1),
        (WEDNESDAY - timedelta(hours=1), When.OVERDUE, 0),
        (WEDNESDAY + timedelta(hours=1), When.TODAY, 0),
        (ends(0), When.TODAY, 0),
        (ends(1), When.WEEK, 1),
        (ends(4), When.WEEK, 4),
        (ends(5), When.LATER, 5),
        (None, When.OPEN, None),
    ],
)
def test_the_group_of_a_line(due_at: datetime | None, when: When, days_left: int | None) -> None:
    with clock.travel(WEDNESDAY):
        line = line_of(todo("一", due_at), clock.today())
    assert (line.when, line.days_left) == (when, days_left)


def test_lines_stand_in_the_order_of_their_dates(only_lines: list[Todo]) -> None:
    only_lines += [
        todo("无期限"),
        todo("后", ends(9)),
        todo("逾期", ends(-3)),
        todo("今", ends(0)),
        todo("早", ends(-8)),
    ]
    with clock.travel(WEDNESDAY):
        bench = Workbench(factories.actor(membership_of(Role.OFFICE_STAFF)))
        groups = bench.groups(bench.showing(Show.ALL))
    assert [(g.when.value, [line.todo.title for line in g.lines]) for g in groups] == [
        ("已逾期", ["早", "逾期"]),
        ("今天", ["今"]),
        ("以后", ["后"]),
        ("无期限", ["无期限"]),
    ]


def count_of(page: str, label: str) -> str:
    found = re.search(rf'{label}</span>\s*<span class="stat-value[^"]*">([^<]*)<', page)
    assert found, label
    return found[1]


def test_counts_are_links_to_the_lines_they_count(client_of: Callable[..., Client], only_lines: list[Todo]) -> None:
    today = clock.today()
    late = clock.end_of(today - timedelta(days=2))
    only_lines += [
        todo("逾期的", late),
        todo("今天的", clock.end_of(today)),
        todo("县里来的", lane="below"),
        todo("别人逾期的", late, lane="watch"),
        todo("别人的", lane="watch"),
    ]
    client = client_of(Role.OFFICE_STAFF)
    page = client.get("/").content.decode()
    counts = {"待我处理": "2", "本周到期": "1", "已逾期": "2", "下级报送": "1", "等待他人办理": "2"}
    assert {label: count_of(page, label) for label in counts} == counts
    assert ">别人逾期的</a>" in page and ">别人的</a>" not in page
    wanted = {
        "mine": {"逾期的", "今天的"},
        "week": {"今天的"},
        "overdue": {"逾期的", "别人逾期的"},
        "below": {"县里来的"},
        "watch": {"别人的", "别人逾期的"},
    }
    titles = {line.title for line in only_lines}
    for show, lines in wanted.items():
        shown = client.get("/", {"show": show}).content.decode()
        assert {title for title in titles if f">{title}</a>" in shown} == lines


def test_an_unknown_filter_shows_everything(client_of: Callable[..., Client], only_lines: list[Todo]) -> None:
    only_lines.append(todo("一件事"))
    assert "一件事" in client_of(Role.OFFICE_STAFF).get("/", {"show": "nonsense"}).content.decode()


def test_the_partial_is_the_page_s_own_list(client_of: Callable[..., Client], only_lines: list[Todo]) -> None:
    only_lines += [todo("一", clock.end_of(clock.today())), todo("二")]
    client = client_of(Role.OFFICE_HEAD)
    whole = client.get("/").content.decode()
    part = client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip() in whole
    assert "<html" not in part and "topbar" not in part


@pytest.mark.parametrize("role", [r for r in ROLES if r not in ADMIN_ROLES])
def test_an_empty_list_says_so_kindly(client_of: Callable[..., Client], only_lines: list[Todo], role: str) -> None:
    page = client_of(role).get("/").content.decode()
    assert SIGHTS[role].empty in page and SIGHTS[role].rest in page
    assert only_lines == []


def test_an_empty_list_names_what_comes_next(client_of: Callable[..., Client], only_lines: list[Todo]) -> None:
    only_lines.append(todo("等学校报告", clock.end_of(clock.today() + timedelta(days=3)), lane="watch"))
    page = client_of(Role.OFFICE_STAFF).get("/").content.decode()
    assert "接下来：五华区第一小学“等学校报告”" in page


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_administrators_are_told_their_limits(client_of: Callable[..., Client], role: str) -> None:
    page = client_of(role).get("/").content.decode()
    assert SIGHTS[role].empty in page
    assert "查看或办理督导业务" in page
    assert "待办事项" not in page


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_words_of_its_own(client_of: Callable[..., Client], role: str) -> None:
    page = client_of(role).get("/").content.decode()
    assert all(word in page for word in SIGHTS[role].may + SIGHTS[role].may_not)


def test_a_school_has_nobody_below(client_of: Callable[..., Client]) -> None:
    assert "下级报送" not in client_of(Role.UNIT_CONTACT).get("/").content.decode()


def test_a_line_s_words_are_escaped(client_of: Callable[..., Client], only_lines: list[Todo]) -> None:
    only_lines.append(todo("<script>alert(1)</script>"))
    page = client_of(Role.OFFICE_STAFF).get("/").content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_a_long_list_is_cut_and_says_so(client_of: Callable[..., Client], only_lines: list[Todo]) -> None:
    only_lines += [todo(f"第{n}件") for n in range(FIRST_LINES + 7)]
    client = client_of(Role.OFFICE_STAFF)
    assert "还有 7 件，全部显示" in client.get("/").content.decode()
    every = client.get("/", {"all": "1"}).content.decode()
    assert all(f"第{n}件" in every for n in range(FIRST_LINES + 7))
    assert "全部显示" not in every


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_written_by_the_workbench(client_of: Callable[..., Client], role: str, method: str) -> None:
    assert getattr(client_of(role), method)("/").status_code == 405

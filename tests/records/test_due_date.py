"""manage.py due_date: one line of date and basis, or a sentence that says what is possible."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from accounts.models import Division
from records.management.commands import due_date
from records.models import CalendarDay, DeadlineRule
from records.timing.calendars import LAST_NOTICED_YEAR

pytestmark = pytest.mark.django_db


def ask(*arguments: str) -> str:
    out = StringIO()
    call_command("due_date", *arguments, stdout=out)
    line = out.getvalue()
    assert line.count("\n") == 1 and line.endswith("\n")
    return line.rstrip("\n")


@contextmanager
def owner() -> Iterator[None]:
    """Rules and calendar days of the whole country are the owner's to write, not the web role's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        playing = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
        yield
        cursor.execute(f"SET ROLE {connection.ops.quote_name(playing)}")


@pytest.fixture
def yunnan() -> Division:
    with owner():
        return Division.objects.get_or_create(code=530000, defaults={"name": "云南省", "level": "province"})[0]


@pytest.fixture
def rule(yunnan: Division) -> DeadlineRule:
    with owner():
        return DeadlineRule.objects.create(
            code="try-report",
            division_code=530000,
            label="报送试验报告",
            party=DeadlineRule.Party.UNIT,
            amount=20,
            unit="calendar_day",
            start_event="收到通知书之日",
            move_last_day=True,
            basis="《试验规定》第一条",
            basis_kind="law",
        )


@pytest.mark.parametrize(
    ("amount", "start", "end"),
    [
        ("20d", "2026-11-24", "2026-12-14"),
        ("20d", "2026-09-14", "2026-10-04"),  # a plain amount is not moved out of the holidays
        ("10wd", "2026-09-18", "2026-10-09"),
        ("2m", "2025-12-31", "2026-02-28"),
        ("24h", "2026-11-24T09:00", "2026-11-25T09:00+08:00"),
        ("24h", "2026-11-24T01:00+00:00", "2026-11-25T09:00+08:00"),
    ],
)
def test_plain_amounts(amount: str, start: str, end: str) -> None:
    assert ask(amount, start) == f"{end} 按给定数额计算"


def test_rule_gives_its_basis_and_moves(rule: DeadlineRule) -> None:
    assert ask("try-report", "2026-09-14", "--division", "530000") == "2026-10-08 《试验规定》第一条"


def test_provisional_is_said() -> None:
    assert ask("1wd", f"{LAST_NOTICED_YEAR + 1}-06-30").endswith("按给定数额计算（暂定：节假日安排尚未公布）")


def test_the_editable_table_counts(yunnan: Division) -> None:
    with owner():
        for day, name, code in [(25, "试验假日", None), (26, "试验节", 530000)]:
            CalendarDay.objects.create(
                day=date(2026, 11, day), is_working=False, name=name, source="试验", division_code=code
            )
    assert ask("1wd", "2026-11-24").startswith("2026-11-26 ")
    assert ask("1wd", "2026-11-24", "--division", "530000").startswith("2026-11-27 ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["10x", "2026-11-24"], "无法识别期限“10x”，请写成：10d"),
        (["0d", "2026-11-24"], "期限数额须为1至36500的整数"),
        (["10d", "昨天"], "无法识别起算日“昨天”，请写成2026-11-24"),
        (["10d", "2026-02-30"], "无法识别起算日“2026-02-30”"),
        (["10d", "0226-11-24"], "起算日期0226-11-24不在1949年至2999年之间"),
        (["24h", "2026-11-24"], "按小时计算的期限须从具体时刻起算"),
        (["1t", "2026-11-24"], "请先登记学期起止日期"),
        (["10d", "2026-11-24", "--division", "999999"], "没有代码为999999的行政区划"),
        (["no-such-rule", "2026-11-24"], "没有代码为“no-such-rule”的期限规则。可用的规则："),
    ],
)
def test_refusals_say_what_is_possible(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("due_date", *arguments)
    assert sentence in str(refusal.value)


def test_unknown_rule_lists_the_known(rule: DeadlineRule) -> None:
    with pytest.raises(CommandError, match="try-report"):
        call_command("due_date", "try-reports", "2026-11-24", "--division", "530000")


def test_plain_amounts_need_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(division: int | None) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(due_date, "working_calendar", refuse)
    warnings = StringIO()
    out = StringIO()
    call_command("due_date", "10wd", "2026-09-18", stdout=out, stderr=warnings)
    assert out.getvalue() == "2026-10-09 按给定数额计算\n"
    assert "数据库不可用" in warnings.getvalue()
    with pytest.raises(CommandError, match="数据库不可用"):
        call_command("due_date", "no-such-rule", "2026-11-24")


def test_extended_and_paused(yunnan: Division) -> None:
    assert ask("10wd", "2026-11-24", "--extend", "5").startswith("2026-12-15")
    assert ask("10d", "2026-11-24", "--pause", "2026-11-26", "2026-11-30").startswith("2026-12-09")
    for arguments, sentence in (
        (("10d", "2026-11-24", "--extend", "-5"), "只能延长，不能缩短"),
        (("10d", "2026-11-24", "--pause", "昨天", "今天"), "无法识别中止日期"),
        (("1t", "2026-11-24", "--division", "530000"), "请先登记学期"),
    ):
        with pytest.raises(CommandError, match=sentence):
            ask(*arguments)

from __future__ import annotations

import re
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from accounts.actors import system
from accounts.models import Division
from accounts.scope import scope
from records import clock
from records.models import DeadlineRule
from records.timing.calendars import Amount, Due, Unit, WorkingCalendar
from records.timing.deadlines import NoRule, rule_for, term_ranges, working_calendar
from records.timing.periods import Period, Range, end_of

LOOKS_LIKE_AN_AMOUNT = re.compile(r"(-?[0-9].*)?")
BASIS_OF_AN_AMOUNT = "按给定数额计算"


@dataclass(frozen=True)
class Counting:
    """What is to be counted, whether a rest day moves its end, by which calendar, and on what basis."""

    amount: Amount
    move_last_day: bool
    calendar: WorkingCalendar
    basis: str


class Command(BaseCommand):
    help = "打印期限的届满日和依据：按期限规则代码，或按给定数额（10d、10wd、2m、24h）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rule", metavar="RULE", help="规则代码，或数额：10d日、10wd工作日、2m月、24h小时")
        parser.add_argument("start", metavar="START", help="起算日，如2026-11-24；小时须写到时分")
        parser.add_argument("--division", type=int, metavar="CODE", help="行政区划代码，如530102")
        parser.add_argument("--extend", type=int, action="append", default=[], metavar="N", help="延长的数额，可重复")
        parser.add_argument(
            "--pause", nargs=2, action="append", default=[], metavar=("FROM", "TO"), help="中止的起止日，可重复"
        )

    def handle(self, *args: Any, rule: str, start: str, division: int | None, **options: Any) -> None:
        try:
            begins = _start(start)
            is_amount = LOOKS_LIKE_AN_AMOUNT.fullmatch(rule)
            asked = self._of_amount(rule, division) if is_amount else _of_rule(rule, division)
            pauses = tuple(_range(*pair) for pair in options["pause"])
            period = Period(asked.amount, asked.move_last_day, tuple(options["extend"]), pauses)
            due = end_of(begins, period, calendar=asked.calendar, terms=_terms(asked.amount.unit, division))
        except ValueError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{_end(due, asked.amount.unit)} {asked.basis}{_reservation(due)}")

    def _of_amount(self, text: str, division: int | None) -> Counting:
        amount = Amount.parse(text)
        try:
            calendar = _calendar(division)
        except DatabaseError:
            # The notices need no database; somebody who asks for a division's own calendar does.
            if division is not None:
                raise CommandError("数据库不可用，无法读取该区划的日历，请先启动数据库，或去掉--division。") from None
            self.stderr.write("数据库不可用，未计入日历调整，仅按国务院办公厅的节假日安排计算。")
            calendar = WorkingCalendar()
        return Counting(amount, False, calendar, BASIS_OF_AN_AMOUNT)


def _of_rule(code: str, division: int | None) -> Counting:
    try:
        calendar = _calendar(division)
        with scope(system(division or 0)):
            rule = rule_for(code, division)
    except NoRule:
        raise CommandError(
            f"没有代码为“{code}”的期限规则。可用的规则：{_known_rules(division)}；"
            "地方规则须加--division；也可写数额：10d（日）、10wd（工作日）、2m（月）、24h（小时）。"
        ) from None
    except DatabaseError:
        raise CommandError("数据库不可用，无法读取期限规则，请先启动数据库并完成迁移。") from None
    return Counting(Amount(rule.amount, Unit(rule.unit)), rule.move_last_day, calendar, rule.basis)


def _calendar(division: int | None) -> WorkingCalendar:
    with scope(system(division or 0)):
        if division is not None and not Division.objects.filter(code=division).exists():
            raise CommandError(f"没有代码为{division}的行政区划，请写六位代码，如530102。")
        return working_calendar(division)


def _terms(unit: Unit, division: int | None) -> list[Range]:
    if unit is not Unit.SCHOOL_TERM or division is None:
        return []
    with scope(system(division)):
        return term_ranges(unit, division)


def _range(first: str, last: str) -> Range:
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise CommandError(f"无法识别中止日期“{first}”“{last}”，请写成2026-11-24。") from None


def _known_rules(division: int | None) -> str:
    with scope(system(division or 0)):
        codes = DeadlineRule.objects.order_by("code").values_list("code", flat=True).distinct()
        return "、".join(codes) or "（尚未登记）"


def _start(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"无法识别起算日“{text}”，请写成2026-11-24；按小时计算的写成2026-11-24T09:00。") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.TZ)


def _end(due: Due, unit: Unit) -> str:
    return due.due_at.isoformat(timespec="minutes") if unit is Unit.HOUR else due.last_day.isoformat()


def _reservation(due: Due) -> str:
    return "（暂定：节假日安排尚未公布）" if due.provisional else ""

"""School terms of a division: entered by its office, never overlapping."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from records import clock
from records.actions.rules import names_of
from records.models import Deadline, SchoolTerm
from records.state import Refusal, Refused

__all__ = ["add_term", "names_of", "remove_term"]


def add_term(*, by: Actor, name: str, starts: date, ends: date) -> SchoolTerm:
    """Enter a term of the office's division. Refused where it overlaps with another of the same division."""
    own = SchoolTerm.objects.visible_to(by).filter(division_code=by.division_code)
    clash = own.filter(starts__lte=ends, ends__gte=starts).first() or own.filter(name=name).first()
    if clash is not None:
        raise Refused(
            Refusal(f"与已登记的“{clash.name}”（{_zh(clash.starts)}至{_zh(clash.ends)}）重叠或同名，请检查。")
        )
    try:
        with transaction.atomic():
            term: SchoolTerm = SchoolTerm.objects.create(
                division_code=by.division_code, name=name, starts=starts, ends=ends
            )
    except IntegrityError:  # two at once: the database holds the line
        raise Refused(Refusal("刚刚有人登记了日期重叠的学期，请刷新页面查看。")) from None
    return term


def remove_term(term: SchoolTerm, *, by: Actor) -> None:
    """Take a term away by which no running deadline is counted."""
    if term.division_code != by.division_code:
        raise Refused(Refusal("只能删除本单位登记的学期。"))
    counted = Deadline.objects.visible_to(by).open().filter(unit="school_term", due_at__gte=clock.end_of(term.starts))
    if counted.exists():
        raise Refused(Refusal("有正在计算的期限按这个学期确定截止日，不能删除。"))
    term.delete()


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

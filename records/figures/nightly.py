"""Each night all figures are compared with the rows they count. What differed is put right, kept as it was found, and
told to whoever administers the place."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.db.models import Count

from accounts.actors import Role, division_chain, system
from accounts.models import Membership
from accounts.scope import scope
from records import clock
from records.figures.rebuild import check
from records.models import Category, FigureDifference
from records.models.figures import Level
from records.notices.notify import deliver


def check_and_tell() -> int:
    """Returns how many figures differed, without the totals made of them. They are right by then."""
    with transaction.atomic():
        run = check()
        with scope(system()):
            wrong = _differing(run)
            if wrong:
                _tell(run, wrong)
    return sum(wrong.values())


def _differing(run: int) -> Counter[int]:
    """By division, how many figures were wrong. A total that alone was wrong is counted where it stands."""
    rows = FigureDifference.objects.visible_to(system()).filter(run_id=run)
    exact = rows.filter(level=Level.EXACT)
    counted = (exact if exact.exists() else rows).order_by().values_list("place_code").annotate(n=Count("pk"))
    return Counter(dict(counted))


def _tell(run: int, wrong: Counter[int]) -> None:
    """One line for each system administrator: how many of the figures of his range were wrong."""
    below: Counter[int] = Counter()
    for place, n in wrong.items():
        for code in set(division_chain(place)):
            below[code] += n
    members = Membership.objects.visible_to(system()).valid_on(clock.today())
    people = members.filter(role=Role.SYSTEM_ADMIN, division_code__in=below)
    for user, code in sorted(set(people.values_list("user_id", "division_code"))):
        deliver(
            owner_code=code, users=[user], key=f"figures-{run}-{code}", category=Category.NEWS,
            title=f"汇总数核对：{below[code]}个数字与明细不符，已更正",
            body="请在“设置—汇总数核对”中查看是哪些指标。如连续出现，请联系技术支持。",
        )  # fmt: skip

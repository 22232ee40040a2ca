"""Print the demo's accounts: who they are and what to look at first. The password is not shown here."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import Role
from accounts.models import Division
from portal.demo.people import DUAL, Account, accounts
from portal.demo.seed import is_there
from portal.demo.size import FULL, MAIN, STAFFED

# Schools of the main county by the place of their story in portal.demo.stories.MAIN_LIVES.
FIRST = (
    (f"school-{MAIN}-1", "整改报告还有两天到期"),
    (f"school-{MAIN}-2", "整改报告已逾期，主管部门还没有督促"),
    (f"school-{MAIN}-4", "督办单待答复"),
    (f"school-{MAIN}-5", "督办单逾期未答复，已建议约谈"),
    (f"school-{MAIN}-9", "整改报告被退回，正在重新整改"),
    (f"school-{MAIN}-11", "整改通知书待签收"),
    (f"inspector-{MAIN}-1", "今天写到一半的督导记录"),
)


class Command(BaseCommand):
    help = "List the demo's accounts by division."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_there():
            raise CommandError("The demo is not loaded: run manage.py seed_demo first.")
        names = dict(Division.objects.filter(pk__in=STAFFED).values_list("pk", "name"))
        every = accounts(FULL)
        for code in STAFFED:
            self.stdout.write(f"\n{names[code]} {code}")
            for shown, account in _lines([a for a in every if a.code == code and a.username != DUAL]):
                self.stdout.write(f"  {shown:<36}{Role(account.kind.role).label}：{account.kind.look}")
        self.stdout.write("\n先看这些")
        for name, why in FIRST:
            self.stdout.write(f"  {name:<36}{why}")
        self.stdout.write(f"  {DUAL:<36}两个身份：五华区督导办工作人员、昆明市督学（右上角切换）")


def _lines(group: list[Account]) -> list[tuple[str, Account]]:
    """One line a kind: numbered accounts are shown as a range."""
    by_kind: dict[str, list[Account]] = {}
    for account in group:
        by_kind.setdefault(account.kind.prefix, []).append(account)
    return [
        (f"{found[0].username} … -{len(found)}" if len(found) > 1 else found[0].username, found[0])
        for found in by_kind.values()
    ]

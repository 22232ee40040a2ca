"""Print the demo's accounts: who they are and what to look at first. The password is not shown here."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import Role
from accounts.models import Division
from portal.demo.people import DUAL, Account, accounts
from portal.demo.seed import is_there
from portal.demo.size import FULL, STAFFED


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
        self.stdout.write(f"\n  {DUAL:<36}两个身份：五华区督导办工作人员、昆明市督学（右上角切换）")


def _lines(group: list[Account]) -> list[tuple[str, Account]]:
    """One line a kind: numbered accounts are shown as a range."""
    by_kind: dict[str, list[Account]] = {}
    for account in group:
        by_kind.setdefault(account.kind.prefix, []).append(account)
    return [
        (f"{found[0].username} … -{len(found)}" if len(found) > 1 else found[0].username, found[0])
        for found in by_kind.values()
    ]

"""The ledger kept and the archive begun in the main county: own categories, a relapse, one file closed, one being arranged."""

from __future__ import annotations

from accounts.actors import Actor
from accounts.scope import scope
from portal.demo.people import HEAD, OFFICE, Cast
from portal.demo.size import MAIN
from records import clock
from records.actions import archive
from records.archive.work import prepare_items
from records.models import ArchiveFile
from records.timing.rules import LOCAL
from rectification import actions
from rectification.models import Problem, ProblemCategory, Ticket

OWN = (
    ("fire", "routine-6", "消防设施和疏散通道", "serious", "消防"),
    ("samples", "routine-7", "食品留样和进货查验", "serious", "留样"),
)


def keep_archive(cast: Cast) -> None:
    """After the stories have been played; a few seconds, because one file's sheets are really set."""
    staff, head = cast[f"{OFFICE.prefix}-{MAIN}"], cast[f"{HEAD.prefix}-{MAIN}"]
    _sort_the_ledger(staff)
    closed = _closed_tickets(staff)
    if not closed:
        return
    _come_back(staff, closed[0])
    _file_away(staff, head, closed)


def _sort_the_ledger(staff: Actor) -> None:
    with scope(staff):
        for code, parent, label, severity, word in OWN:
            above = ProblemCategory.objects.visible_to(staff).get(code=parent, division_code=None)
            own = ProblemCategory(code=code, parent=above, label=label, severity=severity, basis=LOCAL)
            own = actions.save_category(own, by=staff, values={})
            for problem in Problem.objects.visible_to(staff).filter(owner_code=MAIN, title__contains=word):
                actions.classify(problem, by=staff, category=own, severity=problem.severity, reason="按本区分类归并。")


def _closed_tickets(staff: Actor) -> list[Ticket]:
    with scope(staff):
        rows = Ticket.objects.visible_to(staff).filter(owner_code=MAIN, state=Ticket.State.CLOSED)
        return list(rows.order_by("closed_at", "pk")[:2])


def _come_back(staff: Actor, ticket: Ticket) -> None:
    """What the first closed ticket was about was found again, and a person says so."""
    with scope(staff):
        earlier = ticket.problems.select_related("category", "subject_org").first()
        assert earlier is not None and earlier.subject_org is not None
        found = actions.register_problem(
            by=staff, subject_org=earlier.subject_org, title=f"再次发现：{earlier.title}"[:120],
            description="销号以后又有群众反映，到校查看属实。", item_code=earlier.item_code, item_label=earlier.item_label,
            category=earlier.category, severity=earlier.severity, found_on=clock.today(), source_label="群众来信",
        )  # fmt: skip
        actions.link_relapse(found, by=staff, earlier=earlier, reason="同一地点、同一问题，整改后没有坚持。")


def _file_away(staff: Actor, head: Actor, closed: list[Ticket]) -> None:
    with scope(staff):
        files = [archive.open_file(ticket, by=staff) for ticket in closed]
        prepare_items(files[0])
    with scope(head):
        first = ArchiveFile.objects.visible_to(head).get(pk=files[0].pk)
        archive.close_file(first, by=head)

"""What the people of one office and its schools do in the demo's stories: each act through the real action, in scope."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from accounts.actors import Actor
from accounts.scope import scope
from inspections.actions.visits import accept_visit, save_visit, start_visit, submit_visit
from inspections.forms import VisitEntry
from inspections.instruments import items_of
from inspections.models import RoutineVisit
from portal.demo.answers import OVERALL, answer
from portal.demo.cases import Case
from portal.demo.people import DEPARTMENT, HEAD, OFFICE, Cast
from portal.demo.pictures import corridor
from records import clock
from records.actions import documents
from records.actions.attachments import store_upload
from records.models import Document
from rectification import actions
from rectification.actions.proceedings import MeasureLine
from rectification.models import Problem, SupervisoryOrder, Ticket
from rectification.models.proceedings import report_part
from supervision.models import School


class Desk:
    """An office at work. `schools` and `inspector_of` are those of the county on which it works."""

    def __init__(
        self, code: int, cast: Cast, schools: list[School], inspector_of: dict[int, str], now: datetime
    ) -> None:
        self.code, self.cast, self.schools, self.inspector_of, self.now = code, cast, schools, inspector_of, now
        self.county = schools[0].division_code
        self.staff, self.head = cast[f"{OFFICE.prefix}-{code}"], cast[f"{HEAD.prefix}-{code}"]
        self.department = cast[f"{DEPARTMENT.prefix}-{self.county}"]
        self.random = Random(code)

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """A moment `days_ago`; the clockwork never lets it lie after now."""
        return datetime.combine(self.day(days_ago), time(hour, minute), clock.TZ)

    def day(self, days_ago: int) -> date:
        return self.now.date() - timedelta(days=days_ago)

    def school_actor(self, n: int) -> Actor:
        return self.cast[f"school-{self.county}-{n + 1}"]

    def inspector(self, n: int) -> Actor:
        return self.cast[self.inspector_of[self.schools[n].pk]]

    # --- finding ---------------------------------------------------------------------------------------------------

    def write_visit(
        self, n: int, case: Case | None, disposition: str = "rectify", *, filled: bool = True
    ) -> RoutineVisit:
        """The inspector's draft of a visit today, with the case as its finding."""
        inspector = self.inspector(n)
        with scope(inspector):
            visit = start_visit(by=inspector, school=self.schools[n].organization, visited_on=clock.today())
            items = items_of(visit.version)
            key = UUID(int=self.random.getrandbits(128), version=4)
            answers = {item.pk: (answer(item, self.random), "") for item in items[: None if filled else 7]}
            findings = {key: self._finding(case, disposition)} if case else {}
            entry = VisitEntry(visit.revision, "", answers, findings)
            fields = {"time_from": time(9, 10), "time_until": time(11, 20), "lessons": 2, "papers": 5, "talks": 6, "walks": 1,
                      "overall": self.random.choice(OVERALL)}  # fmt: skip
            visit = save_visit(visit, by=inspector, entry=entry, fields=fields if filled else {"walks": 1}, items=items)
            if case:
                store_upload(corridor(n, blocked=True), root=visit, by=inspector, part=f"finding:{key}", filed=False)
        return visit

    @staticmethod
    def _finding(case: Case, disposition: str) -> dict[str, str]:
        return {
            "group_code": case.group,
            "description": case.seen,
            "severity": case.severity,
            "disposition": disposition,
        }

    def hand_in(self, visit: RoutineVisit) -> None:
        inspector = self.inspector(self._place(visit))
        with scope(inspector):
            submit_visit(self._visit(visit, inspector), by=inspector)

    def _place(self, visit: RoutineVisit) -> int:
        return next(n for n, school in enumerate(self.schools) if school.pk == visit.subject_org_id)

    @staticmethod
    def _visit(visit: RoutineVisit, actor: Actor) -> RoutineVisit:
        return RoutineVisit.objects.visible_to(actor).get(pk=visit.pk)  # type: ignore[no-any-return]

    def accept(self, visit: RoutineVisit) -> Problem | None:
        """The office accepts; the ledger's line of its finding, where one had to be entered."""
        with scope(self.staff):
            accept_visit(self._visit(visit, self.staff), by=self.staff)
            found = visit.findings.exclude(problem_id=None).first()
            return Problem.objects.visible_to(self.staff).get(pk=found.problem_id) if found else None

    def register(self, n: int, case: Case, source: str) -> Problem:
        """An office above enters what its own inspection found."""
        with scope(self.staff):
            return actions.register_problem(
                by=self.staff, subject_org=self.schools[n].organization, title=case.title, description=case.seen,
                severity=case.severity, source_label=source,
            )  # fmt: skip

    # --- demanding -------------------------------------------------------------------------------------------------

    def open_ticket(self, problem: Problem, case: Case) -> Ticket:
        with scope(self.staff):
            return actions.open_ticket(by=self.staff, problems=[problem], demand=case.demand, title=case.title)

    def ticket(self, ticket: Ticket, actor: Actor) -> Ticket:
        """As the actor sees it now; Ticket.DoesNotExist would be a hole in the story."""
        return Ticket.objects.visible_to(actor).get(pk=ticket.pk)  # type: ignore[no-any-return]

    def submit(self, ticket: Ticket) -> None:
        with scope(self.staff):
            actions.submit_notice(self.ticket(ticket, self.staff), by=self.staff)

    def approve_notice(self, ticket: Ticket) -> None:
        with scope(self.head):
            self._approve(self.ticket(ticket, self.head).notice)

    def approve_order(self, ticket: Ticket) -> None:
        """The head approves the order that the scheduler drafted."""
        with scope(self.head):
            order = SupervisoryOrder.objects.visible_to(self.head).filter(ticket_id=ticket.pk).latest("n")
            self._approve(order.document)

    def _approve(self, document: Document | None) -> None:
        assert document is not None
        documents.approve(Document.objects.visible_to(self.head).get(pk=document.pk), by=self.head)

    # --- putting right ---------------------------------------------------------------------------------------------

    def sign(self, ticket: Ticket, n: int) -> None:
        school = self.school_actor(n)
        with scope(school):
            actions.sign_for(self.ticket(ticket, school), by=school)

    def plan_measures(self, ticket: Ticket, n: int, case: Case) -> None:
        school, head = self.school_actor(n), self.schools[n].head_name
        lines = [
            MeasureLine(text=text, owner_name=head if k == 0 else school.display_name,
                        planned_on=clock.today() + timedelta(days=5 + 4 * k), done_on=None)
            for k, text in enumerate(case.measures)
        ]  # fmt: skip
        with scope(school):
            actions.save_measures(self.ticket(ticket, school), by=school, lines=lines)

    def report(self, ticket: Ticket, n: int, text: str) -> None:
        school = self.school_actor(n)
        with scope(school):
            row = self.ticket(ticket, school)
            part = report_part(row.reports.count() + 1)
            store_upload(corridor(n, blocked=False), root=row, by=school, part=part, filed=False)
            actions.submit_report(row, by=school, text=text)

    def urge(self, ticket: Ticket) -> None:
        note = "电话联系校长，要求逐项落实并按期报送，另派科室人员到校查看。"
        with scope(self.department):
            actions.urge(self.ticket(ticket, self.department), by=self.department, note=note)

    # --- checking --------------------------------------------------------------------------------------------------

    def verify(self, ticket: Ticket, n: int, *, passed: bool, note: str) -> None:
        who = self.staff if self.code != self.county else self.inspector(n)
        with scope(who):
            actions.verify(self.ticket(ticket, who), by=who, passed=passed, method="on_site", note=note)

    def close(self, ticket: Ticket) -> None:
        with scope(self.head):
            actions.close(self.ticket(ticket, self.head), by=self.head)

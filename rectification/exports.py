"""What the lists of this room give away as Excel."""

from __future__ import annotations

from typing import Any

from accounts.actors import Actor
from records.exports import Cells, Export, Table, register_export
from records.lists import Column
from rectification.filters import OrderFilter, ProblemFilter, TicketFilter
from rectification.models import Problem, SupervisoryOrder, Ticket
from rectification.permissions import Permission
from rectification.recurrence import recurrence_sheet
from rectification.sources import source_name

PROBLEM_COLUMNS = (
    Column("title", "问题", "title"),
    Column("school", "单位", "subject_org__name"),
    Column("place", "区划", "subject_code", shown=False),
    Column("category", "分类", "category__order"),
    Column("item", "督导事项", shown=False),
    Column("severity", "程度", "severity"),
    Column("found", "发现日期", "found_on"),
    Column("source", "来源", "source_kind", shown=False),
    Column("state", "状态", "state"),
    Column("relapse", "反弹"),
    Column("ticket", "整改单"),
)


ORDER_COLUMNS = (
    Column("title", "督办事项", "ticket__title"),
    Column("school", "责任单位", "subject_org__name"),
    Column("number", "文号", "document__number"),
    Column("answer_by", "要求答复", "answer_by"),
    Column("state", "状态", "state"),
    Column("served", "送达日期", "served_at"),
)

TEXTS = ("demand",)
STATES, SEVERITIES = dict(Ticket.State.choices), dict(Problem.Severity.choices)


def ticket_columns(actor: Actor) -> list[Column]:
    return [
        Column("title", "事由", "title"),
        Column(
            "school", "责任单位", "subject_org__name", shown=actor.is_office or actor.can(Permission.URGE),
            reads=("subject_org__name", "subject_org__short_name"),
        ),
        Column("severity", "程度", "severity", reads=("severity",)),
        Column("state", "状态", "state"),
        Column("due", "当前环节期限", "due_at"),
        Column("department", "主管部门", shown=False, reads=("department__name", "department__short_name")),
        Column("office", "承办", shown=False, reads=("author_org__name", "author_org__short_name")),
        Column("created", "开具日期", "created_at", shown=False, reads=("created_at",)),
    ]  # fmt: skip


def ledger(actor: Actor, query: Any = None) -> Any:
    """The ledger over all sources, with what a line shows."""
    rows = Problem.objects.visible_to(actor)
    return rows.select_related("subject_org__division", "ticket", "category").defer("description")


# What every line of the list shows, beside the `reads` of its columns.
TICKET_READS = ("number", "title", "state", "due_at")


def ticket_rows(actor: Actor, query: Any = None) -> Any:
    """No more of each row than its cells: most of an export's time would go into what nobody reads."""
    rows = Ticket.objects.visible_to(actor).select_related("subject_org", "author_org", "department")
    return rows.only(
        "number", "title", "severity", "state", "due_at", "created_at", "subject_org__name", "author_org__name",
        "department__name",
    )  # fmt: skip


def orders(actor: Actor, query: Any = None) -> Any:
    rows = SupervisoryOrder.objects.visible_to(actor).select_related("ticket", "subject_org", "document")
    return rows.defer("document__content", *(f"ticket__{name}" for name in TEXTS))


def _of_problem(name: str) -> Any:
    return lambda problem: getattr(problem, name)


VALUES: dict[str, Any] = {
    "title": _of_problem("title"),
    "school": lambda p: p.subject_org.name if p.subject_org else "",
    "place": lambda p: p.subject_org.division.name if p.subject_org else "",
    "category": lambda p: p.category.label if p.category else "未分类",
    "item": _of_problem("item_label"),
    "severity": lambda p: p.get_severity_display(),
    "found": _of_problem("found_on"),
    "source": lambda p: "：".join(filter(None, (source_name(p.source_kind), p.source_label))),
    "state": lambda p: p.get_state_display(),
    "relapse": lambda p: "反弹" if p.relapse_of_id else "",
    "ticket": lambda p: p.ticket.number if p.ticket else "",
}

register_export(
    Export(
        name="problems", title="问题台账", permissions=(Permission.VIEW_PROBLEMS,), about=Problem, rows=ledger,
        columns=PROBLEM_COLUMNS, values=VALUES, default_sort="-found_on", filterset_class=ProblemFilter,
        widths={"title": 44, "school": 28, "category": 28, "item": 28, "source": 36},
    )
)  # fmt: skip
register_export(
    Table(
        name="recurring-problems", title="问题反复情况", permissions=(Permission.VIEW_PROBLEMS,), about=Problem,
        build=recurrence_sheet,
    )
)  # fmt: skip
register_export(
    Export(
        name="tickets", title="整改单", permissions=(Permission.VIEW_TICKETS,), about=Ticket, rows=ticket_rows,
        columns=ticket_columns, default_sort="-created_at", filterset_class=TicketFilter,
        beside={"title": (Cells("编号", lambda t: t.number, 22),)}, widths={"title": 44, "school": 28, "department": 24, "office": 24},
        values={
            "title": lambda t: t.title, "school": lambda t: t.subject_org.name if t.subject_org else "",
            "severity": lambda t: SEVERITIES.get(t.severity, t.severity), "state": lambda t: STATES.get(t.state, t.state), "due": lambda t: t.due_at,
            "department": lambda t: t.department.name if t.department else "", "office": lambda t: t.author_org.name,
            "created": lambda t: t.created_at,
        },
    )
)  # fmt: skip
register_export(
    Export(
        name="orders", title="督办单", permissions=(Permission.VIEW_TICKETS,), about=SupervisoryOrder, rows=orders,
        columns=ORDER_COLUMNS, default_sort="-created_at", filterset_class=OrderFilter,
        beside={"title": (Cells("整改单编号", lambda o: o.ticket.number, 22), Cells("第几次督办", lambda o: o.n, 12))},
        widths={"title": 44, "school": 28, "number": 24},
        values={
            "title": lambda o: o.ticket.title, "school": lambda o: o.subject_org.name if o.subject_org else "",
            "number": lambda o: o.document.number if o.document else "", "answer_by": lambda o: o.answer_by,
            "state": lambda o: o.get_state_display(), "served": lambda o: o.served_at,
        },
    )
)  # fmt: skip

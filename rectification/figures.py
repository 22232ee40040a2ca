"""Problems, tickets and orders as overviews count them. Open tickets by their last moment: overdue is then a sum."""

from records.figures.counted import measures_deadlines
from records.figures.measures import ALWAYS, NEVER, Measure, Source, measures, month_of, month_of_day
from rectification.models import Problem, SupervisoryOrder, Ticket

FOUND = month_of_day("r.found_on")

measures(
    Source(
        Problem,
        (
            Measure("problems_found", "登记问题", "true", FOUND),
            Measure("problems_ticketed", "下达整改的问题", "r.state IN ('in_rectification', 'closed')", FOUND),
            Measure("problems_closed", "已销号的问题", "r.state = 'closed'", FOUND),
            Measure("problems_open", "未销号的问题", "r.state IN ('open', 'in_rectification')", ALWAYS),
        ),
    )
)
measures(
    Source(
        Ticket,
        (
            Measure(
                "tickets_open", "未办结整改单", "r.state NOT IN ('closed', 'withdrawn')", f"coalesce(r.due_at, {NEVER})"
            ),
            Measure("tickets_served", "下达整改单", "r.served_at IS NOT NULL", month_of("r.served_at")),
            Measure("tickets_closed", "销号整改单", "r.closed_at IS NOT NULL", month_of("r.closed_at")),
        ),
    )
)
measures(
    Source(
        SupervisoryOrder,
        (
            Measure(
                "orders", "下达督办单", "r.served_at IS NOT NULL AND r.state <> 'withdrawn'", month_of("r.served_at")
            ),
        ),
    )
)
measures_deadlines(Ticket)
measures_deadlines(SupervisoryOrder)

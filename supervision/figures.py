"""How many schools there are to visit: opened less closed, each by its day."""

from accounts.models import Organization
from records.figures.measures import ALWAYS, Measure, Source, first_moment, measures

# What stands open on a day is the first less the second.
SCHOOLS = ("schools_opened", "schools_closed")

measures(
    Source(
        Organization,
        (
            Measure(
                "schools_opened", "学校（设立）", "r.kind = 'school'",
                f"coalesce({first_moment('r.opened_on')}, {ALWAYS})",
            ),
            Measure(
                "schools_closed", "学校（撤销）", "r.kind = 'school' AND r.closed_on IS NOT NULL",
                first_moment("r.closed_on"),
            ),
        ),
        owner="r.division_id", subject="r.division_id", sight="'s'",
    )
)  # fmt: skip

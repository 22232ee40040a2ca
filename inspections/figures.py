"""Visits that count: handed in, whatever came of them, in the month in which they were made."""

from inspections.models import RoutineVisit
from records.figures.measures import Measure, Source, measures, month_of_day

measures(Source(RoutineVisit, (Measure("visits", "督导次数", "true", month_of_day("r.visited_on")),)))

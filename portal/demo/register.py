"""Who governs: committees, offices, departments, member units, and the codes in front of their documents' numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from accounts.models import Division, Organization
from portal.demo.size import PROVINCE, SECOND, SECOND_CAPITAL, SECOND_PROVINCE, STAFFED, Size
from records.documents.kinds import DocumentKind
from records.models import DocumentSeries
from supervision.actions import Liaison, Seat, establish_committee
from supervision.models import CommitteeMember
from supervision.naming import MEMBER_UNITS

FOUNDED = date(2019, 3, 1)
SHORT = {PROVINCE: "云", SECOND_PROVINCE: "黔", SECOND_CAPITAL: "筑", SECOND: "南"}
SERIES = {
    DocumentKind.RECTIFICATION_NOTICE: "政教督改",
    DocumentKind.SUPERVISORY_ORDER: "政教督办",
    DocumentKind.INSPECTION_NOTICE: "政教督通",
    DocumentKind.OPINION_LETTER: "政教督意",
    DocumentKind.INTERVIEW_NOTICE: "政教督约",
    DocumentKind.LETTER: "政教督函",
    DocumentKind.MINUTES: "政教督纪",
}
Position = CommitteeMember.Position
# Position and the post behind it, at the province and below.
SEATS = (
    (Position.CHAIR, "副省长", "副{}长"),
    (Position.DEPUTY, "省人民政府副秘书长", "人民政府办公室副主任"),
    (Position.DEPUTY, "教育厅厅长", "教育局局长"),
    (Position.CHIEF_INSPECTOR, "总督学", "总督学"),
)


def establish_everything(size: Size, names: Iterator[str]) -> dict[int, Organization]:
    """Committees with their bodies; returns the office of each division."""
    offices: dict[int, Organization] = {}
    for division in _divisions(size):
        seats = [Seat(position, next(names), _post(division, posts)) for position, *posts in SEATS]
        liaisons = {key: Liaison(next(names), "办公室主任") for key in MEMBER_UNITS}
        committee = establish_committee(division, on=FOUNDED, seats=seats, liaisons=liaisons)
        offices[division.pk] = committee.office
    DocumentSeries.objects.bulk_create(
        DocumentSeries(owner_code=code, kind=kind, code=f"{_short(office.division)}{word}")
        for code, office in offices.items()
        for kind, word in SERIES.items()
    )
    return offices


def _divisions(size: Size) -> list[Division]:
    """Yunnan down to its counties and the second province's three; or only those that have people."""
    wanted = Division.objects.filter(pk__in=STAFFED)
    if size.whole_province:
        wanted = wanted | Division.objects.filter(
            pk__gte=PROVINCE, pk__lt=PROVINCE + 10_000, kind=Division.Kind.ADMINISTRATIVE
        )
    return list(wanted.order_by("pk"))


def _post(division: Division, posts: list[str]) -> str:
    at_province, below = posts
    if division.level == Division.Level.PROVINCE:
        return at_province
    return f"{division.name}{below.format(division.name[-1])}"


def _short(division: Division) -> str:
    return SHORT.get(division.pk, division.name[0])


def department_of(code: int) -> Organization:
    return Organization.objects.get(division_id=code, kind=Organization.Kind.DEPARTMENT)

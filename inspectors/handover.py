"""What an inspector who leaves holds in this room: his responsibility districts (教育督导条例第十五条)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.models import Organization, User
from inspectors.models import DistrictInspector, Inspector
from records import clock
from records.handovers.registry import register_handover


def duties(user: User, organization: Organization) -> QuerySet[DistrictInspector]:
    """Districts for which the person answers today or will."""
    open_ones = Q(valid_until__isnull=True) | Q(valid_until__gte=clock.today())
    return DistrictInspector.objects.filter(
        open_ones, division_code=organization.division_id, inspector__user=user
    ).select_related("inspector", "district")


def _own_inspector(user: User, organization: Organization) -> Inspector | None:
    today = clock.today()
    current = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    rows = Inspector.objects.filter(current, division_code=organization.division_id, user=user, valid_from__lte=today)
    return rows.order_by("pk").first()


def _open(user: User, organization: Organization) -> QuerySet[DistrictInspector]:
    # A duty that has just been handed over ends today and is open until midnight: it does not pass again.
    return duties(user, organization).exclude(valid_until=clock.today())


def _move(from_: User, to: User, organization: Organization, by: Actor) -> int:
    """The successor answers from today; the leaver's row ends and stays as history (定期交流)."""
    inspector, today, moved = _own_inspector(to, organization), clock.today(), 0
    assert inspector is not None
    taken = set(duties(to, organization).filter(valid_until__isnull=True).values_list("district_id", flat=True))
    for duty in duties(from_, organization).exclude(valid_until=today).select_for_update(of=("self",)):
        if duty.district_id not in taken:
            DistrictInspector.objects.create(
                district=duty.district, division_code=duty.division_code, inspector=inspector,
                valid_from=max(today, duty.valid_from), valid_until=duty.valid_until,
            )  # fmt: skip
            taken.add(duty.district_id)
        duty.valid_until = max(today, duty.valid_from)
        duty.save(update_fields=["valid_until"])
        moved += 1
    return moved


def _hinder(from_: User, to: User, organization: Organization) -> str:
    if _own_inspector(to, organization):
        return ""
    return f"{to}不是本级聘任的督学。请先在“队伍”中登记，或改选他人，或先另行安排责任区。"


register_handover(
    "督学责任区", columns=("inspectors.districtinspector.inspector",), open_items=_open, move=_move, hinder=_hinder
)

"""From the names that somebody types, one a line, to the bodies that the platform knows."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Organization
from accounts.querysets import OrganizationQuerySet
from records import clock

MOST = 200
SHOWN = 3


class UnknownAddressee(ValueError):
    """A name that is nobody's or several bodies': the text says which, and what to write instead."""


def find(names: Sequence[str], by: Actor) -> list[Organization]:
    """The bodies of the names in their order, each once. A name may carry its division: 云岭小学（五华区）.

    UnknownAddressee in Chinese for the first that cannot be told. One query while all are known.
    """
    wanted = list(dict.fromkeys(filter(None, (name.strip() for name in names))))
    if len(wanted) > MOST:
        raise UnknownAddressee(f"一次最多{MOST}个单位，现有{len(wanted)}个。")
    bare = {name: _bare(name) for name in wanted}
    candidates = list(
        _open(by).filter(Q(name__in=[*wanted, *bare.values()]) | Q(short_name__in=wanted)).select_related("division")
    )
    return list(dict.fromkeys(_one(name, bare[name], candidates, by) for name in wanted))


def suggestions(by: Actor, limit: int = 300) -> list[str]:
    """Names to choose from while typing: the office's own division first."""
    lo, hi = by.range
    rows = _open(by).filter(division_id__gte=lo, division_id__lte=hi).order_by("division_id", "kind", "pk")
    return list(rows.exclude(pk=by.organization_id).values_list("name", flat=True)[:limit])


def _open(by: Actor) -> OrganizationQuerySet:
    return Organization.objects.visible_to(by).open_on(clock.today())


def _bare(name: str) -> str:
    return name[: name.rindex("（")] if name.endswith("）") and "（" in name else name


def _one(name: str, bare: str, candidates: list[Organization], by: Actor) -> Organization:
    exact = [o for o in candidates if name in (o.name, o.short_name)]
    place = name[len(bare) :].strip("（）")
    found = exact or [o for o in candidates if o.name == bare and place and o.division.name.startswith(place)]
    if len(found) == 1:
        return found[0]
    if found:
        places = "、".join(f"{o.name}（{o.division.name}）" for o in found[:SHOWN])
        raise UnknownAddressee(f"有{len(found)}个单位叫“{name}”，请写明区划，如：{places}。")
    like = list(_open(by).filter(name__contains=bare).values_list("name", flat=True)[:SHOWN])
    hint = f"是不是：{'、'.join(like)}？" if like else "请填写单位全称。"
    raise UnknownAddressee(f"没有找到“{name[:40]}”。{hint}")

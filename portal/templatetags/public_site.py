"""What the public site's templates need to lay out the places."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from portal.public.places import NOWHERE, Spot, Tree

register = template.Library()


@dataclass(frozen=True)
class Step:
    """A line of places to choose from; `current` is the code of the one that is chosen."""

    spots: list[Spot]
    current: int


@register.simple_tag
def place_steps(tree: Tree, chosen: Spot) -> list[Step]:
    """Everywhere and the provinces, then the line below each division on the way to the chosen one."""
    path = tree.path(chosen)
    current = [spot.code for spot in path]
    steps = [Step([NOWHERE, *tree.provinces], current[0] if current else 0)]
    for n, spot in enumerate(path):
        below = tree.below(spot)
        if below:
            steps.append(Step(below, current[n + 1] if n + 1 < len(current) else 0))
    return steps

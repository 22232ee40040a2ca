"""How much of everything. `FULL` is what `make demo` shows, `SMALL` what a test builds in a few seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

PROVINCE, CAPITAL, MAIN, NEIGHBOUR = 530_000, 530_100, 530_102, 530_103
OTHER_PREFECTURE, OTHER = 530_300, 530_302
SECOND_PROVINCE, SECOND_CAPITAL, SECOND = 520_000, 520_100, 520_102
# The divisions whose offices have people.
STAFFED = (
    PROVINCE, CAPITAL, MAIN, NEIGHBOUR, OTHER_PREFECTURE, OTHER, SECOND_PROVINCE, SECOND_CAPITAL, SECOND,
)  # fmt: skip
COUNTIES = (MAIN, NEIGHBOUR, OTHER, SECOND)


@dataclass(frozen=True)
class Size:
    """`schools` and `inspectors` by county; `months` of visits behind us; whether the whole province is established."""

    whole_province: bool
    months: int
    schools: dict[int, int] = field(default_factory=dict)
    inspectors: dict[int, int] = field(default_factory=dict)
    # Stories that happen once in the main county; elsewhere only a few are told.
    many_stories: bool = True


FULL = Size(
    whole_province=True,
    months=12,
    schools={MAIN: 40, NEIGHBOUR: 30, OTHER: 25, SECOND: 8},
    inspectors={MAIN: 8, NEIGHBOUR: 6, OTHER: 5, SECOND: 2},
)
SMALL = Size(
    whole_province=False,
    months=2,
    schools={MAIN: 8, NEIGHBOUR: 3, OTHER: 3, SECOND: 3},
    inspectors={MAIN: 2, NEIGHBOUR: 1, OTHER: 1, SECOND: 1},
    many_stories=False,
)

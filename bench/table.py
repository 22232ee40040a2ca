"""The lines of the table: what was measured, beside its floor and the target of the issue."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """`value` with its unit, and whether it keeps within `most` (None: no target, for information)."""

    work: str
    who: str
    value: float
    most: float | None
    unit: str = "×"
    note: str = ""

    @property
    def mark(self) -> str:
        return "" if self.most is None else "✓" if self.value <= self.most else "✗"

    def __str__(self) -> str:
        target = "" if self.most is None else f"≤ {self.most:g}{self.unit}"
        return f"{self.work:<44}{self.who:<26}{self.value:>9.2f}{self.unit:<4}{target:>10} {self.mark}  {self.note}".rstrip()

    @property
    def markdown(self) -> str:
        target = "" if self.most is None else f"≤ {self.most:g}{self.unit}"
        return f"| {self.work} | {self.who} | {self.value:.2f}{self.unit} | {target} | {self.mark} | {self.note} |"


@dataclass
class Table:
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        print(line, flush=True)

    @property
    def missed(self) -> list[Line]:
        return [line for line in self.lines if line.mark == "✗"]

    def markdown(self) -> str:
        return "\n".join(
            [
                "| work | as | measured | at most | | |",
                "|---|---|---|---|---|---|",
                *(line.markdown for line in self.lines),
            ]
        )

"""Load the divisions that ship with the project. Repeatable: zones that offices added stay, changes are named."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actors import FIRST_CODE, LAST_CODE, PREFECTURE_SPAN, PROVINCE_SPAN
from accounts.models import Division

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "divisions.csv"
FIELDS = ("name", "level", "parent_id")
BATCH = 1000
SHOWN = 20


@dataclass(frozen=True)
class Row:
    """One line of the file: six-digit code, name, level word, parent's code (None for a province)."""

    code: int
    name: str
    level: str
    parent_id: int | None


@dataclass
class Outcome:
    """What a load did: codes, old and new values as sentences."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    zones: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def read(path: Path) -> list[Row]:
    """The rows of a file with the columns code, name, level, parent. CommandError names the line that is wrong."""
    rows: list[Row] = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, line in enumerate(csv.DictReader(lines), start=2):
            try:
                if None in line.values():
                    raise ValueError("short line")
                parent = int(line["parent"]) if line["parent"] else None
                rows.append(Row(int(line["code"]), line["name"].strip(), line["level"], parent))
            except (KeyError, TypeError, ValueError):
                raise CommandError(f"{path.name} 第{number}行不完整：应为 code,name,level,parent 四列。") from None
    return rows


def level_of(code: int) -> str:
    """The level that a GB/T 2260 code says by its trailing zeros."""
    if code % PROVINCE_SPAN == 0:
        return Division.Level.PROVINCE
    return Division.Level.PREFECTURE if code % PREFECTURE_SPAN == 0 else Division.Level.COUNTY


def faults(rows: list[Row]) -> list[str]:
    """What contradicts the arithmetic of the codes; such a file is not loaded."""
    known = {row.code: row for row in rows}
    found = [] if len(known) == len(rows) else ["有重复的代码"]
    for row in rows:
        where = f"{row.code} {row.name}"
        if not FIRST_CODE <= row.code <= LAST_CODE:
            found.append(f"{where}：代码应在{FIRST_CODE}至{LAST_CODE}之间")
        if row.level != level_of(row.code):
            found.append(f"{where}：层级为{row.level}，按代码应为{level_of(row.code)}")
        if row.parent_id != expected_parent(row, known):
            found.append(f"{where}：上级为{row.parent_id or '空'}，按代码应为{expected_parent(row, known) or '空'}")
    return found


def expected_parent(row: Row, known: dict[int, Row]) -> int | None:
    """By the code: a county's prefecture where the file has one, else the province."""
    if row.code % PROVINCE_SPAN == 0:
        return None
    prefecture = row.code // PREFECTURE_SPAN * PREFECTURE_SPAN
    has_prefecture = row.code != prefecture and prefecture in known
    return prefecture if has_prefecture else row.code // PROVINCE_SPAN * PROVINCE_SPAN


def oddities(rows: list[Row]) -> list[str]:
    """What is right and yet unlike the rest: no rule may assume a prefecture above every county."""
    direct = [r for r in rows if r.level == Division.Level.COUNTY and r.parent_id and r.parent_id % PROVINCE_SPAN == 0]
    parents = {r.parent_id for r in rows}
    childless = [r.name for r in rows if r.level == Division.Level.PREFECTURE and r.code not in parents]
    found = []
    if direct:
        found.append(f"由省级直接管理的县级区划：{len(direct)}个")
    if childless:
        found.append(f"不设县级区划的地级区划：{'、'.join(childless)}")
    return found


def load(rows: list[Row]) -> Outcome:
    """Write what differs, in one transaction. Nothing is deleted: other tables point at divisions."""
    outcome = Outcome()
    with transaction.atomic():
        stored = Division.objects.in_bulk()
        wanted = [row for row in rows if not _is_zone(row, stored)]
        changed = [_as_division(row) for row in wanted if _differs(row, stored, outcome)]
        Division.objects.bulk_create(
            changed, batch_size=BATCH, update_conflicts=True, unique_fields=["code"], update_fields=[*FIELDS]
        )
    listed = {row.code for row in rows}
    administrative = [d for d in stored.values() if d.kind == Division.Kind.ADMINISTRATIVE]
    outcome.missing = [f"{d.code} {d.name}" for d in administrative if d.code not in listed]
    outcome.zones += [f"{d.code} {d.name}" for d in stored.values() if d.kind == Division.Kind.ZONE]
    return outcome


def _is_zone(row: Row, stored: dict[int, Division]) -> bool:
    found = stored.get(row.code)
    return found is not None and found.kind == Division.Kind.ZONE


def _differs(row: Row, stored: dict[int, Division], outcome: Outcome) -> bool:
    found = stored.get(row.code)
    if found is None:
        outcome.added.append(f"{row.code} {row.name}")
        return True
    before = [(name, getattr(found, name)) for name in FIELDS if getattr(found, name) != getattr(row, name)]
    if not before:
        outcome.unchanged += 1
        return False
    what = "，".join(f"{name} {old} → {getattr(row, name)}" for name, old in before)
    outcome.changed.append(f"{row.code}：{what}")
    return True


def _as_division(row: Row) -> Division:
    return Division(code=row.code, name=row.name, level=row.level, parent_id=row.parent_id)


class Command(BaseCommand):
    help = "Load provinces, prefectures and counties (GB/T 2260). Repeatable; keeps zones that offices added."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--file", type=Path, default=SHIPPED, help="CSV with the columns code,name,level,parent")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"没有这个文件：{path}")
        rows = read(path)
        if wrong := faults(rows):
            raise CommandError("文件与代码规则不符，未导入：\n" + "\n".join(wrong[:SHOWN]))
        outcome = load(rows)
        self.stdout.write(f"行政区划共{len(rows)}个：新增{len(outcome.added)}，变更{len(outcome.changed)}，"
                          f"未变{outcome.unchanged}。")  # fmt: skip
        for sentence in outcome.changed[:SHOWN]:
            self.stdout.write(f"  变更 {sentence}")
        for sentence in oddities(rows):
            self.stdout.write(f"  注意 {sentence}")
        if outcome.zones:
            self.stdout.write(f"  保留功能区 {'、'.join(outcome.zones)}")
        if outcome.missing:
            self.stdout.write(f"  文件中已没有、仍予保留：{'、'.join(outcome.missing[:SHOWN])}")

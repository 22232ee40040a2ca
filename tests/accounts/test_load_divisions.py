"""manage.py load_divisions on the file that ships with the project."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.management.commands.load_divisions import SHIPPED, faults, oddities, read
from accounts.models import Division
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


def run(**options: object) -> str:
    out = io.StringIO()
    with as_owner():
        call_command("load_divisions", stdout=out, **options)
    return out.getvalue()


def test_whole_file_in_under_three_seconds() -> None:
    start = time.monotonic()
    said = run()
    assert time.monotonic() - start < 3
    assert Division.objects.count() == 3339
    assert "新增3339" in said
    assert "由省级直接管理的县级区划：118个" in said
    assert "东莞市、中山市、儋州市" in said
    county = Division.objects.get(code=429004)
    assert (county.name, county.level, county.parent_id) == ("仙桃市", "county", 420000)
    assert Division.objects.filter(code__range=(530000, 539999), level="county").count() == 129
    assert Division.objects.filter(code__range=(530000, 539999), level="prefecture").count() == 16


def test_second_run_changes_nothing_and_says_so() -> None:
    run()
    assert "新增0，变更0，未变3339" in run()


def test_restores_what_was_renamed_and_names_it() -> None:
    run()
    with as_owner():
        Division.objects.filter(code=530102).update(name="五华县")
    said = run()
    assert "变更1" in said
    assert "530102：name 五华县 → 五华区" in said
    assert Division.objects.get(code=530102).name == "五华区"


def test_keeps_zones_and_divisions_that_the_file_no_longer_has() -> None:
    run()
    with as_owner():
        Division.objects.create(code=530171, name="高新技术产业开发区", level="county", kind="zone", parent_id=530100)
        Division.objects.create(code=530121, name="呈贡县", level="county", parent_id=530100)
    said = run()
    assert "保留功能区 530171 高新技术产业开发区" in said
    assert "仍予保留：530121 呈贡县" in said
    assert Division.objects.get(code=530171).kind == "zone"


def test_a_zone_is_not_overwritten_by_a_code_of_the_file() -> None:
    run()
    with as_owner():
        Division.objects.filter(code=530181).update(name="安宁工业园区", kind="zone")
    run()
    assert Division.objects.get(code=530181).name == "安宁工业园区"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("530102,五华区,prefecture,530100", "530102 五华区：层级为prefecture，按代码应为county"),
        ("530102,五华区,county,530000", "530102 五华区：上级为530000，按代码应为530100"),
        ("990000,海外,province,", "代码应在110000至659999之间"),
        ("530000,云南,province,", "有重复的代码"),
        ("530102,五华区", "第4行不完整"),
        ("五华,五华区,county,530100", "第4行不完整"),
    ],
)
def test_a_file_that_contradicts_the_codes_is_refused_whole(tmp_path: Path, line: str, complaint: str) -> None:
    file = tmp_path / "divisions.csv"
    file.write_text(
        f"code,name,level,parent\n530000,云南省,province,\n530100,昆明市,prefecture,530000\n{line}\n", "utf-8"
    )
    with pytest.raises(CommandError, match=complaint):
        run(file=file)
    assert not Division.objects.exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有这个文件"):
        run(file=tmp_path / "none.csv")


def test_the_shipped_file_obeys_the_arithmetic() -> None:
    rows = read(SHIPPED)
    assert faults(rows) == []
    assert len(oddities(rows)) == 2

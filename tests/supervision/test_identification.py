"""The ten-digit national identification code, the shipped townships, and the names of bodies."""

from __future__ import annotations

import pytest

from supervision.identification import OF_STAGE, faults
from supervision.models import School
from supervision.naming import MEMBER_UNITS, Names
from supervision.townships import named, townships_of


@pytest.mark.parametrize(("stage", "categories"), sorted(OF_STAGE.items()))
def test_each_stage_takes_its_categories_and_no_other(stage: str, categories: tuple[str, ...]) -> None:
    for category in {c for listed in OF_STAGE.values() for c in listed}:
        serial = "012345"
        found = faults(f"{category}53{serial}", stage=stage, division_code=530102)
        assert bool(found) is (category not in categories), (stage, category, found)


def test_every_stage_has_a_category() -> None:
    assert set(OF_STAGE) == set(School.Stage)


@pytest.mark.parametrize("code", ["", "1", "215300001", "21530000011", "21530000a1", "²153000001", "21 5300001"])
def test_anything_but_ten_digits_is_refused(code: str) -> None:
    assert faults(code) == ["标识码为10位数字：2位类别、2位省份、6位顺序号。"]


@pytest.mark.parametrize(("division", "right"), [(530102, True), (530000, True), (539999, True), (520102, False)])
def test_the_province_is_the_divisions(division: int, right: bool) -> None:
    assert (faults("2153000001", stage="primary", division_code=division) == []) is right


def test_higher_education_keeps_its_old_five_digits_behind_a_zero() -> None:
    assert faults("4153010673", stage="higher", division_code=530000) == []
    assert faults("4153910673") == ["高等学校标识码的后6位为0加原5位学校代码。"]
    assert faults("2153910673", stage="primary") == []


def test_a_serial_of_zeros_is_nobodys() -> None:
    assert faults("2153000000", stage="primary") == ["标识码的顺序号不能全为0。"]


def test_several_faults_are_told_at_once() -> None:
    assert len(faults("1152910673", stage="higher", division_code=530102)) == 3


def test_townships_of_yunnan() -> None:
    assert len(townships_of(530102)) > 5
    assert all(t.county == 530102 for t in townships_of(530102))
    found = named(530102, "华山街道")
    assert found is not None
    assert found.code == 530102001
    assert named(530103, "华山街道") is None
    assert townships_of(520102) == ()


@pytest.mark.parametrize(
    ("place", "level", "key", "name"),
    [
        ("云南省", "province", "organization", "中共云南省委组织部"),
        ("云南省", "province", "education", "云南省教育厅"),
        ("云南省", "province", "youth", "共青团云南省委员会"),
        ("楚雄彝族自治州", "prefecture", "finance", "楚雄彝族自治州财政局"),
        ("五华区", "county", "publicity", "中共五华区委宣传部"),
        ("五华区", "county", "ethnic", "五华区民族宗教事务局"),
    ],
)
def test_names_of_member_units(place: str, level: str, key: str, name: str) -> None:
    assert Names(place, level).unit(key) == name


def test_names_of_the_bodies() -> None:
    names = Names("昆明市", "prefecture")
    assert names.office == "昆明市人民政府教育督导委员会办公室"
    assert names.office_short == "昆明市督导办"
    assert len(MEMBER_UNITS) == 22

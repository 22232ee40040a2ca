"""A county on the morning of the journey: an office with its people, a school, its inspector and department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PIL import Image, ImageDraw

from accounts.actors import Role
from accounts.models import Membership
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from records.models import DocumentSeries
from supervision.models import School
from tests import factories as f

PASSWORD = "Correct-horse-9"
CODE = 530102


@dataclass
class County:
    school: School
    people: dict[str, Membership]

    def username(self, who: str) -> str:
        return str(self.people[who].user.username)


def build() -> County:
    """Call as the owner."""
    office, school = f.office(CODE), f.school(CODE, "五华区云津小学")
    f.office(530100)
    for kind in ("rectification_notice", "supervisory_order"):
        DocumentSeries.objects.create(owner_code=CODE, kind=kind, code="五政教督办")
    homes = {
        "staff": (office, Role.OFFICE_STAFF, "孙科员"), "head": (office, Role.OFFICE_HEAD, "周主任"),
        "inspector": (office, Role.INSPECTOR, "吴督学"), "verifier": (office, Role.INSPECTOR, "郑督学"),
        "school": (school.organization, Role.UNIT_CONTACT, "王校长"),
        "department": (f.department(CODE), Role.DEPARTMENT_CONTACT, "冯科长"),
    }  # fmt: skip
    people = {who: f.member(org, role, user=f.person(name)) for who, (org, role, name) in homes.items()}
    _district(people, school)
    return County(school, people)


def _district(people: dict[str, Membership], school: School) -> None:
    district = ResponsibilityDistrict.objects.create(division_code=CODE, name="第一督学责任区")
    DistrictSchool.objects.create(district=district, division_code=CODE, organization=school.organization)
    for n, who in enumerate(("inspector", "verifier"), 1):
        membership = people[who]
        inspector = Inspector.objects.create(
            user=membership.user, office=membership.organization, division_code=CODE, kind="full_time",
            certificate_number=f"五督{n:03d}", valid_from=date(2024, 1, 1),
        )  # fmt: skip
        DistrictInspector.objects.create(
            district=district, division_code=CODE, inspector=inspector, valid_from=date(2024, 1, 1)
        )


def photo(folder: Path, name: str, color: str) -> Path:
    """A picture as a phone would take it."""
    path = folder / name
    image = Image.new("RGB", (1200, 900), color)
    ImageDraw.Draw(image).rectangle((200, 200, 1000, 700), outline="white", width=12)
    image.save(path, quality=80)
    return path

"""Schools from a spreadsheet: new by their identification code, or changed. The rules are the form's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from accounts.actors import Actor, OrganizationKind, division_chain
from accounts.models import Division, Organization
from records.imports import cells as c
from records.imports.cells import Column
from records.imports.importers import Importer, Judged, register_importer
from supervision import actions
from supervision.forms import BODY, CODE_TAKEN
from supervision.models import School
from supervision.permissions import Permission
from supervision.rules import profile_faults
from supervision.townships import named

PROFILE = ("stage", "ownership", "approving_authority", "township", "township_code", "address", "longitude", "latitude",
           "head_name", "pupils", "classes", "teachers")  # fmt: skip
STAGES = {label: value for value, label in School.Stage.choices}
OWNERSHIPS = {label: value for value, label in School.Ownership.choices}
COLUMNS = (
    Column("code", "学校（机构）标识码", c.code(20), True, "10位数字。已登记的按此更新，未登记的新增。", "2153000001", width=20),
    Column("name", "学校全称", c.text(200), True, "与办学许可证或事业单位法人证书一致。", "五华区示例小学", width=36),
    Column("division", "管理区划代码", c.whole(999_999), True, "由哪一级督导办督导，6位行政区划代码。", "530102"),
    Column("stage", "学段类别", c.choice(STAGES), True, choices=tuple(STAGES), example="小学"),
    Column("ownership", "举办性质", c.choice(OWNERSHIPS), True, choices=tuple(OWNERSHIPS), example="公办"),
    Column("short_name", "简称", c.text(60)),
    Column("approving_authority", "审批机关", c.text(120), help="民办学校必填：颁发办学许可证的机关。", width=26),
    Column("competent_department", "主管部门", c.text(200), help="主管部门全称，须已在系统中登记。", width=26),
    Column("county", "所在县代码", c.whole(999_999), help="6位；填写乡镇（街道）时必填。"),
    Column("township", "乡镇（街道）", c.text(60)),
    Column("address", "地址", c.text(200), width=36),
    Column("longitude", "经度", c.decimal(6), example="102.704567"),
    Column("latitude", "纬度", c.decimal(6), example="25.043890"),
    Column("head_name", "校（园）长", c.text(60)),
    Column("pupils", "在校（园）学生数", c.whole(200_000)),
    Column("classes", "班级数", c.whole(5_000)),
    Column("teachers", "专任教师数", c.whole(20_000)),
    Column("opened_on", "设立日期", c.day, example="2001-09-01"),
    Column("closed_on", "撤销日期", c.day, help="停办、合并后填写；不再安排督导，记录保留。"),
)  # fmt: skip


class SchoolPlan:
    """One run. What it looks up is within the actor's sight; a code that somebody else has is told neutrally."""

    def __init__(self, actor: Actor, run: int = 0) -> None:
        self.actor = actor
        self.places = {place.pk: place for place in Division.within(actor.division_code)}
        departments = Organization.objects.visible_to(actor).filter(kind=OrganizationKind.DEPARTMENT)
        self.departments: dict[str, list[Organization]] = {}
        for department in departments:
            self.departments.setdefault(department.name, []).append(department)
        self.known: dict[str, School] = {}

    def know(self, rows: Sequence[dict[str, Any]]) -> None:
        codes = [row["code"] for row in rows]
        schools = School.objects.visible_to(self.actor).filter(organization__code__in=codes)
        self.known = {s.organization.code: s for s in schools.select_related("organization")}

    def judge(self, row: int, facts: dict[str, Any]) -> Judged | list[tuple[str, str]]:
        school = self.known.get(facts["code"])
        facts, faults = self._resolved(dict(facts))
        held = _held(school) if school else {}
        faults += profile_faults(held | facts)
        if faults:
            return faults
        return Judged(row, facts, school, school is not None and all(held[k] == v for k, v in facts.items()))

    def _resolved(self, facts: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Names and codes made into what they mean."""
        faults = []
        if facts["division"] not in self.places:
            faults.append(("division", "不是本区划或所辖区划的代码，请核对。"))
        if "competent_department" in facts:
            chain = division_chain(facts["division"])
            found = [d for d in self.departments.get(facts["competent_department"], []) if d.division_id in chain]
            if len(found) != 1:
                faults.append(("competent_department", "没有找到管理区划本级或其上级的这个部门，请写全称，或先登记。"))
            facts["competent_department"] = found[0].pk if found else None
        county, township = facts.pop("county", None), facts.get("township")
        if township:
            place = named(county, township) if county else None
            if county is None:
                faults.append(("county", "填写乡镇（街道）时，请填写所在县代码。"))
            elif place is None:
                faults.append(("township", "所填县没有这个乡镇（街道），请核对；不能确定时可留空。"))
            facts["township_code"] = place.code if place else None
        return facts, faults

    def write(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        new = [row for row in rows if row.on is None]
        changed = [row for row in rows if row.on is not None]
        return [*self._add(new), *self._change(changed)]

    def _add(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        """All at once; when the database refuses one, one by one, to say which."""
        try:
            with transaction.atomic():
                bodies = Organization.objects.bulk_create(_body(row.facts) for row in rows)
                School.objects.bulk_create(_school(b, row.facts) for b, row in zip(bodies, rows, strict=True))
        except IntegrityError:
            if len(rows) == 1:
                return [(rows[0].row, "code", CODE_TAKEN)]
            half = len(rows) // 2
            return [*self._add(rows[:half]), *self._add(rows[half:])]
        return []

    def _change(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        moved = [row for row in rows if row.facts["division"] != row.on.division_code]
        for row in moved:  # what follows a school to another division is the action's
            facts = _held(row.on) | row.facts
            actions.change_school(row.on, by=self.actor, body=_as_body(facts), profile={k: facts[k] for k in PROFILE})
        stay = [row for row in rows if row.facts["division"] == row.on.division_code]
        for row in stay:
            body = row.on.organization
            for name, value in row.facts.items():
                if name == "competent_department":
                    body.competent_department_id = value
                elif name != "division":
                    setattr(body if name in BODY else row.on, name, value)
        fields = [name for name in BODY if name not in ("division", "code")]
        if stay:
            Organization.objects.bulk_update([row.on.organization for row in stay], fields, batch_size=500)
            School.objects.bulk_update([row.on for row in stay], PROFILE, batch_size=500)
        return []


def _held(school: School) -> dict[str, Any]:
    """What stands in the register, by column."""
    body = school.organization
    plain = {name: getattr(body, name) for name in BODY if name not in ("division", "competent_department")}
    whose = {"division": body.division_id, "competent_department": body.competent_department_id}
    return plain | whose | {name: getattr(school, name) for name in PROFILE}


def _body(facts: dict[str, Any]) -> Organization:
    plain = {n: facts[n] for n in BODY if n in facts and n not in ("division", "competent_department")}
    return Organization(
        kind=OrganizationKind.SCHOOL, division_id=facts["division"],
        competent_department_id=facts.get("competent_department"), **plain,
    )  # fmt: skip


def _as_body(facts: dict[str, Any]) -> dict[str, Any]:
    plain = {n: facts[n] for n in BODY if n not in ("division", "competent_department")}
    department = facts["competent_department"]
    whose = {"division": Division(pk=facts["division"]), "competent_department_id": department}
    return plain | whose


def _school(body: Organization, facts: dict[str, Any]) -> School:
    return School(
        organization=body, division_code=facts["division"], **{name: facts[name] for name in PROFILE if name in facts}
    )


register_importer(
    Importer(
        kind="schools", title="学校", permissions=(Permission.MANAGE_SCHOOLS,), columns=COLUMNS, key="code", plan=SchoolPlan,
        about="每行一所学校，按标识码区分：系统中已有的更新，没有的新增。",
    )
)  # fmt: skip

"""The corps from a spreadsheet: an office's own inspectors, new or changed by the number of their certificate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.actors import Actor, Role
from accounts.models import User
from inspectors import actions
from inspectors.models import Inspector
from inspectors.permissions import Permission
from inspectors.rules import appointment_faults
from records.imports import cells as c
from records.imports.cells import Column
from records.imports.importers import Importer, Judged, register_importer

KINDS = {label: value for value, label in Inspector.Kind.choices}
NOBODY = "没有找到有本督导办督学身份的这位人员，请核对；没有身份的，请安全管理员先设置。"
ANOTHER = "此人已用另一督学证号登记，请核对。"
HIS = "该督学证号已登记给另一人，请核对。"
COLUMNS = (
    Column("certificate_number", "督学证号", c.code(40), True, "已登记的按此更新，未登记的新增。", "云督530102001", width=20),
    Column("username", "用户名", c.text(150), True, "此人登录系统的用户名；须已有本督导办的督学身份。", "zhangsan"),
    Column("kind", "类别", c.choice(KINDS), True, choices=tuple(KINDS), example="专职督学"),
    Column("phone", "公示电话", c.code(30), help="在学校门口标牌上公布。"),
    Column("valid_from", "聘任日期", c.day, True, example="2026-01-01"),
    Column("valid_until", "聘期届满", c.day, help="兼职督学必填，每届任期3年；专职督学可留空。", example="2028-12-31"),
)  # fmt: skip
FIELDS = ("kind", "phone", "valid_from", "valid_until")


class InspectorPlan:
    """One run, within the actor's own office."""

    def __init__(self, actor: Actor, run: int = 0) -> None:
        self.actor = actor
        people = User.objects.visible_to(actor).filter(
            memberships__organization_id=actor.organization_id, memberships__role=Role.INSPECTOR
        )
        self.people = dict(people.values_list("username", "pk"))
        own = Inspector.objects.visible_to(actor).filter(division_code=actor.division_code)
        self.known = {inspector.certificate_number: inspector for inspector in own}
        self.numbers = {inspector.user_id: inspector.certificate_number for inspector in own}

    def know(self, rows: Sequence[dict[str, Any]]) -> None:
        """An office has so few that all are known from the beginning."""

    def judge(self, row: int, facts: dict[str, Any]) -> Judged | list[tuple[str, str]]:
        facts = dict(facts)
        number, user = facts["certificate_number"], self.people.get(facts.pop("username"))
        inspector = self.known.get(number)
        if user is None:
            return [("username", NOBODY)]
        if inspector is not None and inspector.user_id != user:
            return [("certificate_number", HIS)]
        if self.numbers.setdefault(user, number) != number:
            return [("username", ANOTHER)]
        held = {name: getattr(inspector, name) for name in FIELDS} if inspector else {}
        faults = appointment_faults(held | facts)
        if faults:
            return faults
        same = inspector is not None and all(held[name] == facts[name] for name in FIELDS if name in facts)
        return Judged(row, facts | {"user_id": user}, inspector, same)

    def write(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        for row in rows:
            inspector = row.on or Inspector()
            for name, value in row.facts.items():
                setattr(inspector, name, value)
            actions.save_inspector(inspector, by=self.actor)
        return []


register_importer(
    Importer(
        kind="inspectors", title="督学", permissions=(Permission.MANAGE_CORPS,), columns=COLUMNS, key="certificate_number",
        plan=InspectorPlan, about="每行一位本督导办的督学，按督学证号区分：已登记的更新，没有的新增。",
    )
)  # fmt: skip

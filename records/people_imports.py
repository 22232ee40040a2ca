"""People and their identities from a spreadsheet, for their security administrator. The rules are the page's
(accounts.appointments): what he may not give by the page he cannot give by a file.

One row is one identity: a person who is two things has two rows with the same user name. No password is in the file: new
accounts have none until their owner sets one with a printed slip (accounts.invitations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import appointments as rules
from accounts.actions import withdraw_slips
from accounts.actors import Actor, OrganizationKind, Role
from accounts.forms import TAKEN, username_validator
from accounts.models import Membership, Organization, User
from accounts.models.user import phone_validator
from accounts.permissions import Permission
from records.imports import cells as c
from records.imports.cells import BadCell, Column
from records.imports.importers import Importer, Judged, Next, register_importer
from records.models import AuditEntry, Import
from records.trail.audit import record_many

OFFERED = {role.label: role.value for role in Role if role != Role.OUTSIDER}
ONE_PERSON = "与第{}行是同一用户名，但{}不同。一个用户名只对应一个人，请核对。"


def username(raw: Any) -> str:
    found = str(c.code(40)(raw))
    try:
        username_validator(found)
    except ValidationError as error:
        raise BadCell(f"用户名{error.messages[0]}") from error
    return found


def mobile(raw: Any) -> str:
    """As people write it: with +86, spaces and dashes, or as the number that Excel made of it."""
    found = str(c.code(20)(raw)).replace("-", "").removeprefix("+86")
    try:
        phone_validator(found)
    except ValidationError as error:
        raise BadCell(str(error.messages[0])) from error
    return found


COLUMNS = (
    Column("username", "用户名", username, True, "登录用，以后不能修改。以字母开头，3至40位字母、数字或 . _ - 。系统中已有的按此更新，没有的新建账号。", "zhangsan"),
    Column("full_name", "姓名", c.text(60), True, example="张三"),
    Column("unit", "单位代码或全称", c.text(200), True, "学校填10位标识码；其他单位填全称，与系统中登记的一致。", "五华区人民政府教育督导委员会办公室", width=36),
    Column("role", "角色", c.choice(OFFERED), True, choices=tuple(OFFERED), example="督导办工作人员", width=20),
    Column("phone", "手机号码", mobile, help="可用于登录；填写后只有这个号码能领取账号。", example="13800000000"),
    Column("division", "管理区划代码", c.whole(999_999), help="有同名单位时填写，6位行政区划代码。", example="530102"),
    Column("title", "职务", c.text(60), example="专职督学"),
    Column("valid_from", "起始日期", c.day, help="新身份留空为导入当日。", example="2026-09-01"),
    Column("valid_until", "截止日期", c.day, help="长期有效可留空；当日仍有效。已有的身份填写后即按此终止。"),
)  # fmt: skip


@dataclass
class Person:
    """What is known of one user name: the account, and what the file has said of it so far."""

    user: User | None
    standings: list[tuple[str, int]]
    row: int
    full_name: str
    phone: str = ""
    given: dict[tuple[int, str], int] = field(default_factory=dict)  # unit and role → the row that gives it
    changed: bool = False

    @property
    def held(self) -> set[str]:
        return {role for role, _ in self.standings} | {role for _, role in self.given}


Faults = list[tuple[str, str]]


class PeoplePlan:
    """One run. What it looks up is within the actor's sight; a name or number that somebody else has is told neutrally."""

    def __init__(self, actor: Actor, run: int = 0) -> None:
        self.actor, self.run, self.today = actor, run, timezone.localdate()
        self.people: dict[str, Person] = {}  # by user name in small letters, of the whole file
        self.numbers: dict[str, tuple[int, str]] = {}  # phone → row and user name that has it in the file
        self.accounts: dict[str, User] = {}
        self.names: dict[str, int] = {}
        self.phones: dict[str, int] = {}
        self.standings: dict[int, list[tuple[str, int]]] = {}
        self.memberships: dict[tuple[int, int, str], Membership] = {}
        self.units: dict[str, list[Organization]] = {}

    # --- what the rows name ---------------------------------------------------------------------------------------

    def know(self, rows: Sequence[dict[str, Any]]) -> None:
        phones = [row["phone"] for row in rows if "phone" in row]
        self.names, self.phones = User.taken_among(usernames=[row["username"] for row in rows], phones=phones)
        seen = User.objects.visible_to(self.actor).filter(pk__in=self.names.values())
        self.accounts = {user.username.lower(): user for user in seen}
        ids = [user.pk for user in self.accounts.values()]
        self.standings = rules.standings_of(ids)
        held = Membership.objects.visible_to(self.actor).filter(user_id__in=ids).order_by("pk")
        self.memberships = {(m.user_id, m.organization_id, m.role): m for m in held if m.is_open_on(self.today)}
        self._know_units({row["unit"] for row in rows})

    def _know_units(self, written: set[str]) -> None:
        found = Organization.objects.visible_to(self.actor).open_on(self.today)
        self.units = {}
        coded = found.filter(kind=OrganizationKind.SCHOOL, code__in=[w for w in written if w.isdecimal()])
        for unit in coded:
            self.units.setdefault(unit.code, []).append(unit)
        for unit in found.filter(name__in=written):
            self.units.setdefault(unit.name, []).append(unit)

    # --- one row --------------------------------------------------------------------------------------------------

    def judge(self, row: int, facts: dict[str, Any]) -> Judged | Faults:
        person, faults = self._person(row, facts)
        unit, unit_faults = self._unit(facts)
        faults += unit_faults
        if unit is not None and person is not None:
            faults += self._role(person, unit, facts["role"])
        if faults or unit is None or person is None:
            return faults
        return self._identity(row, person, unit, facts)

    def _person(self, row: int, facts: dict[str, Any]) -> tuple[Person | None, Faults]:
        name, phone = facts["username"].lower(), facts.get("phone", "")
        person = self.people.get(name)
        if person is None:
            user = self.accounts.get(name)
            if user is None and name in self.names:
                return None, [("username", TAKEN.format("用户名"))]
            standing = self.standings[user.pk] if user else []
            person = self.people[name] = Person(user, standing, row, facts["full_name"])
        elif person.full_name != facts["full_name"]:
            return person, [("full_name", ONE_PERSON.format(person.row, "姓名"))]
        faults = (
            [("username", refused)]
            if (refused := rules.self_fault(self.actor, person.user.pk if person.user else None))
            else []
        )
        faults += self._number(row, name, person, phone) if phone else []
        differs = person.user is not None and (
            person.user.full_name != person.full_name or (bool(person.phone) and person.user.phone != person.phone)
        )
        if differs and (refused := rules.outside_fault(self.actor, person.standings)):
            faults.append(("full_name", f"姓名或手机号码与已登记的不同。{refused}"))
        person.changed = person.changed or differs
        return person, faults

    def _number(self, row: int, name: str, person: Person, phone: str) -> Faults:
        if person.phone and person.phone != phone:
            return [("phone", ONE_PERSON.format(person.row, "手机号码"))]
        first, whose = self.numbers.setdefault(phone, (row, name))
        if whose != name:
            return [("phone", f"与第{first}行的手机号码相同，请核对。")]
        owner = self.phones.get(phone)
        if owner is not None and (person.user is None or owner != person.user.pk):
            return [("phone", TAKEN.format("手机号码"))]
        person.phone = phone
        return []

    def _unit(self, facts: dict[str, Any]) -> tuple[Organization | None, Faults]:
        found = [u for u in self.units.get(facts["unit"], []) if facts.get("division", u.division_id) == u.division_id]
        if not found:
            return None, [("unit", "本区划及所辖区划没有这个单位，请核对代码或全称；没有登记的，请督导办先登记。")]
        if len(found) > 1:
            return None, [("division", f"有{len(found)}个同名单位，请填写管理区划代码；同一区划的请改填标识码。")]
        return found[0], [("unit", fault)] if (fault := rules.unit_fault(self.actor, found[0])) else []

    def _role(self, person: Person, unit: Organization, role: str) -> Faults:
        offered = rules.offered_roles(unit.kind)
        if role not in offered:
            return [("role", f"{unit.get_kind_display()}可以设置：{'、'.join(r.label for r in offered)}。")]
        fault = rules.role_fault(unit, role, person.held)
        return [("role", fault)] if fault else []

    def _identity(self, row: int, person: Person, unit: Organization, facts: dict[str, Any]) -> Judged | Faults:
        on = self.memberships.get((person.user.pk, unit.pk, facts["role"])) if person.user else None
        begins, ends = facts.get("valid_from"), facts.get("valid_until")
        first = person.given.setdefault((unit.pk, facts["role"]), row)
        if first != row:  # once by its code, once by its name
            return [("unit", f"与第{first}行重复，请只保留一行。")]
        if faults := self._dates(on, begins, ends):
            return faults
        wanted = {"title": facts.get("title", on.title if on else ""), "valid_until": ends or (on and on.valid_until)}
        same = on is not None and not person.changed and all(getattr(on, name) == wanted[name] for name in wanted)
        made = {"person": person, "unit": unit, "role": facts["role"], "username": facts["username"]}
        return Judged(row, made | wanted | {"valid_from": begins or self.today}, on, same)

    def _dates(self, on: Membership | None, begins: date | None, ends: date | None) -> Faults:
        if on is None:
            begins = begins or self.today
            return [("valid_until", rules.ENDS_BEFORE_IT_BEGINS)] if ends and ends < begins else []
        if begins and begins != on.valid_from:
            return [("valid_from", f"该身份已登记，起始日期是{on.valid_from:%Y-%m-%d}，不能修改，请照填或留空。")]
        fault = rules.ending_fault(on, ends) if ends and ends != on.valid_until else ""
        return [("valid_until", fault)] if fault else []

    # --- all rows of a chunk ----------------------------------------------------------------------------------------

    def write(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        faults = self._change_people(rows)
        if not faults:
            self._change([row for row in rows if row.on is not None])
        return [*faults, *self._add([row for row in rows if row.on is None])]

    def _add(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        """All at once; when the database refuses one, halved, to say which."""
        if not rows:
            return []
        new: dict[str, Judged] = {}  # the first row of each person who is not there yet
        for row in rows:
            if row.facts["person"].user is None:
                new.setdefault(row.facts["username"].lower(), row)
        try:
            with transaction.atomic():
                made = dict(zip(new, User.objects.bulk_create(self._account(r) for r in new.values()), strict=True))
                identities = [_membership(row, made) for row in rows]
                Membership.objects.bulk_create(identities)
        except IntegrityError:
            if len(rows) == 1:
                return [(rows[0].row, "username", "该用户名、手机号码或身份刚刚已被使用，请核对。")]
            half = len(rows) // 2
            return [*self._add(rows[:half]), *self._add(rows[half:])]
        for name, user in made.items():
            new[name].facts["person"].user = user
        self._note(rows, "建立账号，身份", {row.row for row in new.values()})
        return []

    def _account(self, row: Judged) -> User:
        person: Person = row.facts["person"]
        user = User(
            username=row.facts["username"], full_name=person.full_name, phone=person.phone or None, intake=self.run
        )
        user.set_unusable_password()
        return user

    def _change_people(self, rows: Sequence[Judged]) -> list[tuple[int, str, str]]:
        changed = {row.facts["username"].lower(): row for row in rows if row.facts["person"].changed}
        users = []
        for row in changed.values():
            person: Person = row.facts["person"]
            assert person.user is not None
            person.user.full_name, person.user.phone = person.full_name, person.phone or person.user.phone
            person.changed = False
            users.append(person.user)
        try:
            with transaction.atomic():
                User.objects.bulk_update(users, ["full_name", "phone"], batch_size=500)
                withdraw_slips([user.pk for user in users], by=self.actor)
        except IntegrityError:
            return [(row.row, "phone", TAKEN.format("手机号码")) for row in list(changed.values())[:1]]
        record_many(self.actor, AuditEntry.Action.CHANGE, [(u, f"修改姓名或手机号码（{u}，表格导入）") for u in users])
        return []

    def _change(self, rows: Sequence[Judged]) -> None:
        for row in rows:
            row.on.title, row.on.valid_until = row.facts["title"], row.facts["valid_until"]
        Membership.objects.bulk_update([row.on for row in rows], ["title", "valid_until"], batch_size=500)
        self._note(rows, "修改身份", set())

    def _note(self, rows: Sequence[Judged], what: str, new: set[int]) -> None:
        """Each appointment stands in the audit log as one by the page does."""
        told: dict[str, list[tuple[User, str]]] = {"create": [], "change": []}
        for row in rows:
            user, unit = row.facts["person"].user, row.facts["unit"]
            said = what if row.on is not None or row.row in new else "增加身份"
            deed = "create" if row.row in new else "change"
            told[deed].append((user, f"{said}：{unit.label} {Role(row.facts['role']).label}（{user}，表格导入）"))
        for deed, lines in told.items():
            record_many(self.actor, deed, lines)


def _membership(row: Judged, made: dict[str, User]) -> Membership:
    user = row.facts["person"].user or made[row.facts["username"].lower()]
    unit = row.facts["unit"]
    return Membership(
        user=user, organization=unit, division_code=unit.division_id, role=row.facts["role"], title=row.facts["title"],
        valid_from=row.facts["valid_from"], valid_until=row.facts["valid_until"],
    )  # fmt: skip


def _slips(made: Import) -> Next | None:
    if not made.counts.get("new"):
        return None
    return Next(
        "打印账号领取单", f"{reverse('accounts:slip_list')}?intake={made.pk}",
        "新建的账号还没有密码：打印领取单交给本人，由本人设置密码后登录。",
    )  # fmt: skip


register_importer(
    Importer(
        kind="people", title="人员与身份", permissions=(Permission.MANAGE_PEOPLE,), columns=COLUMNS, key="username",
        together=("username", "unit", "role"), plan=PeoplePlan, next=_slips,
        about="每行一人的一个身份，按用户名区分人员：没有的新建账号，已有的更新；一人有几个身份的，写几行。表中不填密码。",
    )
)  # fmt: skip

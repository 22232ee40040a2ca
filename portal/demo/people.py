"""The demo's accounts: who signs in as what, and what to look at first. One password for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from accounts.actors import Actor, OrganizationKind, Role
from accounts.identities import Identity, actor_for
from accounts.models import Membership, Organization, User
from portal.demo.size import COUNTIES, MAIN, PROVINCE, SECOND, SECOND_PROVINCE, STAFFED, Size

# The administrators and the member units that have people.
ADMINISTERED = (PROVINCE, MAIN, SECOND_PROVINCE, SECOND)
LIAISED = (PROVINCE, MAIN, SECOND_PROVINCE, SECOND)
LIAISONS = 3
DUAL = f"dual-{MAIN}"


@dataclass(frozen=True)
class Kind:
    """A kind of account: how its name begins, its role, post and what it shows first."""

    prefix: str
    role: str
    title: str
    look: str


OFFICE = Kind("office", Role.OFFICE_STAFF, "督导办科员", "工作台：审核随访记录，开整改单，核查")
HEAD = Kind("head", Role.OFFICE_HEAD, "督导办主任", "签发整改通知书和督办单，约谈建议")
LEADER = Kind("leader", Role.LEADER, "分管领导", "本地区逾期和督办情况")
INSPECTOR = Kind("inspector", Role.INSPECTOR, "责任督学", "手机上写随访记录，核查学校整改")
SCHOOL = Kind("school", Role.UNIT_CONTACT, "督导联络员", "签收通知书，填措施，报整改")
DEPARTMENT = Kind("department", Role.DEPARTMENT_CONTACT, "督导联络员", "所属学校的整改，登记督促")
MEMBER = Kind("member", Role.MEMBER_LIAISON, "联络员", "抄送本单位的公文")
SYSADMIN = Kind("sysadmin", Role.SYSTEM_ADMIN, "系统管理员", "期限规则，不能看业务")
SECURITY = Kind("security", Role.SECURITY_ADMIN, "安全管理员", "人员与身份，不能看业务")
AUDIT = Kind("audit", Role.AUDIT_ADMIN, "审计管理员", "审计记录，不能看业务")


@dataclass(frozen=True)
class Account:
    username: str
    kind: Kind
    code: int


def numbered(kind: Kind, code: int, count: int) -> list[Account]:
    return [Account(f"{kind.prefix}-{code}-{n}", kind, code) for n in range(1, count + 1)]


def accounts(size: Size) -> list[Account]:
    """Every account that the demo promises, in the order in which it lists them."""
    found = [Account(f"{k.prefix}-{code}", k, code) for code in STAFFED for k in (OFFICE, HEAD, LEADER)]
    for code in COUNTIES:
        found += numbered(INSPECTOR, code, size.inspectors[code])
        found += numbered(SCHOOL, code, size.schools[code])
        found.append(Account(f"{DEPARTMENT.prefix}-{code}", DEPARTMENT, code))
    for code in LIAISED:
        found += numbered(MEMBER, code, LIAISONS)
    found += [Account(f"{k.prefix}-{code}", k, code) for code in ADMINISTERED for k in (SYSADMIN, SECURITY, AUDIT)]
    found.append(Account(DUAL, OFFICE, MAIN))
    return found


def hire(
    wanted: list[Account], bodies: dict[str, Organization], names: Iterator[str], *, password: str, since: date
) -> None:
    """Make the people. `bodies`: the organization of each account. One hash serves all: it is one known password."""
    hashed = make_password(password)
    users = User.objects.bulk_create(
        User(username=account.username, full_name=next(names), password=hashed) for account in wanted
    )
    Membership.objects.bulk_create(
        membership(user, bodies[account.username], account.kind.role, account.kind.title, since)
        for user, account in zip(users, wanted, strict=True)
    )


def give_second_identity(office: Organization, since: date) -> None:
    """The person of two offices: clerk of the county, inspector of its prefecture (身份切换)."""
    user = User.objects.get(username=DUAL)
    membership(user, office, Role.INSPECTOR, "市督学", since).save()


def membership(user: User, body: Organization, role: str, title: str, since: date) -> Membership:
    return Membership(
        user=user, organization=body, division_code=body.division_id, role=role, title=title, valid_from=since
    )


def bodies_of(wanted: list[Account], offices: dict[int, Organization]) -> dict[str, Organization]:
    """The organization of each account; schools and member units by their number in the division."""
    by_kind: dict[tuple[int, str], list[Organization]] = {}
    kinds = (OrganizationKind.SCHOOL, OrganizationKind.DEPARTMENT, OrganizationKind.MEMBER_UNIT)
    for body in (
        Organization.objects.filter(kind__in=kinds, division__in=STAFFED).order_by("pk").select_related("division")
    ):
        by_kind.setdefault((body.division_id, body.kind), []).append(body)
    places = {SCHOOL.prefix: kinds[0], DEPARTMENT.prefix: kinds[1], MEMBER.prefix: kinds[2]}

    def body_of(account: Account) -> Organization:
        kind = places.get(account.kind.prefix)
        if kind is None:
            return offices[account.code]
        number = account.username.split("-")[2:]
        return by_kind[account.code, kind][int(number[0]) - 1 if number else 0]

    return {account.username: body_of(account) for account in wanted}


class Cast:
    """The actors of the demo's stories, by the name of their account; each is looked up once."""

    def __init__(self) -> None:
        self._actors: dict[str, Actor] = {}

    def __getitem__(self, username: str) -> Actor:
        if username not in self._actors:
            m = (
                Membership.objects.select_related("user", "organization")
                .filter(user__username=username)
                .order_by("pk")[0]
            )
            body = m.organization
            identity = Identity(m.pk, m.role, body.pk, body.name, body.kind, body.division_id)
            self._actors[username] = actor_for(identity, user_id=m.user_id, display_name=m.user.full_name)
        return self._actors[username]

    def user(self, username: str) -> User:
        return User.objects.get(pk=self[username].user_id)  # type: ignore[no-any-return]

"""People and their identities from a spreadsheet: nothing can be given by it that the page would not give."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import ADMIN_ROLES, Role
from accounts.models import Membership, Organization, User
from accounts.scope import scope
from records import clock, jobs
from records.imports.importers import go_through, importer_of
from records.imports.template import template
from records.jobs import LOCK_SECONDS
from records.lost_jobs import run_again
from records.models import AuditEntry, Import, Job
from records.storage import put
from records.tasks import find_lost_jobs
from tests import factories as f
from tests.conftest import as_owner
from tests.excel import read as cells_of
from tests.records.imports.books import workbook
from tests.workers import fresh, rows_done, until, worker

pytestmark = pytest.mark.django_db
HEADS = ["用户名", "姓名", "单位代码或全称", "角色", "手机号码", "管理区划代码", "职务", "起始日期", "截止日期"]
OFFICE = "五华区教育督导委员会办公室"
CITY = "昆明市教育督导委员会办公室"
GOOD: list[Any] = ["wangfang", "王芳", OFFICE, "督导办工作人员", "13988000001", "", "科员", "2026-01-01"]


@pytest.fixture
def guard() -> Membership:
    """The security administrator of 530100, with the offices of the city and of a district."""
    cache.clear()
    with as_owner():
        for code, name in ((530100, CITY), (530102, OFFICE)):
            Organization.objects.filter(pk=f.office(code).pk).update(name=name)
        return f.member(f.office(530100), Role.SECURITY_ADMIN)


@pytest.fixture
def bring(guard: Membership, django_capture_on_commit_callbacks: Any) -> Any:
    """Upload a file as the security administrator; the job runs at once."""

    def act(*rows: list[Any], content: bytes | None = None, name: str = "人员.xlsx") -> Import:
        file = SimpleUploadedFile(name, content or workbook([HEADS, *rows]))
        with django_capture_on_commit_callbacks(execute=True):
            answer = f.client_for(guard).post(reverse("records:import_create", args=["people"]), {"file": file})
        assert answer.status_code == 302, answer.content.decode()
        with as_owner():
            return Import.objects.select_related("check_job").latest("pk")

    return act


@pytest.fixture
def write(guard: Membership, django_capture_on_commit_callbacks: Any) -> Any:
    def act(made: Import) -> Import:
        assert made.fault_count == 0, faults_of(made)
        with django_capture_on_commit_callbacks(execute=True):
            f.client_for(guard).post(reverse("records:import_write", args=[made.pk]))
        with as_owner():
            return Import.objects.select_related("write_job").get(pk=made.pk)

    return act


def faults_of(made: Import) -> list[tuple[str, str]]:
    assert made.check_job is not None
    return [(fault["place"], fault["cure"]) for fault in made.check_job.faults] or [("", made.check_job.note)]


def identities(username: str) -> list[tuple[str, str, str, date, date | None]]:
    with as_owner():
        rows = Membership.objects.filter(user__username=username).select_related("organization").order_by("pk")
        return [(m.organization.name, m.role, m.title, m.valid_from, m.valid_until) for m in rows]


def people() -> int:
    with as_owner():
        return int(User.objects.count())


# --- what it writes ---------------------------------------------------------------------------------------------------


def test_checking_writes_nothing_and_writing_writes_all(bring: Any, write: Any, guard: Membership) -> None:
    with as_owner():
        school = f.school(530102).organization
    before = people()
    second = ["wangfang", "王芳", CITY, "督学", "13988000001"]
    contact = ["lihua", "李华", school.code, "被督导单位联系人", 13988000002]
    made = bring(GOOD, second, contact)
    assert made.counts == {"new": 3, "changed": 0, "same": 0, "wrong": 0} and people() == before
    made = write(made)
    assert made.written_at and people() == before + 2
    assert identities("wangfang") == [
        (OFFICE, Role.OFFICE_STAFF, "科员", date(2026, 1, 1), None),
        (CITY, Role.INSPECTOR, "", timezone.localdate(), None),
    ]
    with as_owner():
        user = User.objects.get(username="lihua")
        told = AuditEntry.objects.filter(object_kind="accounts.user", user_id=guard.user_id)
        assert sorted(told.values_list("action", "detail")) == sorted([
            ("create", f"建立账号，身份：{OFFICE} 督导办工作人员（王芳，表格导入）"),
            ("change", f"增加身份：{CITY} 督学（王芳，表格导入）"),
            ("create", f"建立账号，身份：{school.label} 被督导单位联系人（李华，表格导入）"),
        ])  # fmt: skip
    assert (user.phone, user.has_usable_password(), user.intake) == ("13988000002", False, made.pk)
    page = f.client_for(guard).get(made.get_absolute_url()).content.decode()
    assert f"{reverse('accounts:slip_list')}?intake={made.pk}" in page and "打印账号领取单" in page


def test_the_same_file_again_changes_nothing_and_an_end_ends(bring: Any, write: Any) -> None:
    write(bring(GOOD))
    again = bring(GOOD)
    assert again.counts == {"new": 0, "changed": 0, "same": 1, "wrong": 0}
    assert again.check_job.state == "done"
    last = clock.today() + timedelta(days=30)
    write(bring([*GOOD[:6], "主任科员", "", last.isoformat()]))
    assert identities("wangfang") == [(OFFICE, Role.OFFICE_STAFF, "主任科员", date(2026, 1, 1), last)]
    longer = bring([*GOOD[:6], "", "", (last + timedelta(days=1)).isoformat()])
    assert faults_of(longer) == [("第2行 截止日期", "该身份已经到期。")]  # as by the page


def test_a_name_and_a_number_are_corrected_and_what_was_printed_ends(bring: Any, write: Any, guard: Membership) -> None:
    made = write(bring(GOOD))
    with as_owner():
        user = User.objects.get(username="wangfang")
    client = f.client_for(guard)
    facts = {
        "person": [user.pk],
        "help_phone": "0871-65123456",
        "days": "14",
        "batch": "6f0c0a52-9f0a-4e0c-8d62-0d4a26dfd1c7",
    }
    assert client.post(reverse("accounts:slip_create"), facts).status_code == 200
    write(bring(["WangFang", "王方", OFFICE, "督导办工作人员", "13988000009"]))
    with as_owner():
        user.refresh_from_db()
        assert (user.full_name, user.phone, user.slips.get().state) == ("王方", "13988000009", "revoked")  # type: ignore[attr-defined]
        assert AuditEntry.objects.filter(detail="修改姓名或手机号码（王方，表格导入）").count() == 1
    assert user.intake == made.pk


def test_csv_in_gbk_and_a_number_as_excel_keeps_it(bring: Any, write: Any) -> None:
    text = ",".join(HEADS[:5]) + f"\r\nwangfang,王芳,{OFFICE},督导办工作人员,+86 139-8800-0001\r\n"
    write(bring(content=text.encode("gbk"), name="人员.csv"))
    with as_owner():
        assert User.objects.get(username="wangfang").phone == "13988000001"


# --- every fault by row and column ---------------------------------------------------------------------------------


def test_every_fault_is_told_with_its_cure(bring: Any, guard: Membership) -> None:
    with as_owner():
        for _ in range(2):
            f.school(530102, "同名小学")
        school = f.school(530102).organization
    before = people()
    made = bring(
        ["王芳", "王芳", OFFICE, "督学"],
        ["a1b", "甲" * 200, OFFICE, "督学"],
        ["a2b", "乙", "不存在的单位", "督学"],
        ["a3b", "丙", OFFICE, "督查"],
        ["a4b", "丁", OFFICE, "督学", "1.39E+10"],
        ["a5b", "戊", OFFICE, "督学", "12345"],
        ["a6b", "己", school.code, "督学"],
        ["a7b", "庚", "同名小学", "被督导单位联系人"],
        ["a8b", "辛", OFFICE, "督学", "", "", "", "2026-09-01", "2026-08-01"],
        GOOD, GOOD, ["wangfang", "王方", CITY, "督学"], ["wangfang", "王芳", CITY, "分管领导", "13988000002"],
        ["a9b", "壬", OFFICE, "督学", "13988000001"],
        ["b1b", "癸", OFFICE, "受权外部人员"],
        ["b2b", "子", "", "督学"],
        ["b3b", "丑", school.code, "被督导单位联系人"], ["b3b", "丑", school.name, "被督导单位联系人"],
    )  # fmt: skip
    told = faults_of(made)
    for place, words in [
        ("第2行 用户名", "以字母开头"), ("第3行 姓名", "最多60个字，现有200个字"), ("第4行 单位代码或全称", "没有这个单位"),
        ("第5行 角色", "请填写以下之一：督导办工作人员、督导办负责人"), ("第6行 手机号码", "科学计数法"), ("第7行 手机号码", "11位"),
        ("第8行 角色", "学校可以设置：被督导单位联系人"), ("第9行 管理区划代码", "2个同名单位"), ("第10行 截止日期", "不能早于"),
        ("第12行 用户名", "与第11行重复"), ("第13行 姓名", "与第11行是同一用户名"), ("第14行 手机号码", "与第11行是同一用户名"),
        ("第15行 手机号码", "与第11行的手机号码相同"), ("第16行 角色", "请填写以下之一"), ("第17行 单位代码或全称", "必填"),
        ("第19行 单位代码或全称", "与第18行重复"),
    ]:  # fmt: skip
        assert any(where == place and words in cure for where, cure in told), (place, told)
    assert len(told) == made.fault_count == 16 and people() == before


def test_the_file_itself_is_no_place_for_passwords() -> None:
    importer = importer_of("people")
    assert importer is not None and not any("密码" in head for head in importer.heads)
    assert [str(h).rstrip("*") for h in cells_of(template(importer))[0]] == HEADS


# --- who may give what to whom: as by the page ------------------------------------------------------------------------


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECURITY_ADMIN])
def test_nobody_else_imports_people(guard: Membership, role: str) -> None:
    with as_owner():
        other = f.member(f.office(530100), role)
    client = f.client_for(other)
    assert client.get(reverse("records:import_template", args=["people"])).status_code == 403
    file = SimpleUploadedFile("人员.xlsx", workbook([HEADS, GOOD]))
    assert client.post(reverse("records:import_create", args=["people"]), {"file": file}).status_code == 403


def test_other_tenants_units_are_not_there_and_their_people_only_taken(bring: Any, guard: Membership) -> None:
    with as_owner():
        Organization.objects.filter(pk=f.office(530300).pk).update(name="曲靖市督导办")
        Organization.objects.filter(pk=f.office(530000).pk).update(name="云南省督导办")
        stranger = f.member(f.office(530302), Role.OFFICE_STAFF).user
        User.objects.filter(pk=stranger.pk).update(username="Qujing-Chen", full_name="陈秘密", phone="13988000077")
    made = bring(
        ["a1b", "甲", "曲靖市督导办", "督学"], ["a2b", "乙", "云南省督导办", "督学"], ["qujing-chen", "丙", OFFICE, "督学"],
        ["a3b", "丁", OFFICE, "督学", "13988000077"], ["qujing-chen", "陈秘密", CITY, "督学"],
    )  # fmt: skip
    told = faults_of(made)
    assert [place for place, _ in told] == [
        "第2行 单位代码或全称",
        "第3行 单位代码或全称",
        "第4行 用户名",
        "第5行 手机号码",
        "第6行 用户名",
    ]
    assert all("该用户名不能使用" in told[n][1] for n in (2, 4)) and "该手机号码不能使用" in told[3][1]
    assert told[2][1] == told[4][1]  # knowing the name changes nothing in the answer
    assert "陈秘密" not in str(made.check_job.faults).replace("'value': '陈秘密'", "")


def test_nobody_raises_himself(bring: Any, guard: Membership) -> None:
    made = bring([guard.user.username, guard.user.full_name, CITY, "系统管理员"],
                 [guard.user.username, guard.user.full_name, CITY, "安全管理员", "", "", "", "", "2030-01-01"])  # fmt: skip
    assert all(place.endswith("用户名") and "不能办理自己的" in cure for place, cure in faults_of(made)[:1])
    assert made.counts["wrong"] == 2


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_the_three_administrators_stay_apart_also_within_one_file(bring: Any, role: str) -> None:
    label = Role(role).label
    made = bring(["a1b", "甲", OFFICE, label], ["a1b", "甲", CITY, "督学"],
                 ["a2b", "乙", OFFICE, "督学"], ["a2b", "乙", CITY, label])  # fmt: skip
    assert [place for place, _ in faults_of(made)] == ["第3行 角色", "第5行 角色"]
    others = [Role(r).label for r in sorted(ADMIN_ROLES - {role})]
    made = bring(*[["a3b", "丙", OFFICE, each] for each in (label, *others)])
    assert [place for place, _ in faults_of(made)] == ["第3行 角色", "第4行 角色"]


def test_roles_held_out_of_sight_count_too(bring: Any, guard: Membership) -> None:
    with as_owner():
        both = f.member(f.office(530102), Role.OFFICE_STAFF).user
        f.member(f.office(530302), Role.INSPECTOR, user=both)
        admin = f.member(f.office(530102), Role.AUDIT_ADMIN).user
    made = bring([both.username, both.full_name, CITY, "审计管理员"], [both.username, "改名", CITY, "督学"],
                 [admin.username, admin.full_name, CITY, "督学"])  # fmt: skip
    told = faults_of(made)
    assert ("第2行 角色", "系统、安全、审计管理员须由不同人员分别担任，且不得兼任业务角色；此人已有其他角色。") in told
    assert ("第4行 角色", "此人是管理员，不得兼任业务角色。") in told
    renamed = bring([both.username, "改名", CITY, "督学"])
    assert "在其他区划还有有效身份" in faults_of(renamed)[0][1]


def test_what_changed_since_the_check_undoes_the_whole(bring: Any, guard: Membership, write: Any) -> None:
    made = bring(GOOD, ["lihua", "李华", OFFICE, "督学"])
    with as_owner():
        other = f.member(f.office(530302), Role.OFFICE_STAFF).user
        User.objects.filter(pk=other.pk).update(username="lihua")
    made = write(made)
    assert made.written_at is None and made.write_job and made.write_job.state == Job.State.FAILED
    assert "没有导入任何内容" in made.write_job.note and identities("wangfang") == []


# --- size, and a worker that is killed ----------------------------------------------------------------------------------


def many(count: int) -> bytes:
    rows = [[f"person{n:05d}", f"人员{n}", OFFICE, "督学", f"139{n:08d}"] for n in range(count)]
    return workbook([HEADS, *rows])


def test_five_thousand_people_in_well_under_a_minute(guard: Membership, django_assert_max_num_queries: Any) -> None:
    importer, content = importer_of("people"), many(5_000)
    assert importer is not None
    with as_owner():
        actor = f.actor(guard)
    faults: list[Any] = []
    with scope(actor):
        began = time.perf_counter()
        with django_assert_max_num_queries(5 * 25):  # a chunk of a thousand costs the same as one of ten
            found = go_through(importer, content, actor=actor, run=7, fault=faults.append, step=lambda n: None,
                               expect=lambda n: None)  # fmt: skip
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    assert (found.counts["new"], faults) == (5_000, []) and seconds < 30, seconds


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nobody(guard: Membership, settings: Any) -> None:
    with as_owner():
        made = Import.objects.create(
            user=guard.user, membership_id=guard.pk, owner_code=530100, kind="people", name="人员.xlsx",
            sha256=put(many(6_000)), size=1, checked_at=clock.now(), counts={"new": 6_000},
        )  # fmt: skip
        made.write_job = job = Job.objects.create(
            user=guard.user, membership_id=guard.pk, owner_code=530100, kind="imports.write", title="导入表格",
            params={"import": made.pk}, created_at=clock.now(), state="waiting",
        )  # fmt: skip
        made.save(update_fields=["write_job"])
    before = people()
    with worker() as first:
        first.give(job)
        until(lambda: 0 < rows_done(job) < 6_000)
        first.kill()
    assert people() == before and fresh(job).state == "running"
    cache.delete(f"job-lock:{job.pk}")  # a minute later
    with clock.travel(clock.now() + timedelta(seconds=LOCK_SECONDS + 1)):
        assert find_lost_jobs() == 1
    with as_owner():
        actor = f.actor(guard)
    with scope(actor):
        run_again(fresh(job), by=actor)
    with worker() as second:
        second.give(fresh(job))
        until(lambda: fresh(job).state == "done")
    assert people() == before + 6_000 and jobs.LOCK_SECONDS

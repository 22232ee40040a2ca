"""Schools from a spreadsheet: checked first, then all of it or nothing; by the code, within one's own range."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Organization
from records.imports.importers import importer_of
from records.imports.reading import read
from records.imports.template import template
from records.models import Import, Job
from supervision.imports import COLUMNS
from supervision.models import School
from tests import factories as f
from tests.conftest import as_owner
from tests.excel import read as cells_of
from tests.records.imports.books import with_password, workbook

pytestmark = pytest.mark.django_db
HEADS = [
    "学校（机构）标识码",
    "学校全称",
    "管理区划代码",
    "学段类别",
    "举办性质",
    "审批机关",
    "在校（园）学生数",
    "设立日期",
    "撤销日期",
]
GOOD: list[Any] = ["2153000001", "明德小学", "530102", "小学", "公办", "", 820, "2001年9月1日"]


@pytest.fixture
def staff() -> Any:
    with as_owner():
        return f.member(f.office(530102), Role.OFFICE_STAFF)


@pytest.fixture
def bring(staff: Any, django_capture_on_commit_callbacks: Any) -> Any:
    """Upload a file as the county's staff; the job runs at once."""

    def act(content: bytes, name: str = "名册.xlsx") -> Import:
        client = f.client_for(staff)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(
                reverse("records:import_create", args=["schools"]), {"file": SimpleUploadedFile(name, content)}
            )
        assert answer.status_code == 302, answer.content.decode()
        with as_owner():
            return Import.objects.select_related("check_job").latest("pk")

    return act


@pytest.fixture
def write(staff: Any, django_capture_on_commit_callbacks: Any) -> Any:
    def act(made: Import) -> Import:
        with django_capture_on_commit_callbacks(execute=True):
            f.client_for(staff).post(reverse("records:import_write", args=[made.pk]))
        with as_owner():
            return Import.objects.select_related("write_job").get(pk=made.pk)

    return act


def schools() -> dict[str, str]:
    with as_owner():
        return dict(School.objects.values_list("organization__code", "organization__name"))


def faults_of(made: Import) -> list[tuple[str, str]]:
    return [(fault["place"], fault["cure"]) for fault in made.check_job.faults] if made.check_job else []


def test_checking_writes_nothing_and_writing_writes_all(bring: Any, write: Any, staff: Any) -> None:
    made = bring(workbook([HEADS, GOOD, ["2153000002", "育才小学", 530102, "小学", "公办"]]))
    assert (made.counts, made.fault_count) == ({"new": 2, "changed": 0, "same": 0, "wrong": 0}, 0) and schools() == {}
    page = f.client_for(staff).get(made.get_absolute_url()).content.decode()
    assert "导入2行" in page
    made = write(made)
    assert made.written_at and schools() == {"2153000001": "明德小学", "2153000002": "育才小学"}
    with as_owner():
        body = Organization.objects.get(code="2153000001")
        assert (body.opened_on, body.school.pupils, body.division_id) == (date(2001, 9, 1), 820, 530102)
    first = made.write_job
    assert write(made).write_job == first  # a second click


def test_the_same_table_again_changes_only_what_differs(bring: Any, write: Any) -> None:
    write(bring(workbook([HEADS, GOOD, ["2153000002", "育才小学", 530102, "小学", "公办"]])))
    made = bring(workbook([HEADS[:5], GOOD[:5], ["2153000002", "育才实验小学", 530102, "小学", "公办"]]))
    assert made.counts == {"new": 0, "same": 1, "changed": 1, "wrong": 0}
    write(made)
    assert schools()["2153000002"] == "育才实验小学"
    with as_owner():
        assert Organization.objects.get(code="2153000001").school.pupils == 820  # an absent column changes nothing


def test_every_fault_is_told_by_row_and_column_with_its_cure(bring: Any, write: Any, staff: Any) -> None:
    bad = [
        HEADS,
        ["3153000001", "甲校", "530102", "小学", "公办"],
        ["2153000009", "", "530102", "小学", "民办"],
        ["2153000003", "乙校", "530103", "小学", "公办"],
        ["2153000004", "丙校", "530102", "大学堂", "公办", "", "约800"],
        GOOD, GOOD,
        ["2153000005", "丁校", "530102", "小学", "民办", "", 1, "2020-02-30"],
        ["2153000006", "戊校", "530102", "小学", "公办", "", 1, "2020-02-03", "2019-01-01"],
        [2.153000007e19, "己校", "530102", "小学", "公办"],
    ]  # fmt: skip
    made = bring(workbook(bad))
    told = faults_of(made)
    for place, words in [
        ("第2行 学校（机构）标识码", "前2位应为21"), ("第3行 学校全称", "必填"), ("第4行 管理区划代码", "不是本区划"),
        ("第5行 学段类别", "请填写以下之一"), ("第5行 在校（园）学生数", "整数"), ("第7行 学校（机构）标识码", "与第6行重复"),
        ("第8行 设立日期", "不是有效的日期"), ("第9行 撤销日期", "不能早于"), ("第10行 学校（机构）标识码", "文本格式"),
    ]:  # fmt: skip
        assert any(where == place and words in cure for where, cure in told), (place, told)
    assert made.fault_count == len(told) and made.counts["wrong"] == 8
    page = f.client_for(staff).get(made.get_absolute_url()).content.decode()
    assert "改正以前一行也不会导入" in page and "与第6行重复" in page
    assert write(made).write_job is None and schools() == {}
    listed = cells_of(
        b"".join(f.client_for(staff).get(reverse("records:job_file", args=[made.check_job_id])).streaming_content)
    )  # type: ignore[attr-defined]
    assert len(listed) - 5 == made.fault_count


def test_a_private_school_needs_its_authority_also_when_it_becomes_one(bring: Any, write: Any) -> None:
    write(bring(workbook([HEADS, GOOD])))
    made = bring(workbook([HEADS, [*GOOD[:4], "民办"]]))
    assert faults_of(made) == [("第2行 审批机关", "民办学校须填写审批机关。")]


def test_a_siblings_code_is_told_as_any_other_and_shows_nothing_of_it(bring: Any) -> None:
    with as_owner():
        other = f.school(530103, "盘龙区某小学").organization
        Organization.objects.filter(pk=other.pk).update(code="2153000001")
    rows = [GOOD, *[[f"21530001{n:02}", f"第{n}小学", 530102, "小学", "公办"] for n in range(7)]]
    made = bring(workbook([HEADS, *rows]))
    assert faults_of(made) == [("第2行 学校（机构）标识码", "该标识码不能使用，请核对。")]
    assert "盘龙" not in str(made.check_job.faults)


def test_what_changed_since_the_check_undoes_the_whole(bring: Any, write: Any) -> None:
    made = bring(workbook([HEADS, GOOD, ["2153000002", "育才小学", 530102, "小学", "公办"]]))
    with as_owner():
        other = f.school(530103, "盘龙区某小学").organization
        Organization.objects.filter(pk=other.pk).update(code="2153000002")
    made = write(made)
    assert made.written_at is None and made.write_job and made.write_job.state == Job.State.FAILED
    assert "没有导入任何内容" in made.write_job.note and "2153000001" not in schools()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (with_password(workbook([HEADS, GOOD])), "名册.xlsx", "去掉密码"),
        (b"not a table at all", "名册.xlsx", "没有找到表头"),
        (workbook([HEADS, GOOD], merged="A3:A4"), "名册.xlsx", "合并单元格"),
        (workbook([["姓名"], ["张"]]), "名册.xlsx", "没有找到表头"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_what_to_do(
    bring: Any, staff: Any, content: bytes, name: str, words: str
) -> None:
    made = bring(content, name)
    assert made.checked_at is None and words in made.check_job.note
    page = f.client_for(staff).get(made.get_absolute_url()).content.decode()
    assert words in page and "重新上传" in page


def test_too_big_a_file_is_refused_before_it_is_kept(staff: Any) -> None:
    big = SimpleUploadedFile("名册.xlsx", b"0" * (20 * 1024 * 1024 + 1))
    answer = f.client_for(staff).post(reverse("records:import_create", args=["schools"]), {"file": big})
    assert answer.status_code == 200 and "超过20 MB" in answer.content.decode()
    with as_owner():
        assert not Import.objects.exists()


def test_a_scanner_that_does_not_answer_keeps_nothing(staff: Any, settings: Any) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    file = SimpleUploadedFile("名册.xlsx", workbook([HEADS, GOOD]))
    answer = f.client_for(staff).post(reverse("records:import_create", args=["schools"]), {"file": file})
    assert answer.status_code == 200 and "病毒扫描暂时不可用" in answer.content.decode()
    with as_owner():
        assert not Import.objects.exists()


def test_the_template_comes_back_as_it_went_out() -> None:
    importer = importer_of("schools")
    assert importer is not None
    heads = cells_of(template(importer))[0]
    assert [str(h).rstrip("*") for h in heads] == [c.head for c in COLUMNS]
    filled = workbook([heads, ["2153000001", "明德小学", "530102", "小学", "公办"]])
    assert len(list(read(filled, importer.heads, needed=[c.head for c in COLUMNS if c.required]).rows)) == 1
    assert BytesIO(template(importer)).read(2) == b"PK"


def test_csv_in_gbk(bring: Any) -> None:
    text = ",".join(HEADS[:5]) + "\r\n2153000001,明德小学,530102,小学,公办\r\n"
    assert bring(text.encode("gbk"), "名册.csv").counts == {"new": 1, "changed": 0, "same": 0, "wrong": 0}

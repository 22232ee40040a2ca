"""A list as Excel: as filtered, typed, harmless, said who took it; above the limit as a job."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse

from accounts.actors import Role, system
from accounts.scope import scope
from records import clock, exports, jobs
from records.exports import Cells, Sheet, defused, export_named, write
from records.models import AuditEntry, Job
from records.views import exports as export_views
from rectification.models import Problem
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.excel import read
from tests.roots import make

DANGEROUS = ['=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "\t=1", "＝1+1", "\r=1"]


def written(rows: list[Any], **more: Any) -> bytes:
    columns = [Cells("甲", lambda r: r[0]), Cells("乙", lambda r: r[1])]
    with write(Sheet("表", columns, rows, len(rows), **more), by=system()) as out:
        return out.read()


def test_values_keep_their_kind() -> None:
    moment = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    found = read(written([("文字", date(2026, 11, 3)), (12, moment), (True, None)]))
    assert found[0][0] == "表" and found[1][0] == "筛选条件：无" and "共3行" in found[2][0]
    assert found[4][:2] == ["甲", "乙"]
    assert found[5][:2] == ["文字", date(2026, 11, 3)]
    assert found[6][:2] == [12.0, datetime(2026, 11, 24, 10, 30)]  # noqa: DTZ001  a cell knows no zone
    assert found[7][0] == "是"


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(text: str) -> None:
    content = written([(text, "安全")], filters=text)
    with ZipFile(BytesIO(content)) as book:
        sheet, styles = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/styles.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet and 'quotePrefix="1"' in styles
    assert defused(text).startswith("'")
    assert defused("普通文字") == "普通文字"


def test_control_characters_and_long_text_do_not_break_the_file() -> None:
    found = read(written([("a\x00b\x0bc", "长" * 40_000)]))
    assert found[5][0] == "abc" and found[5][1].endswith("已截断）") and len(found[5][1]) < 32_767


def test_an_empty_list_is_a_file_with_its_heads() -> None:
    found = read(written([]))
    assert found[4][:2] == ["甲", "乙"] and "共0行" in found[2][0]


def test_rows_are_cut_and_the_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    columns = [Cells("甲", lambda r: r)]
    with write(Sheet("表", columns, ["a", "b"], 3), by=system()) as out:
        assert "只导出前2行" in read(out.read())[2][0]


# --- through the address ----------------------------------------------------------------------------------------------


@pytest.fixture
def office(db: None) -> Iterator[Any]:
    cache.clear()
    with as_owner():
        members = SimpleNamespace(
            staff=f.member(f.office(530102), Role.OFFICE_STAFF), beside=f.member(f.office(530103), Role.OFFICE_STAFF),
            audit=f.member(f.office(530102), Role.AUDIT_ADMIN),
        )  # fmt: skip
        for n, title in enumerate(("=消防通道", "食堂留样", "食堂台账")):
            school = f.school(530102).organization
            problem = make(Problem, f.office(530102), school, filed_at=clock.now())
            Problem.objects.filter(pk=problem.pk).update(title=title, severity="serious" if n else "general")
        foreign = make(Problem, f.office(530103), f.school(530103).organization, filed_at=clock.now())
        Problem.objects.filter(pk=foreign.pk).update(title="盘龙食堂")
    yield members


def fetch(member: Any, query: str = "") -> Any:
    return f.client_for(member).get(reverse("records:list_export", args=["problems"]) + query)


def rows_of(response: Any) -> list[list[Any]]:
    return read(b"".join(response.streaming_content) if response.streaming else response.content)


def test_the_file_is_the_list_as_filtered_with_its_columns(office: Any) -> None:
    found = rows_of(fetch(office.staff, "?q=食堂&severity=serious&cols=title&cols=severity&sort=title"))
    assert found[1][0] == "筛选条件：问题：食堂；程度：严重"
    assert found[4][:2] == ["问题", "程度"] and len([c for c in found[4] if c]) == 2
    assert [row[0] for row in found[5:]] == ["食堂台账", "食堂留样"]


def test_another_tenants_rows_are_not_in_it(office: Any) -> None:
    assert "盘龙食堂" not in str(rows_of(fetch(office.staff)))
    assert "盘龙食堂" in str(rows_of(fetch(office.beside)))


def test_who_took_it_stands_in_the_audit_log(office: Any) -> None:
    fetch(office.staff, "?q=食堂")
    with as_owner():
        entry = AuditEntry.objects.get(action="export")
    assert (entry.object_kind, entry.detail) == ("rectification.problem", "2行；筛选：问题：食堂")
    assert entry.user_id == office.staff.user_id


def test_without_the_lists_word_nothing(office: Any) -> None:
    assert fetch(office.audit).status_code == 403
    unknown = f.client_for(office.staff).get(reverse("records:list_export", args=["nothing"]))
    assert unknown.status_code == 404


def test_many_rows_are_a_job_of_the_same_list(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_views, "MOST_AT_ONCE", 1)
    answer = fetch(office.staff, "?q=食堂")
    with as_owner():
        job = Job.objects.get()
    assert answer.status_code == 302 and answer.headers["Location"] == job.get_absolute_url()
    for _ in range(2):  # a second delivery changes nothing
        with as_system():
            jobs.run(job.pk, office.staff.user_id, office.staff.pk)
    with as_owner():
        job = Job.objects.get()
    assert (job.state, job.total, job.done) == ("done", 2, 2) and job.result_name.startswith("问题台账_")
    file = f.client_for(office.staff).get(reverse("records:job_file", args=[job.pk]))
    assert len(rows_of(file)) == 7


def test_the_page_offers_the_file_as_it_is_narrowed(office: Any) -> None:
    page = f.client_for(office.staff).get(reverse("rectification:problem_list") + "?q=食堂&page=1")
    assert page.context["export_url"] == reverse("records:list_export", args=["problems"]) + "?q=%E9%A3%9F%E5%A0%82"
    assert "导出 Excel" in page.content.decode()


def test_queries_do_not_grow_with_the_rows(office: Any, django_assert_max_num_queries: Any) -> None:
    export = export_named("problems")
    assert export is not None
    actor = f.actor(office.staff)
    with scope(actor), django_assert_max_num_queries(4):
        sheet = export.sheet(actor, QueryDict(""))
        write(sheet, by=actor).close()

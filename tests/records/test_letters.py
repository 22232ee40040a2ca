"""A batch of letters: drafted, approved in one act, numbered in order, made once, a failing one alone."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from accounts.actors import Role
from accounts.models import Organization
from accounts.scope import scope
from records import jobs, registrations, storage
from records.actions import letters as acts
from records.letters import jobs as letter_jobs
from records.letters.rows import as_text, asked_in, read_rows
from records.models import Document, DocumentSeries, Job, Letter, LetterBatch, PaperSteps
from records.rendering import official
from records.state import Refused
from tests import factories
from tests.conftest import as_owner, as_system
from tests.records.papers import Office
from tests.records.test_documents_numbering import at_once

STAFF, HEAD = Role.OFFICE_STAFF, Role.OFFICE_HEAD
BODY = "一、基本情况\n{{ 称谓 }}现有学生{{ 学生人数 }}人，请于{{ 今天 }}后十日内报送开学情况。"


# --- the paste -------------------------------------------------------------------------------------------------------


def test_rows_are_read_as_pasted() -> None:
    blanks = asked_in("{{ 主送单位 }}的{{ 学生人数 }}", "{{金额}} {{ 今天 }} {{ 学生人数 }}")
    assert blanks == ["学生人数", "金额"]
    rows, faults = read_rows("单位\t金额\t学生人数\n\n一小\t3元\t 20 \n二小\t4元\t30", blanks)
    assert faults == []
    assert [(r.place, r.name, r.values) for r in rows] == [
        (3, "一小", {"学生人数": "20", "金额": "3元"}), (4, "二小", {"学生人数": "30", "金额": "4元"}),
    ]  # fmt: skip
    assert read_rows(as_text(blanks, [(r.name, r.values) for r in rows]), blanks)[1] == []
    assert read_rows("一小\n二小", [])[0][1].name == "二小"
    assert "还缺少：金额" in read_rows("单位\t学生人数\n一小\t2", blanks)[1][0]
    assert "第2行“一小”没有填写：金额" in read_rows("单位\t学生人数\t金额\n一小\t2", blanks)[1][0]
    assert "第2行“一小”与第1行重复" in read_rows("一小\n一小", [])[1][0]
    assert read_rows("", blanks) == ([], [])


# --- the whole way ---------------------------------------------------------------------------------------------------


@pytest.fixture
def office(db: Any) -> Office:
    cache.clear()
    return prepared()


def prepared() -> Office:
    made = Office()
    with as_owner():
        DocumentSeries.objects.get_or_create(owner_code=made.code, kind="letter", defaults={"code": "五政教督函"})
    return made


def schools(office: Office, n: int) -> list[Organization]:
    with as_owner():
        return [office.school, *(factories.school(office.code).organization for _ in range(n - 1))]


def begun(office: Office, n: int = 3, body: str = "请报送开学情况。") -> LetterBatch:
    from records.documents.papers import from_text

    content = {
        "issuer_mark": "督导办文件",
        "recipient": "{{ 主送单位 }}",
        "paragraphs": from_text(body),
        "signature": "督导办",
    }
    recipients = [(school, {"学生人数": str(100 + i)}) for i, school in enumerate(schools(office, n))]
    with scope(office.staff):
        return acts.begin_batch(by=office.staff, kind="letter", title="关于报送开学情况的函", content=content,
                                columns=["学生人数"], recipients=recipients)  # fmt: skip


def run(office: Office, kind: str, batch: LetterBatch, who: str) -> Job:
    actor = office.actor(who)
    with scope(actor):
        job = jobs.start(kind, by=actor, params={"batch": batch.pk})
    with as_system():  # type: ignore[attr-defined]
        jobs.run(job.pk, actor.user_id or 0, actor.membership_id or 0)
    with as_owner():
        return Job.objects.get(pk=job.pk)


def fresh(batch: LetterBatch) -> LetterBatch:
    with as_owner():
        found: LetterBatch = LetterBatch.objects.get(pk=batch.pk)
        return found


def approved(office: Office, n: int = 3, **more: Any) -> LetterBatch:
    batch = begun(office, n, **more)
    drafted = run(office, letter_jobs.DRAFT, batch, STAFF)
    assert (drafted.state, drafted.note, drafted.done) == ("done", "", n)
    with scope(office.head):
        return acts.approve_batch(fresh(batch), by=office.head)


def numbers(batch: LetterBatch) -> list[int]:
    with as_owner():
        return list(Letter.objects.filter(batch=batch).order_by("n").values_list("document__sequence", flat=True))


def test_from_names_to_two_files(office: Office) -> None:
    batch = approved(office, body=BODY)
    job = run(office, letter_jobs.MAKE, batch, HEAD)
    assert (job.state, job.note, job.faults) == ("done", "", [])
    batch = fresh(batch)
    assert batch.state == "done"
    assert numbers(batch) == [1, 2, 3]
    with storage.opened(batch.merged) as file:
        pages = PdfReader(io.BytesIO(file.read())).pages
        text = "".join(page.extract_text() for page in pages).replace("\n", "")
    for n in range(3):
        assert f"你校现有学生10{n}人" in text
    with storage.opened(batch.archive) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        names = archive.namelist()
        listed = archive.read("sha256.txt").decode().splitlines()
        assert len(names) == 4
        for line in listed:
            sha256, _, name = line.partition("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
    with as_owner():
        first = Document.objects.get(letter__batch=batch, letter__n=1)
    assert office.school.name in names[0]
    assert first.number in names[0]


def test_a_second_run_makes_nothing_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = approved(office)
    run(office, letter_jobs.MAKE, batch, HEAD)
    before = fresh(batch)
    monkeypatch.setattr(official, "render", lambda paper: pytest.fail("rendered twice"))
    assert run(office, letter_jobs.MAKE, batch, HEAD).state == "done"
    assert run(office, letter_jobs.DRAFT, batch, STAFF).done == 3
    with as_system():  # type: ignore[attr-defined]
        assert letter_jobs.help_letters(batch.pk, office.code) == 0
    after = fresh(batch)
    assert (after.merged, after.archive) == (before.merged, before.archive)
    assert numbers(batch) == [1, 2, 3]
    with as_owner():
        assert Document.objects.filter(kind_of="letter").count() == 3


def test_a_failing_one_stops_no_other_and_is_made_later(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = approved(office)
    real = official.render

    def breaks(paper: Any) -> bytes:
        if office.school.name in paper.recipient:
            raise ValueError("no such font")
        return real(paper)

    monkeypatch.setattr(official, "render", breaks)
    job = run(office, letter_jobs.MAKE, batch, HEAD)
    assert [(f["place"], f["value"]) for f in job.faults] == [(office.school.name, "no such font")]
    assert fresh(batch).state == "approved"
    monkeypatch.setattr(official, "render", real)
    assert run(office, letter_jobs.MAKE, batch, STAFF).faults == []
    assert fresh(batch).state == "done"
    with as_owner():
        assert not Letter.objects.exclude(fault="").exists()


def test_four_eyes_and_what_must_be_checked(office: Office) -> None:
    batch = begun(office)
    with scope(office.head), pytest.raises(Refused, match="还有3件没有拟好"):
        acts.submit_batch(batch, by=office.head)
    run(office, letter_jobs.DRAFT, batch, STAFF)
    with scope(office.staff), pytest.raises(Refused, match="无权"):
        acts.approve_batch(fresh(batch), by=office.staff)
    with as_owner():
        LetterBatch.objects.filter(pk=batch.pk).update(drafted_by_id=office.head.user_id)
    with scope(office.head), pytest.raises(Refused, match="不能是同一人"):
        acts.approve_batch(fresh(batch), by=office.head)
    with as_owner():
        PaperSteps.objects.create(owner_code=office.code, kind="letter", check_required=True)
    with pytest.raises(Refused, match="须核稿或会签"):
        begun(office)


def test_returned_and_changed_the_old_drafts_are_gone(office: Office) -> None:
    batch = begun(office)
    run(office, letter_jobs.DRAFT, batch, STAFF)
    with scope(office.head):
        lines = list(registrations.documents_that_wait(office.head))
        assert [(line.what, line.url) for line in lines] == [("签发函（批量）", batch.get_absolute_url())], (
            "not one for each"
        )
        acts.return_batch(fresh(batch), by=office.head, reason="期限写错")
    with as_owner():
        assert not Document.objects.filter(kind_of="letter").exists()
    with scope(office.staff):
        batch = acts.revise_batch(fresh(batch), by=office.staff, title="关于再次报送的函", content=batch.content, columns=[],
                                  recipients=[(office.school, {})])  # fmt: skip
    assert run(office, letter_jobs.DRAFT, batch, STAFF).done == 1
    with as_owner():
        assert Document.objects.get(kind_of="letter").title == "关于再次报送的函"
    with scope(office.unit):
        assert not LetterBatch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_race_and_the_numbers_have_no_gap() -> None:
    cache.clear()
    office = prepared()
    batch = approved(office, n=30)
    head = office.head

    def number() -> int:
        done = 0
        while n := acts.number_some(batch, by=head, most=4):
            done += n
        return done

    at_once(head, [number, number])
    connection.close()
    assert numbers(batch) == list(range(1, 31))


# --- pages -----------------------------------------------------------------------------------------------------------


def test_by_page(office: Office, django_capture_on_commit_callbacks: Any) -> None:
    client = office.client(STAFF)
    form = reverse("records:letterbatch_create")
    assert office.school.name in str(client.get(form + "?fill=schools").content.decode())
    typed = {
        "kind": "letter",
        "title": "关于报送的函",
        "body": BODY,
        "rows": f"单位\t学生人数\n{office.school.name}\t80\n没有小学\t3",
    }
    answer = client.post(form, typed)
    assert answer.status_code == 422
    assert "第3行“没有小学”：没有这个单位" in answer.content.decode()
    answer = client.post(form, typed | {"rows": f"单位\t学生人数\n{office.school.name}\t80"}, follow=True)
    page = answer.content.decode()
    assert "拟制各件并送签" in page
    batch = fresh(LetterBatch(pk=answer.context["batch"].pk))
    act = lambda name: reverse("records:letterbatch_act", args=[batch.pk, name])  # noqa: E731
    with django_capture_on_commit_callbacks(execute=True):
        assert "/jobs/" in client.post(act("draft"))["Location"]
    page = office.client(HEAD).get(batch.get_absolute_url()).content.decode()
    assert "签发全部" in page
    assert "第1件的样张" in page
    with django_capture_on_commit_callbacks(execute=True):
        office.client(HEAD).post(act("approve"))
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "合并打印" in page
    assert "五政教督函〔" in page
    for name in ("merged", "archive"):
        got = client.get(reverse("records:letterbatch_file", args=[batch.pk, name]))
        assert got.status_code == 200
        list(got.streaming_content)
    assert client.get(reverse("records:letterbatch_file", args=[batch.pk, "title"])).status_code == 404
    assert client.post(act("fly")).status_code == 404


def test_budget(office: Office) -> None:
    batch = begun(office, 3)
    client = office.client(STAFF)
    few = factories.queries_of(client, batch.get_absolute_url())
    more = begun_more(office)
    assert factories.queries_of(client, more.get_absolute_url()) == few <= 15
    assert factories.queries_of(client, reverse("records:letterbatch_list")) <= 8


def begun_more(office: Office) -> LetterBatch:
    batch = begun(office, 12)
    run(office, letter_jobs.DRAFT, batch, STAFF)
    return batch

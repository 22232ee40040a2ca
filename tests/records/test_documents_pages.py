"""Pages of documents: the list, one document, its text, its file and pages, the public's question, the series."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.actors import Role
from accounts.scope import scope
from records import registrations, storage
from records.actions import documents as acts
from records.documents import draft_pages
from records.documents.papers import compose
from records.models import AuditEntry, Document, DocumentParty, DocumentSeries, Service
from records.registry import register_signing_lines, signed_for_elsewhere
from records.rendering import official
from records.tasks import prepare_draft_pages
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import SERIES, Office, work
from tests.records.samples import CONTENT

pytestmark = pytest.mark.django_db
STAFF, HEAD = Role.OFFICE_STAFF, Role.OFFICE_HEAD


@pytest.fixture
def office() -> Office:
    cache.clear()
    return Office()


def url(name: str, document: Document, *more: object) -> str:
    return reverse(f"records:{name}", args=[document.pk, *more])


def text(answer: Any) -> str:
    return str(answer.content.decode())


# --- the list -------------------------------------------------------------------------------------------------------


def test_list_shows_and_filters(office: Office) -> None:
    served = office.served(title="关于食堂留样的督办单")
    office.draft(title="关于校门秩序的整改通知书", kind="rectification_notice")
    client = office.client(STAFF)
    page = text(client.get(reverse("records:document_list")))
    assert served.number in page
    assert "关于校门秩序" in page
    assert "待签收" in page
    filters = {
        f"?q={served.number}": ("食堂", "校门"), "?q=校门": ("校门", "食堂"), "?kind=rectification_notice": ("校门", "食堂"),
        "?state=served": ("食堂", "校门"), f"?year={served.year}": ("食堂", "校门"),
        "?state=drafted": ("校门", "食堂"),
    }  # fmt: skip
    for query, (shown, hidden) in filters.items():
        page = text(client.get(reverse("records:document_list") + query))
        assert shown in page, query
        assert f"关于{hidden}" not in page, query
    assert "没有符合条件的公文" in text(client.get(reverse("records:document_list") + "?unit=没有这所学校"))


def test_list_survives_bad_parameters(office: Office) -> None:
    client = office.client(STAFF)
    for query in ("?page=x", "?page=-1", "?sort=token", "?year=abc", "?kind=x", "?state=x", "?cols=zzz", "?q=%00"):
        assert client.get(reverse("records:document_list") + query).status_code == 200, query


def test_list_budget(office: Office) -> None:
    client = office.client(STAFF)
    for _ in range(3):
        office.served()
    few = factories.queries_of(client, reverse("records:document_list"))
    for _ in range(27):
        office.served()
    many = factories.queries_of(client, reverse("records:document_list"))
    assert few == many
    assert many <= 8


def test_empty_list_says_where_documents_come_from(office: Office) -> None:
    assert "还没有公文" in text(office.client(STAFF).get(reverse("records:document_list")))


# --- one document -----------------------------------------------------------------------------------------------------


def test_detail_budget(office: Office) -> None:
    """With receipts, copies and a long trail the page asks no more often."""
    document = office.served()
    with as_owner():
        for n in range(5):
            other = factories.school(530102).organization
            Service.objects.create(document=document, recipient=other, sent_at=document.served_at)
            DocumentParty.objects.create(root=document, owner_code=530102, organization=other, role="copied",
                                         valid_from=f"2026-01-0{n + 1}")  # fmt: skip
    assert factories.queries_of(office.client(HEAD), document.get_absolute_url()) <= 15
    drafted = office.draft()
    assert factories.queries_of(office.client(STAFF), drafted.get_absolute_url()) <= 15


def test_buttons_and_what_they_cause(office: Office) -> None:
    document = office.submitted()
    page = text(office.client(HEAD).get(document.get_absolute_url()))
    year = document.created_at.year
    assert f"按当前序号，文号将是{SERIES}〔{year}〕1号。签发后正文不能再改。" in page
    assert f"成文用印后即印发，并送达{office.school.name}" in page
    assert "修改文稿" not in page
    page = text(office.client(STAFF).get(document.get_absolute_url()))
    assert "撤回修改" in page
    assert "作废" not in page
    own = office.draft(by=office.head)
    with scope(office.head):
        acts.submit(own, by=office.head)
    page = text(office.client(HEAD).get(own.get_absolute_url()))
    assert "拟稿与“签发”不能是同一人" in page


def test_missing_series_is_said_where_it_matters(office: Office) -> None:
    with as_owner():
        DocumentSeries.objects.all().delete()
    document = office.submitted()
    page = text(office.client(HEAD).get(document.get_absolute_url()))
    assert "还没有设置“督办单”的机关代字" in page
    answer = office.client(HEAD).post(url("document_move", document, "approve"), follow=True)
    assert "尚未设置“督办单”的机关代字" in text(answer)


def test_the_unit_signs(office: Office) -> None:
    document = office.served()
    client = office.client("school")
    assert "签收即表示本单位已收到这份公文" in text(client.get(document.get_absolute_url()))
    answer = client.post(url("document_move", document, "sign_for"), follow=True)
    assert "已签收。" in text(answer)
    again = client.post(url("document_move", document, "sign_for"), follow=True)
    assert "该公文已由" in text(again)


def test_moves_by_page(office: Office) -> None:
    document = office.draft()
    steps = [
        (STAFF, "submit", {}, "已送签"), (HEAD, "return", {}, "“退回修改”须写明理由"),
        (HEAD, "return", {"reason": "依据写错"}, "已退回修改"), (STAFF, "submit", {}, "已送签"),
        (HEAD, "approve", {}, "已签发并取得文号"), (STAFF, "issue", {}, "当前状态为“已签发”，不能“印发”"),
        (STAFF, "render_again", {}, "已重新安排生成文件"), (HEAD, "void", {"reason": "对象有误"}, "已作废"),
    ]  # fmt: skip
    for who, name, data, sentence in steps:
        answer = office.client(who).post(url("document_move", document, name), data, follow=True)
        assert sentence in text(answer), name
    assert office.client(STAFF).post(url("document_move", document, "fly")).status_code == 404
    assert office.client(STAFF).get(url("document_move", document, "submit")).status_code == 405


def test_reading_is_recorded(office: Office) -> None:
    document = office.served()
    client = office.client("school")
    client.get(document.get_absolute_url())
    list(client.get(url("document_file", document)).streaming_content)
    with as_owner():
        details = list(AuditEntry.objects.filter(action="read").order_by("at").values_list("object_kind", "detail"))
    assert details == [("records.document", document.number), ("records.document", f"{document.number} PDF")]


@pytest.mark.parametrize("name", ["document_detail", "document_file", "document_preview", "document_edit"])
def test_others_get_404(office: Office, name: str) -> None:
    document = office.served()
    with as_owner():
        sibling = factories.member(factories.office(530103), STAFF)
        elsewhere = factories.member(factories.office(520102), STAFF)
    for member in (sibling, elsewhere):
        assert factories.client_for(member).get(url(name, document)).status_code == 404
    draft = office.draft()
    assert office.client("school").get(url("document_detail", draft)).status_code == 404


# --- the file and its pages --------------------------------------------------------------------------------------------


def test_the_file_is_the_stored_one(office: Office) -> None:
    document = office.served()
    client = office.client("school")
    answer = client.get(url("document_file", document))
    with storage.opened(document.sealed_file) as file:
        assert b"".join(answer.streaming_content) == file.read()
    assert answer["ETag"] == f'"{document.sealed_file}"'
    assert answer["Content-Type"] == "application/pdf"
    assert client.get(url("document_file", document), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    saved = client.get(url("document_file", document) + "?download")
    assert saved["Content-Disposition"].startswith("attachment")
    list(saved.streaming_content)
    assert office.client(STAFF).get(url("document_file", office.draft())).status_code == 404


def test_pages_of_a_stored_file_are_pictures(office: Office) -> None:
    document = office.approved(serve=True)
    work()
    client = office.client("school")
    answer = client.get(url("document_page", document, 1))
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (953, 1348)
    assert client.get(url("document_page", document, 2)).status_code == 404
    assert 'alt="第1页，共1页"' in text(client.get(document.get_absolute_url()))


def test_a_draft_is_set_by_the_worker_and_shown_with_a_watermark(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    document = office.draft()
    client = office.client(STAFF)
    with django_capture_on_commit_callbacks(execute=True) as asked:
        page = text(client.get(document.get_absolute_url()))
        assert client.get(url("document_page", document, 1)).status_code == 404
        client.get(document.get_absolute_url())
    assert len(asked) == 1
    assert "正在排版，稍候自动显示" in page
    assert f'hx-get="{url("document_preview", document)}" hx-trigger="every 2s"' in page
    partial = text(client.get(url("document_preview", document), headers={"HX-Request": "true"}))
    assert "hx-trigger" not in partial
    assert "文稿样张" in partial
    assert "<html" not in partial
    assert client.get(url("document_page", document, 1))["Content-Type"] == "image/png"
    assert client.get(url("document_preview", document))["Location"] == document.get_absolute_url()


def test_a_page_that_waited_for_its_paper_says_again_what_was_done(office: Office) -> None:
    document = office.approved()
    client = office.client(STAFF)
    assert 'hx-trigger="every 2s"' in text(client.get(document.get_absolute_url()))
    work()
    waited = client.get(url("document_preview", document), headers={"HX-Request": "true"})
    assert waited["HX-Refresh"] == "true"
    with as_owner():
        number = Document.objects.get(pk=document.pk).number
    assert f"已签发并取得文号{number}，公文已经生成。" in text(client.get(document.get_absolute_url()))


def test_the_worker_sets_a_draft_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    document = office.draft()
    asked: list[str] = []
    real = official.render

    def counted(paper: Any) -> bytes:
        asked.append(paper.watermark)
        return real(paper)

    monkeypatch.setattr(official, "render", counted)
    prepare_draft_pages.delay(document.pk, office.code)
    prepare_draft_pages.delay(document.pk, office.code)
    prepare_draft_pages.delay(0, office.code)
    assert asked == ["草稿"]


def test_a_draft_that_cannot_be_set_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    document = office.draft()
    monkeypatch.setattr(official, "render", lambda paper: 1 / 0)
    prepare_draft_pages.delay(document.pk, office.code)
    assert "版面生成失败：division by zero" in text(office.client(STAFF).get(document.get_absolute_url()))


def test_another_text_is_another_page(office: Office) -> None:
    document = office.draft()
    first = draft_pages._key(document)
    document.title = "别的标题"
    assert draft_pages._key(document) != first
    assert compose(document, watermark="草稿").watermark == "草稿"


def test_a_page_fetched_late_belongs_to_those_above_it(office: Office) -> None:
    """A browser fetches lower pages when they come into sight: the draft before it may be another by then, or a paper."""
    document = office.draft()
    prepare_draft_pages.delay(document.pk, office.code)
    client = office.client(STAFF)
    shown = re.findall(r'<img src="([^"]+/pages/1/[^"]*)"', text(client.get(document.get_absolute_url())))
    first = client.get(shown[0]).content
    with as_owner():
        Document.objects.filter(pk=document.pk).update(title="别的标题")
    assert client.get(url("document_page", document, 1)).status_code == 404  # nobody has set the new text
    late = client.get(shown[0])
    assert late.status_code == 200
    assert late.content == first
    assert client.get(url("document_page", document, 1) + "?v=" + "0" * 32).status_code == 404
    assert client.get(url("document_page", document, 1) + "?v=../..").status_code == 404


def test_empty_content_still_has_a_page(office: Office) -> None:
    document = office.draft(content={})
    assert office.client(STAFF).get(document.get_absolute_url()).status_code == 200


# --- the text ----------------------------------------------------------------------------------------------------------


def edit(document: Document, **more: str) -> dict[str, str]:
    typed = {"title": "新标题", "body": "一、要求\n请立即整改。", "publicity": "active", "attachments": "照片\n\n清单",
             "contact_note": "联系人：李明", "seen": acts.version_of(document)}  # fmt: skip
    return typed | more


def test_the_text_is_changed_and_kept(office: Office) -> None:
    document = office.draft()
    client = office.client(STAFF)
    page = text(client.get(url("document_edit", document)))
    assert "本平台不处理国家秘密" in page
    assert CONTENT["paragraphs"][0]["text"] in page
    assert client.post(url("document_edit", document), edit(document)).status_code == 302
    with as_owner():
        document.refresh_from_db()
    assert (document.title, document.publicity) == ("新标题", "active")
    assert document.content["paragraphs"] == [{"text": "一、要求", "level": 1}, {"text": "请立即整改。", "level": 0}]
    assert document.content["attachments"] == ["照片", "清单"]
    assert document.content["signature"] == CONTENT["signature"]


def test_typed_text_survives_errors(office: Office) -> None:
    document = office.draft()
    client = office.client(STAFF)
    answer = client.post(url("document_edit", document), edit(document, title="", body="| 一 | 二 |\n| 三 |"))
    assert answer.status_code == 422
    assert "表格每行应有2格，这一行有1格" in text(answer)
    assert "| 一 | 二 |" in text(answer)
    stale = client.post(url("document_edit", document), edit(document, seen="别的版本", body="我写的话"))
    assert "刚刚被他人修改过" in text(stale)
    assert "我写的话" in text(stale)


def test_a_document_in_force_is_not_edited(office: Office) -> None:
    document = office.submitted()
    answer = office.client(STAFF).get(url("document_edit", document), follow=True)
    assert "文稿不能再改" in text(answer)
    assert office.client("school").get(url("document_edit", document)).status_code == 403


# --- the public's question ---------------------------------------------------------------------------------------------


def verify(document: Document, **post: Any) -> Any:
    address = reverse("records:verify", args=[document.token])
    return Client().post(address, post) if post else Client().get(address)


def test_anybody_may_ask_whether_a_paper_is_genuine(office: Office) -> None:
    document = office.served(title="不可外传的标题")
    page = text(verify(document))
    assert "公文有效" in page
    assert document.number in page
    assert "五华区教育督导委员会办公室" in page
    assert "不可外传的标题" not in page
    assert office.school.name not in page
    with storage.opened(document.sealed_file) as file:
        content = file.read()
    assert "文件与存档一致" in text(verify(document, file=SimpleUploadedFile("a.pdf", content)))
    assert "文件与存档不一致" in text(verify(document, file=SimpleUploadedFile("a.pdf", content + b" ")))
    assert "没有选择文件" in text(verify(document, nothing="1"))
    assert "没有选择文件" in text(verify(document, file=SimpleUploadedFile("a.pdf", b"")))
    assert "不是PDF文件" in text(verify(document, file=SimpleUploadedFile("a.jpg", b"\xff\xd8\xff")))


def test_a_large_file_is_hashed_as_it_streams_in(office: Office, settings: Any) -> None:
    document = office.served()
    changed = b"%PDF-1.7 " + bytes(50 * 1024 * 1024)
    assert "文件与存档不一致" in text(verify(document, file=SimpleUploadedFile("a.pdf", changed)))
    settings.UPLOAD_MAX_BYTES = 1024
    assert "文件过大" in text(verify(document, file=SimpleUploadedFile("a.pdf", changed[:5000])))


def test_a_changed_byte_in_a_sealed_file_is_seen(office: Office) -> None:
    document = office.served()
    with storage.opened(document.sealed_file) as file:
        content = bytearray(file.read())
    content[-1] ^= 1
    assert "文件与存档不一致" in text(verify(document, file=SimpleUploadedFile("a.pdf", bytes(content))))


def test_who_asks_too_often_waits(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    document = office.served()
    monkeypatch.setattr("records.views.public.MOST_FILES", 1)
    assert verify(document, nothing="1").status_code == 200
    answer = verify(document, nothing="1")
    assert answer.status_code == 429
    assert "查询过于频繁" in text(answer)


def test_a_form_from_elsewhere_is_refused(office: Office) -> None:
    address = reverse("records:verify", args=[office.served().token])
    assert Client(enforce_csrf_checks=True).post(address, {"nothing": "1"}).status_code == 403


def test_a_replaced_paper_names_its_successor(office: Office) -> None:
    document = office.served()
    newer = office.served()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE records_document SET replaces_id = %s WHERE id = %s", [document.pk, newer.pk])
        cursor.execute(
            "UPDATE records_document SET state = 'replaced', replaced_at = now() WHERE id = %s", [document.pk]
        )
    page = text(verify(document))
    assert "该公文已被替代" in page
    assert newer.number in page


def test_a_void_paper_is_called_void(office: Office) -> None:
    document = office.served()
    with scope(office.head):
        acts.void(document, by=office.head, reason="对象有误")
    page = text(verify(document))
    assert "该公文已作废" in page
    assert "对象有误" not in page
    assert "公文有效" not in page


def test_drafts_and_strangers_are_not_found(office: Office) -> None:
    for document in (office.draft(), office.submitted(), office.filed()):
        answer = verify(document)
        assert answer.status_code == 404
        assert "查不到这份公文" in text(answer)
        assert document.title not in text(answer)
    assert Client().get(reverse("records:verify", args=["x" * 32])).status_code == 404
    assert Client().get(reverse("records:verify", args=["%00"])).status_code == 404


def test_the_public_function_tells_no_more(office: Office) -> None:
    office.served()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM records_document")
        assert cursor.fetchone() == ("web", 0)
        cursor.execute("SELECT prosecdef, proowner::regrole::text FROM pg_proc WHERE proname = 'verify_document'")
        assert cursor.fetchone() == (True, "own")


# --- series and the workbench ------------------------------------------------------------------------------------------


def test_series_page(office: Office) -> None:
    client = office.client(STAFF)
    address = reverse("records:series")
    assert SERIES in text(client.get(address))
    bad = client.post(address, {"supervisory_order": "五督〔2026〕", "rectification_notice": ""})
    assert bad.status_code == 422
    assert "机关代字为2至20个汉字" in text(bad)
    assert client.post(address, {"supervisory_order": "五督", "rectification_notice": ""}).status_code == 302
    with as_owner():
        assert list(DocumentSeries.objects.filter(owner_code=530102).values_list("kind", "code")) == [
            ("supervisory_order", "五督")
        ]
    assert "没有改动" in text(client.post(address, {"supervisory_order": "五督"}, follow=True))
    assert office.client("school").get(address).status_code == 403


def test_lines_of_the_workbench(office: Office) -> None:
    office.draft(title="甲")
    returned = office.submitted(title="乙")
    with scope(office.head):
        acts.return_draft(returned, by=office.head, reason="改")
    office.submitted(title="丙")
    office.filed(title="丁")
    office.served(title="戊")
    stuck = office.approved(title="己")
    with as_owner():
        Document.objects.filter(pk=stuck.pk).update(render_error="坏了")

    def lines(who: str) -> set[tuple[str, str]]:
        actor = office.actor(who)
        with scope(actor):
            providers = (
                registrations.documents_to_approve,
                registrations.documents_that_wait,
                registrations.documents_to_sign,
            )
            return {(todo.what, todo.title[0]) for provider in providers for todo in provider(actor)}

    assert lines(STAFF) == {
        ("送签文稿", "甲"), ("修改被退回的文稿", "乙"), ("印发公文", "丁"), ("公文文件生成失败", "己")
    }  # fmt: skip
    assert lines(HEAD) == {("签发督办单", "丙"), ("印发公文", "丁"), ("公文文件生成失败", "己")}
    assert lines("school") == {("签收督办单", "戊")}
    assert lines(Role.INSPECTOR) == set()


def test_roots_with_lines_of_their_own_are_left_out(office: Office) -> None:
    document = office.served()
    with as_owner():
        Document.objects.filter(pk=document.pk).update(about_kind="a.root", about_id=1)
    before = set(signed_for_elsewhere)
    register_signing_lines("a.root")
    try:
        with scope(office.unit):
            assert not list(registrations.documents_to_sign(office.unit))
    finally:
        signed_for_elsewhere.clear()
        signed_for_elsewhere.update(before)

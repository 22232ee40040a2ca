"""A draft out to Word and back: the same words, nothing that runs, nothing lost."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records.actions import documents as acts
from records.actions.documents import version_of
from records.documents.papers import compose
from records.documents.word import read_word
from records.documents.word_parts import Part, parts_of, without_label
from records.documents.word_safety import OLE, WordRefused
from records.models import Document, Job
from records.printing import WORD_MIME
from records.rendering.word import write_word
from records.storage import opened
from tests.conftest import as_owner
from tests.records.papers import Office, work

pytestmark = pytest.mark.django_db
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
CONTENT: dict[str, Any] = {
    "issuer_mark": "五华区督导办文件", "recipient": "云岭小学", "signature": "五华区督导办", "contact_note": "联系人：李明",
    "paragraphs": [
        {"text": "经督导，发现你校存在以下问题：<b>粗体</b> & “引号”　全角空格。", "level": 0},
        {"text": "一、主要问题", "level": 1},
        {"header": ["序号", "问题"], "rows": [["1", "留样不全"], ["2", "消防通道堵塞"]]},
        {"text": "（一）限期整改。请逐项整改。", "level": 2},
        {"text": "{{ 7 * 7 }}{% for x in ().__class__.__bases__ %}{{ x }}{% endfor %}", "level": 0},
    ],
    "attachments": ["问题清单", "整改报告格式"],
}  # fmt: skip
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def draft(office: Office) -> Document:
    return office.draft(content=CONTENT)


def lines_of(document: Document) -> list[tuple[Part, str]]:
    return parts_of(document.title, document.content, compose(document))


def word_of(document: Document, mark: str = "") -> bytes:
    return write_word(lines_of(document), mark=mark or f"{document.pk}:{version_of(document)}", title=document.title)


def changed(content: bytes, name: str = "word/document.xml", **parts: bytes | str) -> bytes:
    """The file with pieces of the part `name` replaced (`old`, `new`), or further parts `add_…`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry.filename)
            if entry.filename == name:
                before, after = (str(parts[key]).encode() for key in ("old", "new"))
                assert before in part
                part = part.replace(before, after, 1)
            new.writestr(entry.filename, part)
    return out.getvalue()


def with_entry(content: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, part)
    return out.getvalue()


def upload(office: Office, document: Document, content: bytes, name: str = "文稿.docx") -> Any:
    url = reverse("records:document_word", args=[document.pk])
    return office.client(Role.OFFICE_STAFF).post(url, {"file": SimpleUploadedFile(name, content)})


def text(answer: Any) -> str:
    return str(answer.content.decode())


# --- there and back


def test_what_comes_back_unchanged_is_the_draft_itself(draft: Document) -> None:
    found = read_word(word_of(draft), "文稿.docx")
    assert (found.document, found.version) == (draft.pk, version_of(draft))
    assert (found.title, found.recipient, found.note) == (draft.title, "云岭小学", "联系人：李明")
    assert found.attachments == ["问题清单", "整改报告格式"]
    assert found.body == [
        line
        for part, line in lines_of(draft)
        if part in (Part.TEXT, *Part) and part.value.startswith(("text", "heading"))
    ]
    assert found.body[4:6] == ["| 2 | 消防通道堵塞 |", "（一）限期整改。请逐项整改。"]
    assert found.body[-1] == "{{ 7 * 7 }}{% for x in ().__class__.__bases__ %}{{ x }}{% endfor %}", "nothing was run"
    assert found.notices == []


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed on this machine")
def test_libreoffice_opens_the_export_with_the_same_text(draft: Document, tmp_path: Path) -> None:
    (tmp_path / "draft.docx").write_bytes(word_of(draft))
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to",
               "txt:Text (encoded):UTF8", "--outdir", str(tmp_path), str(tmp_path / "draft.docx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    got = (tmp_path / "draft.txt").read_text(encoding="utf-8-sig").splitlines()
    assert [line for line in got if line.strip()] == [line for _, line in lines_of(draft)]


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed on this machine")
def test_a_file_saved_by_libreoffice_comes_back_whole(draft: Document, tmp_path: Path) -> None:
    (tmp_path / "in.docx").write_bytes(word_of(draft))
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to",
               "docx:MS Word 2007 XML", "--outdir", str(tmp_path / "out"), str(tmp_path / "in.docx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    saved, own = read_word((tmp_path / "out" / "in.docx").read_bytes(), "in.docx"), read_word(word_of(draft), "in.docx")
    assert (saved.document, saved.version) == (own.document, own.version)
    assert (saved.title, saved.body, saved.attachments, saved.note) == (own.title, own.body, own.attachments, own.note)


def test_tracked_changes_are_taken_as_accepted_and_told(draft: Document) -> None:
    old = "一、主要问题</w:t></w:r>"
    new = (
        '一、</w:t></w:r><w:del w:id="1" w:author="甲"><w:r><w:delText>主要</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="甲"><w:r><w:t>突出</w:t></w:r></w:ins><w:r><w:t>问题</w:t></w:r>'
        '<w:r><w:commentReference w:id="3"/></w:r>'
    )
    found = read_word(changed(word_of(draft), old=old, new=new), "文稿.docx")
    assert "一、突出问题" in found.body
    for notice in ("修订中插入的文字已按接受处理。", "修订中删除的文字没有带入。", "批注没有带入。"):
        assert notice in found.notices


def test_a_deleted_paragraph_end_joins_and_a_line_break_parts(draft: Document) -> None:
    content = word_of(draft)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        xml = file.read("word/document.xml").decode()
    style = re.search(r'<w:p><w:pPr><w:pStyle w:val="([^"]+)"/></w:pPr><w:r><w:t[^>]*>一、主要问题', xml)
    assert style, xml[:2000]
    old = f'<w:pStyle w:val="{style[1]}"/></w:pPr>'
    joined = read_word(
        changed(content, old=old, new=f'<w:pStyle w:val="{style[1]}"/><w:rPr><w:del w:id="9"/></w:rPr></w:pPr>'),
        "a.docx",
    )
    assert joined.body[1] == "一、主要问题| 序号 | 问题 |"
    parted = read_word(changed(content, old="一、主要问题</w:t>", new="一、主要</w:t><w:br/><w:t>问题</w:t>"), "a.docx")
    assert parted.body[1:3] == ["一、主要", "问题"]


def test_pictures_and_numbering_are_told_and_a_paragraph_without_our_style_is_text(draft: Document) -> None:
    more = (
        '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>新增一段</w:t><w:drawing/></w:r></w:p>'
        "<w:sectPr"
    )
    found = read_word(changed(word_of(draft), old="<w:sectPr", new=more), "文稿.docx")
    assert found.body[-1] == "新增一段"
    assert any("自动编号" in notice for notice in found.notices)
    assert any("图片没有带入" in notice for notice in found.notices)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("附件：问题清单", "问题清单"),
        ("附件：1.问题清单", "问题清单"),
        ("2. 格式", "格式"),
        ("2026年清单", "2026年清单"),
        ("附件", "附件"),
    ],
)
def test_the_label_of_an_attachment_is_ours(line: str, name: str) -> None:
    assert without_label(line) == name


# --- what is refused


def refusal(content: bytes, name: str = "文稿.docx") -> str:
    with pytest.raises(WordRefused) as caught:
        read_word(content, name)
    return str(caught.value)


def relation(kind: str, target: str = "http://example.com/x", mode: str = ' TargetMode="External"') -> str:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return f'<Relationship Id="rId99" Type="{base}/{kind}" Target="{target}"{mode}/></Relationships>'


def test_other_files_are_refused_in_their_own_words(draft: Document) -> None:
    word = word_of(draft)
    assert "旧格式" in refusal(OLE + b"\0" * 600, "文稿.doc")
    assert "设有密码" in refusal(OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    assert "启用宏" in refusal(word, "文稿.docm")
    assert "只能导入Word文档" in refusal(b"%PDF-1.7", "文稿.pdf")
    assert "不是Word文档" in refusal(b"%PDF-1.7")
    assert "完整" in refusal(word[:2000])
    assert "上限" in refusal(b"PK" + b"\0" * (10 * 1024 * 1024 + 1))
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as file:
        file.writestr("readme.txt", "x")
    assert "不是Word文件" in refusal(empty.getvalue())


def test_macros_are_refused_under_any_name(draft: Document) -> None:
    word = word_of(draft)
    assert "含有宏" in refusal(with_entry(word, "word/vbaProject.bin", b"x"))
    kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
    old = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    assert "含有宏" in refusal(changed(word, "[Content_Types].xml", old=old, new=kind))


@pytest.mark.parametrize(
    ("kind", "words"),
    [("attachedTemplate", "外部模板"), ("oleObject", "OLE"), ("aFChunk", "其他文档"), ("image", "外部文件"), ("frame", "框架"),
     ("subDocument", "子文档")],
)  # fmt: skip
def test_whatever_reaches_out_is_refused(draft: Document, kind: str, words: str) -> None:
    name = "word/_rels/document.xml.rels"
    assert words in refusal(changed(word_of(draft), name, old="</Relationships>", new=relation(kind)))


def test_a_template_inside_is_refused_too_and_a_hyperlink_is_words(draft: Document) -> None:
    name = "word/_rels/document.xml.rels"
    inside = relation("attachedTemplate", "file:///c:/x.dotm", "")
    assert "外部模板" in refusal(changed(word_of(draft), name, old="</Relationships>", new=inside))
    linked = changed(word_of(draft), name, old="</Relationships>", new=relation("hyperlink"))
    old, new = (
        '<w:r><w:t xml:space="preserve">一、主要问题</w:t></w:r>',
        "<w:hyperlink><w:r><w:t>一、主要问题</w:t></w:r></w:hyperlink>",
    )
    with zipfile.ZipFile(io.BytesIO(linked)) as file:
        if old.encode() not in file.read("word/document.xml"):
            old = "<w:r><w:t>一、主要问题</w:t></w:r>"
    found = read_word(changed(linked, old=old, new=new), "文稿.docx")
    assert "一、主要问题" in found.body
    assert "超链接只取文字。" in found.notices


def test_embedded_files_tables_and_fields_that_fetch_are_refused(draft: Document) -> None:
    word = word_of(draft)
    assert "嵌有其他文件" in refusal(with_entry(word, "word/embeddings/oleObject1.bin", b"x"))
    assert "1个表格" in refusal(changed(word, old="<w:sectPr", new="<w:tbl><w:tr/></w:tbl><w:sectPr"))
    field = "<w:p><w:r><w:instrText> DDEAUTO c:\\\\windows\\\\cmd.exe </w:instrText></w:r></w:p><w:sectPr"
    assert "外部内容的域" in refusal(changed(word, old="<w:sectPr", new=field))


def test_a_bomb_and_a_doctype_are_refused_quickly(draft: Document) -> None:
    word = word_of(draft)
    assert "过大" in refusal(with_entry(word, "word/media/a.bin", b"\0" * (61 * 1024 * 1024)))
    many = io.BytesIO(word)
    with zipfile.ZipFile(many, "a") as file:
        for n in range(1001):
            file.writestr(f"x/{n}", b"")
    assert "过大" in refusal(many.getvalue())
    old = "<w:document "
    laughs = '<!DOCTYPE w:document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:document '
    assert "DTD" in refusal(changed(word, old=old, new=laughs))
    outside = '<!DOCTYPE w:document SYSTEM "file:///etc/passwd"><w:document '
    assert "DTD" in refusal(changed(word, old=old, new=outside))


def test_a_file_without_our_mark_is_refused(draft: Document) -> None:
    assert "没有文稿标识" in refusal(changed(word_of(draft), "docProps/custom.xml", old="DudaoDocument", new="Other"))


# --- pages


def test_export_is_a_job_whose_file_comes_back(
    office: Office, draft: Document, django_capture_on_commit_callbacks: Any
) -> None:
    client = office.client(Role.OFFICE_STAFF)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("records:document_word_export", args=[draft.pk]))
    work()
    with as_owner():
        job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    assert (job.state, job.result_mime) == ("done", WORD_MIME), job.note
    with opened(job.result) as file:
        assert read_word(file.read(), job.result_name).version == version_of(draft)


def test_the_difference_is_shown_and_only_then_taken_over(office: Office, draft: Document) -> None:
    content = changed(word_of(draft), old="一、主要问题", new="一、突出问题")
    answer = upload(office, draft, content)
    page = text(answer)
    assert answer.status_code == 200
    assert "逐段比较" in page
    assert "<ins>突出</ins>" in page
    with as_owner():
        assert Document.objects.get(pk=draft.pk).content == draft.content, "nothing was taken over yet"
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    fields.pop("csrfmiddlewaretoken", None)
    fields = {name: unescape(value) for name, value in fields.items()}
    done = office.client(Role.OFFICE_STAFF).post(reverse("records:document_edit", args=[draft.pk]), fields)
    assert done.status_code == 302, text(done)
    with as_owner():
        now = Document.objects.get(pk=draft.pk)
    assert now.content["paragraphs"][1] == {"text": "一、突出问题", "level": 1}
    assert now.content["paragraphs"][2] == CONTENT["paragraphs"][2], "the table is a table again"
    for name in ("recipient", "attachments", "contact_note", "issuer_mark", "signature"):
        assert now.content[name] == CONTENT[name]


def test_an_unchanged_file_has_nothing_to_take_over(office: Office, draft: Document) -> None:
    page = text(upload(office, draft, word_of(draft)))
    assert "文字没有差别" in page
    assert "采用 Word 的文字" not in page


def test_a_stale_version_is_a_conflict_and_both_texts_are_there(office: Office, draft: Document) -> None:
    content = changed(word_of(draft), old="一、主要问题", new="一、突出问题")
    with scope(office.head):
        acts.revise(draft, by=office.head, title=draft.title, publicity="on_request", seen=version_of(draft),
                    content=draft.content | {"paragraphs": [{"text": "主任改过的正文。", "level": 0}]})  # fmt: skip
    page = text(upload(office, draft, content))
    assert "文稿在导出之后改过" in page
    assert "主任改过的正文" in page
    assert "突出问题" in page
    assert "仍然采用 Word 的文字" in page


def test_the_file_of_another_paper_and_no_file_are_refused_on_the_page(office: Office, draft: Document) -> None:
    other = office.draft(title="另一份")
    answer = upload(office, draft, word_of(other))
    assert answer.status_code == 422
    assert "另一份文稿导出的" in text(answer)
    url = reverse("records:document_word", args=[draft.pk])
    assert "没有选择文件" in text(office.client(Role.OFFICE_STAFF).post(url))
    assert "导出 Word" in text(office.client(Role.OFFICE_STAFF).get(url))


def test_a_paper_that_left_the_desk_is_not_edited_in_word(office: Office) -> None:
    submitted = office.submitted()
    client = office.client(Role.OFFICE_STAFF)
    for answer in (
        client.get(reverse("records:document_word", args=[submitted.pk]), follow=True),
        client.post(reverse("records:document_word_export", args=[submitted.pk]), follow=True),
    ):
        assert "文稿不能再改" in text(answer)

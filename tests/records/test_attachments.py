"""Uploads: drafts, handing in, revisions, and who may read which copy."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.actors import Actor, Role
from accounts.models import Membership
from accounts.scope import scope
from records import clock, pictures, storage
from records.actions.attachments import (
    UploadRefused,
    attachments_of,
    file_attachments,
    remove_draft,
    store_upload,
    upload_url,
)
from records.actions.documents import draft_document
from records.models import Attachment, AuditEntry, Document
from tests import factories
from tests.conftest import as_owner
from tests.records.samples import CONTENT, camera_picture, ooxml, picture, upload

pytestmark = pytest.mark.django_db

# --- rows -------------------------------------------------------------------------------------------------------------


class Case:
    """A document of Wuhua's office, served on a school."""

    def __init__(self) -> None:
        with as_owner():
            self.staff = factories.member(factories.office(530102), Role.OFFICE_STAFF)
            self.school = factories.school(530102)
            self.contact = factories.member(self.school.organization, Role.UNIT_CONTACT)
            self.other = factories.member(factories.school(530102).organization, Role.UNIT_CONTACT)
            self.above = factories.member(factories.office(530100), Role.OFFICE_STAFF)
            self.sibling = factories.member(factories.office(530103), Role.OFFICE_STAFF)
        self.office = factories.actor(self.staff)
        self.unit = factories.actor(self.contact)
        with scope(self.office):
            self.root = draft_document(by=self.office, kind="supervisory_order", title="督办单", content=CONTENT,
                                       about=_About(), recipient=self.school.organization)  # fmt: skip
        with as_owner():
            Document.objects.filter(pk=self.root.pk).update(served_at=clock.now())

    def store(self, by: Actor, content: bytes, name: str, **more: Any) -> Attachment:
        with scope(by):
            return store_upload(upload(name, content), root=self.root, by=by, **({"filed": True} | more))


class _About:
    owner_code, kind, pk = 530102, "", None


@pytest.fixture
def case() -> Iterator[Case]:
    yield Case()


def fetch(membership: Membership, url: str, **headers: str) -> Any:
    """The answer to a GET, with the bytes of a streamed file as `.body`."""
    answer = factories.client_for(membership).get(url, headers=headers)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def test_stored_once_by_content(case: Case) -> None:
    one = case.store(case.office, picture(), "一.jpg")
    two = case.store(case.office, picture(), "二.jpg")
    assert one.sha256 == two.sha256
    assert default_storage.exists(storage.path_of(one.sha256))
    assert (one.category, one.mime, one.organization_id) == ("photo", "image/jpeg", case.office.organization_id)


def test_half_written_bytes_are_written_again() -> None:
    content = b"whole" * 100
    sha256 = storage.put(content)
    default_storage.delete(storage.path_of(sha256))
    default_storage.save(storage.path_of(sha256), io.BytesIO(content[:10]))  # type: ignore[arg-type]
    assert storage.put(content) == sha256
    with storage.opened(sha256) as file:
        assert file.read() == content


def test_drafts_belong_to_the_uploader_until_handed_in(case: Case) -> None:
    case.store(case.unit, picture(), "a.jpg", filed=False, part="report:1")
    case.store(case.unit, picture("PNG"), "b.png", filed=False, part="report:2")
    with scope(case.office):
        assert not attachments_of(case.root).exists()
    with scope(case.unit):
        assert attachments_of(case.root).count() == 2
        assert file_attachments(case.root, "report:1", case.unit) == 1
        assert file_attachments(case.root, "report:1", case.unit) == 0
    with scope(case.office):
        assert [a.name for a in attachments_of(case.root)] == ["a.jpg"]
        assert file_attachments(case.root, "", case.office) == 0


def test_drafts_can_be_removed_and_evidence_cannot(case: Case) -> None:
    draft = case.store(case.unit, picture(), "a.jpg", filed=False)
    filed = case.store(case.unit, picture(), "b.jpg")
    with scope(case.office), pytest.raises(UploadRefused, match="只能移除本单位上传的附件"):
        remove_draft(filed, case.office)
    with scope(case.unit):
        remove_draft(draft, case.unit)
        with pytest.raises(UploadRefused, match=r"“b\.jpg”已经提交，不能移除"):
            remove_draft(filed, case.unit)
        assert [a.name for a in attachments_of(case.root)] == ["b.jpg"]


def test_a_revision_replaces_and_nothing_is_overwritten(case: Case) -> None:
    first = case.store(case.unit, picture(), "a.jpg")
    case.store(case.unit, picture("PNG"), "a.png", replaces=first)
    with scope(case.unit):
        assert [a.name for a in attachments_of(case.root)] == ["a.png"]
        with pytest.raises(UploadRefused, match="已经更换过"):
            store_upload(upload("c.jpg", picture()), root=case.root, by=case.unit, filed=True, replaces=first)
    with scope(case.office), pytest.raises(UploadRefused, match="只能更换本单位"):
        store_upload(upload("c.jpg", picture()), root=case.root, by=case.office, filed=True, replaces=first)
    with as_owner():
        assert Attachment.objects.filter(pk=first.pk).exists()


# --- pages ------------------------------------------------------------------------------------------------------------


def test_position_stays_with_uploader_and_owning_office(case: Case) -> None:
    row = case.store(case.office, camera_picture("HEIF"), "a.heic")
    own, elsewhere = fetch(case.staff, row.url), fetch(case.contact, row.url)
    assert own["Content-Type"] == "image/heic"
    assert own.body == camera_picture("HEIF")
    assert elsewhere["Content-Type"] == "image/jpeg"
    assert "a.jpg" in elsewhere["Content-Disposition"]
    with Image.open(io.BytesIO(elsewhere.body)) as copied:
        assert not copied.getexif()
        assert copied.size == (64, 48)


@pytest.mark.parametrize("size", pictures.PREVIEWS)
def test_previews_are_small_and_clean(case: Case, size: str) -> None:
    row = case.store(case.office, picture("PNG", (2400, 1200)), "a.png")
    answer = fetch(case.staff, f"{row.url}?size={size}")
    with Image.open(io.BytesIO(answer.body)) as small:
        assert max(small.size) == pictures.EDGES[size]
        assert small.size[0] == 2 * small.size[1]


def test_transparent_pictures_get_a_white_ground(case: Case) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    row = case.store(case.office, out.getvalue(), "a.png")
    answer = fetch(case.staff, f"{row.url}?size=view")
    with Image.open(io.BytesIO(answer.body)) as shown:
        assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_headers_and_revalidation(case: Case) -> None:
    row = case.store(case.office, ooxml(), "材料.docx")
    answer = fetch(case.staff, row.url)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["Cache-Control"] == "private, no-cache"
    assert fetch(case.staff, row.url, **{"If-None-Match": answer["ETag"]}).status_code == 304
    assert fetch(case.sibling, row.url, **{"If-None-Match": answer["ETag"]}).status_code == 404


def test_nginx_hands_out_where_it_stands_in_front(case: Case, settings: Any) -> None:
    settings.ACCEL_REDIRECT = "/protected/"
    row = case.store(case.office, b"%PDF-1.7 a", "a.pdf")
    answer = fetch(case.staff, row.url)
    assert answer["X-Accel-Redirect"] == f"/protected/{storage.path_of(row.sha256)}"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="a.pdf"'
    assert answer.content == b""


def test_who_may_read(case: Case) -> None:
    row = case.store(case.office, b"%PDF-1.7 b", "a.pdf")
    draft = case.store(case.office, b"%PDF-1.7 c", "c.pdf", filed=False)
    seen = {"staff": 200, "contact": 200, "above": 200, "other": 404, "sibling": 404}
    for who, status in seen.items():
        assert fetch(getattr(case, who), row.url).status_code == status, who
        assert fetch(getattr(case, who), draft.url).status_code == (200 if who == "staff" else 404), who
    assert Client().get(row.url).status_code == 302


def test_gone_bytes_are_not_found(case: Case) -> None:
    row = case.store(case.office, b"%PDF-1.7 gone", "a.pdf")
    photo = case.store(case.office, picture("PNG", (33, 11)), "a.png")
    default_storage.delete(storage.path_of(row.sha256))
    default_storage.delete(storage.path_of(photo.sha256))
    assert fetch(case.staff, row.url).status_code == 404
    assert fetch(case.staff, f"{photo.url}?size=view").status_code == 404


def test_reading_is_recorded_and_thumbnails_are_not(case: Case) -> None:
    row = case.store(case.office, picture(), "a.jpg")
    fetch(case.contact, f"{row.url}?size=thumb")
    fetch(case.contact, row.url, **{"X-Forwarded-For": "6.6.6.6"})
    with as_owner():
        entries = list(AuditEntry.objects.all())
    assert [(e.action, e.user_id, e.object_kind, e.object_id) for e in entries] == [
        ("read", case.contact.user_id, "records.attachment", str(row.pk))
    ]
    assert entries[0].address == "127.0.0.1"


def test_upload_by_script_and_without(case: Case) -> None:
    client = factories.client_for(case.contact)
    url = upload_url(case.root, "report:1")
    answer = client.post(url, {"photos": upload("a.jpg", picture())}, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    with as_owner():
        row = Attachment.objects.get(pk=answer.json()["id"])
    assert (row.part, row.filed_at, row.organization_id) == ("report:1", None, case.unit.organization_id)
    bad = client.post(url, {"photos": upload("a.exe", b"MZ" + bytes(60))}, headers={"Accept": "application/json"})
    assert bad.status_code == 422
    assert "不能上传" in bad.json()["detail"]
    plain = client.post(url, {"f": [upload("好.txt", b"ok"), upload("坏.svg", b"<svg/>")]})
    assert plain.status_code == 302
    assert plain["Location"] == case.root.get_absolute_url()
    with scope(case.unit):
        assert attachments_of(case.root).count() == 2


def test_upload_goes_back_to_our_pages_only(case: Case) -> None:
    client = factories.client_for(case.contact)
    url = upload_url(case.root)
    ours = client.post(url, {"f": upload("a.txt", b"ok"), "next": "/rectification/7/?tab=报告"})
    assert ours["Location"].startswith("/rectification/7/")
    theirs = client.post(url, {"f": upload("a.txt", b"ok"), "next": "https://evil.example/x"})
    assert theirs["Location"] == case.root.get_absolute_url()


@pytest.mark.parametrize(
    "query", ["root_kind=records.document&root_id=x", "root_kind=accounts.user&root_id=1", "root_kind=no&root_id=1", ""]
)
def test_upload_for_nothing_is_not_found(case: Case, query: str) -> None:
    url = f"{reverse('records:attachment_upload')}?{query}"
    assert factories.client_for(case.contact).post(url, {"f": upload("a.txt", b"x")}).status_code == 404


def test_upload_for_anothers_root_is_not_found(case: Case) -> None:
    client = factories.client_for(case.sibling)
    assert client.post(upload_url(case.root), {"f": upload("a.txt", b"x")}).status_code == 404


def test_upload_of_nothing_says_so(case: Case) -> None:
    answer = factories.client_for(case.contact).post(upload_url(case.root), headers={"Accept": "application/json"})
    assert answer.json()["detail"] == "没有选择文件，请先选择再上传。"


def test_remove_page(case: Case) -> None:
    draft = case.store(case.unit, picture(), "a.jpg", filed=False)
    filed = case.store(case.unit, picture(), "b.jpg")
    client = factories.client_for(case.contact)
    url = reverse("records:attachment_remove", args=[draft.pk])
    assert factories.client_for(case.staff).post(url).status_code == 404
    assert client.post(url, headers={"Accept": "application/json"}).json() == {"removed": draft.pk}
    kept = client.post(reverse("records:attachment_remove", args=[filed.pk]), headers={"Accept": "application/json"})
    assert kept.status_code == 409
    assert "已经提交" in kept.json()["detail"]


# --- clamd ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def clamd() -> Iterator[str]:
    """A server that speaks INSTREAM and knows one virus."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                stream = connection.makefile("rb")
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!I", stream.read(4))[0]:
                    content += stream.read(length)
                connection.sendall(b"stream: Bad.Thing FOUND\0" if b"virus" in content else b"stream: OK\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def test_virus_scan_where_configured(case: Case, clamd: str, settings: Any) -> None:
    settings.CLAMD_URL = clamd
    assert case.store(case.office, b"clean", "a.txt").size == 5
    with pytest.raises(UploadRefused, match=r"含有病毒（Bad\.Thing）"):
        case.store(case.office, b"a virus", "b.txt")


def test_no_scanner_no_upload(case: Case, settings: Any) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    with pytest.raises(UploadRefused, match="病毒扫描暂时不可用"):
        case.store(case.office, b"clean", "a.txt")

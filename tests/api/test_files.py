"""Files through the API: taken by content, handed in once, shown to nobody before that, and given back as they came."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from guardian.shortcuts import remove_perm
from PIL import Image

from accounts.actors import Role
from records.actions.grants import DOWNLOAD
from records.models import Attachment
from rectification.actions.proceedings import next_report_part
from tests.api.callers import JSON, program, token_of
from tests.conftest import as_owner
from tests.world import World, build

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "0b0f6f0a-0000-4000-8000-000000000001"}


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


def caller(world: World, role: str, code: int = 530102) -> Client:
    with as_owner():
        return program(token_of(world.people[role, code]))


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (64, 48), "white").save(made, "JPEG")
    return made.getvalue()


def hand_in(
    client: Client,
    world: World,
    content: bytes,
    name: str = "校门.jpg",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(f"/api/v1/tickets/{world.ticket.pk}/files/", {"file": file, **more}, headers=headers or {})


def test_a_file_is_a_draft_of_its_unit_and_comes_back_byte_by_byte(world: World) -> None:
    unit, content = caller(world, Role.UNIT_CONTACT), picture()
    answer = hand_in(unit, world, content)
    assert answer.status_code == 201
    body = answer.json()
    assert body["sha256"] == hashlib.sha256(content).hexdigest() and body["mime"] == "image/jpeg"
    assert body["part"] == next_report_part(world.ticket) and body["filed_at"] is None
    assert body["id"] in [f["id"] for f in unit.get(f"/api/v1/tickets/{world.ticket.pk}/files/").json()]
    taken = unit.get(f"{body['url']}file/", headers={"Accept": "image/*"})
    assert b"".join(taken.streaming_content) == content  # type: ignore[attr-defined]
    assert taken.headers["Content-Type"] == "image/jpeg" and taken.headers["X-Content-Type-Options"] == "nosniff"
    again = unit.get(f"{body['url']}file/", headers={"If-None-Match": taken.headers["ETag"]})
    assert again.status_code == 304
    # Until it is handed in nobody else learns of it.
    office = caller(world, Role.OFFICE_STAFF)
    assert office.get(body["url"]).status_code == 404 and office.get(f"{body['url']}file/").status_code == 404
    assert body["id"] not in [f["id"] for f in office.get(f"/api/v1/tickets/{world.ticket.pk}/files/").json()]
    assert unit.post(f"{body['url']}remove/", {}, content_type=JSON).status_code == 200
    assert unit.get(body["url"]).status_code == 404


def test_what_was_handed_in_is_not_removed(world: World) -> None:
    office = caller(world, Role.OFFICE_STAFF)
    answer = office.post(f"/api/v1/attachments/{world.attachment.pk}/remove/", {}, content_type=JSON)
    assert answer.status_code == 422 and "已经提交" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("程序.jpg", b"MZ\x90\x00" + b"\0" * 60, "不能上传"), ("空.pdf", b"", "空"), ("照片.pdf", picture(), "扩展名"), ("坏.jpg", picture()[:300], "损坏")],
)  # fmt: skip
def test_what_is_no_evidence_is_refused_with_a_cure(world: World, name: str, content: bytes, said: str) -> None:
    answer = hand_in(caller(world, Role.UNIT_CONTACT), world, content, name)
    assert answer.status_code == 422 and said in str(answer.json())
    assert "file" in answer.json()["errors"]
    with as_owner():
        assert not Attachment.objects.filter(root_id=world.ticket.pk, filed_at__isnull=True).exists()


def test_a_body_of_a_hundred_megabytes_is_refused_before_it_is_read(world: World) -> None:
    unit = caller(world, Role.UNIT_CONTACT)
    answer = unit.generic(
        "POST", f"/api/v1/tickets/{world.ticket.pk}/files/", b"--x--", "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(100 * 1024 * 1024),
    )  # fmt: skip
    assert answer.status_code == 413 and "不能超过61 MB" in answer.json()["detail"]


def test_json_where_a_file_is_asked_for_and_a_form_where_json_is(world: World) -> None:
    unit, path = caller(world, Role.UNIT_CONTACT), f"/api/v1/tickets/{world.ticket.pk}/"
    assert unit.post(f"{path}files/", {}, content_type=JSON).status_code == 415
    assert unit.post(f"{path}transitions/sign/", {"file": SimpleUploadedFile("a.txt", b"a")}).status_code == 415
    strange = hand_in(unit, world, picture(), owner="530103")
    assert strange.status_code == 422 and strange.json()["errors"] == {"owner": ["没有这个字段。可用：file、part"]}


@pytest.mark.parametrize("size", [40, 1800])
def test_the_same_key_takes_a_file_once_and_not_another_one(world: World, size: int) -> None:
    """Also of a file that is held on disk while it comes in."""
    unit = caller(world, Role.UNIT_CONTACT)
    made = BytesIO()
    Image.effect_noise((size, size), 90).save(made, "PNG")
    first = hand_in(unit, world, made.getvalue(), "a.png", KEY)
    again = hand_in(unit, world, made.getvalue(), "a.png", KEY)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = hand_in(unit, world, picture(), "a.jpg", KEY)
    assert other.status_code == 422 and other.json()["type"].endswith("idempotency-key-reused")
    with as_owner():
        assert Attachment.objects.filter(root_id=world.ticket.pk, name="a.png").count() == 1


def test_who_was_let_in_to_read_does_not_take_files(world: World) -> None:
    with as_owner():
        person = world.people[Role.OUTSIDER, 530102].user
        remove_perm(DOWNLOAD, person, world.ticket)
        remove_perm(DOWNLOAD, person, world.paper)
    guest = caller(world, Role.OUTSIDER)
    shown = guest.get(f"/api/v1/attachments/{world.attachment.pk}/")
    assert shown.status_code == 200
    taken = guest.get(f"/api/v1/attachments/{world.attachment.pk}/file/")
    assert taken.status_code == 403 and "没有向您开放下载" in taken.json()["detail"]
    paper = guest.get(f"/api/v1/documents/{world.paper.pk}/file/")
    assert paper.status_code == 403


def test_a_paper_is_the_bytes_that_were_sealed(world: World) -> None:
    unit = caller(world, Role.UNIT_CONTACT)
    taken = unit.get(f"/api/v1/documents/{world.paper.pk}/file/", headers={"Accept": "application/pdf"})
    content = b"".join(taken.streaming_content)  # type: ignore[attr-defined]
    assert taken.status_code == 200 and hashlib.sha256(content).hexdigest() == world.paper.paper
    assert taken.headers["Content-Type"] == "application/pdf"

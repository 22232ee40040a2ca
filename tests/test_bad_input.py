"""What bad input gets (issue: the section of that name), on the pages where people meet it: a clear answer, nothing lost,
nobody exposed. What is played elsewhere already is named here, and must stay there."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from PIL import Image, ImageDraw

from accounts.actors import Role
from accounts.scope import scope
from inspections import intake
from inspections.actions import complaints as acts
from inspections.models import Complaint, ComplaintIntake
from portal.public import complaints as site
from portal.public import work
from records.actions.documents import submit
from records.models import Document, NumberCounter, Publication, StateTransition
from tests.conftest import as_owner, as_system
from tests.records.papers import Office
from tests.records.test_publications import propose
from tests.records.test_word import changed, text, upload, with_entry, word_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent
SCRIPT = "<script>alert(1)</script>"
PLAYED: dict[str, tuple[str, ...]] = {
    "a second approval": ("records/test_documents.py::test_the_second_of_two_is_told_who_was_first",
                          "records/test_documents_numbering.py::test_eight_threads_approve_the_same_document"),
    "an approver who drafted": ("records/test_documents.py::test_the_drafter_does_not_approve",
                                "records/test_document_steps.py::test_four_eyes_bind_the_delegate_and_the_giver"),
    "a delegation that ended yesterday": ("records/test_document_steps.py::test_a_delegation_that_ended_yesterday",),
    "a scan of another paper": ("records/test_document_seals.py::test_the_scan_of_another_paper_is_refused_by_its_number",
                                "records/test_document_seals.py::test_another_offices_number_is_not_told"),
    "a Word file with macros": ("records/test_word.py::test_macros_are_refused_under_any_name",
                                "records/test_word.py::test_whatever_reaches_out_is_refused"),
    "a template that runs code": ("records/test_templates.py::test_a_template_that_tries_to_run_code_is_just_text",),
    "a number typed by hand": ("records/test_document_steps.py::test_a_number_typed_by_hand_is_refused",),
    "an invitation used twice": ("accounts/test_claims.py::test_used_twice",),
    "guessed 10,000 times": ("accounts/test_claims.py::test_ten_thousand_guesses_open_nothing",),
    "after its end": ("accounts/test_claims.py::test_after_its_end",
                      "accounts/test_claims.py::test_ended_between_the_two_steps"),
    "a complaint with a script": ("inspections/test_complaints.py::test_a_script_is_text",),
    "50 attachments": ("portal/test_public_complaints.py::test_fifty_attachments",),
    "a flood from one address": ("portal/test_public_complaints.py::test_a_flood_from_one_address_stops_and_loses_no_text",),
    "a phone number in a photo": (
        "records/test_publications.py::test_every_photo_is_flagged_covered_in_its_pixels_and_loses_what_the_camera_wrote",
    ),
}  # fmt: skip


@pytest.mark.parametrize("item", sorted(PLAYED))
def test_what_is_played_elsewhere_is_still_there(item: str) -> None:
    for played in PLAYED[item]:
        file, name = played.split("::")
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE), played


@pytest.fixture
def office() -> Office:
    cache.clear()
    return Office()


def fresh(document: Document) -> Document:
    with as_owner():
        return Document.objects.get(pk=document.pk)


# --- papers ----------------------------------------------------------------------------------------------------------


def approve(office: Office, who: str, document: Document) -> str:
    url = reverse("records:document_move", args=[document.pk, "approve"])
    return text(office.client(who).post(url, follow=True))


def test_the_second_approval_is_answered_with_the_firsts_name_and_takes_no_number(office: Office) -> None:
    document = office.submitted()
    assert "已签发并取得文号" in approve(office, Role.OFFICE_HEAD, document)
    number = fresh(document).number
    again = approve(office, Role.LEADER, document)
    assert office.head.display_name in again and "已" in again
    assert "已签发并取得文号" not in again
    assert fresh(document).number == number
    with as_owner():
        assert NumberCounter.objects.get().last == 1
        assert StateTransition.objects.of(document).filter(name="approve").count() == 1


def test_an_approver_who_drafted_reads_why_not_and_the_paper_waits_for_another(office: Office) -> None:
    document = office.draft(by=office.head)
    with scope(office.head):
        document = submit(document, by=office.head)
    page = text(office.client(Role.OFFICE_HEAD).get(document.get_absolute_url()))
    assert "为什么不能" in page and "签发" in page
    said = approve(office, Role.OFFICE_HEAD, document)
    assert re.search("拟稿.*不能|不能.*拟稿|拟稿人", said)
    assert fresh(document).state == "submitted" and not fresh(document).number
    assert "已签发并取得文号" in approve(office, Role.LEADER, document)


def test_a_word_file_with_macros_is_refused_on_the_page_and_the_draft_stays(office: Office) -> None:
    document = office.draft()
    before = fresh(document).content
    answer = upload(office, document, with_entry(word_of(document), "word/vbaProject.bin", b"x"), "文稿.docm")
    assert answer.status_code == 422 and "宏" in text(answer) and fresh(document).content == before


def test_a_word_file_whose_text_tries_to_run_code_comes_back_as_its_letters(office: Office) -> None:
    document = office.draft()
    code = "{{ ''.__class__.__mro__[1].__subclasses__() }}{% for x in range(9) %}x{% endfor %}"
    paragraph = f"<w:p><w:r><w:t>{code}</w:t></w:r></w:p></w:body>"
    answer = upload(office, document, changed(word_of(document), old="</w:body>", new=paragraph))
    assert answer.status_code in (200, 302, 422) and "subclasses" in text(answer)
    assert "xxxxxxxxx" not in text(answer) and "&lt;class" not in text(answer)


def test_a_file_that_only_calls_itself_word_is_named(office: Office) -> None:
    document = office.draft()
    buffer = BytesIO()
    with ZipFile(buffer, "w") as other:
        other.writestr("readme.txt", "x")
    answer = upload(office, document, buffer.getvalue())
    assert answer.status_code == 422 and "Word" in text(answer)


# --- complaints ------------------------------------------------------------------------------------------------------


def letter(office: Office, words: str) -> tuple[Complaint, intake.Receipt]:
    receipt = intake.receive(division_code=office.code, unit=office.school.pk, unit_text=SCRIPT, category="canteen",
                             channel="site", text=words, contact_name=SCRIPT[:60], contact_phone="13900001111")  # fmt: skip
    with as_system():
        intake.take_in()
    with as_owner():
        return Complaint.objects.get(number=receipt.number), receipt


def test_a_script_is_letters_on_every_page_that_shows_a_complaint(office: Office) -> None:
    complaint, receipt = letter(office, f"{SCRIPT}食堂不洁，请核查。")
    staff = office.client(Role.OFFICE_STAFF)
    with scope(office.staff):
        complaint = acts.accept_complaint(complaint, by=office.staff)
        complaint = acts.propose_answer(complaint, by=office.staff, answer=f"{SCRIPT}已整改。")
    with scope(office.head):
        acts.finish_complaint(complaint, by=office.head)
    pages = [staff.get(url) for url in (
        complaint.get_absolute_url(), reverse("inspections:complaint_list"), reverse("records:inbox"), "/",
        reverse("inspections:complaint_recuse", args=[complaint.pk]),
    )]  # fmt: skip
    asked = Client().post(reverse("public:complaint_query"), {"number": receipt.number, "code": receipt.code})
    assert "&lt;script&gt;" in text(pages[0]) and "&lt;script&gt;" in text(asked) and "已整改。" in text(asked)
    for page in (*pages, asked):
        assert page.status_code == 200 and SCRIPT not in text(page)
        assert "script-src" in page.headers["Content-Security-Policy"] or "default-src 'self'" in page.headers["Content-Security-Policy"]  # fmt: skip
    typed = Client().post(f"{reverse('public:complaint')}?place={office.code}", {"text": SCRIPT, "unit_text": SCRIPT})
    assert typed.status_code == 422 and SCRIPT not in text(typed) and "&lt;script&gt;" in text(typed)


def asked(found: str = "", task: str = "") -> HttpRequest:
    return RequestFactory(REMOTE_ADDR="203.0.113.7").post("/public/complaints/", {"task": task, "found": found})


def test_ten_thousand_from_one_address(office: Office) -> None:
    """Twelve an hour get in, ten with the work done and two without; the neighbour's address is not told off for it."""
    taken = sum(not site._flooding(asked()) for _ in range(9_900))
    for _ in range(100):
        task = work.task()
        found = next(str(n) for n in range(10_000_000) if work.solves(task, str(n))) if taken < 12 else "0"
        taken += not site._flooding(asked(found, task))
    assert taken == site.MOST_AN_HOUR + site.MOST_WITHOUT_WORK
    neighbour = RequestFactory(REMOTE_ADDR="203.0.113.8").post("/public/complaints/", {})
    assert not site._flooding(neighbour)
    with as_owner():
        assert not ComplaintIntake.objects.exists()


# --- publications ----------------------------------------------------------------------------------------------------


def note_on_a_photo() -> bytes:
    """A notice-board with a telephone number painted on it: no rule reads it."""
    image = Image.new("RGB", (900, 600), "white")
    ImageDraw.Draw(image).text((80, 260), "13912345678", fill="black", font_size=72)
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def test_a_number_in_a_photo_is_left_to_the_person_who_confirms_and_the_page_says_so(office: Office) -> None:
    publication = propose(office.staff, text="学校已整改。")
    client = office.client(Role.OFFICE_STAFF)
    client.post(reverse("records:photo_add", args=[publication.pk]),
                {"photos": SimpleUploadedFile("公示栏.jpg", note_on_a_photo(), "image/jpeg")})  # fmt: skip
    page = text(client.get(publication.get_absolute_url()))
    assert "系统认不出照片里的人脸、门牌和文字里的号码，请放大细看" in page and "公示栏.jpg" in page
    finish = client.post(reverse("records:publication_move", args=[publication.pk, "redact"]), follow=True)
    with as_owner():
        stands = Publication.objects.get(pk=publication.pk)
    assert stands.state == publication.state, text(finish)[:300]

"""Nothing goes out unsealed: the signature that validates, the scan that must be this paper, and what replaces a paper."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image
from pypdf import PdfReader, PdfWriter

from accounts.actors import Role
from accounts.scope import scope
from records import jobs, storage
from records.actions import documents as acts
from records.actions import seals
from records.actions.service import serve, sign_for
from records.models import Document, DocumentSeries, Job, Notification, OfficePaper, Outbox
from records.state import Refused
from tests.conftest import as_owner
from tests.records.papers import Office, work
from tests.records.samples import CONTENT

pytestmark = pytest.mark.django_db
STAFF, HEAD = Role.OFFICE_STAFF, Role.OFFICE_HEAD


@pytest.fixture
def office() -> Office:
    return Office()


def fresh(document: Document) -> Document:
    with as_owner():
        return Document.objects.get(pk=document.pk)


def bytes_of(sha256: str) -> bytes:
    with storage.opened(sha256) as file:
        return file.read()


# --- by signature ----------------------------------------------------------------------------------------------------


def status_of(pdf: bytes) -> Any:
    """What pyHanko's validator says, with the test's authority as the only root of trust."""
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    root = load_cert_from_pemder(str(Path(settings.SEAL_FOLDER) / "demo-authority.pem"))
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))


def test_the_signed_paper_validates_and_any_changed_byte_breaks_it(office: Office) -> None:
    document = office.approved()
    work()
    document = fresh(document)
    assert (document.state, document.seal_way) == ("sealed", "signature")
    sealed = bytes_of(document.sealed_file)
    assert hashlib.sha256(sealed).hexdigest() == document.sealed_file, "signed, then hashed"
    assert document.sealed_size == len(sealed)
    status = status_of(sealed)
    assert status.bottom_line
    assert status.intact and status.valid and status.trusted
    assert "五华区教育督导委员会办公室" in document.sealed_as
    paper = len(bytes_of(document.file))
    for place in (40, paper // 2, paper - 30):
        changed = bytearray(sealed)
        changed[place] ^= 1
        try:
            broken = status_of(bytes(changed))
        except Exception:
            continue
        assert not broken.bottom_line


def test_what_is_added_after_the_seal_is_seen(office: Office) -> None:
    document = office.approved()
    work()
    sealed = bytes_of(fresh(document).sealed_file)
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/PageMode"] = writer.root.get("/PageMode", None) or writer.root["/Type"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert not status_of(out.getvalue()).bottom_line


def test_the_same_bytes_are_downloaded_and_verified(office: Office) -> None:
    document = office.approved(serve=True)
    work()
    document = fresh(document)
    assert document.state == "served"
    client = office.client("school")
    got = b"".join(client.get(f"/records/documents/{document.pk}/file/").streaming_content)
    assert hashlib.sha256(got).hexdigest() == document.sealed_file


def test_a_certificate_that_is_missing_is_told_and_the_paper_can_be_stamped(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_owner():
        OfficePaper.objects.create(owner_code=office.code, seal_way="signature")
    monkeypatch.setattr(settings, "SEAL_DEMO_AUTHORITY", False)
    (Path(settings.SEAL_FOLDER) / f"{office.code}.p12").unlink(missing_ok=True)
    document = office.approved()
    work()
    row = fresh(document)
    assert row.state == "approved"
    assert "没有找到本单位的电子签章证书" in row.seal_error
    page = office.client(STAFF).get(document.get_absolute_url()).content.decode()
    assert "没有找到本单位的电子签章证书" in page
    office.client(STAFF).post(f"/records/documents/{document.pk}/move/seal_on_paper/")
    assert fresh(document).seal_way == "scan"
    monkeypatch.setattr(settings, "SEAL_DEMO_AUTHORITY", True)
    office.client(STAFF).post(f"/records/documents/{document.pk}/move/sign_again/")
    work()
    assert fresh(document).state == "sealed"


def test_signed_once(office: Office) -> None:
    document = office.approved()
    work()
    first = fresh(document)
    with as_owner():
        Outbox.objects.filter(topic__in=["records.seal", "records.render"]).update(consumed_at=None)
    work()
    assert fresh(document).sealed_file == first.sealed_file


# --- print, stamp, scan ----------------------------------------------------------------------------------------------


@pytest.fixture
def on_paper(office: Office) -> Office:
    with as_owner():
        OfficePaper.objects.create(owner_code=office.code, seal_way="scan")
    return office


def approved(office: Office, *, serve_it: bool = False, title: str = "关于消防通道问题的督办单") -> Document:
    document = office.approved(serve=serve_it, title=title)
    work()
    row = fresh(document)
    assert (row.state, row.seal_way) == ("approved", "scan")
    return row


Change = Callable[[Image.Image], Image.Image]


def scanned(document: Document, change: Change = lambda page: page, dots: int = 150) -> list[SimpleUploadedFile]:
    """What a scanner makes of the printed paper: a grey picture a page."""
    paper = pypdfium2.PdfDocument(bytes_of(document.file))
    files = []
    for n in range(len(paper)):
        page = change(paper[n].render(scale=dots / 72, grayscale=True).to_pil())
        out = io.BytesIO()
        page.save(out, "JPEG", quality=75)
        files.append(SimpleUploadedFile(f"第{n + 1}页.jpg", out.getvalue(), "image/jpeg"))
    return files


def hand_in(office: Office, document: Document, files: list[SimpleUploadedFile]) -> Job:
    with scope(office.staff):
        job = seals.hand_in_scan(document, by=office.staff, files=files)
    jobs.run(job.pk, office.staff.user_id, office.staff.membership_id)  # type: ignore[arg-type]
    with as_owner():
        return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize(
    "change",
    [lambda page: page, lambda page: page.rotate(180), lambda page: page.rotate(90, expand=True),
     lambda page: page.rotate(2, fillcolor=255)],
    ids=["straight", "upside_down", "on_its_side", "askew"],
)  # fmt: skip
def test_a_scan_is_matched_by_its_code(on_paper: Office, change: Change) -> None:
    document = approved(on_paper, serve_it=True)
    job = hand_in(on_paper, document, scanned(document, change))
    assert job.note == "", job.note
    row = fresh(document)
    assert row.state == "served"
    assert bytes_of(row.sealed_file).startswith(b"%PDF")
    assert row.sealed_by_id == on_paper.staff.user_id
    work()
    with scope(on_paper.unit):
        sign_for(row, by=on_paper.unit)


def test_a_scanned_pdf_stays_as_the_scanner_wrote_it(on_paper: Office) -> None:
    document = approved(on_paper)
    pictures = [Image.open(file).convert("L") for file in scanned(document)]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=150)
    hand_in(on_paper, document, [SimpleUploadedFile("扫描.pdf", out.getvalue())])
    assert fresh(document).sealed_file == hashlib.sha256(out.getvalue()).hexdigest()


def test_the_scan_of_another_paper_is_refused_by_its_number(on_paper: Office) -> None:
    document, other = approved(on_paper), approved(on_paper, title="另一份督办单")
    job = hand_in(on_paper, document, scanned(other))
    assert f"扫描件上的二维码是另一份公文（{other.number}），没有用印" in job.note
    assert fresh(document).state == "approved"
    assert fresh(document).sealed_file == ""


def test_another_offices_number_is_not_told(on_paper: Office) -> None:
    elsewhere = Office(code=520102)
    with as_owner():
        OfficePaper.objects.create(owner_code=520102, seal_way="scan")
    document, strange = approved(on_paper), approved(elsewhere)
    job = hand_in(on_paper, document, scanned(strange))
    assert "扫描件上的二维码不是这份公文" in job.note
    assert strange.number not in job.note.replace(document.number, "")


def test_no_code_too_few_pages_and_the_unstamped_file(on_paper: Office) -> None:
    document = approved(on_paper)
    blank = lambda page: Image.new("L", page.size, 255)  # noqa: E731
    assert "读不出二维码" in hand_in(on_paper, document, scanned(document, blank)).note
    twice = scanned(document) + scanned(document)
    assert f"公文是{document.pages}页，没有用印" in hand_in(on_paper, document, twice).note
    itself = SimpleUploadedFile("原件.pdf", bytes_of(document.file))
    assert "没有印章" in hand_in(on_paper, document, [itself]).note
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(bytes_of(document.file))))
    locked.encrypt("secret")
    out = io.BytesIO()
    locked.write(out)
    assert "打不开" in hand_in(on_paper, document, [SimpleUploadedFile("锁.pdf", out.getvalue())]).note
    assert fresh(document).state == "approved"


def test_minutes_are_issued_without_a_stamp(on_paper: Office) -> None:
    """纪要 carry no seal: where others are printed and stamped, the file as it was set goes out."""
    with as_owner():
        DocumentSeries.objects.create(owner_code=on_paper.code, kind="minutes", code="五政教督纪")
    document = on_paper.approved(kind="minutes", title="第三次联席会议纪要", serve=True)
    work()
    row = fresh(document)
    assert (row.state, row.seal_way, row.sealed_as) == ("served", "", "按规定不加盖印章")
    assert row.sealed_file == row.file and row.pages
    page = on_paper.client(STAFF).get(document.get_absolute_url()).content.decode()
    steps = page.partition("办理步骤")[2].partition("</section>")[0]
    assert "印发" in steps and "用印" not in steps and "送达" not in steps


def test_scans_by_page(on_paper: Office) -> None:
    document = approved(on_paper)
    client = on_paper.client(STAFF)
    assert "上传用印扫描件" in client.get(document.get_absolute_url()).content.decode()
    address = f"/records/documents/{document.pk}/seal/"
    assert "第二步，加盖印章" in client.get(address).content.decode()
    wrong = client.post(address, {"sheets": SimpleUploadedFile("a.txt", "文字".encode())})
    assert "只收 PDF 和图片" in wrong.content.decode()
    assert client.post(address, {}).status_code == 422
    answer = client.post(address, {"sheets": scanned(document)})
    assert answer.status_code == 302
    assert "/jobs/" in answer["Location"]


# --- no way around ---------------------------------------------------------------------------------------------------


def test_no_state_after_the_seal_without_its_file(office: Office) -> None:
    """The database says it too: whatever code is written one day."""
    document = office.approved()
    for state in ("sealed", "issued", "served", "replaced"):
        with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
            facts = {"issued_at": document.approved_at, "rendered_at": document.approved_at, "file": "0" * 64,
                     "served_at": document.approved_at}  # fmt: skip
            more = {"replaced_at": document.approved_at} if state == "replaced" else {}
            Document.objects.filter(pk=document.pk).update(state=state, **facts, **more)


def test_no_path_of_moves_reaches_issue_without_the_seal() -> None:
    """Every walk through the table from the draft to an issued paper passes the seal."""
    from records.workflow import DOCUMENT

    def reachable(start: str, without: str) -> set[str]:
        seen, edge = {start}, [start]
        while edge:
            state = edge.pop()
            for t in DOCUMENT.transitions:
                if state in t.sources and t.name != without and t.target not in seen:
                    seen.add(str(t.target))
                    edge.append(str(t.target))
        return seen

    assert {"sealed", "issued", "served", "replaced"} <= reachable("drafted", "nothing")
    assert not {"sealed", "issued", "served", "replaced"} & reachable("drafted", "seal")


# --- in an old paper's place -----------------------------------------------------------------------------------------


def test_a_successor_takes_its_place_when_it_is_issued(office: Office) -> None:
    old = office.served()
    with scope(office.staff):
        with pytest.raises(Refused, match="须写明理由"):
            acts.draft_replacement(old, by=office.staff, reason=" ")
        draft = acts.draft_replacement(old, by=office.staff, reason="期限写错")
        with pytest.raises(Refused, match="新文稿已经拟好"):
            acts.draft_replacement(old, by=office.staff, reason="再来")
        assert draft.content == CONTENT
        draft = acts.submit(draft, by=office.staff)
    assert fresh(old).state == "served", "in force until the new one is issued"
    with scope(office.head):
        acts.approve(draft, by=office.head)
    work()
    new, old = fresh(draft), fresh(old)
    assert (new.state, old.state, new.replaces_id) == ("served", "replaced", old.pk)
    with as_owner():
        told = list(Notification.objects.filter(user_id=office.unit.user_id).values_list("title", flat=True))
    assert f"公文已被替代：{old.title}（{old.number}）" in told
    page = office.client("school").get(old.get_absolute_url()).content.decode()
    assert "这份公文已被" in page
    assert new.number in page
    with scope(office.unit), pytest.raises(Refused):
        sign_for(old, by=office.unit)
    with scope(office.head), pytest.raises(Refused, match="当前状态为“已被替代”，不能“作废”"):
        acts.void(old, by=office.head, reason="不要了")


def test_a_voided_successor_makes_room_for_another(office: Office) -> None:
    old = office.served()
    with scope(office.staff):
        draft = acts.draft_replacement(old, by=office.staff, reason="期限写错")
    with scope(office.head):
        acts.void(draft, by=office.head, reason="不需要")
    with scope(office.staff):
        assert acts.draft_replacement(fresh(old), by=office.staff, reason="主送写错").replaces_id == old.pk
    assert serve is not None

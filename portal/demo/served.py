"""Papers of the main office and how they came to the schools: three recipients by three ways, one deemed, a batch of letters."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Organization
from accounts.scope import scope
from portal.demo.clockwork import Clockwork, Story
from portal.demo.desk import Desk
from portal.demo.pictures import corridor
from records import clock
from records.actions import deeming, documents, receipts
from records.actions import letters as batches
from records.actions import service as serving
from records.documents.kinds import DocumentKind
from records.documents.papers import from_text
from records.documents.receipts import Receipt, Witness
from records.letters import jobs as letter_jobs
from records.models import Document, LetterBatch, Service

SENT, CAME, BATCH = 14, 13, 3
LETTERS = 6
ASKED = "一、报送内容\n食堂食品留样、陪餐制度和从业人员健康证明的检查情况。\n二、报送时间\n请于收到本函之日起十日内报送我办。"
OPENING = "{{ 称谓 }}今年秋季学期登记在校学生{{ 学生人数 }}人。请核对上述人数，如有出入，请于收到本函之日起十日内书面告知我办。"


def play(works: Clockwork, desk: Desk) -> None:
    for story in (several_ways, letters):
        works.tell(story(desk))


def several_ways(desk: Desk) -> Story:
    """A letter to three schools, and one to a fourth that nobody signs for: deemed after the office's own days."""
    schools = [school.organization for school in desk.schools]
    yield desk.at(SENT, 9)
    with scope(desk.head):
        deeming.switch_on(by=desk.head, amount=5, unit="working_day", basis="本区公文送达工作规定（演示数据）")
    several = _send(desk, "关于报送学校食堂食品安全检查情况的函", schools[:3])
    _send(desk, "关于补报校园安全自查材料的函", schools[3:4])
    yield desk.at(CAME, 10)
    _came(desk, several, schools)
    yield desk.at(BATCH, 8)
    receipts.deem_due()


def letters(desk: Desk) -> Story:
    yield desk.at(BATCH, 9)
    _letters(desk, [school.organization for school in desk.schools[:LETTERS]])


def _content(desk: Desk, recipient: str, text: str) -> dict[str, object]:
    name = desk.staff.organization_name
    return {"issuer_mark": f"{name}文件", "recipient": recipient, "paragraphs": from_text(text), "signature": name,
            "printed_by": name}  # fmt: skip


def _send(desk: Desk, title: str, recipients: list[Organization]) -> Document:
    """Drafted by the staff, approved by the head; the worker makes and serves it when the story pauses."""
    with scope(desk.staff):
        draft = documents.draft_document(
            by=desk.staff, kind=DocumentKind.LETTER, title=title,
            content=_content(desk, "，".join(o.name for o in recipients), ASKED), recipient=recipients[0],
            recipients=tuple(recipients[1:]),
        )  # fmt: skip
        documents.submit(draft, by=desk.staff)
    with scope(desk.head):
        documents.approve(Document.objects.visible_to(desk.head).get(pk=draft.pk), by=desk.head)
    return draft


def _came(desk: Desk, document: Document, schools: list[Organization]) -> None:
    """Signed for in the system, handed over, and left behind before two witnesses."""
    signer = desk.school_actor(0)
    with scope(signer):
        serving.sign_for(Document.objects.visible_to(signer).get(pk=document.pk), by=signer)
    now, carrier = clock.now(), desk.staff.display_name
    handed = Receipt("handed_over", now - timedelta(hours=1), received_by=desk.schools[1].head_name or "校长",
                     received_as="校长", server=carrier)  # fmt: skip
    witnesses = (Witness("李芳", "华山街道办事处"), Witness("王强", "华山社区居民委员会"))
    left = Receipt("left", now - timedelta(minutes=20), refusal="值班人员称负责人外出，拒绝代收", server=carrier,
                   witnesses=witnesses)  # fmt: skip
    for school, receipt, proofs in ((schools[1], handed, []), (schools[2], left, [corridor(3, blocked=False)])):
        with scope(desk.staff):
            row = Service.objects.visible_to(desk.staff).filter(document=document, recipient=school).first()
            if row is not None:  # where the office seals on paper nothing has gone out yet
                receipts.record_receipt(row, receipt, by=desk.staff, proofs=proofs)


def _letters(desk: Desk, schools: list[Organization]) -> None:
    rows = [(school, {"学生人数": str(480 + 37 * n)}) for n, school in enumerate(schools)]
    with scope(desk.staff):
        batch = batches.begin_batch(
            by=desk.staff, kind=DocumentKind.LETTER, title="关于核对秋季学期在校学生人数的函",
            content=_content(desk, "{{ 主送单位 }}", OPENING), columns=["学生人数"], recipients=rows,
        )  # fmt: skip
        batches.draft_some(batch, by=desk.staff, most=len(rows))
        batches.submit_batch(batch, by=desk.staff)
    with scope(desk.head):
        batch = batches.approve_batch(LetterBatch.objects.visible_to(desk.head).get(pk=batch.pk), by=desk.head)
        batches.number_some(batch, by=desk.head, most=len(rows))
    letter_jobs.help_letters(batch.pk, desk.code)
    with scope(desk.head):
        letters = list(batch.letters.select_related("document", "recipient").order_by("n"))
    letter_jobs.finish_whole(batch, letters)

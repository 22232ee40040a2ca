"""What can be done with a document, as buttons. The moves behind them: document_moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format

from accounts.actors import Actor
from records import clock
from records.actions import documents as acts
from records.actions import service as serving
from records.actions.countersigning import OPEN_STATES
from records.actions.replacements import replacement_refusal
from records.documents.kinds import DocumentKind
from records.models import Document, DocumentSeries, NumberCounter, OfficePaper, Service
from records.models.documents import BEFORE_APPROVAL
from records.permissions import Permission
from records.state import Refusal, owning_office
from records.web import Button, buttons
from records.workflow import DOCUMENT

# Of the moves that hand a paper on only the one that is due is shown: what the office's rule leaves out is no news.
NOT_DUE = ("这份", "核稿后")
HANDING_ON = ("send_to_check", "send_to_countersign", "submit", "check", "check_on")


def buttons_of(document: Document, services: list[Service], actor: Actor) -> list[Button]:
    """The steps of the actor's role from here, with what each will cause; editing and signing first."""
    moves = buttons(DOCUMENT, document, actor, "records:document_move")
    found = [_explained(button, document, actor) for button in moves if button.allowed or not _hands_on(button)]
    if document.state == Document.State.DRAFTED and actor.can(Permission.DRAFT_DOCUMENTS):
        refused = acts.revise_refusal(document, actor)
        found.append(
            Button("修改文稿", reverse("records:document_edit", args=[document.pk]), allowed=refused is None,
                   why_not=refused.sentence if refused else "", tone="secondary", is_link=True)
        )  # fmt: skip
    return [*_signing(document, services, actor), *_making(document, actor), *found, *_by_form(document, actor)]


def _by_form(document: Document, actor: Actor) -> list[Button]:
    """What has a page of its own, or makes another paper: countersigners, approval on paper, a successor."""
    if owning_office(document, actor) is not None:
        return []
    found = []
    if document.state in OPEN_STATES and actor.can(Permission.DRAFT_DOCUMENTS):
        found.append(_page(document, "选定会签", "countersigners", None))
    if document.state == Document.State.SUBMITTED and actor.can(Permission.RECORD_APPROVALS):
        refused = DOCUMENT.refusal(document, "record_approval", actor)
        found.append(_page(document, "登记纸质签发", "record_approval", refused))
    if document.state in (Document.State.ISSUED, Document.State.SERVED) and actor.can(Permission.DRAFT_DOCUMENTS):
        refused = replacement_refusal(document, actor)
        found.append(
            Button("拟制替代公文", reverse("records:document_replace", args=[document.pk]), allowed=refused is None,
                   why_not=refused.sentence if refused else "", tone="secondary", needs_reason=True,
                   confirm="按原文拟一份新文稿，照常送审签发；新公文印发时，本公文即被替代。")
        )  # fmt: skip
    if document.kind_of == DocumentKind.INTERVIEW_NOTICE and document.number and actor.can(Permission.DRAFT_DOCUMENTS):
        found.append(
            Button("打印约谈记录表", reverse("records:interview_record", args=[document.pk]), tone="secondary")
        )
    return found


def _page(document: Document, label: str, url_name: str, refused: Refusal | None, tone: str = "secondary") -> Button:
    return Button(label, reverse(f"records:{url_name}", args=[document.pk]), allowed=refused is None,
                  why_not=refused.sentence if refused else "", tone=tone, is_link=True)  # fmt: skip


def _hands_on(button: Button) -> bool:
    return button.url.rstrip("/").rpartition("/")[2] in HANDING_ON and button.why_not.startswith(NOT_DUE)


def _making(document: Document, actor: Actor) -> list[Button]:
    """What helps an approved paper on to its sealed file."""
    if document.state != Document.State.APPROVED or owning_office(document, actor) is not None:
        return []

    def move(label: str, name: str, **more: Any) -> Button:
        return Button(label, reverse("records:document_move", args=[document.pk, name]), **more)

    if not document.rendered_at:
        broken = document.render_error and actor.can(Permission.ISSUE_DOCUMENTS)
        return [move("重新生成文件", "render_again")] if broken else []
    if not actor.can(Permission.SEAL_DOCUMENTS):
        return []
    if document.seal_way == OfficePaper.SealWay.SIGNATURE:
        on_paper = move("改为打印盖章", "seal_on_paper", tone="secondary",
                        confirm="改为打印盖章后，须打印用印并上传扫描件，公文才能印发。")  # fmt: skip
        return [move("重新电子签章", "sign_again"), on_paper] if document.seal_error else []
    return [_page(document, "上传用印扫描件", "seal_scan", None, tone="primary")]


def _signing(document: Document, services: list[Service], actor: Actor) -> list[Button]:
    mine = next((s for s in services if s.recipient_id == actor.organization_id and s.voided_at is None), None)
    if mine is None or mine.signed_at or not actor.can(Permission.SIGN_FOR_DOCUMENTS):
        return []
    refused = serving.sign_refusal(document, mine, actor)
    url = reverse("records:document_move", args=[document.pk, "sign_for"])
    confirm = "签收即表示本单位已收到这份公文；从签收起算的期限自此开始。"
    if mine.received_at:
        confirm = f"本单位已于{date_format(clock.local(mine.received_at), 'Y年n月j日')}收到（{mine.get_kind_display()}）；补签收留存记录，不改变期限的起算时间。"
    label = "补签收" if mine.received_at else "签收"
    return [
        Button(label, url, allowed=refused is None, why_not=refused.sentence if refused else "", confirm=confirm,
               tone="secondary" if mine.received_at else "primary")
    ]  # fmt: skip


def _explained(button: Button, document: Document, actor: Actor) -> Button:
    """Approval asks once, and says which number is next and what then happens by itself."""
    if not button.allowed or button.label != DOCUMENT.by_name["approve"].label:
        return button
    recipient = document.subject_org.name if document.subject_org else "主送单位"
    number = next_number(document, actor)
    number = f"按当前序号，文号将是{number}。" if number else ""
    text = f"{number}签发后正文不能再改。"
    box = ("onward", f"成文用印后即印发，并送达{recipient}（对方签收后开始计算期限）")
    return replace(button, confirm=text, checkbox=box)


def next_number(document: Document, actor: Actor) -> str:
    """The number that the next approval of this kind would take; empty without a series. Nothing is reserved."""
    series = (
        DocumentSeries.objects.visible_to(actor).filter(kind=document.kind_of, owner_code=document.owner_code).first()
    )
    if series is None:
        return ""
    year = clock.today().year
    counter = NumberCounter.objects.visible_to(actor).filter(
        owner_code=document.owner_code, series=series.code, year=year
    ).first()  # fmt: skip
    return f"{series.code}〔{year}〕{(counter.last if counter else 0) + 1}号"


def series_missing(document: Document, actor: Actor) -> bool:
    """Whether the office must set a series code before this can be approved; asked only where it matters."""
    waits = document.state in BEFORE_APPROVAL
    if not waits or actor.division_code != document.owner_code or not actor.is_office:
        return False
    return not next_number(document, actor)

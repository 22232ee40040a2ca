"""What can be done with a document, as buttons and as the moves behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from accounts.actors import Actor
from records import clock
from records.actions import documents as acts
from records.actions import service as serving
from records.models import Document, DocumentSeries, NumberCounter, Service
from records.permissions import Permission
from records.web import Button, buttons
from records.workflow import DOCUMENT


@dataclass(frozen=True)
class Move:
    """A step by its name in the address: what it does, and the sentence when it was done."""

    act: Callable[[Document, Actor, str], Any]
    done: str


MOVES: dict[str, Move] = {
    "submit": Move(lambda d, by, reason: acts.submit(d, by=by), "已送签，签发人会收到通知。"),
    "approve": Move(
        lambda d, by, reason: acts.approve(d, by=by), "已签发并取得文号，正在生成文件，完成后自动印发送达。"
    ),
    "return": Move(lambda d, by, reason: acts.return_draft(d, by=by, reason=reason), "已退回修改，拟稿人会收到通知。"),
    "issue": Move(lambda d, by, reason: acts.issue(d, by=by), "已印发。"),
    "serve": Move(lambda d, by, reason: serving.serve(d, by=by), "已送达，对方单位会收到签收通知。"),
    "void": Move(lambda d, by, reason: acts.void(d, by=by, reason=reason), "已作废。"),
    "render_again": Move(lambda d, by, reason: acts.render_again(d, by=by), "已重新安排生成文件，稍候自动出现。"),
    "sign_for": Move(lambda d, by, reason: serving.sign_for(d, by=by), "已签收。"),
}


def buttons_of(document: Document, services: list[Service], actor: Actor) -> list[Button]:
    """The steps of the actor's role from here, with what each will cause; editing and signing first."""
    moves = buttons(DOCUMENT, document, actor, "records:document_move")
    found = [_explained(button, document, actor) for button in moves]
    if document.state == Document.State.DRAFTED and actor.can(Permission.DRAFT_DOCUMENTS):
        refused = acts.revise_refusal(document, actor)
        found.append(
            Button("修改文稿", reverse("records:document_edit", args=[document.pk]), allowed=refused is None,
                   why_not=refused.sentence if refused else "", tone="secondary", is_link=True)
        )  # fmt: skip
    broken = document.render_error and not document.rendered_at
    if broken and document.state == Document.State.APPROVED and actor.can(Permission.ISSUE_DOCUMENTS):
        found.insert(0, Button("重新生成文件", reverse("records:document_move", args=[document.pk, "render_again"])))
    return [*_signing(document, services, actor), *found]


def _signing(document: Document, services: list[Service], actor: Actor) -> list[Button]:
    mine = next((s for s in services if s.recipient_id == actor.organization_id), None)
    if mine is None or mine.signed_at or not actor.can(Permission.SIGN_FOR_DOCUMENTS):
        return []
    refused = serving.sign_refusal(document, mine, actor)
    url = reverse("records:document_move", args=[document.pk, "sign_for"])
    return [
        Button("签收", url, allowed=refused is None, why_not=refused.sentence if refused else "",
               confirm="签收即表示本单位已收到这份公文；从签收起算的期限自此开始。")
    ]  # fmt: skip


def _explained(button: Button, document: Document, actor: Actor) -> Button:
    """Approval asks once, and says which number is next and what then happens by itself."""
    if not button.allowed or button.label != DOCUMENT.by_name["approve"].label:
        return button
    recipient = document.subject_org.name if document.subject_org else "主送单位"
    number = next_number(document, actor)
    number = f"按当前序号，文号将是{number}。" if number else ""
    text = f"{number}签发后正文不能再改；文件生成后自动印发并送达{recipient}，对方签收后开始计算期限。"
    return replace(button, confirm=text)


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
    waits = document.state in (Document.State.DRAFTED, Document.State.SUBMITTED)
    if not waits or actor.division_code != document.owner_code or not actor.is_office:
        return False
    return not next_number(document, actor)

"""The steps of a document's life by their names in the address: what each does, and the sentence when it was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from records.actions import checking, seals
from records.actions import documents as acts
from records.actions import service as serving
from records.models import Document, OfficePaper
from records.state import Refusal, Refused

SealWay = OfficePaper.SealWay
Typed = Mapping[str, Any]


@dataclass(frozen=True)
class Move:
    """A step by its name in the address: what it does with what was typed, and the sentence when it was done."""

    act: Callable[[Document, Actor, Typed], Any]
    done: str


def reason(typed: Typed) -> str:
    return str(typed.get("reason", ""))


def _approve(document: Document, by: Actor, typed: Typed) -> Any:
    if typed.get("number"):
        raise Refused(Refusal("文号由系统按序取得，不能手工填写。"))
    # A form without the box (an older page) means what always was: on to service.
    serves = "onward" in typed if "asked" in typed else True
    return acts.approve(document, by=by, serve_when_ready=serves)


MOVES: dict[str, Move] = {
    "send_to_check": Move(lambda d, by, typed: checking.send_on(d, by=by), "已送核稿，核稿人会收到通知。"),
    "send_to_countersign": Move(lambda d, by, typed: checking.send_on(d, by=by), "已送会签，会签单位会收到通知。"),
    "submit": Move(lambda d, by, typed: checking.send_on(d, by=by), "已送签，签发人会收到通知。"),
    "check": Move(lambda d, by, typed: checking.pass_check(d, by=by), "核稿通过，已送签发。"),
    "check_on": Move(lambda d, by, typed: checking.pass_check(d, by=by), "核稿通过，已送会签。"),
    "return_from_check": Move(
        lambda d, by, typed: checking.return_from_check(d, by=by, reason=reason(typed)),
        "已退回修改，拟稿人会收到通知。",
    ),
    "countersigned": Move(lambda d, by, typed: checking.finish_countersigning(d, by=by), "会签完毕，已送签发。"),
    "withdraw": Move(lambda d, by, typed: checking.withdraw(d, by=by), "已撤回，可以修改后重新送出。"),
    "approve": Move(_approve, "已签发并取得文号，正在生成文件。"),
    "return": Move(
        lambda d, by, typed: acts.return_draft(d, by=by, reason=reason(typed)), "已退回修改，拟稿人会收到通知。"
    ),
    "issue": Move(lambda d, by, typed: acts.issue(d, by=by), "已印发。"),
    "serve": Move(lambda d, by, typed: serving.serve(d, by=by), "已送达，对方单位会收到签收通知。"),
    "void": Move(lambda d, by, typed: acts.void(d, by=by, reason=reason(typed)), "已作废。"),
    "render_again": Move(lambda d, by, typed: acts.render_again(d, by=by), "已重新安排生成文件，稍候自动出现。"),
    "sign_again": Move(
        lambda d, by, typed: seals.seal_again(d, by=by, way=SealWay.SIGNATURE), "已重新安排电子签章，稍候自动完成。"
    ),
    "seal_on_paper": Move(
        lambda d, by, typed: seals.seal_again(d, by=by, way=SealWay.SCAN), "已改为打印盖章后上传扫描件。"
    ),
    "sign_for": Move(lambda d, by, typed: serving.sign_for(d, by=by), "已签收。"),
}

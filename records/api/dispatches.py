"""What of messages really went out of the house, for the office that sent them."""

from __future__ import annotations

from typing import Any

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.resources import Deed, Resource
from records.filters import DispatchFilter
from records.models import ChannelKind, Delivery, Dispatch
from records.notices.dispatches import try_again
from records.permissions import Permission as P
from records.state import Refusal, Refused

ITEM = f.record(
    id=f.INTEGER, title=f.STRING, category=f.STRING, due_at=f.MOMENT, delivered_at=f.MOMENT, seen_at=f.MOMENT
)


def _items(dispatch: Dispatch, actor: Actor) -> list[dict[str, Any]]:
    return list(Delivery.objects.visible_to(actor).filter(dispatch=dispatch).order_by("pk").values(*ITEM["properties"]))


def _retry(actor: Actor, on: Any, form: Any) -> None:
    if not try_again(on):
        raise Refused(Refusal("这条消息没有失败，不需要重发。"))


DISPATCHES = Resource(
    name="dispatches", title="消息发送记录", room="records", words=(P.VIEW_DISPATCHES,), filterset=DispatchFilter, order="-created_at",
    rows=lambda actor: Dispatch.objects.visible_to(actor),
    fields=(
        f.person("user", "收件人"), f.ref("organization", "单位"), *f.coded("channel", "渠道", ChannelKind.choices), f.text("title", "标题"),
        f.number("items", "事项数"), *f.coded("state", "状态", Dispatch.State.choices), f.number("attempts", "发送次数"),
        f.text("sent_to", "接收地址（掩码）"), f.moment("created_at", "生成时间", sort=True), f.moment("sent_at", "发出时间"),
        f.moment("delivered_at", "送达时间"), f.moment("failed_at", "失败时间"), f.text("error", "最近一次错误"),
    ),
    parts=(f.Part("messages", "其中的消息", f.listed(ITEM), _items),),
    deeds=(Deed("retry", "重新发送", _retry, (P.VIEW_DISPATCHES,)),),
)  # fmt: skip
RESOURCES = (DISPATCHES,)

"""What makes a receipt complete, kind by kind: pure rules, no database.

No text on education supervision prescribes how a paper is served. What is demanded here is what lets a receipt stand
when the deadline that runs from it is disputed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.formats import date_format

from records import clock
from records.models import Service
from records.state import Refusal

Kind = Service.Kind
# What the office records; signing is the recipient's and deeming the schedule's.
RECORDED = (Kind.HANDED_OVER, Kind.LEFT, Kind.POST, Kind.SCAN)
PROOF = {
    Kind.LEFT: "留置送达须上传现场照片或回证扫描件。",
    Kind.POST: "邮寄送达须上传妥投证明（回执、签收记录截图等）。",
    Kind.SCAN: "请上传受送达单位签收的纸质回执扫描件。",
}


@dataclass(frozen=True)
class Witness:
    name: str = ""
    organization: str = ""

    @property
    def is_named(self) -> bool:
        return bool(self.name and self.organization)


@dataclass(frozen=True)
class Receipt:
    """What somebody of the office records about the receipt of a paper."""

    kind: str
    received_at: datetime
    received_by: str = ""
    received_as: str = ""
    server: str = ""
    refusal: str = ""
    witnesses: tuple[Witness, Witness] = field(default=(Witness(), Witness()))
    carrier: str = ""
    tracking: str = ""
    posted_on: date | None = None
    note: str = ""

    @property
    def backdated_days(self) -> int:
        """Whole days between the day of receipt and today, when it is recorded."""
        return (clock.today() - clock.local(self.received_at).date()).days


def receipt_refusal(receipt: Receipt, *, issued_at: datetime | None, proofs: int) -> Refusal | None:
    """Why the receipt is not complete, or None. `proofs`: how many scans and photos come with it."""
    return (
        moment_refusal(receipt.received_at, issued_at)
        or _facts_refusal(receipt)
        or _posting_refusal(receipt, issued_at)
        or _proof_refusal(receipt, proofs)
    )  # fmt: skip


def moment_refusal(received_at: datetime, issued_at: datetime | None) -> Refusal | None:
    """A receipt is neither before the paper was issued nor after now."""
    if issued_at is None:
        return Refusal("公文还没有印发，不能登记送达。")
    if received_at > clock.now():
        return Refusal("收到时间不能晚于现在。")
    if received_at < issued_at:
        issued = date_format(clock.local(issued_at), "Y年n月j日 H:i")
        return Refusal(f"收到时间不能早于公文印发时间（{issued}）。")
    return None


def _facts_refusal(receipt: Receipt) -> Refusal | None:
    match receipt.kind:
        case Kind.HANDED_OVER:
            return _lacks(
                ("收件人姓名", receipt.received_by), ("收件人职务", receipt.received_as), ("送达人", receipt.server)
            )
        case Kind.LEFT:
            return _left_refusal(receipt)
        case Kind.POST:
            return _post_refusal(receipt)
        case Kind.SCAN:
            return _lacks(("回执上的签收人", receipt.received_by))
    return Refusal("请选择送达方式：直接送达、留置送达、邮寄送达或扫描回执。")


def _left_refusal(receipt: Receipt) -> Refusal | None:
    """留置送达: refused, left behind, and two people saw it who did not carry it."""
    first, second = receipt.witnesses
    lacking = _lacks(("拒收理由", receipt.refusal), ("送达人", receipt.server))
    if lacking is not None:
        return lacking
    if not (first.is_named and second.is_named):
        return Refusal("留置送达须有两名见证人，请写明每名见证人的姓名和单位。")
    if first.name == second.name:
        return Refusal("两名见证人不能是同一人；确系同名的，请在姓名后加注以示区别。")
    if receipt.server in (first.name, second.name):
        return Refusal(f"送达人“{receipt.server}”不能同时作见证人。")
    return None


def _post_refusal(receipt: Receipt) -> Refusal | None:
    lacking = _lacks(("承运单位", receipt.carrier), ("邮件号", receipt.tracking))
    if lacking is not None:
        return lacking
    if receipt.posted_on is None:
        return Refusal("请填写交寄日期。")
    if receipt.posted_on > clock.local(receipt.received_at).date():
        return Refusal("收到日期不能早于交寄日期。")
    return None


def _posting_refusal(receipt: Receipt, issued_at: datetime | None) -> Refusal | None:
    posted = receipt.posted_on if receipt.kind == Kind.POST else None
    if posted is None or issued_at is None or posted >= clock.local(issued_at).date():
        return None
    return Refusal("交寄日期不能早于公文印发日期。")


def _lacks(*facts: tuple[str, str]) -> Refusal | None:
    missing = [label for label, value in facts if not value]
    return Refusal(f"请填写{'、'.join(missing)}。") if missing else None


def _proof_refusal(receipt: Receipt, proofs: int) -> Refusal | None:
    if proofs:
        return None
    if receipt.kind in PROOF:
        return Refusal(PROOF[Kind(receipt.kind)])
    if receipt.backdated_days > 0:
        return Refusal(f"补登{receipt.backdated_days}天前的送达，须上传回证扫描件或照片。")
    return None

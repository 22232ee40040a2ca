"""What papers there are: every kind described once. Official documents carry a number and a red head; internal forms are
tables and carry neither. Imports no model, so that models and pages may all ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models

from records.rendering.papers import Layout


class DocumentKind(models.TextChoices):
    RECTIFICATION_NOTICE = "rectification_notice", "整改通知书"
    SUPERVISORY_ORDER = "supervisory_order", "督办单"
    INSPECTION_NOTICE = "inspection_notice", "督导通知书"
    OPINION_LETTER = "opinion_letter", "督导意见书"
    INTERVIEW_NOTICE = "interview_notice", "约谈通知书"
    LETTER = "letter", "函"
    MINUTES = "minutes", "会议纪要"


class FormKind(models.TextChoices):
    """Internal forms in table layout (内部表格): no official document, no number, no red head."""

    VISIT_RECORD = "visit_record", "督导记录"
    INTERVIEW_RECORD = "interview_record", "约谈记录"
    SERVICE_RECEIPT = "service_receipt", "送达回证"


@dataclass(frozen=True)
class KindOfPaper:
    """`layouts`: the first is the default; an office may choose another as its local practice (本地惯例).

    `purpose` says when one writes it. `publicity` is what the draft begins with. `blanks`: what its templates may
    leave open besides COMMON_BLANKS, name → what it means.
    """

    code: str
    label: str
    purpose: str
    layouts: tuple[Layout, ...]
    publicity: str = "on_request"
    needs_number: bool = True
    needs_service: bool = True
    is_sealed: bool = True
    recipient: str = "被督导单位"
    blanks: tuple[tuple[str, str], ...] = ()

    @property
    def layout(self) -> Layout:
        return self.layouts[0]

    @property
    def is_official(self) -> bool:
        return self.layout is not Layout.FORM


# Filled in from what the platform knows: the office, the recipient and the day.
KNOWN_BLANKS: Final[tuple[tuple[str, str], ...]] = (
    ("本机关", "发文机关名称"),
    ("主送单位", "主送单位名称"),
    ("称谓", "对主送单位的称呼：你校、你单位"),
    ("今天", "拟稿当日"),
)
"""These need nobody to fill them in."""
CONTACT: Final[tuple[tuple[str, str], ...]] = (("联系人", "本单位联系人"), ("联系电话", "本单位联系电话"))
_LETTER_TOO: Final = (Layout.OFFICIAL, Layout.LETTER)

_KINDS: Final[tuple[KindOfPaper, ...]] = (
    KindOfPaper(
        "rectification_notice", "整改通知书", "把督导发现的问题和整改要求通知被督导单位。", _LETTER_TOO,
        blanks=(("问题来源", "在什么督导中发现"), ("整改期限", "完成整改的日期"), ("报送期限", "报送整改报告的日期")),
    ),
    KindOfPaper(
        "supervisory_order", "督办单", "逾期未报送或者整改不到位的，限期办理。", _LETTER_TOO,
        blanks=(("督办事项", "要办的事"), ("督办原因", "为什么督办"), ("办结期限", "办结的日期")),
    ),
    KindOfPaper(
        "inspection_notice", "督导通知书", "专项督导、综合督导前通知被督导单位。", _LETTER_TOO,
        blanks=(("督导事项", "督导什么"), ("督导时间", "何时督导"), ("自评期限", "报送自评报告的日期"), ("督导组长", "组长姓名和职务")),
    ),
    KindOfPaper(
        "opinion_letter", "督导意见书", "督导结束后把督导意见送达被督导单位。", (Layout.OFFICIAL,), publicity="active",
        blanks=(("督导事项", "督导了什么"), ("督导时间", "何时督导"), ("整改期限", "完成整改的日期"), ("报送期限", "报送整改报告的日期")),
    ),
    KindOfPaper(
        "interview_notice", "约谈通知书", "通知被督导单位负责人接受约谈。", _LETTER_TOO,
        blanks=(("约谈事由", "因何约谈"), ("约谈时间", "何时约谈"), ("约谈地点", "在哪里约谈"), ("被约谈人", "姓名和职务")),
    ),
    KindOfPaper(
        "letter", "函", "与不相隶属的单位商洽工作、询问和答复问题。", _LETTER_TOO, recipient="收函单位",
        blanks=(("来函", "对方来函的标题和文号"), ("商请事项", "请对方办什么"), ("答复期限", "请对方何时答复")),
    ),
    KindOfPaper(
        "minutes", "会议纪要", "记载会议情况和议定事项。", (Layout.OFFICIAL, Layout.MINUTES), needs_service=False,
        is_sealed=False, recipient="与会单位",
        blanks=(("会议名称", "会议的名称"), ("会议时间", "何时开会"), ("会议地点", "在哪里开会"), ("主持人", "姓名和职务"),
                ("出席人员", "出席人员名单")),
    ),
    KindOfPaper(
        "visit_record", "督导记录", "记载一次经常性督导。", (Layout.FORM,), publicity="closed", needs_number=False,
        needs_service=False, recipient="",
    ),
    KindOfPaper(
        "interview_record", "约谈记录", "记载一次约谈。", (Layout.FORM,), publicity="closed", needs_number=False,
        needs_service=False, recipient="",
    ),
    KindOfPaper(
        "service_receipt", "送达回证", "证明公文已经送达。", (Layout.FORM,), publicity="closed", needs_number=False,
        needs_service=False, recipient="",
    ),
)  # fmt: skip
KINDS: Final[dict[str, KindOfPaper]] = {kind.code: kind for kind in _KINDS}


def kind_of(code: str) -> KindOfPaper:
    """The description of a DocumentKind or FormKind; KeyError for anything else."""
    return KINDS[str(code)]


def blanks_of(code: str) -> dict[str, str]:
    """Every blank that a template of the kind may have, name → what it means."""
    return dict((*KNOWN_BLANKS, *kind_of(code).blanks, *CONTACT))

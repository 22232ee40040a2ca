"""State table of batches of letters: drafted, submitted once every paper is drafted, approved in one act, done."""

from __future__ import annotations

from accounts.actors import Actor
from records.models import LetterBatch
from records.permissions import Permission
from records.state import Machine, Refusal, StateLabel, Transition, owning_office

S = LetterBatch.State


def all_drafted(batch: LetterBatch, actor: Actor) -> Refusal | None:
    rows = batch.letters.all()
    if not rows.exists():
        return Refusal("还没有主送单位，请先填写名单。")
    left = rows.filter(document__isnull=True).count()
    return Refusal(f"还有{left}件没有拟好，请等待或点“继续拟稿”。") if left else None


BATCH = Machine(
    name="批量公文",
    model=LetterBatch,
    initial=S.DRAFTED,
    states=(
        StateLabel(S.DRAFTED, "拟稿", "grey"),
        StateLabel(S.SUBMITTED, "待签发", "amber"),
        StateLabel(S.APPROVED, "生成中", "blue"),
        StateLabel(S.DONE, "已完成", "green"),
        StateLabel(S.WITHDRAWN, "已撤回", "grey"),
    ),
    transitions=(
        # Made by the job once every paper is drafted: the button starts the job.
        Transition("submit", "送签", (S.DRAFTED,), S.SUBMITTED, Permission.DRAFT_DOCUMENTS, (owning_office, all_drafted),
                   button=False),
        Transition("approve", "签发全部", (S.SUBMITTED,), S.APPROVED, Permission.APPROVE_DOCUMENTS, (owning_office,),
                   not_same_person_as=(("drafted_by_id", "拟稿"),),
                   confirm="签发后各件按名单顺序连续取得文号，正文不能再改。"),
        Transition("return", "退回修改", (S.SUBMITTED,), S.DRAFTED, Permission.APPROVE_DOCUMENTS, (owning_office,),
                   reason_required=True, tone="secondary"),
        Transition("finish", "全部生成", (S.APPROVED,), S.DONE, Permission.RUN_SCHEDULE, (owning_office,), button=False),
        Transition("withdraw", "撤回", (S.DRAFTED,), S.WITHDRAWN, Permission.DRAFT_DOCUMENTS, (owning_office,),
                   tone="secondary", confirm="撤回后这批公文不再办理。"),
    ),
)  # fmt: skip

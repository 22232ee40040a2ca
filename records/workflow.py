"""State table of official documents: draft, check, countersign, approve, seal, issue, serve, replace, void (architecture.md §5)."""

from __future__ import annotations

from collections.abc import Callable

from accounts.actors import Actor, ActorKind
from records import clock
from records.documents.blanks import open_blanks
from records.models import Document, PaperSteps
from records.models.documents import BEFORE_APPROVAL
from records.permissions import Permission
from records.state import Machine, Refusal, StateLabel, Transition, owning_office

S = Document.State


# --- which steps a paper still has to take -----------------------------------------------------------------------


def steps_of(document: Document) -> PaperSteps:
    """The office's rule for this kind of document; asked once for one object in hand."""
    known: PaperSteps | None = document.__dict__.get("_steps")
    if known is None:
        found = PaperSteps.objects.filter(owner_code=document.owner_code, kind=document.kind_of).first()
        known = found or PaperSteps(owner_code=document.owner_code, kind=document.kind_of)
        document.__dict__["_steps"] = known
    return known


def next_step(document: Document) -> str:
    """The state that comes next before approval: a check or a countersignature of the text in force stands."""
    if steps_of(document).check_required and document.checked_at is None:
        return S.CHECKING
    in_force = [signer for signer in document.countersigners.all() if signer.voided_at is None]
    if any(signer.is_open for signer in in_force) or (steps_of(document).countersign_required and not in_force):
        return S.COUNTERSIGNING
    return S.SUBMITTED


NEXT = {S.CHECKING: "先送核稿", S.COUNTERSIGNING: "先送会签", S.SUBMITTED: "直接送签发"}


def is_next(state: str) -> Callable[[Document, Actor], Refusal | None]:
    def guard(document: Document, actor: Actor) -> Refusal | None:
        due = next_step(document)
        return None if due == state else Refusal(f"这份{document.get_kind_of_display()}下一步应{NEXT[S(due)]}。")

    return guard


def after_check(state: str) -> Callable[[Document, Actor], Refusal | None]:
    """What follows once it is checked."""

    def guard(document: Document, actor: Actor) -> Refusal | None:
        in_force = [signer for signer in document.countersigners.all() if signer.voided_at is None]
        wanted = any(s.is_open for s in in_force) or (steps_of(document).countersign_required and not in_force)
        if wanted == (state == S.COUNTERSIGNING):
            return None
        return Refusal("核稿后还须会签，不能直接送签发。" if wanted else "这份文稿没有会签，核稿后直接送签发。")

    return guard


# --- guards --------------------------------------------------------------------------------------------------------


def named_checker(document: Document, actor: Actor) -> Refusal | None:
    checker = steps_of(document).checker
    if checker is None or checker.pk == actor.user_id or actor.kind is ActorKind.SYSTEM:
        return None
    return Refusal(f"本单位的{document.get_kind_of_display()}由{checker}核稿。")


def countersigners_named(document: Document, actor: Actor) -> Refusal | None:
    if any(signer.is_open for signer in document.countersigners.all()):
        return None
    return Refusal("还没有选定会签单位或人员，请先在“会签”中添加。")


def countersigned(document: Document, actor: Actor) -> Refusal | None:
    """Everybody has answered, and the office has answered every objection."""
    in_force = [signer for signer in document.countersigners.all() if signer.voided_at is None]
    waiting = [signer.label for signer in in_force if signer.is_open]
    if waiting:
        return Refusal(f"还有{'、'.join(waiting)}没有会签。")
    objecting = [signer.label for signer in in_force if not signer.is_settled]
    if objecting:
        return Refusal(f"{'、'.join(objecting)}有不同意见，须先答复或撤回修改，才能送签发。")
    return None


def drafted_by_giver(document: Document, actor: Actor) -> Refusal | None:
    """A delegate signs in the leader's stead: what the leader drafted, neither of them may approve."""
    word = Permission.APPROVE_DOCUMENTS
    if actor.kind is ActorKind.SYSTEM or actor.can(word) or document.drafted_by_id is None:
        return None
    lent = [d for d in actor.lent_for(word) if d.holds_on(clock.today())]
    if any(d.giver_id != document.drafted_by_id for d in lent):
        return None
    return Refusal(f"这份文稿由授权人{lent[0].giver_name}拟稿，受托人不能代其签发，请由其他负责人签发。")


def file_is_stored(document: Document, actor: Actor) -> Refusal | None:
    if document.rendered_at:
        return None
    return Refusal("公文正在生成，生成完毕后才能用印，请稍候。")


def is_sealed(document: Document, actor: Actor) -> Refusal | None:
    if document.sealed_file:
        return None
    return Refusal("公文还没有用印的文件，不能印发。")


DRAFT, APPROVE = Permission.DRAFT_DOCUMENTS, Permission.APPROVE_DOCUMENTS
CHECK, ISSUE = Permission.CHECK_DOCUMENTS, Permission.ISSUE_DOCUMENTS
NOT_THE_DRAFTER = (("drafted_by_id", "拟稿"),)
APPROVAL_ASKS = "签发后取得文号，正文不能再改。"


def blanks_are_filled(document: Document, actor: Actor) -> Refusal | None:
    left = open_blanks(document.kind_of, document.title, document.content)
    if not left:
        return None
    return Refusal(f"文稿中还有空白没有填写：{'、'.join(left)}。请修改文稿，填好后再送签。")


DOCUMENT = Machine(
    name="公文",
    model=Document,
    initial=S.DRAFTED,
    states=(
        StateLabel(S.DRAFTED, "拟稿", "grey"),
        StateLabel(S.CHECKING, "待核稿", "amber"),
        StateLabel(S.COUNTERSIGNING, "会签中", "amber"),
        StateLabel(S.SUBMITTED, "待签发", "amber"),
        StateLabel(S.APPROVED, "已签发", "blue"),
        StateLabel(S.SEALED, "已用印", "blue"),
        StateLabel(S.ISSUED, "已印发", "blue"),
        StateLabel(S.SERVED, "已送达", "green"),
        StateLabel(S.REPLACED, "已被替代", "grey"),
        StateLabel(S.VOID, "已作废", "grey"),
    ),
    transitions=(
        Transition("send_to_check", "送核稿", (S.DRAFTED,), S.CHECKING, DRAFT, (owning_office, is_next(S.CHECKING), blanks_are_filled)),
        Transition("send_to_countersign", "送会签", (S.DRAFTED,), S.COUNTERSIGNING, DRAFT,
                   (owning_office, is_next(S.COUNTERSIGNING), blanks_are_filled, countersigners_named)),
        Transition("submit", "送签", (S.DRAFTED,), S.SUBMITTED, DRAFT, (owning_office, is_next(S.SUBMITTED), blanks_are_filled)),
        Transition("check", "核稿通过", (S.CHECKING,), S.SUBMITTED, CHECK,
                   (owning_office, named_checker, after_check(S.SUBMITTED)), not_same_person_as=NOT_THE_DRAFTER),
        Transition("check_on", "核稿通过，送会签", (S.CHECKING,), S.COUNTERSIGNING, CHECK,
                   (owning_office, named_checker, after_check(S.COUNTERSIGNING), countersigners_named),
                   not_same_person_as=NOT_THE_DRAFTER),
        Transition("return_from_check", "退回修改", (S.CHECKING,), S.DRAFTED, CHECK, (owning_office, named_checker),
                   reason_required=True, not_same_person_as=NOT_THE_DRAFTER, tone="secondary"),
        Transition("countersigned", "会签完毕，送签发", (S.COUNTERSIGNING,), S.SUBMITTED, DRAFT,
                   (owning_office, countersigned)),
        Transition("withdraw", "撤回修改", (S.CHECKING, S.COUNTERSIGNING, S.SUBMITTED), S.DRAFTED, DRAFT,
                   (owning_office,), tone="secondary", confirm="撤回后回到拟稿；正文一经修改，已作的核稿和会签即失效。"),
        Transition("approve", "签发", (S.SUBMITTED,), S.APPROVED, APPROVE, (owning_office, drafted_by_giver),
                   not_same_person_as=NOT_THE_DRAFTER, confirm=APPROVAL_ASKS),
        Transition("record_approval", "登记纸质签发", (S.SUBMITTED,), S.APPROVED, Permission.RECORD_APPROVALS,
                   (owning_office,), not_same_person_as=NOT_THE_DRAFTER, tone="secondary", button=False),
        Transition("return", "退回修改", (S.SUBMITTED,), S.DRAFTED, APPROVE, (owning_office,), reason_required=True,
                   tone="secondary"),
        Transition("seal", "用印", (S.APPROVED,), S.SEALED, Permission.SEAL_DOCUMENTS, (owning_office, file_is_stored),
                   button=False),
        Transition("issue", "印发", (S.SEALED,), S.ISSUED, ISSUE, (owning_office, is_sealed)),
        Transition("serve", "送达", (S.ISSUED,), S.SERVED, ISSUE, (owning_office,),
                   confirm="送达后责任单位即可看到并签收。"),
        Transition("replace", "由新公文替代", (S.ISSUED, S.SERVED), S.REPLACED, ISSUE, (owning_office,), button=False),
        Transition("void", "作废", (*map(S, BEFORE_APPROVAL), S.APPROVED, S.SEALED, S.ISSUED, S.SERVED), S.VOID,
                   Permission.VOID_DOCUMENTS, (owning_office,), reason_required=True, tone="danger",
                   confirm="作废后文号保留、不再使用，公文不再有效。"),
    ),
)  # fmt: skip

"""State table of archive files: who arranges, who closes, who opens again."""

from __future__ import annotations

from accounts.actors import Actor
from records.models import ArchiveFile
from records.permissions import Permission
from records.state import Machine, Refusal, StateLabel, Transition, owning_office

A = ArchiveFile.State


def catalogue_complete(file: ArchiveFile, actor: Actor) -> Refusal | None:
    """Every paper of the catalogue is there, by its bytes."""
    items = list(file.items.filter(left_out=False))
    if not items:
        return Refusal("卷内没有归档的文件，不能归档。")
    if file.prepare_error:
        return Refusal(f"卷内文件生成失败：{file.prepare_error[:120]}。请重新读取材料后再归档。")
    if any(not item.is_ready for item in items):
        return Refusal("卷内文件正在生成，生成完毕后才能归档，请稍候刷新页面。")
    return None


ARCHIVE = Machine(
    name="案卷",
    model=ArchiveFile,
    initial=A.OPEN,
    states=(
        StateLabel(A.OPEN, "整理中", "amber"),
        StateLabel(A.CLOSED, "已归档", "green"),
        StateLabel(A.HANDED_OVER, "已移交", "grey"),
    ),
    transitions=(
        Transition(
            "close", "归档", (A.OPEN,), A.CLOSED, Permission.CLOSE_ARCHIVE, (owning_office, catalogue_complete),
            not_same_person_as=(("opened_by_id", "立卷"),), confirm="归档后目录和卷内文件固定，不能再改。",
        ),
        Transition(
            "reopen", "重新整理", (A.CLOSED,), A.OPEN, Permission.CLOSE_ARCHIVE, (owning_office,),
            not_same_person_as=(("closed_by_id", "归档"),), reason_required=True, tone="secondary",
            confirm="案卷退回整理，原目录留在办理记录中。",
        ),
        Transition("hand_over", "移交", (A.CLOSED,), A.HANDED_OVER, Permission.CLOSE_ARCHIVE, (owning_office,), button=False),
    ),
)  # fmt: skip

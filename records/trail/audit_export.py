"""The audit log as Excel. Taking it away is itself written into it."""

from __future__ import annotations

from records.exports import Export, register_export
from records.filters import AuditFilter
from records.lists import Column
from records.models import AuditEntry
from records.permissions import Permission

register_export(
    Export(
        name="audit",
        title="审计记录",
        permissions=(Permission.READ_AUDIT,),
        about=AuditEntry,
        rows=lambda actor, query: AuditEntry.objects.visible_to(actor),
        columns=[
            Column("at", "时间", "at"), Column("person", "人员", "person_name"), Column("acting_as", "身份"),
            Column("action", "行为", "action"), Column("kind", "对象类别"), Column("object", "对象编号"), Column("detail", "说明"),
            Column("outcome", "结果", "succeeded"), Column("address", "地址"),
        ],
        values={
            "at": lambda e: e.at, "person": lambda e: e.person_name, "acting_as": lambda e: e.acting_as,
            "action": lambda e: e.get_action_display(), "kind": lambda e: e.object_label, "object": lambda e: e.object_id,
            "detail": lambda e: e.detail, "outcome": lambda e: "成功" if e.succeeded else "失败",
            "address": lambda e: e.address or "",
        },
        default_sort="-at",
        filterset_class=AuditFilter,
        widths={"acting_as": 30, "detail": 40, "at": 20},
    )
)  # fmt: skip

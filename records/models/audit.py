from __future__ import annotations

import uuid
from typing import ClassVar

from django.apps import apps
from django.db import models

from accounts.tenancy import Tenancy, setting
from records.querysets import AuditQuerySet


class AuditEntry(models.Model):
    """Who did what when, from where: signing in, reading a person's file, exporting, moving a state, changing rights.

    Anybody's request may add one, nobody may change one, and only the audit administrator reads them. It names the
    object and never its contents (GB/T 22239-2019, 安全审计).
    """

    tenancy = Tenancy.custom(
        using=f"""coalesce((SELECT scope_text('app.role')) = 'audit_admin'
            AND division_code BETWEEN {setting("alo")} AND {setting("ahi")}, false)""",
        check="true",
        append_only=True,
    )

    class Action(models.TextChoices):
        SIGN_IN = "sign_in", "登录"
        SIGN_IN_FAILED = "sign_in_failed", "登录失败"
        SIGN_OUT = "sign_out", "退出"
        SWITCH = "switch", "切换身份"
        READ = "read", "查阅"
        EXPORT = "export", "导出"
        REVEAL = "reveal", "查看个人信息"
        MOVE = "move", "办理"
        CREATE = "create", "新建"
        CHANGE = "change", "修改"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("时间")
    action = models.CharField("行为", max_length=20, choices=Action)
    user_id = models.BigIntegerField(null=True)
    person_name = models.CharField("人员", max_length=60)
    acting_as = models.CharField("身份", max_length=260, blank=True)
    division_code = models.PositiveIntegerField(default=0)
    object_kind = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    detail = models.CharField("说明", max_length=200, blank=True)
    succeeded = models.BooleanField("成功", default=True)
    address = models.GenericIPAddressField("地址", null=True, blank=True)

    objects: ClassVar[AuditQuerySet] = AuditQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["-at", "id"]
        indexes = [
            models.Index(fields=["division_code", "-at"]),
            models.Index(fields=["user_id", "-at"]),
            # A province's trail is read newest first, whole or by deed; a range of divisions has no order.
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["action", "-at"], name="audit_deed"),
            models.Index(fields=["object_kind", "object_id", "-at"], name="audit_object"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name} {self.get_action_display()}"

    @property
    def object_label(self) -> str:
        """What kind of thing it was, in the words of the pages."""
        try:
            return str(apps.get_model(self.object_kind)._meta.verbose_name)
        except (LookupError, ValueError):
            return self.object_kind

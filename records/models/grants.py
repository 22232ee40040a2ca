from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.tenancy import Tenancy, setting
from records.querysets import OfficeQuerySet


class GrantEntry(models.Model):
    """One line of the office's register of what it opened to people from outside, and closed: who, why, until when.

    What opens is the `Party` row; this is what was decided. The unit concerned does not see it.
    """

    tenancy = Tenancy.custom(using=f"coalesce(owner_code = {setting('me')}, false)", append_only=True)

    root_kind = models.CharField(max_length=60)
    root_id = models.BigIntegerField()
    owner_code = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="外部人员")
    purpose = models.CharField("事由", max_length=24)
    until = models.DateField("截止日期")
    download = models.BooleanField("可下载文件")
    ended = models.BooleanField("收回", default=False)
    reason = models.TextField("理由")
    at = models.DateTimeField("时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人")
    by_name = models.CharField("办理人姓名", max_length=60)
    acting_as = models.CharField("身份", max_length=260)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "外部授权记录"
        verbose_name_plural = "外部授权记录"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["owner_code", "root_kind", "root_id"], name="grant_entry_root")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.root_kind}:{self.root_id}"

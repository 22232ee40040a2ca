from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.tenancy import Tenancy, setting
from records import clock
from records.querysets import JobQuerySet


class Job(models.Model):
    """Long work that a person started and may leave: an import, an export, bulk documents (architecture.md §6).

    While it runs its progress is kept in the cache, because its own rows are in a transaction that nobody sees yet; what
    it came to is kept here.
    """

    # The person's own; the background role sees all, to find what was cut off (records.lost_jobs).
    tenancy = Tenancy.custom(
        using=f"""CASE WHEN user_id = {setting("user")} THEN true
            ELSE coalesce({setting("me")} IS NULL AND owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false) END"""
    )

    class State(models.TextChoices):
        WAITING = "waiting", "等待处理"
        RUNNING = "running", "正在处理"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="发起人")
    # As what it was started: the work runs in this membership's scope, if it still is one.
    membership_id = models.BigIntegerField(editable=False)
    owner_code = models.PositiveIntegerField(editable=False)
    kind = models.CharField("类别", max_length=60)
    title = models.CharField("事项", max_length=200)
    params = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField("总数", default=0)
    done = models.PositiveIntegerField("已处理", default=0)
    # [{"place": "第3行", "value": "…", "cure": "…"}]: the first MOST_FAULTS of them; `fault_count` counts all.
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    note = models.TextField("说明", blank=True)
    result_name = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=64, blank=True, help_text="SHA-256")
    result_size = models.PositiveBigIntegerField(null=True, blank=True)
    result_mime = models.CharField(max_length=100, blank=True)
    result_url = models.CharField(max_length=200, blank=True)
    # Cut off or broken by chance, not refused: the person may have it done once more. `runs`: which of its runs this is.
    may_run_again = models.BooleanField(default=False)
    runs = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField("发起时间")
    asked_at = models.DateTimeField("排队时间", default=clock.now)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="job_of_person"),
            models.Index(fields=["state"], name="job_not_over", condition=Q(state__in=["waiting", "running"])),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="job_finished_with_date",
            ),
            models.CheckConstraint(
                condition=Q(may_run_again=False) | Q(state="failed"), name="job_again_only_after_a_failure"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("records:job", args=[self.pk])

    @property
    def cache_key(self) -> str:
        return f"job:{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def progress(self) -> dict[str, Any]:
        """{"done", "total", "percent", "running"}: what the page shows now; percent is None while the total is unknown."""
        live = {} if self.is_over else cache.get(self.cache_key) or {}
        done, total = live.get("done", self.done), live.get("total", self.total)
        running = not self.is_over and (bool(live) or self.state == self.State.RUNNING)
        percent = min(100, done * 100 // total) if total else None
        return {"done": done, "total": total, "percent": percent, "running": running}

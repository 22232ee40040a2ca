"""One's inbox and jobs, files of finished matters."""

from __future__ import annotations

from accounts.api import fields as f
from accounts.api.resources import Resource
from records.filters import InboxFilter
from records.models import ArchiveFile, Job, Notification
from records.permissions import Permission as P

NOTIFICATIONS = Resource(
    name="notifications", title="收件箱", room="records", words=(P.READ_INBOX,), filterset=InboxFilter, order="-created_at",
    rows=lambda actor: Notification.objects.visible_to(actor),
    fields=(
        f.text("title", "标题"), f.long_text("body", "内容"), *f.coded("category", "类别", Notification.Category.choices),
        f.flag("urgent", "紧急"), f.moment("created_at", "时间", sort=True), f.moment("read_at", "阅读时间"),
    ),
)  # fmt: skip
JOBS = Resource(
    name="jobs", title="任务", room="records", words=(P.USE_JOBS,), order="-created_at",
    rows=lambda actor: Job.objects.visible_to(actor),
    fields=(
        f.text("title", "事项"), f.text("kind", "类别"), *f.coded("state", "状态", Job.State.choices, sort=True),
        f.number("total", "总数"), f.number("done", "已处理"), f.number("fault_count", "未办成"), f.text("note", "说明"),
        f.moment("created_at", "发起时间", sort=True), f.moment("finished_at", "结束时间"),
    ),
)  # fmt: skip
ARCHIVE = Resource(
    name="archive-files", title="案卷", room="records", words=(P.VIEW_ARCHIVE,), order="-opened_at",
    rows=lambda actor: ArchiveFile.objects.visible_to(actor),
    fields=(
        f.text("number", "档号"), f.text("title", "案卷题名", sort=True), f.text("subject_name", "对象单位"),
        f.number("year", "归档年度", sort=True), *f.coded("state", "状态", ArchiveFile.State.choices, sort=True),
        f.number("retention_years", "保管年数", null=True), f.day("expires_on", "保管期满日期"),
        f.moment("opened_at", "立卷时间", sort=True), f.moment("closed_at", "归档时间"),
    ),
)  # fmt: skip
RESOURCES = (NOTIFICATIONS, JOBS, ARCHIVE)

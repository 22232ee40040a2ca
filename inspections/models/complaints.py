from __future__ import annotations

import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.tenancy import Tenancy, setting
from inspections.querysets import ComplaintQuerySet, ContactQuerySet, RecusalQuerySet
from records.models import Root
from records.querysets import OfficeQuerySet
from rectification.models import Problem

OWN_OFFICE = f"coalesce(owner_code = {setting('me')}, false)"
# Whoever is complained of learns nothing of it, whatever his role in the office (信访工作条例, 回避).
RECUSED = f"""id = ANY (ARRAY(SELECT x.complaint_id FROM inspections_complaintrecusal x
    WHERE x.person_id = {setting("user")}))"""


class Category(models.TextChoices):
    """What people complain of: the eight items of routine supervision in plain words, and the supervisors themselves."""

    MANAGEMENT = "management", "学校管理、制度执行"
    ADMISSION = "admission", "招生、收费、择校"
    TEACHING = "teaching", "课程开设、课堂教学"
    BURDEN = "burden", "课业负担、体育锻炼"
    ETHICS = "ethics", "教师师德师风"
    SAFETY = "safety", "校园及周边安全"
    CANTEEN = "canteen", "食堂、饮水、宿舍卫生"
    TRAINING = "training", "校外培训"
    SUPERVISORS = "supervisors", "督导机构、督学履职"
    OTHER = "other", "其他"


class Channel(models.TextChoices):
    SITE = "site", "网站"
    CODE = "code", "校门二维码"


class ComplaintIntake(models.Model):
    """What somebody sent from the public site, before the scheduler has taken it into the managing office's register.

    Written without a scope and read by nobody but the scheduler over all tenants.
    """

    tenancy = Tenancy.custom(
        using=f"coalesce({setting('me')} IS NULL AND owner_code BETWEEN {setting('lo')} AND {setting('hi')}, false)",
        check="true",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_code = models.PositiveIntegerField()
    number = models.CharField(max_length=24, unique=True)
    code_hash = models.CharField(max_length=64)
    unit_code = models.CharField(max_length=20, blank=True)
    unit_text = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=16, choices=Category)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.SITE)
    text = models.TextField()
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    # [{"sha256", "name", "mime", "size", "category"}]: bytes stored already, under their hash.
    files = models.JSONField(default=list)
    received_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "来件"
        verbose_name_plural = "来件"
        ordering = ["received_at", "id"]
        indexes = [models.Index(fields=["received_at"], condition=Q(consumed_at__isnull=True), name="intake_waiting")]

    def __str__(self) -> str:
        return self.number


@pghistory.track(exclude=["subject_prefecture", "subject_province", "code_hash"])
class Complaint(Root):
    """投诉举报 from the public about a unit, with the office that manages it; about the office itself, the one above.

    Decided on within 15 days, finished within 60 (信访工作条例; rules in records.timing.rules). It is never served: the unit
    learns of what is found, not of who wrote. `answer` is what the sender reads with number and query code.
    """

    tenancy = Tenancy.root(unless=RECUSED)
    url_name = "inspections:complaint_detail"
    Category = Category
    Channel = Channel

    class State(models.TextChoices):
        RECEIVED = "received", "待受理"
        ACCEPTED = "accepted", "办理中"
        PROPOSED = "proposed", "答复待审"
        FINISHED = "finished", "已办结"
        DECLINED = "declined", "不予受理"
        TRANSFERRED = "transferred", "已转送"

    number = models.CharField("编号", max_length=24)
    code_hash = models.CharField(max_length=64, editable=False)
    category = models.CharField("类别", max_length=16, choices=Category)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    unit_text = models.CharField("来件所称单位", max_length=200, blank=True)
    text = models.TextField("内容")
    has_contact = models.BooleanField("留有联系方式", default=False)
    received_at = models.DateTimeField("收到时间")
    state = models.CharField("状态", max_length=12, choices=State, default=State.RECEIVED, editable=False)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True, editable=False)
    transferred_to = models.CharField("转送单位", max_length=200, blank=True)
    answer = models.TextField("答复", blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField("办结时间", null=True, blank=True, editable=False)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # The ledger's row does not name the complaint: the unit reads its own row, and would know that somebody wrote.
    problem = models.OneToOneField(Problem, models.PROTECT, null=True, blank=True, related_name="+", editable=False)

    objects: ClassVar[ComplaintQuerySet] = ComplaintQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Root.Meta):
        verbose_name = "投诉举报"
        verbose_name_plural = "投诉举报"
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["subject_code", "-received_at", "-id"], name="complaint_county"),
            models.Index(fields=["subject_prefecture", "-received_at", "-id"], name="complaint_prefecture"),
            models.Index(fields=["subject_province", "-received_at", "-id"], name="complaint_province"),
            models.Index(fields=["subject_org", "-received_at", "-id"], name="complaint_subject"),
            models.Index(
                fields=["owner_code", "-received_at", "-id"],
                condition=Q(state__in=["received", "accepted", "proposed"]),
                name="complaint_open",
            ),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.UniqueConstraint(fields=["owner_code", "number"], name="complaint_number_once"),
            models.CheckConstraint(
                condition=Q(~Q(state="finished"), finished_at__isnull=True, finished_by__isnull=True)
                | Q(~Q(answer=""), state="finished", finished_at__isnull=False, finished_by__isnull=False),
                name="complaint_finished_with_answer",
                violation_error_message="办结须有答复和审定人。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "proposed", "finished"]) | Q(accepted_at__isnull=False),
                name="complaint_accepted_with_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_category_display()}"


class ComplaintContact(models.Model):
    """Who wrote, where he said so: a table of its own that nobody but the handling office reads (tenancy.md §2)."""

    tenancy = Tenancy.custom(
        using=f"{OWN_OFFICE} AND EXISTS (SELECT 1 FROM inspections_complaint c WHERE c.id = complaint_id)"
    )
    root_path: ClassVar[str] = "complaint"

    complaint = models.OneToOneField(Complaint, models.CASCADE, related_name="contact")
    owner_code = models.PositiveIntegerField(editable=False)
    name = models.CharField("姓名", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)

    objects: ClassVar[ContactQuerySet] = ContactQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "投诉人联系方式"
        verbose_name_plural = "投诉人联系方式"

    def __str__(self) -> str:
        return "投诉人"


class ComplaintRecusal(models.Model):
    """Somebody of the office who is complained of, or otherwise biased, and is kept away from the complaint (回避)."""

    # The scheduler over all tenants asks whom it must not tell.
    tenancy = Tenancy.custom(
        using=f"""{OWN_OFFICE} OR coalesce({setting("me")} IS NULL
            AND owner_code BETWEEN {setting("lo")} AND {setting("hi")}, false)"""
    )

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="recusals")
    owner_code = models.PositiveIntegerField(editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="回避人员")
    reason = models.CharField("理由", max_length=300)
    decided_at = models.DateTimeField("决定时间")
    # Nobody: named in the letter, and kept away from its first moment.
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[RecusalQuerySet] = RecusalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "回避"
        verbose_name_plural = "回避"
        indexes = [models.Index(fields=["person", "complaint"], name="recusal_person")]
        constraints = [
            models.UniqueConstraint(fields=["owner_code", "complaint", "person"], name="recusal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.person_id}"

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization
from accounts.tenancy import Tenancy
from inspections.models.instruments import InstrumentItem, InstrumentVersion
from inspections.models.plans import PlannedVisit
from inspections.querysets import VisitPartQuerySet, VisitQuerySet
from records.models import GuestPermission, PartyBase, Root

# What one is still typing is in no change log; every move is, and every change of what has been handed in.
CHANGE_WORTH_KEEPING = pgtrigger.Condition(
    "OLD.* IS DISTINCT FROM NEW.* AND NOT (OLD.state IN ('draft', 'returned') AND NEW.state = OLD.state)"
)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=CHANGE_WORTH_KEEPING),
    pghistory.DeleteEvent(),
    exclude=["subject_prefecture", "subject_province"],
)
class RoutineVisit(Root):
    """督导记录: one visit of an inspector to a school (教育督导条例第十三条, 挂牌督导办法).

    Drafted as one types, locked when submitted, shown to the school when another person accepts it. `revision` counts
    the saves: a save that started from an older one is a conflict, never an overwriting.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "填写中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已送达学校"

    url_name = "inspections:visit_detail"

    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="督学")
    inspector_name = models.CharField("督学姓名", max_length=60)
    plan = models.OneToOneField(PlannedVisit, models.PROTECT, null=True, blank=True, related_name="visit")
    version = models.ForeignKey(InstrumentVersion, models.PROTECT, related_name="visits", verbose_name="督导工具")
    visited_on = models.DateField("督导日期")
    time_from = models.TimeField("到校时间", null=True, blank=True)
    time_until = models.TimeField("离校时间", null=True, blank=True)
    lessons = models.PositiveSmallIntegerField("随机听课", default=0)
    papers = models.PositiveSmallIntegerField("查阅资料", default=0)
    meetings = models.PositiveSmallIntegerField("列席会议", default=0)
    talks = models.PositiveSmallIntegerField("座谈走访", default=0)
    questionnaires = models.PositiveSmallIntegerField("问卷调查", default=0)
    walks = models.PositiveSmallIntegerField("校园巡视", default=0)
    good_practice = models.TextField("典型经验", blank=True)
    overall = models.TextField("总体意见", blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    # The page that saved last: it may save again although the answer to its save was lost on the way.
    saved_from = models.CharField(max_length=36, blank=True, editable=False)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField("提交审核时间", null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField("审核通过时间", null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # How many findings were handed in: lists show it without counting.
    finding_count = models.PositiveSmallIntegerField("发现问题数", default=0, editable=False)

    objects: ClassVar[VisitQuerySet] = VisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Root.Meta):
        verbose_name = "督导记录"
        verbose_name_plural = "督导记录"
        ordering = ["-visited_on", "-id"]
        indexes = [
            models.Index(fields=["subject_code", "-visited_on", "-id"], name="visit_county"),
            models.Index(fields=["subject_prefecture", "-visited_on", "-id"], name="visit_prefecture"),
            models.Index(fields=["subject_province", "-visited_on", "-id"], name="visit_province"),
            models.Index(fields=["subject_org", "-visited_on", "-id"], name="visit_school"),
            models.Index(fields=["inspector", "-visited_on", "-id"], name="visit_inspector"),
            models.Index(fields=["owner_code", "submitted_at"], condition=Q(state="submitted"), name="visit_waiting"),
            models.Index(
                fields=["owner_code", "accepted_at", "id"], condition=Q(state="accepted"), name="visit_to_file"
            ),
        ]
        constraints = [
            *Root.Meta.constraints,
            models.CheckConstraint(condition=Q(subject_org__isnull=False), name="visit_has_school"),
            models.CheckConstraint(
                condition=Q(state="draft", filed_at__isnull=True) | (~Q(state="draft") & Q(filed_at__isnull=False)),
                name="visit_filed_when_submitted",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at__isnull=True, submitted_by__isnull=True)
                | (~Q(state="draft") & Q(submitted_at__isnull=False, submitted_by__isnull=False)),
                name="visit_submitted_by_when",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_at__isnull=False, accepted_by__isnull=False, served_at__isnull=False)
                | (~Q(state="accepted") & Q(accepted_at__isnull=True, accepted_by__isnull=True, served_at__isnull=True)),
                name="visit_served_when_accepted",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("submitted_by")),
                name="visit_four_eyes",
                violation_error_message="提交与审核不能是同一人。",
            ),
            models.CheckConstraint(
                condition=Q(time_from__isnull=True) | Q(time_until__isnull=True) | Q(time_until__gt=F("time_from"))
                | Q(state__in=["draft", "returned"]),
                name="visit_times_in_order",
                violation_error_message="离校时间应晚于到校时间。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.visited_on} {self.inspector_name}"

    @classmethod
    def companions_through(cls) -> Any:
        return VisitCompanion.objects.all()

    @property
    def school(self) -> Organization:
        """Whom the visit is about; the database holds that there always is one."""
        assert self.subject_org is not None
        return self.subject_org

    @property
    def is_open(self) -> bool:
        """Still being written: a draft, or returned to its inspector."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)


# Submitting locks what was written. `problem_id` alone comes later, when the office accepts.
LOCKED_VISIT = """
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(OLD) - 'problem_id' = to_jsonb(NEW) - 'problem_id' THEN RETURN NEW; END IF;
    END IF;
    IF EXISTS (SELECT 1 FROM inspections_routinevisit v WHERE v.state NOT IN ('draft', 'returned') AND v.id IN
               (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.visit_id END,
                CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.visit_id END)) THEN
        RAISE EXCEPTION 'a visit that was handed in is locked' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def locked_with_visit() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="locked", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=LOCKED_VISIT,
    )  # fmt: skip


# A part's text enters the change log each time it is handed in (`filed_at` moves), and when handed-in text is removed.
def part_trackers() -> tuple[pghistory.RowEvent, ...]:
    return (
        pghistory.UpdateEvent(condition=pgtrigger.Q(new__filed_at__df=pgtrigger.F("old__filed_at"))),
        pghistory.DeleteEvent(condition=pgtrigger.Q(old__filed_at__isnull=False)),
    )


@pghistory.track()
class VisitCompanion(models.Model):
    """随行督学: another inspector who went along. He reads the visit; its inspector writes it."""

    tenancy = Tenancy.child("visit")
    root_path: ClassVar[str] = "visit"

    visit = models.ForeignKey(RoutineVisit, models.CASCADE, related_name="companions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="人员")
    name = models.CharField("姓名", max_length=60)

    objects: ClassVar[VisitPartQuerySet] = VisitPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "随行督学"
        verbose_name_plural = "随行督学"
        ordering = ["id"]
        indexes = [models.Index(fields=["person", "visit"], name="companion_person")]
        constraints = [models.UniqueConstraint(fields=["visit", "person"], name="companion_once")]
        triggers = [locked_with_visit()]

    def __str__(self) -> str:
        return self.name


@pghistory.track(*part_trackers())
class VisitAnswer(models.Model):
    """The answer to one question. `value` by the question's kind: text, list of texts, whole step, true/false, number.

    While drafting, a value that does not fit (a number that is none) stands here as it was typed, until submitting
    asks for it to be put right.
    """

    tenancy = Tenancy.child("visit")
    root_path: ClassVar[str] = "visit"

    visit = models.ForeignKey(RoutineVisit, models.CASCADE, related_name="answers")
    item = models.ForeignKey(InstrumentItem, models.PROTECT, related_name="+", verbose_name="问题")
    value = models.JSONField("答案", null=True, blank=True)
    note = models.TextField("备注", blank=True)
    filed_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)

    objects: ClassVar[VisitPartQuerySet] = VisitPartQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "督导答案"
        verbose_name_plural = "督导答案"
        ordering = ["item__order", "id"]
        constraints = [models.UniqueConstraint(fields=["visit", "item"], name="answer_once")]
        triggers = [locked_with_visit()]

    def __str__(self) -> str:
        return f"{self.visit_id}/{self.item_id}"


class VisitParty(PartyBase):
    """Somebody from outside to whom the office opened the record: an inspector of another county (交叉互检), an agency."""

    root = models.ForeignKey(RoutineVisit, models.CASCADE, related_name="parties")

    class Meta(PartyBase.Meta):
        verbose_name = "督导记录参与方"
        verbose_name_plural = "督导记录参与方"


class VisitGuestPermission(GuestPermission):
    content_object = models.ForeignKey(RoutineVisit, models.CASCADE)

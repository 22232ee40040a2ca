from __future__ import annotations

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.tenancy import Tenancy
from inspections.querysets import InstrumentItemQuerySet, InstrumentQuerySet


class AnswerKind(models.TextChoices):
    CHOICE = "choice", "单选"
    MULTI = "multi", "多选"
    SCALE = "scale", "分级"
    YES_NO = "yes_no", "是否"
    NUMBER = "number", "数值"
    TEXT = "text", "文字"


class Instrument(models.Model):
    """督导工具: a form with which schools are looked at. Its text lives in versions.

    `division_code` is None for the country's; an office that needs other questions has an instrument of its own with
    the same `code`, which then stands in front of the one above. What identifies it never changes.
    """

    tenancy = Tenancy.binding(locks_above=True)

    code = models.CharField("代码", max_length=40)
    division_code = models.PositiveIntegerField("区划", null=True, blank=True, editable=False)
    title = models.CharField("名称", max_length=120)
    basis = models.CharField("依据", max_length=200)

    objects: ClassVar[InstrumentQuerySet] = InstrumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "督导工具"
        verbose_name_plural = "督导工具"
        ordering = ["code", "division_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "code"],
                name="instrument_once",
                nulls_distinct=False,
                violation_error_message="本单位已有同一工具，请在其上建立新版本。",
            )
        ]
        triggers = [pgtrigger.ReadOnly(name="identity", fields=["code", "division_code", "title", "basis"])]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class InstrumentVersion(models.Model):
    """One text of an instrument. Only a published version is used, and a published version never changes."""

    tenancy = Tenancy.binding(locks_above=True)

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="versions", verbose_name="工具")
    # The instrument's division, kept here: row security must not join.
    division_code = models.PositiveIntegerField(null=True, blank=True, editable=False)
    number = models.PositiveIntegerField("版本")
    note = models.CharField("修订说明", max_length=200, blank=True)
    created_at = models.DateTimeField("建立时间", editable=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[InstrumentQuerySet] = InstrumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "工具版本"
        verbose_name_plural = "工具版本"
        ordering = ["instrument", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "number"], name="instrument_version_once"),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=Q(published_at__isnull=True),
                name="one_version_in_the_making",
                violation_error_message="该工具已有一个正在编辑的版本。",
            ),
            # The country's first version came with the program and was published by nobody.
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False), name="version_published_by_when"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} 第{self.number}版"


FROZEN_VERSION = """
    IF EXISTS (SELECT 1 FROM inspections_instrumentversion v WHERE v.published_at IS NOT NULL AND v.id IN
               (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,
                CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END)) THEN
        RAISE EXCEPTION 'items of a published version never change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


@pghistory.track()
class InstrumentItem(models.Model):
    """A question. Questions with the same `group_code` stand on one card: for 挂牌督导 one of the eight items.

    `choices`: [{"value": "good", "label": "规范"}, …] for CHOICE and MULTI; for SCALE the words of its steps, lowest
    first, whose answer is 1, 2, …. `unit` is a NUMBER's.
    """

    tenancy = Tenancy.child("version")
    Kind = AnswerKind

    version = models.ForeignKey(InstrumentVersion, models.CASCADE, related_name="items")
    code = models.CharField("编号", max_length=16)
    group_code = models.CharField("督导事项编号", max_length=16)
    group = models.CharField("督导事项", max_length=80)
    order = models.PositiveIntegerField("顺序")
    label = models.CharField("问题", max_length=200)
    kind = models.CharField("答案类型", max_length=8, choices=AnswerKind)
    choices = models.JSONField("选项", default=list, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    required = models.BooleanField("必答", default=False)
    guidance = models.CharField("说明", max_length=300, blank=True)

    objects: ClassVar[InstrumentItemQuerySet] = InstrumentItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "督导问题"
        verbose_name_plural = "督导问题"
        ordering = ["version", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"], name="item_code_once", violation_error_message="编号重复。"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["choice", "multi", "scale"]) | ~Q(choices=[]),
                name="item_has_choices",
                violation_error_message="单选、多选和分级题须有选项。",
            ),
            models.CheckConstraint(condition=Q(kind="number") | Q(unit=""), name="item_unit_of_number"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=FROZEN_VERSION,
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

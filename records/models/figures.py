"""Summary rows, the deltas that wait to be added to them, and what the nightly check found."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.actors import FIRST_CODE, PREFECTURE_SPAN, PROVINCE_SPAN, Actor, ActorKind, Role, division_range
from accounts.querysets import in_range
from accounts.tenancy import Tenancy, setting

# A unit's business as its office and those above see it is no inspector's: he is shown his own schools on his pages.
OF_AN_OFFICE = f"{setting('me')} IS NOT NULL AND coalesce((SELECT scope_text('app.role')), '') <> 'inspector'"
HOME = setting("home")


def _seen(place: str) -> str:
    """As the root's own policy has it: served to all at or above the subject, reported to those at or above the owner,
    else the owner's alone."""
    lo, hi = setting("lo"), setting("hi")
    return f"""CASE WHEN {OF_AN_OFFICE} AND {place} BETWEEN {lo} AND {hi} THEN
        CASE sight WHEN 's' THEN true WHEN 'r' THEN owner_code BETWEEN {lo} AND {hi}
                   ELSE owner_code = {setting("me")} END
        ELSE false END"""


class FigureQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """What the office may count: exactly the rows that the roots' own `visible_to` gives it."""
        if actor is None or not actor.is_office or actor.role == Role.INSPECTOR:
            return self.none()
        lo, hi = actor.range
        shown = Q(sight=Sight.SERVED) | Q(sight=Sight.REPORTED, owner_code__gte=lo, owner_code__lte=hi)
        own = Q(sight=Sight.OWN, owner_code=actor.division_code)
        return self.filter(in_range(actor, self.model.place_field), shown | own)


class VersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        if actor is None or not actor.is_office or actor.role == Role.INSPECTOR:
            return self.none()
        return self.filter(in_range(actor, "place_code"))


class DifferenceQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """The system administrator's, of his division and under it; the nightly check tells of all."""
        if actor is not None and actor.kind is ActorKind.SYSTEM and not actor.division_code:
            return self
        if actor is None or actor.kind is not ActorKind.ADMIN or actor.role != Role.SYSTEM_ADMIN:
            return self.none()
        lo, hi = division_range(actor.division_code)
        return self.filter(place_code__gte=lo, place_code__lte=hi)


class CheckQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor | None) -> Self:
        """That a check was made and when is nobody's business; what differed stands in the differences."""
        return self.all() if actor is not None else self.none()


class Sight(models.TextChoices):
    """Which offices may count the row: those at or above the subject, those at or above the owner, the owner alone."""

    SERVED = "s", "已送达"
    REPORTED = "r", "已上报"
    OWN = "o", "本级"


class Level(models.IntegerChoices):
    """What the place's code stands for: the division alone, or all that lies under the prefecture or the province."""

    EXACT = 0, "本级"
    PREFECTURE = 1, "州市合计"
    PROVINCE = 2, "省合计"


class Figure(models.Model):
    """How many rows a measure counts in a place. `at`: the month's first moment, or the last moment (`due_at`) of what
    is open; `owner_code` is 0 where it does not decide who may see it."""

    tenancy = Tenancy.custom(_seen("place_code"), sealed=True)
    place_field = "place_code"

    measure = models.CharField(max_length=32)
    place_code = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(choices=Level)
    at = models.DateTimeField()
    sight = models.CharField(max_length=1, choices=Sight)
    owner_code = models.PositiveIntegerField()
    n = models.BigIntegerField()

    objects: ClassVar[FigureQuerySet] = FigureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "汇总数"
        verbose_name_plural = "汇总数"
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "level", "measure", "at", "sight", "owner_code"], name="figure_once"
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(n=0), name="figure_spent")]

    def __str__(self) -> str:
        return f"{self.measure} {self.place_code} {self.at:%Y-%m-%d} {self.n}"


class FigureDelta(models.Model):
    """A change that waits to be added: written by a trigger in the transaction of the fact, so no row is fought over."""

    tenancy = Tenancy.custom(_seen("subject_code"), sealed=True)
    place_field = "subject_code"

    measure = models.CharField(max_length=32)
    at = models.DateTimeField()
    sight = models.CharField(max_length=1, choices=Sight)
    owner_code = models.PositiveIntegerField()
    subject_code = models.PositiveIntegerField()
    n = models.IntegerField()

    objects: ClassVar[FigureQuerySet] = FigureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "待汇总变动"
        verbose_name_plural = "待汇总变动"
        indexes = [models.Index(fields=["subject_code"], name="figure_delta_place")]

    def __str__(self) -> str:
        return f"{self.measure} {self.subject_code} {self.n:+}"


class FigureVersion(models.Model):
    """Which delta was the last to be added anywhere in the place: what was computed of it before is known by this."""

    tenancy = Tenancy.custom(
        f"CASE WHEN {OF_AN_OFFICE} THEN place_code BETWEEN {setting('lo')} AND {setting('hi')} ELSE false END",
        sealed=True,
    )
    place_field = "place_code"

    place_code = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(choices=Level)
    last = models.BigIntegerField()

    objects: ClassVar[VersionQuerySet] = VersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "汇总数版本"
        verbose_name_plural = "汇总数版本"
        constraints = [models.UniqueConstraint(fields=["place_code", "level"], name="figure_version_once")]

    def __str__(self) -> str:
        return f"{self.place_code} {self.last}"


class FigureCheck(models.Model):
    """One comparison of all figures with the rows they count."""

    tenancy = Tenancy.open("when the check ran; what it found stands in rows that are shown by place", sealed=True)

    at = models.DateTimeField("核对时间")
    seconds = models.FloatField("用时（秒）")
    keys = models.PositiveIntegerField("汇总数条数")

    objects: ClassVar[CheckQuerySet] = CheckQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "汇总数核对"
        verbose_name_plural = "汇总数核对"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class FigureDifference(models.Model):
    """A figure that was wrong, as it was found and as it was put right."""

    tenancy = Tenancy.custom(
        f"""current_user = 'sys' AND {setting("me")} IS NULL AND {setting("user")} IS NULL AND {setting("lo")} = {FIRST_CODE}
            OR coalesce((SELECT scope_text('app.role')) = 'system_admin' AND {HOME} IN (place_code,
            place_code / {PREFECTURE_SPAN} * {PREFECTURE_SPAN}, place_code / {PROVINCE_SPAN} * {PROVINCE_SPAN}), false)""",
        sealed=True,
    )

    run = models.ForeignKey(FigureCheck, models.CASCADE, related_name="differences")
    measure = models.CharField("指标", max_length=32)
    place_code = models.PositiveIntegerField("区划")
    level = models.PositiveSmallIntegerField("范围", choices=Level)
    at = models.DateTimeField("月份或截止")
    sight = models.CharField("可见", max_length=1, choices=Sight)
    owner_code = models.PositiveIntegerField("承办区划")
    found = models.BigIntegerField("原数")
    right = models.BigIntegerField("应为")

    objects: ClassVar[DifferenceQuerySet] = DifferenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "汇总数差异"
        verbose_name_plural = "汇总数差异"
        ordering = ["place_code", "measure", "at", "id"]

    def __str__(self) -> str:
        return f"{self.measure} {self.place_code}: {self.found} → {self.right}"

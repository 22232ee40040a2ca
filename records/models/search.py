from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.tenancy import Tenancy


class SearchEntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: object) -> SearchEntryQuerySet:
        """Nobody's: what is found is read from its own table, by its own door."""
        return self.none()


class SearchEntry(models.Model):
    """One thing that can be found, as words: a copy beside the rows, kept true by the database (docs/adr, search).

    No application role reads a row of it: `search_find` (records.search.finding_sql) answers with kinds and ids only, and of
    those only what the asker may see. What a page shows is then read from the thing's own table.

    `place`: the division it is about; `above`: the owner's division where the thing is shown to the offices below it.
    `day`: days since 2000-01-01, by which the newest comes first; of things without a date a fixed number below zero.
    `body` and `inside` are normalised text, fields apart by a space; `inside` is read for offices only. `keys` are whole
    names, codes and numbers; `initials` the first letters of how names are read.
    """

    tenancy = Tenancy.custom(using="false")

    kind = models.CharField(max_length=16)
    object_id = models.BigIntegerField()
    place = models.PositiveIntegerField()
    above = models.PositiveIntegerField(null=True)
    day = models.IntegerField()
    body = models.TextField()
    inside = models.TextField(blank=True)
    keys = ArrayField(models.TextField())
    initials = models.TextField(blank=True)
    aliases = models.TextField(blank=True)

    objects: ClassVar[SearchEntryQuerySet] = SearchEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "检索条目"
        verbose_name_plural = "检索条目"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id}"

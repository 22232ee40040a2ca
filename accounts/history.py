"""The change log's rows (django-pghistory): written by database triggers, so jobs and SQL are in it too."""

from __future__ import annotations

import pghistory.models
from django.db import models


class ChangeEvent(pghistory.models.Event):
    """One snapshot. The library's key has 32 bits; tens of millions of rows over years need 64."""

    pgh_id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True

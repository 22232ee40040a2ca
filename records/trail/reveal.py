"""Masked numbers that may be opened: which field of which kind of row, through that kind's own door.

Each room registers its own in registrations.py. Opening one needs a reason; who opened what and why is kept in the
audit log, and never the number itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import models

from accounts.actors import Actor
from accounts.personal import mask_name, mask_phone

HOUR = 3600
REASONS = ("联系通知", "核实信息", "办理交接", "应急联系")


@dataclass(frozen=True)
class Personal:
    """A field with personal data. `words`: roles need one of them besides seeing the row."""

    model: type[models.Model]
    name: str
    words: tuple[str, ...]

    @property
    def label(self) -> str:
        return str(self.model._meta.get_field(self.name).verbose_name)  # type: ignore[union-attr]

    def mask(self, value: str) -> str:
        return mask_name(value) if self.name.endswith("name") else mask_phone(value)

    def row(self, actor: Actor, pk: int) -> Any:
        """The row through its own door, or None."""
        if self.words and not any(actor.can(word) for word in self.words):
            return None
        door: Any = self.model._default_manager
        return door.visible_to(actor).filter(pk=pk).first()


_fields: dict[tuple[str, str], Personal] = {}


def register_personal(model: type[models.Model], name: str, *words: str) -> None:
    _fields[model._meta.label_lower, name] = Personal(model, name, words)


def personal(kind: str, name: str) -> Personal | None:
    return _fields.get((kind, name))


def registered() -> list[Personal]:
    return list(_fields.values())


def too_many(actor: Actor) -> bool:
    """Counts this opening; True once the person has opened more than allowed within the hour."""
    key = f"reveals:{actor.user_id}"
    cache.add(key, 0, HOUR)
    try:
        return int(cache.incr(key)) > settings.REVEALS_AN_HOUR
    except ValueError:  # the hour ended between the two lines
        cache.set(key, 1, HOUR)
        return False

"""What a person is typing, kept on the server until it is handed in: his alone, by the form's key."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.actors import Actor
from records import clock
from records.models import Draft

LONGEST_KEY = 120
LARGEST = 200_000


class DraftRefused(ValueError):
    """The draft cannot be kept; the text says why, in Chinese."""


def save_draft(*, by: Actor, key: str, data: dict[str, Any]) -> Draft:
    """Keep `data` under the form's key, over what was there. DraftRefused for a missing key or too much text."""
    if by.user_id is None or not 1 <= len(key) <= LONGEST_KEY:
        raise DraftRefused("草稿没有标明属于哪张表单，未能保存。")
    if len(json.dumps(data, ensure_ascii=False)) > LARGEST:
        raise DraftRefused("内容过长，草稿未能保存，请精简后再试。")
    draft: Draft = Draft.objects.update_or_create(
        user_id=by.user_id, key=key, defaults={"data": data, "updated_at": clock.now()}
    )[0]
    return draft


def load_draft(*, by: Actor, key: str) -> Draft | None:
    """The person's draft of the form; `.data` as it was saved, `.updated_at` when."""
    draft: Draft | None = Draft.objects.visible_to(by).filter(key=key).first()
    return draft


def clear_draft(*, by: Actor, key: str) -> None:
    """It was handed in."""
    Draft.objects.visible_to(by).filter(key=key).delete()


def typed(draft: Draft) -> QueryDict:
    """A draft that autosave.js sent, as the data of a form."""
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values if isinstance(values, list) else [values])
    return data


def draft_url(key: str) -> str:
    """Where autosave.js sends the form (data-autosave-url)."""
    return f"{reverse('records:draft')}?{urlencode({'key': key})}"

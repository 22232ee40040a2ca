"""What is being typed: autosave.js sends the form here."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from accounts.decorators import actor_of, requires
from records import clock
from records.actions.drafts import DraftRefused, clear_draft, save_draft
from records.permissions import Permission

NOT_TYPED = {"csrfmiddlewaretoken", "key", "data"}


@require_POST
@requires(Permission.KEEP_DRAFTS, writes=True)
def draft(request: HttpRequest) -> JsonResponse:
    """Keep a form: its fields as they are posted, or `data` as a JSON object. With clear=1 forget it."""
    key = request.GET.get("key") or request.POST.get("key", "")
    actor = actor_of(request)
    if request.GET.get("clear"):
        clear_draft(by=actor, key=key)
        return JsonResponse({"cleared": key})
    try:
        kept = save_draft(by=actor, key=key, data=_data(request))
    except DraftRefused as error:
        return JsonResponse({"detail": str(error)}, status=422)
    return JsonResponse({"saved_at": f"{clock.local(kept.updated_at):%H:%M}"})


def _data(request: HttpRequest) -> dict[str, Any]:
    if "data" not in request.POST:
        return {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    try:
        data = json.loads(request.POST["data"])
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise DraftRefused("草稿内容无法识别，未能保存。")
    return data

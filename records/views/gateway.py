"""What the gateway reports back. Nobody signs in here: the signature is the only key, and nothing is told in return."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from records import clock
from records.notices.channels.signing import SIGNATURE, TIMESTAMP, is_genuine
from records.notices.dispatches import take_receipt

LARGEST = 16 * 1024
STATUSES = {"delivered": True, "failed": False}


@csrf_exempt  # signed by the gateway's secret; no session is involved
@login_not_required
@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """204 for what was taken (also a second time), 401 without a genuine signature, 400 for what cannot be read."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=413)
    body = request.body
    genuine = is_genuine(
        settings.NOTIFY_WEBHOOK_SECRET, timestamp=request.headers.get(TIMESTAMP, ""),
        signature=request.headers.get(SIGNATURE, ""), body=body, now=int(time.time()),
    )  # fmt: skip
    if not genuine:
        return HttpResponse(status=401)
    try:
        token, delivered, at, error = _read(json.loads(body))
    except (ValueError, TypeError, KeyError, OverflowError):
        return HttpResponse(status=400)
    take_receipt(token, delivered=delivered, at=at, error=error)
    return HttpResponse(status=204)


def _read(told: Any) -> tuple[UUID, bool, datetime, str]:
    """The message's token, whether it arrived, when (never in the future), and the gateway's words."""
    at = datetime.fromtimestamp(int(told["at"]), clock.TZ) if "at" in told else clock.now()
    return UUID(str(told["id"])), STATUSES[told["status"]], min(at, clock.now()), str(told.get("error") or "")

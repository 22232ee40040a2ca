"""Idempotency-Key: the same POST again gives the same answer and does nothing twice.

The row is written in the request's own transaction: the second of two calls at once waits at the unique index until the
first is over; if that was refused, its row is gone with it and the second is tried in its place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.actors import Actor
from accounts.api.problems import Problem
from accounts.models import ApiCall

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,128}")
KEPT = timedelta(hours=24)
WAITS = "10s"


def once(request: Any, act: Callable[[], Response]) -> Response:
    """Run `act` unless the caller's key has an answer already."""
    request.data  # noqa: B018  read, hashed, and refused where it is no body at all
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not KEY.fullmatch(key):
        raise Problem(400, f"{HEADER} 须为1至128个可见的ASCII字符，如一个UUID。", kind="idempotency-key")
    row, is_new = _take(request, key)
    if not is_new:
        return _again(row)
    response = act()
    row.status, row.answer = response.status_code, json.dumps(response.data, cls=JSONEncoder, ensure_ascii=False)
    row.location = response.headers.get("Location", "")
    row.save(update_fields=["status", "answer", "location"])
    return response


def _take(request: Any, key: str) -> tuple[ApiCall, bool]:
    """The caller's row of the key, and whether it is new. A key that has run out is free again."""
    actor: Actor = request._request.actor
    assert actor.user_id is not None and actor.membership_id is not None
    # The body has been parsed, and hashed while it was read; a POST without one has none.
    body = getattr(request._request, "body_hash", "") or hashlib.sha256(b"").hexdigest()
    now = datetime.now(UTC)
    wanted = ApiCall(
        user_id=actor.user_id, membership_id=actor.membership_id, key=key, body_hash=body, expires_at=now + KEPT,
        call=f"{request.method} {request.path}"[:300],
    )  # fmt: skip
    mine = ApiCall.objects.visible_to(actor).filter(membership_id=actor.membership_id, key=key)
    mine.filter(expires_at__lt=now).delete()
    _insert(wanted)
    row: ApiCall = mine.get()
    if (row.call, row.body_hash) != (wanted.call, wanted.body_hash):
        raise Problem(422, f"这个 {HEADER} 已用于另一个请求。内容改变时请换一个新的。", kind="idempotency-key-reused")
    return row, row.status is None


def _insert(row: ApiCall) -> None:
    """Waits for another call with the same key to end; not for ever."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAITS])
            ApiCall.objects.bulk_create([row], ignore_conflicts=True)
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError:
        raise Problem(
            409, "同一个请求正在办理中，请稍后用相同的内容重试。", kind="in-progress", headers={"Retry-After": "10"}
        ) from None


def _again(row: ApiCall) -> Response:
    headers = {"Idempotency-Replayed": "true"}
    if row.location:
        headers["Location"] = row.location
    return Response(json.loads(row.answer), status=row.status, headers=headers)

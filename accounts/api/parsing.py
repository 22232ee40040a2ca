"""Bodies as they come in: bounded before they are read, and refused with what to do."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.parsers import BaseParser, MultiPartParser

from accounts.api.problems import Problem


def megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"


def refuse_larger(request: HttpRequest, limit: int) -> None:
    """By what the caller announces: nothing is read of a body that is too large."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdigit():
        raise Problem(400, "Content-Length 不是数字。", kind="malformed")
    if int(announced) > limit:
        raise Problem(413, f"内容不能超过{megabytes(limit)}，请分开发送或减小附件。", kind="too-large")


class JsonBody(BaseParser):  # type: ignore[misc]
    """One JSON object, of API_BODY_BYTES at most. Its digest is kept for the idempotency key."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        request = parser_context["request"]._request
        limit = settings.API_BODY_BYTES
        refuse_larger(request, limit)
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise Problem(413, f"内容不能超过{megabytes(limit)}。", kind="too-large")
        request.body_hash = hashlib.sha256(raw).hexdigest()
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_no_such_number)
            if b"\\u" in raw:
                json.dumps(data, ensure_ascii=False).encode()  # half a character has no place in a text
        except (ValueError, RecursionError):
            raise Problem(400, "内容不是正确的JSON（UTF-8编码），请核对后重发。", kind="malformed") from None
        if not isinstance(data, dict):
            raise Problem(400, "内容应为一个JSON对象：{…}。", kind="malformed")
        return data


def _no_such_number(text: str) -> None:
    raise ValueError(text)


class FormBody(MultiPartParser):  # type: ignore[misc]
    """Files: streamed to disk by Django's upload handlers, never held in memory."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]._request
        refuse_larger(request, settings.UPLOAD_MAX_BYTES + 1024 * 1024)
        parsed = super().parse(stream, media_type, parser_context)
        digest = hashlib.sha256(repr(sorted(parsed.data.lists())).encode())
        for name, files in sorted(parsed.files.lists()):
            for file in files:
                digest.update(f"{name}:{file.name}:".encode(errors="replace"))
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
        request.body_hash = digest.hexdigest()
        return parsed

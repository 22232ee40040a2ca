"""SMS and messenger through the province's gateway: one signed POST of JSON for each message.

The gateway must answer 2xx once it has taken the message over, and drop what it already has under the same
Idempotency-Key. It reports the receipt to /gateway/receipts/, signed the same way (docs/how-to/notifications.md).
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings

from records.notices.channels.base import Envelope, Undelivered
from records.notices.channels.signing import KEY, SIGNATURE, TIMESTAMP, sign

# Told to come back later; every other 4xx will be the same the next time.
TRY_AGAIN = {408, 425, 429}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A signed message goes to the configured address and nowhere else."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


class GatewayChannel:
    off_because = "短信、即时通讯网关未接入"

    def __init__(self, kind: str) -> None:
        self.kind = str(kind)

    def is_on(self) -> bool:
        return bool(settings.NOTIFY_WEBHOOK_URL) and self.kind in settings.NOTIFY_WEBHOOK_CHANNELS

    def send(self, envelope: Envelope) -> None:
        body = json.dumps(
            {"id": envelope.token, "channel": self.kind, "to": envelope.to, "title": envelope.title,
             "text": envelope.text, "link": envelope.link, "items": envelope.items}, ensure_ascii=False,
        ).encode()  # fmt: skip
        now = int(time.time())
        headers = {
            "Content-Type": "application/json; charset=utf-8", KEY: envelope.token, TIMESTAMP: str(now),
            SIGNATURE: sign(settings.NOTIFY_WEBHOOK_SECRET, now, body),
        }  # fmt: skip
        self._post(urllib.request.Request(settings.NOTIFY_WEBHOOK_URL, data=body, headers=headers, method="POST"))

    @staticmethod
    def _post(request: urllib.request.Request) -> None:
        if urlsplit(request.full_url).scheme not in ("http", "https"):
            raise Undelivered("网关地址应以 http 或 https 开头", final=True)
        opener = urllib.request.build_opener(_NoRedirects())
        try:
            with opener.open(request, timeout=settings.NOTIFY_WEBHOOK_TIMEOUT):
                return
        except urllib.error.HTTPError as error:
            error.close()
            refused = 400 <= error.code < 500 and error.code not in TRY_AGAIN
            raise Undelivered(f"网关答复 {error.code}", final=refused) from error
        except (http.client.HTTPException, OSError) as error:
            raise Undelivered("连接不上网关") from error

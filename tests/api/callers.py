"""Programs that call the API, and the OpenAPI document they read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from django.test import Client

from accounts.api.tokens import ALL_SCOPES, make_token
from accounts.models import Membership
from portal.api import document
from records import clock
from tests import factories as f

JSON = "application/json"


def token_of(membership: Membership, scopes: Iterable[str] = ALL_SCOPES, **more: Any) -> str:
    """A token's text; call as the owner."""
    made, text = make_token(
        membership.user, by=f.actor(membership), name="测试", scopes=scopes, lasts=timedelta(days=1), **more
    )
    assert made.expires_at > clock.now()
    return text


def program(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


@cache
def described() -> dict[str, Any]:
    return dict(json.loads(document()))


def operations() -> Iterator[tuple[str, str, str]]:
    """(operation id, method, path with {id})"""
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method, path

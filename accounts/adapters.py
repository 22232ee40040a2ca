from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):
    """Nobody signs up by himself: accounts are made for people by those who answer for them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Lock the account name, wherever the attempts come from: a whole bureau shares one address."""
        return f"login:{str(credentials.get('username', '')).strip().lower()}"

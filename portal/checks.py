"""What makes a demo easy must not be switched on by accident where real people work: its people, its seal."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

PRODUCTION = "config.settings.base"


def looks_like_production() -> list[str]:
    """What says that this is a real deployment; empty on a developer's machine and in `make demo`."""
    signs = {
        f"DJANGO_SETTINGS_MODULE is {PRODUCTION}": os.environ.get("DJANGO_SETTINGS_MODULE") == PRODUCTION,
        "SECURE_SSL_REDIRECT is on": bool(settings.SECURE_SSL_REDIRECT),
        "SESSION_COOKIE_SECURE is on": bool(settings.SESSION_COOKIE_SECURE),
    }
    return [sign for sign, found in signs.items() if found]


@register()
def demo_outside_production(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Refuse demo people with one known password together with production's settings."""
    signs = looks_like_production() if settings.DEMO else []
    if not signs:
        return []
    return [
        Error(
            f"Demo mode is on in what looks like production: {'; '.join(signs)}.",
            hint="Unset DUDAO_DEMO, or run the demo with config.settings.dev on a database of its own.",
            id="portal.E001",
        )
    ]


@register()
def demo_seal_outside_production(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Refuse papers sealed by an authority whose key is anybody's, together with production's settings."""
    signs = looks_like_production() if settings.SEAL_DEMO_AUTHORITY else []
    if not signs:
        return []
    return [
        Error(
            f"Papers would be sealed by the demo's authority in what looks like production: {'; '.join(signs)}.",
            hint="Unset SEAL_DEMO_AUTHORITY and put each office's certificate into SEAL_FOLDER as <division code>.p12.",
            id="portal.E002",
        )
    ]

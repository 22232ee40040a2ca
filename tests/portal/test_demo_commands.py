"""What the demo's commands say when something is missing."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_it_asks_for_a_password(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        call_command("seed_demo")


def test_it_refuses_without_demo_mode(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DUDAO_DEMO"):
        call_command("seed_demo")


def test_the_list_of_accounts_needs_the_demo() -> None:
    with pytest.raises(CommandError, match="seed_demo"):
        call_command("demo_accounts")

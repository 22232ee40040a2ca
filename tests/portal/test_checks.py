"""Demo mode, the demo's seal and production's settings refuse each other."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from portal.checks import demo_outside_production, demo_seal_outside_production


@pytest.mark.parametrize("name", ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE"])
def test_demo_is_refused_where_https_is_demanded(settings: Settings, name: str) -> None:
    settings.DEMO = True
    setattr(settings, name, True)
    (error,) = demo_outside_production(None)
    assert error.id == "portal.E001"
    assert name in error.msg and "DUDAO_DEMO" in str(error.hint)
    settings.DEMO = False
    assert demo_outside_production(None) == []


def test_demo_is_refused_under_the_production_module(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = True
    assert demo_outside_production(None) == []
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.base")
    assert [e.id for e in demo_outside_production(None)] == ["portal.E001"]


@pytest.mark.parametrize("name", ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE"])
def test_the_demos_seal_is_refused_where_https_is_demanded(settings: Settings, name: str) -> None:
    settings.SEAL_DEMO_AUTHORITY = True
    assert demo_seal_outside_production(None) == []
    setattr(settings, name, True)
    (error,) = demo_seal_outside_production(None)
    assert error.id == "portal.E002" and name in error.msg and "SEAL_FOLDER" in str(error.hint)
    settings.SEAL_DEMO_AUTHORITY = False
    assert demo_seal_outside_production(None) == []


def test_the_check_is_one_that_every_command_runs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defining it is not enough: `migrate` and `check` must find it among the registered ones."""
    settings.DEMO = settings.SEAL_DEMO_AUTHORITY = True
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.base")
    assert {e.id for e in run_checks()} >= {"portal.E001", "portal.E002"}

"""/healthz is answered without sign-in, session, host or scope, and names what fails without saying why."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_ok_for_anybody_and_without_a_query() -> None:
    response = Client().get("/healthz", headers={"host": "10.1.2.3"})
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_not_redirected_to_https(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["example.test"]
    assert Client().get("/healthz").status_code == 200
    assert Client(headers={"host": "example.test"}).get("/").status_code == 301


def test_redis_down_is_503_and_names_no_address(settings: Settings) -> None:
    settings.REDIS_URL = "redis://:topsecret@127.0.0.1:1/0"
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (503, b"failing: redis")


def test_database_down_is_503_and_names_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    away = connection.get_connection_params() | {"host": "127.0.0.1", "port": 1, "password": "topsecret"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: away)
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (503, b"failing: database")


def test_both_down_are_both_named(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    away = connection.get_connection_params() | {"host": "127.0.0.1", "port": 1}
    monkeypatch.setattr(connection, "get_connection_params", lambda: away)
    assert Client().get("/healthz").content == b"failing: database, redis"


def test_the_check_stands_before_everything() -> None:
    assert settings.MIDDLEWARE[0] == "portal.health.HealthMiddleware"


def test_a_login_that_row_security_does_not_bind_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner answers, and would show everybody everything."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "assume_role", "")
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (503, b"failing: database")

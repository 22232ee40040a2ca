"""Errors say what happened and what to do, in the designed pages, and show nothing that is not the person's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from accounts.actors import Role
from tests.portal.conftest import membership_of

pytestmark = pytest.mark.django_db


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("您当前的身份没有使用这个页面的权限。")


def break_down(request: HttpRequest) -> HttpResponse:
    raise ValueError("a secret that must not be shown")


def suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("a secret that must not be shown")


def keep(request: HttpRequest) -> HttpResponse:
    return HttpResponse("kept")


urlpatterns = [
    path("refuse/", refuse),
    path("break/", break_down),
    path("suspect/", suspect),
    path("keep/", keep),
    path("", include("config.urls")),
]
WORDS = {
    "/refuse/": (403, "您当前的身份没有使用这个页面的权限。"),
    "/nowhere/": (404, "没有找到这个页面"),
    "/suspect/": (400, "请求无法识别"),
    "/break/": (500, "系统出错了，这次操作没有完成"),
}


@pytest.mark.parametrize("address", WORDS)
@override_settings(ROOT_URLCONF=__name__)
def test_the_designed_page_answers(client_of: Callable[..., Client], address: str) -> None:
    client = client_of(Role.OFFICE_STAFF)
    client.raise_request_exception = False
    response = client.get(address)
    page = response.content.decode()
    status, words = WORDS[address]
    assert response.status_code == status
    assert words in page and "可以这样做" in page and "data-mishap" in page
    assert "secret" not in page


@override_settings(ROOT_URLCONF=__name__)
def test_an_expired_form_says_that_the_text_is_kept() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(membership_of(Role.OFFICE_STAFF).user)
    response = client.post("/keep/", {"note": "写了很久的话"})
    assert response.status_code == 403
    assert "填写的内容会提示恢复" in response.content.decode()

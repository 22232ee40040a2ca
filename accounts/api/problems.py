"""Every refusal as RFC 9457 problem details: what happened, what to do, by which article, and which field is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.core.signals import got_request_exception
from django.db import IntegrityError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.actions import NotAllowed
from accounts.api.tokens import SCHEME

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求有误", 401: "未登录或令牌无效", 403: "没有权限", 404: "没有找到", 405: "不支持的方法", 406: "不支持的返回格式",
    409: "现在不能这样办理", 413: "内容过大", 415: "不支持的内容格式", 422: "内容有误", 429: "请求过于频繁", 500: "系统出错",
}  # fmt: skip


class Problem(Exception):
    """A refusal on its way out. `errors`: by field, each a list of sentences; "" is the whole."""

    def __init__(
        self, status: int, detail: str, *, kind: str = "", article: str = "",
        errors: Mapping[str, list[str]] | None = None, headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.status, self.detail, self.kind, self.article = status, detail, kind, article
        self.errors, self.headers = dict(errors or {}), dict(headers or {})

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:dudao:problem:{self.kind or self.status}",
            "title": TITLES.get(self.status, "出错"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.article:
            body["article"] = self.article
        if self.errors:
            body["errors"] = self.errors
        return body

    def response(self) -> Response:
        return Response(self.body(), status=self.status, headers=self.headers, content_type=MEDIA_TYPE)


Translate = Callable[[Any], Problem]
_translators: dict[type[Exception], Translate] = {}


def translates(kind: type[Exception]) -> Callable[[Translate], Translate]:
    """A room says what problem one of its exceptions is."""

    def register(translate: Translate) -> Translate:
        _translators[kind] = translate
        return translate

    return register


def unauthorized(detail: str, kind: str = "unauthorized") -> Problem:
    return Problem(401, detail, kind=kind, headers={"WWW-Authenticate": f'{SCHEME} realm="dudao"'})


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception is, or None for one that nobody expected."""
    if isinstance(error, Problem):
        return error
    found = next((_translators[kind] for kind in type(error).__mro__ if kind in _translators), None)
    return found(error) if found is not None else None


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """REST_FRAMEWORK["EXCEPTION_HANDLER"]. Whatever is refused was not done: the request's transaction is marked, because
    DRF's own set_rollback looks at ATOMIC_REQUESTS (traps.md)."""
    request = context["request"]._request
    request._failed = True
    problem = problem_of(error)
    if problem is None:
        log.error("api.unexpected", path=request.path, exc_info=error)
        if sys.exc_info()[1] is not None:
            got_request_exception.send(sender=None, request=request)
        problem = Problem(500, "系统出了意外，本次请求没有产生任何结果。请稍后再试；仍不成功的，请联系平台管理员。")
    return problem.response()


@translates(NotAllowed)
def _not_allowed(error: NotAllowed) -> Problem:
    return Problem(409, str(error), kind="refused")


@translates(IntegrityError)
def _clash(error: IntegrityError) -> Problem:
    """Neutral: the row that is in the way may belong to another tenant (traps.md)."""
    log.warning("api.clash", exc_info=error)
    return Problem(409, "与已有的记录重复，或者刚刚已有人保存了相同的内容。请核对后重试。", kind="clash")


@translates(Http404)
def _not_found(error: Http404) -> Problem:
    return Problem(404, "没有这个对象，或者您现在的身份看不到它。请核对编号。", kind="not-found")


@translates(PermissionDenied)
def _denied(error: PermissionDenied) -> Problem:
    return Problem(403, str(error) or "您当前的身份没有这项权限。", kind="forbidden")


@translates(RequestDataTooBig)
@translates(TooManyFieldsSent)
def _too_big(error: Exception) -> Problem:
    return Problem(413, "内容过大，请分开发送。", kind="too-large")


@translates(SuspiciousOperation)
def _suspicious(error: SuspiciousOperation) -> Problem:
    return Problem(400, "请求的内容不能识别，请核对后重发。", kind="malformed")


@translates(exceptions.APIException)
def _of_framework(error: exceptions.APIException) -> Problem:
    """What the framework itself refuses, in our words."""
    status = error.status_code
    if isinstance(error, exceptions.Throttled):
        wait = max(1, int(error.wait or 1))
        return Problem(429, f"请求过于频繁，请{wait}秒后再试。", kind="throttled", headers={"Retry-After": str(wait)})
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        return unauthorized("请先登录，或者在 Authorization 头中发送令牌。")
    said = {
        400: "请求的内容不能识别，请核对后重发。", 404: "没有找到。", 405: "此地址不支持这个方法，可用的方法见 Allow 头。",
        406: "只能返回 application/json，请修改 Accept 头。",
        415: "请按接口说明发送 Content-Type（一般为 application/json）。",
    }  # fmt: skip
    detail = str(error.detail) if isinstance(error, exceptions.ParseError) else said.get(status, str(error.detail))
    return Problem(status, detail, kind=error.get_codes() if isinstance(error.get_codes(), str) else "")

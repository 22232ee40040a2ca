"""Where a program begins: the index, who it is, and a problem for every address that does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework.response import Response

from accounts.api.fields import BOOLEAN, INTEGER, STRING, listed, record
from accounts.api.problems import Problem
from accounts.api.resources import Resource
from accounts.api.schema import ALWAYS, problem_answers
from accounts.api.views import ApiView


def answer_of(schema: Any, *codes: int) -> dict[str, Any]:
    """The documented answers of a reading address; `codes`: further refusals."""
    return {
        "200": {"description": "成功", "content": {"application/json": {"schema": schema}}},
        **problem_answers(*ALWAYS, *codes),
    }


class EntranceView(ApiView):
    """Every token may ask these two, whatever its scopes."""

    def refuse_scope(self, request: Any) -> None:
        return None


class IndexView(EntranceView):
    resources: Sequence[Resource] = ()

    def get(self, request: Any) -> Response:
        self.refuse_unknown(set())
        mine = [r for r in self.resources if any(self.actor.can(word) for word in r.words)]
        ask = request._request.build_absolute_uri
        return Response({r.name: {"title": r.title, "url": ask(r.address), "scope": r.room} for r in mine})

    def describe(self, method: str, component: Any) -> dict[str, Any]:
        entry = record(title=STRING, url=STRING, scope=STRING)
        answer = component("Index", {"type": "object", "additionalProperties": entry})
        return {
            "operationId": "index",
            "tags": ["登录"],
            "summary": "当前身份可以使用的列表",
            "responses": answer_of(answer),
        }


class MeView(EntranceView):
    def get(self, request: Any) -> Response:
        self.refuse_unknown(set())
        actor, bearer = self.actor, request.auth
        return Response(
            {
                "name": actor.display_name, "membership": actor.membership_id, "acting_as": actor.label, "role": actor.role,
                "organization": actor.organization_id, "division_code": actor.division_code,
                "permissions": sorted(actor.permissions), "by_token": bearer is not None,
                "scopes": sorted(bearer.scopes) if bearer is not None else [],
            }
        )  # fmt: skip

    def describe(self, method: str, component: Any) -> dict[str, Any]:
        me = record(
            name=STRING, membership=INTEGER, acting_as=STRING, role=STRING, organization=INTEGER, division_code=INTEGER,
            permissions=listed(STRING), by_token=BOOLEAN, scopes=listed(STRING),
        )  # fmt: skip
        return {"operationId": "me", "tags": ["登录"], "summary": "我是谁", "responses": answer_of(component("Me", me))}


class UnknownView(ApiView):
    """Whatever is called under /api/ and does not exist."""

    authentication_classes: ClassVar[list[Any]] = []
    throttle_classes: ClassVar[list[Any]] = []
    schema: Any = None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Nobody is asked who he is: what does not exist is nobody's."""
        super(ApiView, self).initial(request, *args, **kwargs)

    def get(self, request: Any, rest: str) -> Response:
        raise Problem(404, "没有这个地址。请核对拼写，地址须以“/”结尾；全部地址见 /api/docs/。", kind="unknown-address")

    post = put = patch = delete = options = get

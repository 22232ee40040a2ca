"""The views behind every resource: who calls, what he may, then the same doors, filters, forms and actions as the pages."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import connection
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.api import bodies, idempotency
from accounts.api.authentication import TokenOrSession
from accounts.api.fields import Field, Part, Reader
from accounts.api.paging import PAGING, capped_count, order_of, page_of
from accounts.api.parsing import FormBody, JsonBody
from accounts.api.problems import Problem, handle, unauthorized
from accounts.api.resources import Deed, Download, Resource
from accounts.api.schema import Described
from accounts.api.throttling import CallsAMinute
from accounts.decorators import only_reading

NOT_THERE = "没有这个对象，或者您现在的身份看不到它。请核对编号。"


class ApiView(APIView):  # type: ignore[misc]
    """Refuses whoever is nobody (401), has no identity or not the word or the token's scope (403). GET only reads."""

    authentication_classes: ClassVar[list[Any]] = [TokenOrSession]
    permission_classes: ClassVar[list[Any]] = []
    throttle_classes: ClassVar[list[Any]] = [CallsAMinute]
    renderer_classes: ClassVar[list[Any]] = [JSONRenderer]
    parser_classes: ClassVar[list[Any]] = [JsonBody]
    metadata_class = None
    schema: Any = Described()
    room: str = "accounts"
    words: tuple[str, ...] = ()

    def get_exception_handler(self) -> Callable[..., Response]:
        return handle

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        actor = request._request.actor
        if not getattr(request.user, "is_authenticated", False):
            raise unauthorized("请先登录，或者在 Authorization 头中发送令牌。取得令牌的办法见 /api/docs/。")
        if actor is None:
            raise Problem(403, "您今天没有可用的身份。请联系本单位的安全管理员。", kind="no-identity")
        self.refuse_scope(request)
        self.refuse_without(self.words_for(request.method))

    @property
    def actor(self) -> Actor:
        actor: Actor = self.request._request.actor
        return actor

    def words_for(self, method: str) -> tuple[str, ...]:
        return self.words

    def refuse_without(self, words: tuple[str, ...]) -> None:
        if words and not any(self.actor.can(word) for word in words):
            raise Problem(403, f"您当前的身份（{self.actor.role_label}）没有这项权限。", kind="forbidden")

    def refuse_scope(self, request: Any) -> None:
        bearer, mode = request.auth, "read" if request.method in ("GET", "HEAD") else "write"
        if bearer is not None and not bearer.allows(self.room, mode):
            wanted = f"{self.room}:{mode}"
            said = f'Bearer realm="dudao", error="insufficient_scope", scope="{wanted}"'
            raise Problem(
                403, f"该令牌的范围不含 {wanted}。请创建含此范围的令牌。", kind="insufficient-scope",
                headers={"WWW-Authenticate": said},
            )  # fmt: skip

    def reading(self, act: Callable[[], Any]) -> Any:
        with connection.execute_wrapper(only_reading):
            return act()

    def refuse_unknown(self, known: set[str]) -> None:
        if strange := [name for name in self.request.query_params if name not in known]:
            said = f"没有“{strange[0][:40]}”这个参数。可用：{'、'.join(sorted(known)) or '无'}。"
            raise Problem(
                400, said, kind="unknown-parameter", errors={name[:60]: ["没有这个参数。"] for name in strange}
            )


class ResourceView(ApiView):
    resource: Resource = None  # type: ignore[assignment]  # given by as_view

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.room = self.resource.room
        super().initial(request, *args, **kwargs)

    def words_for(self, method: str) -> tuple[str, ...]:
        return self.resource.words

    def address_of(self, request: Any) -> str:
        return str(request._request.build_absolute_uri(self.resource.address))

    def chosen(self, request: Any) -> list[Field]:
        asked = request.query_params.get("fields")
        if asked is None:
            return [one for one in self.resource.fields if not one.whole]
        names = [name.strip() for name in asked.split(",") if name.strip()]
        known = self.resource.by_name
        if strange := [name for name in names if name not in known and name not in ("id", "url")]:
            said = f"没有“{strange[0][:40]}”这个字段。可用：{'、'.join(known)}。"
            raise Problem(400, said, kind="unknown-field")
        return [known[name] for name in names if name in known]

    def on(self, pk: Any) -> Any:
        """The object by its door; another tenant's is 404."""
        if self.resource.find is None:
            return get_object_or_404(self.resource.rows(self.actor), pk=pk)
        found = self.resource.find(pk, self.actor)
        if found is None:
            raise Problem(404, NOT_THERE, kind="not-found")
        return found

    def shown(self, request: Any, pk: Any, fields: list[Field] | None = None) -> dict[str, Any]:
        """The object as GET …/{id}/ shows it."""
        resource, actor = self.resource, self.actor
        if resource.find is not None:
            self.on(pk)
        reader = Reader(fields if fields is not None else [*resource.fields], actor, self.address_of(request))
        row = resource.rows(actor).filter(pk=pk).values_list(*reader.columns).first()
        if row is None:
            raise Problem(404, NOT_THERE, kind="not-found")
        found = reader.read(row)
        parts = [p for p in resource.parts if p.inline and fields is None and self.may_read(p)]
        if parts:
            thing = self.on(pk)
            found |= {part.name: part.get(thing, actor) for part in parts}
        return found

    def may_read(self, part: Part) -> bool:
        return not part.words or any(self.actor.can(word) for word in part.words)

    def perform(self, request: Any, deed: Deed, on: Any, *, partial: bool = False) -> Any:
        """The deed's own refusal, the body by the form, the act. Gives the object to show."""
        self.refuse_unknown(set())
        self.refuse_without(deed.words)
        if deed.check is not None:
            deed.check(self.actor, on)
        if deed.form is not None:
            form = bodies.read(deed.form, request, actor=self.actor, on=on, partial=partial)
        else:
            form = None
            if request.data:
                raise bodies.invalid({name: ["这一步不需要内容。"] for name in request.data})
        done = deed.act(self.actor, on, form) or on
        if deed.noted is not None:
            deed.noted(request._request, done)
        return done


def parsers_of(deed: Deed | None) -> list[Any]:
    """A file comes as multipart/form-data, everything else as JSON; both where the file may be missing."""
    if deed is None or not deed.takes_files:
        return [JsonBody()]
    return [FormBody(), JsonBody()] if deed.file_optional else [FormBody()]


class ListView(ResourceView):
    def get(self, request: Any) -> Response:
        return self.reading(lambda: self.list(request))  # type: ignore[no-any-return]

    def words_for(self, method: str) -> tuple[str, ...]:
        made = self.resource.create
        return made.words if method == "POST" and made is not None else self.resource.words

    def get_parsers(self) -> builtins.list[Any]:
        return parsers_of(self.resource.create)

    def list(self, request: Any) -> Response:
        resource, query = self.resource, request.query_params
        rows = resource.rows(self.actor)
        known = set(PAGING)
        if resource.filterset is not None:
            filters = resource.filterset(query, queryset=rows, request=request._request)
            known |= set(filters.filters)
            self.refuse_unknown(known)
            if not filters.is_valid():
                errors = {k: [str(e) for e in v] for k, v in filters.errors.items()}
                raise Problem(400, "筛选条件的值不正确，见 errors。", kind="bad-filter", errors=errors)
            rows = filters.qs
        self.refuse_unknown(known)
        order = order_of(query.get("ordering", resource.order), resource.sorts, rows.model)
        address = self.address_of(request)
        reader = Reader(self.chosen(request), self.actor, address)
        page = page_of(
            rows, columns=reader.columns, order=order, query=query, listed=resource.name, address=address
        )  # fmt: skip
        body = {"next": page.next, "previous": page.previous, "results": [reader.read(row) for row in page.rows]}
        if query.get("count", "") not in ("", "0"):
            body |= capped_count(rows)
        return Response(body)

    def post(self, request: Any) -> Response:
        assert self.resource.create is not None
        return idempotency.once(request, self._create)

    def _create(self) -> Response:
        assert self.resource.create is not None
        made = self.perform(self.request, self.resource.create, None)
        # As a list shows it: what hangs on a new object is nothing yet, and GET …/{id}/ gives it.
        fields = [one for one in self.resource.fields if not one.whole]
        body = self.shown(self.request, made.pk, fields)
        return Response(body, status=201, headers={"Location": body["url"]})


class ItemView(ResourceView):
    def words_for(self, method: str) -> tuple[str, ...]:
        change = self.resource.change
        return change.words or self.resource.words if method == "PATCH" and change is not None else self.resource.words

    def get(self, request: Any, pk: Any) -> Response:
        self.refuse_unknown({"fields"})
        fields = self.chosen(request) if "fields" in request.query_params else None
        body = self.reading(lambda: self.shown(request, pk, fields))
        if self.resource.opened is not None:
            self.resource.opened(request._request, self.on(pk))
        return Response(body)

    def patch(self, request: Any, pk: Any) -> Response:
        assert self.resource.change is not None
        changed = self.perform(request, self.resource.change, self.on(pk), partial=True)
        return Response(self.shown(request, changed.pk))


class PartView(ResourceView):
    """What stands at an address of its own under the object."""

    part: Part = None  # type: ignore[assignment]

    def get(self, request: Any, pk: Any) -> Response:
        self.refuse_unknown(set())
        self.refuse_without(self.part.words)
        return Response(self.reading(lambda: self.part.get(self.on(pk), self.actor)))


class DeedView(ResourceView):
    deed: Deed = None  # type: ignore[assignment]

    def words_for(self, method: str) -> tuple[str, ...]:
        return self.deed.words or self.resource.words

    def get_parsers(self) -> list[Any]:
        return parsers_of(self.deed)

    def post(self, request: Any, pk: Any) -> Response:
        return idempotency.once(request, lambda: self._done(pk))

    def _done(self, pk: Any) -> Response:
        done = self.perform(self.request, self.deed, self.on(pk))
        if self.deed.gives is not None:
            return Response(self.deed.gives.get(done, self.actor), status=201)
        # What was done may have taken the object out of sight (a transfer): then there is nothing to show.
        try:
            return Response(self.shown(self.request, done.pk))
        except Problem:
            return Response({"id": done.pk, "url": f"{self.address_of(self.request)}{done.pk}/"})


class PartAndDeedView(PartView, DeedView):
    """What is read at an address and added to at the same: the files of an object."""

    def words_for(self, method: str) -> tuple[str, ...]:
        return DeedView.words_for(self, method) if method == "POST" else self.resource.words


class AnyAnswer(BaseContentNegotiation):  # type: ignore[misc]
    """Bytes have the type they have, whatever was asked for; refusals are problems as everywhere."""

    def select_parser(self, request: Any, parsers: list[Any]) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: list[Any], format_suffix: str | None = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class DownloadView(ResourceView):
    """Stored bytes, by the same checks and headers as on the pages."""

    download: Download = None  # type: ignore[assignment]
    content_negotiation_class = AnyAnswer

    def words_for(self, method: str) -> tuple[str, ...]:
        return self.download.words or self.resource.words

    def get(self, request: Any, pk: Any) -> HttpResponseBase:
        self.refuse_unknown(set())
        answer: HttpResponseBase = self.download.get(request._request, self.on(pk), self.actor)
        return answer

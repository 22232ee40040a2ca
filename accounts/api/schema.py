"""The OpenAPI document: built by drf-spectacular from what the resources declare, the bodies from the pages' forms.

It names no data and no person, and needs no actor: forms are asked as the system sees them, without a scope.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from accounts.actors import system
from accounts.api import bodies
from accounts.api.fields import Schema
from accounts.api.paging import COUNT_TO, MOST, USUAL
from accounts.api.problems import MEDIA_TYPE, TITLES

PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457。detail 说明发生了什么、该怎么办；article 是所依据的条款；errors 按字段列出。",
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "article": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["type", "title", "status", "detail"],
}  # fmt: skip
ALWAYS = (400, 401, 403, 406, 429, 500)
ON_OBJECT = (404,)
ON_WRITE = (409, 413, 415, 422)
KEY = {
    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 128, "pattern": r"^[\x21-\x7e]{1,128}$"},
    "description": "同一个值重复提交只办理一次，24小时内返回同样的结果。",
}  # fmt: skip


def problem_answers(*codes: int) -> Schema:
    return {str(code): {"$ref": f"#/components/responses/Problem{code}"} for code in sorted(codes)}


def _problem_answer(code: int) -> ResolvedComponent:
    ref = {"$ref": "#/components/schemas/Problem"}
    answer = {"description": TITLES[code], "content": {MEDIA_TYPE: {"schema": ref}}}
    name = f"Problem{code}"
    return ResolvedComponent(name=name, type=ResolvedComponent.RESPONSE, schema=answer, object=name)


class Described(AutoSchema):  # type: ignore[misc]
    """Asks the view for its operation: `view.describe(method, components)` or what its resource declares."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> Any:
        self.registry = registry
        self._component("Problem", PROBLEM)
        for code in TITLES:
            registry.register_on_missing(_problem_answer(code))
        builder = getattr(self, f"_{type(self.view).__name__}_{method.lower()}", None)
        found = builder() if builder is not None else self.view.describe(method, self._component)
        return {"security": [{"token": []}, {"session": []}], **found} if found else None

    def _component(self, name: str, schema: Schema) -> Schema:
        self.registry.register_on_missing(
            ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
        )
        return {"$ref": f"#/components/schemas/{name}"}

    # --- a resource's operations ------------------------------------------------------------------------------------

    def _row(self, *, whole: bool) -> Schema:
        """The object: in lists its row, alone with its parts. Chosen fields leave others out, so only id is promised."""
        resource = self.view.resource
        properties: Schema = {"id": _key(resource), "url": {"type": "string", "format": "uri"}}
        properties |= {field.name: field.schema for field in resource.fields}
        if whole:
            properties |= {part.name: part.schema for part in resource.parts if part.inline}
        name = resource.component + ("" if whole else "Row")
        return self._component(name, {"type": "object", "properties": properties, "required": ["id", "url"]})

    def _operation(
        self, name: str, summary: str, answer: Schema, *codes: int, status: int = 200, made: bool = False, **more: Any
    ) -> Schema:
        resource = self.view.resource
        status = 201 if made else status
        done = {str(status): {"description": "成功", "content": {"application/json": {"schema": answer}}}}
        if status == 201 and not made:
            done["201"]["headers"] = {"Location": {"schema": {"type": "string"}, "description": "新对象的地址"}}
        return {
            "operationId": f"{resource.name}.{name}", "summary": summary, "tags": [resource.title],
            **{k: v for k, v in more.items() if v}, "responses": done | problem_answers(*ALWAYS, *codes),
        }  # fmt: skip

    def _ListView_get(self) -> Schema:
        resource = self.view.resource
        page = {
            "type": "object", "required": ["next", "previous", "results"],
            "properties": {
                "next": {"type": "string", "nullable": True, "description": "下一页的地址，没有则为 null"},
                "previous": {"type": "string", "nullable": True},
                "results": {"type": "array", "items": self._row(whole=False)},
                "count": {"type": "integer", "maximum": COUNT_TO}, "count_is_capped": {"type": "boolean"},
            },
        }  # fmt: skip
        answer = self._component(f"{resource.component}Page", page)
        return self._operation(
            "list", f"{resource.title}列表", answer, parameters=self._filters(), description=resource.help
        )

    def _filters(self) -> list[Schema]:
        resource = self.view.resource
        found = [
            _query("page_size", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "每页行数"),
            _query("cursor", {"type": "string"}, "翻页位置：只用返回的 next、previous，不要自行拼写"),
            _query("ordering", {"type": "string", "enum": [s + n for n in resource.sorts for s in ("", "-")],
                                "default": resource.order}, "排序，“-”为倒序"),
            _query("fields", {"type": "string", "example": ",".join([f.name for f in resource.fields][:2])}, "只返回这些字段，逗号分隔"),
            _query("count", {"type": "string", "enum": ["0", "1"]}, f"1：同时返回总数，至多数到{COUNT_TO}"),
        ]  # fmt: skip
        if resource.filterset is not None:
            for name, one in resource.filterset.base_filters.items():
                described = bodies.describe(deepcopy(one).field)  # a field is made once and kept: not on the class
                described.pop("nullable", None)
                described["enum"] = [v for v in described.get("enum", []) if v is not None]
                if not described["enum"]:
                    del described["enum"]
                found.append(_query(name, described, described.pop("description", str(one.label or name))))
        return found

    def _ListView_post(self) -> Schema:
        deed = self.view.resource.create
        body = self._body(deed)
        return self._operation("create", deed.title, self._row(whole=False), *ON_WRITE, status=201, parameters=[KEY],
                               requestBody=body, description=deed.help)  # fmt: skip

    def _ItemView_get(self) -> Schema:
        resource = self.view.resource
        fields = _query("fields", {"type": "string"}, "只返回这些字段，逗号分隔")
        return self._operation("read", f"{resource.title}", self._row(whole=True), *ON_OBJECT,
                               parameters=[self._pk(), fields])  # fmt: skip

    def _ItemView_patch(self) -> Schema:
        deed = self.view.resource.change
        return self._operation("change", deed.title, self._row(whole=True), *ON_OBJECT, *ON_WRITE,
                               parameters=[self._pk()], requestBody=self._body(deed, partial=True), description=deed.help)  # fmt: skip

    def _PartView_get(self) -> Schema:
        part = self.view.part
        return self._operation(part.name, f"{self.view.resource.title}：{part.title}", part.schema, *ON_OBJECT,
                               parameters=[self._pk()])  # fmt: skip

    def _DeedView_post(self) -> Schema:
        deed = self.view.deed
        if deed.gives is not None:
            return self._operation(deed.name, deed.title, deed.gives.schema, *ON_OBJECT, *ON_WRITE, made=True,
                                   parameters=[self._pk(), KEY], requestBody=self._body(deed), description=deed.help)  # fmt: skip
        return self._operation(deed.name, deed.title, self._row(whole=True), *ON_OBJECT, *ON_WRITE,
                               parameters=[self._pk(), KEY], requestBody=self._body(deed), description=deed.help)  # fmt: skip

    _PartAndDeedView_get, _PartAndDeedView_post = _PartView_get, _DeedView_post

    def _DownloadView_get(self) -> Schema:
        resource, download = self.view.resource, self.view.download
        content = {download.mime: {"schema": {"type": "string", "format": "binary"}}}
        done = {
            "200": {"description": "文件内容", "content": content},
            "304": {"description": "与 If-None-Match 所列的相同"},
        }
        return {
            "operationId": f"{resource.name}.{download.name}", "summary": f"{resource.title}：{download.title}",
            "tags": [resource.title], "parameters": [self._pk()], "responses": done | problem_answers(*ALWAYS, *ON_OBJECT),
        }  # fmt: skip

    def _pk(self) -> Schema:
        return {"name": "id", "in": "path", "required": True, "schema": _key(self.view.resource)}

    def _body(self, deed: Any, *, partial: bool = False) -> Schema | None:
        if deed.form is None:
            return None
        form = deed.form(None, None, system(), None)
        schema = bodies.schema_of(form, partial=partial)
        name = f"{self.view.resource.component}{deed.name.replace('-', '_').title().replace('_', '')}Body"
        kinds = [
            ("application/json", not deed.takes_files or deed.file_optional),
            ("multipart/form-data", deed.takes_files),
        ]
        ref = self._component(name, schema)
        return {
            "required": bool(schema.get("required")),
            "content": {kind: {"schema": ref} for kind, taken in kinds if taken},
        }


def _key(resource: Any) -> Schema:
    return {"type": "integer", "minimum": 1} if resource.pk == "int" else {"type": "string", "format": resource.pk}


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}

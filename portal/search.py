"""Search across the rooms, within one's scope: the page with its kinds, and the suggestions of the box in every page's
frame. Both are plain reads of lists that the person has anyway; like those they leave no line in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import actor_of, requires
from portal.permissions import Permission
from records.search.finding import Found, Group, find
from records.search.registry import kinds_for
from records.search.words import Asked, ask

TOLD = 20  # counts go so far, and a page of one kind
FIRST = 5  # of each kind where all are shown
DEEPEST = 200  # beyond that one does better with another word
SUGGESTED = 8


@dataclass(frozen=True)
class Tab:
    kind: str
    label: str
    count: str
    icon: str
    current: bool


@require_safe
@requires(Permission.SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    """All kinds with the first of each, or one kind (`kind`) page by page."""
    actor, asked = actor_of(request), ask(request.GET.get("q", ""))
    kinds = {one.kind for one in kinds_for(actor)}
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in kinds else ""
    page = _page(request.GET.get("page", ""))
    groups = find(asked, actor, most=min(page * TOLD, DEEPEST) if kind else TOLD, only=kind)
    context: dict[str, Any] = {
        "asked": asked, "kind": kind, "tabs": _tabs(groups, kind), "notice": _notice(asked, groups), "page": page,
        "labels": [one.label for one in kinds_for(actor)],
    }  # fmt: skip
    return render(request, "portal/search.html", context | (_one(groups, page) if kind else _all(groups)))


def _page(typed: str) -> int:
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 1
    return max(1, min(number, DEEPEST // TOLD))


def _tabs(groups: list[Group], kind: str) -> list[Tab]:
    if kind:
        return [Tab(g.kind.kind, g.kind.label, "", g.kind.icon, True) for g in groups]
    return [Tab(g.kind.kind, g.kind.label, g.count, g.kind.icon, False) for g in groups]


def _all(groups: list[Group]) -> dict[str, Any]:
    """Kinds with a whole name or number first: whoever types one means that."""
    ordered = sorted(groups, key=lambda group: group.hits[0].rank > 0)
    return {"groups": [(group, group.hits[:FIRST], len(group.hits) > FIRST or group.more) for group in ordered]}


def _one(groups: list[Group], page: int) -> dict[str, Any]:
    hits: list[Found] = groups[0].hits if groups else []
    last, more = page * TOLD >= DEEPEST, bool(groups) and groups[0].more
    return {
        "groups": [(groups[0], hits[(page - 1) * TOLD :], False)] if groups else [],
        "next": page + 1 if more and not last else 0, "previous": page - 1, "too_many": more and last,
    }  # fmt: skip


def _notice(asked: Asked, groups: list[Group]) -> str:
    """What to do when nothing came of it, or little could."""
    if asked.is_empty:
        return "没有可以搜索的文字，请输入单位、人员、事由、编号或文号。" if asked.typed else ""
    if asked.is_short:
        return "只输入了一个字，仅按名称开头和完整编号查找；输入两个字以上可以查找全部内容。"
    return "" if groups else "没有找到。请换一个词，或少输入几个字；也可以输入拼音首字母、编号或文号。"


@require_safe
@requires(Permission.SEARCH)
def suggest(request: HttpRequest) -> HttpResponse:
    """The first hits under the box, as one types. Without JavaScript nobody asks for it."""
    asked = ask(request.GET.get("q", ""))
    groups = find(asked, actor_of(request), most=SUGGESTED)
    ranked = sorted((hit for group in groups for hit in group.hits[:4]), key=lambda hit: hit.rank)
    return render(request, "portal/search_suggestions.html", {"asked": asked, "hits": ranked[:SUGGESTED]})

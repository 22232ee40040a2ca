"""What the office has opened to people from outside: the list, one root's grants with the form, closing."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records import grant_forms
from records.actions import grants as acts
from records.actions.attachments import visible_root
from records.models import GrantEntry
from records.permissions import Permission
from records.registry import companions_of
from records.state import Refused
from records.web import page_of_root, perform


@require_GET
@requires(Permission.GRANT_ACCESS)
def grant_list(request: HttpRequest) -> HttpResponse:
    """Everything open now; ?show=all adds what has ended."""
    only_current = request.GET.get("show") != "all"
    grants = acts.grants_of_office(actor_of(request), only_current=only_current)
    return render(request, "records/grant_list.html", {"grants": grants, "only_current": only_current})


@requires(Permission.GRANT_ACCESS, writes=True)
def root_grants(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    actor = actor_of(request)
    root = _root(kind, pk, actor)
    companions = [r for r in companions_of(root, actor) if r.filed_at or r.served_at]
    form = grant_forms.GrantForm(request.POST or None, companions=companions)
    if request.method == "POST" and form.is_valid():
        try:
            roots = [root, *form.chosen()]
            user, password = acts.grant_access(roots, by=actor, **form.facts())
        except Refused as error:
            form.add_error(None, str(error.refusal))
        else:
            # The password stands in this answer and nowhere else.
            context = {"person": user, "password": password, "root": root, "back": _address(root)}
            return render(request, "records/grant_done.html", context)
    entries = GrantEntry.objects.visible_to(actor).filter(root_kind=root.kind, root_id=root.pk).select_related("person")
    context = {"form": form, "root": root, "grants": acts.grants_of_root(root), "entries": entries[: acts.MOST],
               "page": page_of_root(root), "purposes": dict(acts.Purpose.choices)}  # fmt: skip
    return render(request, "records/root_grants.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.GRANT_ACCESS, writes=True)
def grant_end(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    party = acts.party_of(request.POST.get("grant", ""), actor)
    if party is None:
        raise Http404("没有这项开放。")
    reason = request.POST.get("reason", "")
    perform(request, lambda: acts.end_access(party, by=actor, reason=reason), done="已收回，对方不能再打开。")
    return redirect(_address(party.root))  # type: ignore[attr-defined]


def _root(kind: str, pk: int, actor: Actor) -> Any:
    """A root of the actor's own office, of a kind that can be opened to a person."""
    root = visible_root(kind, pk, actor)
    if root is None or root.owner_code != actor.division_code or type(root).party_model() is None:
        raise Http404("没有这个事项。")
    return root


def _address(root: Any) -> str:
    return reverse("records:root_grants", args=[root.kind, root.pk])

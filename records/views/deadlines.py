"""期限: a deadline's page, asking for 延期 or 中止, and deciding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records.actions import deadlines as acts
from records.actions.attachments import UploadRefused
from records.models import Deadline, DeadlineChange
from records.permissions import Permission
from records.state import Refused
from records.timing import deadline_pages as pages
from records.timing.period_forms import ExtensionForm, PauseForm
from records.web import page_of_root, perform

FORMS: dict[str, type[ExtensionForm] | type[PauseForm]] = {"extension": ExtensionForm, "pause": PauseForm}
Move = Callable[[DeadlineChange, Any, Actor, str], Any]
MOVES: dict[str, tuple[Move, str]] = {
    "approve": (lambda c, root, by, reason: acts.approve(c, root=root, by=by, note=reason), "已批准，申请人会收到通知。"),
    "refuse": (lambda c, root, by, reason: acts.refuse(c, root=root, by=by, note=reason), "已记录，申请人会收到通知。"),
    "withdraw": (lambda c, root, by, reason: acts.withdraw(c, root=root, by=by), "已撤回。"),
    "resume": (lambda c, root, by, reason: acts.resume(c, root=root, by=by, reason=reason), "期限已恢复计算。"),
}  # fmt: skip


@require_GET
@requires(Permission.VIEW_DEADLINES)
def deadline(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a deadline stands, under which rule, and everything that was asked about it."""
    found, root = _found(pk, actor_of(request))
    changes = pages.changes_of(found)
    context = {
        "deadline": found, "root": root, "root_url": page_of_root(root), "state": pages.DeadlineState(found),
        "rule": acts.rule_behind(found), "changes": [pages.ChangeLine(change) for change in changes],
        "actions": pages.buttons_of(found, changes, actor_of(request)),
    }  # fmt: skip
    return render(request, "records/deadline_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ASK_DEADLINE_CHANGES, writes=True)
def deadline_ask(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The form of an extension or a pause. What was typed stays, whatever the refusal."""
    if kind not in FORMS:
        raise Http404("没有这种申请。")
    found, root = _found(pk, actor_of(request))
    form = FORMS[kind](found, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _asked(form, root, actor_of(request)):
        return redirect("records:deadline", pk=found.pk)
    context = {"deadline": found, "form": form, "kind": DeadlineChange.Kind(kind), "rule": acts.rule_behind(found),
               "refusal": acts.ask_refusal(found, kind, actor_of(request))}  # fmt: skip
    return render(request, "records/deadline_ask.html", context, status=422 if form.is_bound and form.errors else 200)


def _asked(form: ExtensionForm | PauseForm, root: Any, by: Actor) -> bool:
    """A refusal of the request or of its file stands at the form."""
    try:
        form.ask_with_file(root=root, by=by)
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return False
    except UploadRefused as error:
        form.add_error("file", str(error))
        return False
    return True


@require_POST
@requires(Permission.DECIDE_DEADLINE_CHANGES, Permission.ASK_DEADLINE_CHANGES, writes=True)
def deadline_change_move(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve, refuse, take back, or let the clock go on."""
    found = pages.find_change(pk, actor_of(request))
    if found is None or verb not in MOVES:
        raise Http404("没有这项申请。")
    change, root = found
    act, done = MOVES[verb]
    perform(request, lambda: act(change, root, actor_of(request), request.POST.get("reason", "")), done=done)
    return redirect("records:deadline", pk=change.deadline_id)


def _found(pk: int, actor: Actor) -> tuple[Deadline, Any]:
    found = pages.find(pk, actor)
    if found is None:
        raise Http404("没有这个期限。")
    return found

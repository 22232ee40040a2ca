"""The inbox of the person, under whichever identity."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records.actions.attachments import visible_root
from records.filters import InboxFilter
from records.jobs import jobs_of
from records.list_exports import INBOX_COLUMNS, inbox_lines, lines_shown
from records.lists import listing
from records.models import Job, Notification
from records.notices import inbox as reading
from records.permissions import Permission
from records.web import page_of_root


@require_GET
@requires(Permission.READ_INBOX)
def inbox(request: HttpRequest) -> HttpResponse:
    """Unread lines first: the page opens with them while there are any, ?show=all has the rest."""
    actor = actor_of(request)
    unread = reading.unread_count(actor)
    show = lines_shown(actor, request.GET, unread)
    context = listing(
        request, inbox_lines(actor, request.GET, unread), columns=INBOX_COLUMNS, default_sort="-created_at",
        filterset_class=InboxFilter, export="inbox",
    )  # fmt: skip
    # Two columns are not worth a choice.
    return render(request, "records/inbox.html", context | {"columns": None, "show": show, "unread": unread})


@require_GET
@requires(Permission.READ_INBOX, leaves_trace=True)
def inbox_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a line: it is read from now on, and leads to what it is about."""
    actor = actor_of(request)
    line = get_object_or_404(Notification.objects.visible_to(actor), pk=pk)
    reading.mark_read(line)
    url = _page_of(line, actor)
    if url:
        return redirect(url)
    return render(request, "records/inbox_item.html", {"line": line, "elsewhere": bool(line.root_id)})


def _page_of(line: Notification, actor: Actor) -> str:
    """Where a line leads: the page of its root, or of the person's own job; empty when it is not to be seen."""
    if line.root_kind == Job._meta.label_lower:
        job = jobs_of(actor).filter(pk=line.root_id or 0).first()
        return job.get_absolute_url() if job is not None else ""
    root = visible_root(line.root_kind, line.root_id, actor) if line.root_id else None
    return page_of_root(root) if root is not None else ""


@require_POST
@requires(Permission.READ_INBOX, writes=True)
def inbox_read_all(request: HttpRequest) -> HttpResponse:
    count = reading.mark_all_read(actor_of(request))
    messages.success(request, f"已把{count}条消息标为已读。" if count else "没有未读消息。")
    return redirect("records:inbox")


@require_POST
@requires(Permission.READ_INBOX, writes=True)
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark the chosen lines; back to the list as it was."""
    keys = [int(key) for key in request.POST.getlist("line") if key.isascii() and key.isdecimal() and len(key) < 19]
    if not keys:
        messages.warning(request, "请先勾选要标为已读的消息。")
    elif count := reading.mark_some_read(actor_of(request), keys):
        messages.success(request, f"已把{count}条消息标为已读。")
    else:
        messages.info(request, "所选消息都已读过。")
    back = request.POST.get("back", "")
    return redirect(f"{reverse('records:inbox')}{back if back.startswith('?') else ''}")

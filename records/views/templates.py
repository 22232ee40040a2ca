"""One document template: its words and its page, the office's own beside the inherited one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.models import Organization
from records.actions import templates as acts
from records.documents import draft_pages
from records.documents.comparing import compare
from records.documents.draft_forms import TemplateForm
from records.documents.kinds import blanks_of, kind_of
from records.models import DocumentTemplate
from records.permissions import Permission
from records.state import Refused

FIELDS = ("title", "body", "attachments", "attendance", "contact_note")


def _template(request: HttpRequest, pk: int) -> DocumentTemplate:
    found: DocumentTemplate = get_object_or_404(DocumentTemplate.objects.visible_to(actor_of(request)), pk=pk)
    return found


def _office(actor: Actor) -> Organization:
    office: Organization = Organization.objects.visible_to(actor).get(pk=actor.organization_id)
    return office


def paragraphs_of(template: DocumentTemplate) -> list[str]:
    """Its words as lines to compare."""
    return [line for field in FIELDS for line in str(getattr(template, field)).splitlines() if line.strip()]


@require_GET
@requires(Permission.DRAFT_DOCUMENTS)
def template_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The template in force as a page, what it may leave open, and what differs from the inherited one."""
    actor, template = actor_of(request), _template(request, pk)
    stands = acts.standing_of(template, actor)
    inherited = stands.inherited if stands.is_own else None
    context = {
        "template": template, "stands": stands, "kind": kind_of(template.kind), "blanks": blanks_of(template.kind),
        "in_force": stands.template == template, "pages": draft_pages.template_pages_of(template, _office(actor)),
        "inherited": inherited, "rows": compare(paragraphs_of(inherited), paragraphs_of(stands.template)) if inherited else [],
        "may_change": actor.can(Permission.MANAGE_TEMPLATES),
    }  # fmt: skip
    return render(request, "records/template_detail.html", context)


@require_GET
@requires(Permission.DRAFT_DOCUMENTS)
def template_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages alone, asked for again by htmx until the worker has set them."""
    template = _template(request, pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(template)
    pages = draft_pages.template_pages_of(template, _office(actor_of(request)))
    return render(request, "records/template_pages.html", {"template": template, "pages": pages})


@require_GET
@requires(Permission.DRAFT_DOCUMENTS)
def template_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One page as PNG."""
    picture = draft_pages.template_page_of(_template(request, pk), _office(actor_of(request)), number)
    if picture is None:
        raise Http404("没有这一页。")
    return HttpResponse(picture, content_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_TEMPLATES, writes=True)
def template_change(request: HttpRequest, pk: int) -> HttpResponse:
    """The words of the office's own template."""
    actor, template = actor_of(request), _template(request, pk)
    if template.division_code != actor.division_code:
        messages.error(request, "只能修改本单位的模板；上级的模板请先“改为本单位的”。")
        return redirect(template)
    seen = template.mark
    form = TemplateForm(request.POST if request.method == "POST" else None, instance=template, initial={"seen": seen})
    if request.method == "POST" and form.is_valid() and _rewritten(form, template, actor):
        messages.success(request, "模板已保存，从下一次拟稿起使用。")
        return redirect(template)
    context = {"template": template, "form": form, "kind": kind_of(template.kind), "blanks": blanks_of(template.kind)}
    return render(request, "records/template_change.html", context, status=422 if form.errors else 200)


def _rewritten(form: TemplateForm, template: DocumentTemplate, actor: Actor) -> bool:
    typed: dict[str, Any] = form.cleaned_data
    try:
        acts.rewrite(template, by=actor, seen=typed["seen"], name=typed["name"], note=typed["note"], texts=form.texts())
    except Refused as error:
        form.add_error(None, str(error.refusal))
        return False
    return True


DONE = {
    "adapt": "已改为本单位的模板，可以修改文字和空白。",
    "keep": "已记下：上级的改动看过了，本单位的文字不变。",
    "reset": "已恢复为上级的模板，本单位改写的文字不再使用。",
}


@require_POST
@requires(Permission.MANAGE_TEMPLATES, writes=True)
def template_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """adapt, keep or reset."""
    actor, template = actor_of(request), _template(request, pk)
    if name not in DONE:
        raise Http404("没有这一步。")
    target = template
    try:
        if name == "adapt":
            target = acts.adapt(template, by=actor)
        elif name == "reset":
            target = acts.reset(template, by=actor)
        else:
            acts.keep_own(template, by=actor)
    except Refused as error:
        messages.error(request, str(error.refusal))
        return redirect(template)
    messages.success(request, DONE[name])
    return redirect("records:template_change", target.pk) if name == "adapt" else redirect(target)

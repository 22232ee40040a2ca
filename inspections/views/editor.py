"""The visit being written: one address for the form, its saves while one types, and its submission."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from inspections.actions import visits as actions
from inspections.actions.complaints import complaints_before
from inspections.actions.conflicts import differences, keep_other_version, other_versions, resolve_conflict
from inspections.actions.consequences import CAUSES
from inspections.cards import by_part, cards_of
from inspections.forms import METHOD_UNITS, METHODS, VisitForm, may_write, read_entry, wire
from inspections.instruments import items_of
from inspections.missing import missing_of
from inspections.models import Finding, InstrumentItem, RoutineVisit
from inspections.permissions import Permission
from inspectors.models import Inspector
from records import clock
from records.actions.attachments import UploadRefused, attachments_of, store_upload
from records.models import StateTransition
from records.state import Refused
from records.web import perform


def _fetch(request: HttpRequest, pk: int) -> RoutineVisit:
    visits = RoutineVisit.objects.visible_to(actor_of(request)).select_related(
        "subject_org", "version", "version__instrument"
    )
    visit: RoutineVisit = get_object_or_404(visits, pk=pk)
    return visit


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


@requires(Permission.WRITE_VISITS, writes=True)
def visit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    visit, actor = _fetch(request, pk), actor_of(request)
    if not may_write(visit, actor):
        return _closed(request, visit)
    items = items_of(visit.version)
    if request.method == "POST":
        return _save(request, visit, items)
    return _page(request, visit, items, VisitForm(instance=visit))


def _closed(request: HttpRequest, visit: RoutineVisit) -> HttpResponse:
    """Somebody else's, or handed in meanwhile (on another device): said, and what was typed stays on the device."""
    text = "这份记录由他人填写，或已经提交，不能再修改。"
    if _wants_json(request):
        return JsonResponse({"detail": text}, status=403)
    if request.method == "POST":
        messages.error(request, text)
    return redirect(visit)


def _save(request: HttpRequest, visit: RoutineVisit, items: list[InstrumentItem]) -> HttpResponse:
    actor, entry = actor_of(request), read_entry(request.POST, items)
    form = VisitForm(request.POST, instance=RoutineVisit(visited_on=visit.visited_on))
    form.is_valid()
    fields = {name: value for name, value in form.cleaned_data.items() if name in request.POST}
    try:
        row = actions.save_visit(visit, by=actor, entry=entry, fields=fields, items=items)
    except actions.Conflict as conflict:
        keep_other_version(visit, by=actor, data=request.POST, editor=entry.editor)
        return _conflict(request, conflict, items)
    except Refused as refused:
        return _refused(request, visit, refused)
    if _wants_json(request):
        return _saved(row, form)
    row.subject_org, row.version = visit.subject_org, visit.version
    return _next(request, row, items, form)


def _saved(row: RoutineVisit, form: VisitForm) -> JsonResponse:
    """What autosave.js wants to know. A field that cannot be stored is named; all else has been saved."""
    if form.errors:
        name, errors = next(iter(form.errors.items()))
        return JsonResponse({"detail": f"{form.fields[name].label}没有保存：{errors[0]}"}, status=422)
    at = clock.local(row.saved_at or clock.now()).strftime("%H:%M")
    return JsonResponse({"saved_at": at, "fields": {"revision": str(row.revision)}})


def _conflict(request: HttpRequest, conflict: actions.Conflict, items: list[InstrumentItem]) -> HttpResponse:
    visit = conflict.visit
    if _wants_json(request):
        url = reverse("inspections:visit_edit", args=[visit.pk])
        return JsonResponse({"detail": str(conflict.refusal), "url": url}, status=409)
    messages.error(request, str(conflict.refusal))
    return redirect("inspections:visit_edit", visit.pk)


def _refused(request: HttpRequest, visit: RoutineVisit, refused: Refused) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"detail": str(refused.refusal)}, status=403)
    messages.error(request, str(refused.refusal))
    return redirect(visit)


def _next(request: HttpRequest, row: RoutineVisit, items: list[InstrumentItem], form: VisitForm) -> HttpResponse:
    """After a save by a button: which button it was."""
    actor = actor_of(request)
    _take_photos(request, row)
    here = reverse("inspections:visit_edit", args=[row.pk])
    if form.errors:
        return _page(request, row, items, form, status=422)
    if group := request.POST.get("add_finding", ""):
        return redirect(f"{here}?open={group}#card-{group}")
    if key := request.POST.get("remove_finding", ""):
        _remove(row, key, actor)
        return redirect(f"{here}#card-{request.POST.get(f'f-{key}-group_code', '')}")
    if "submit" not in request.POST:
        messages.success(request, "已保存。")
        return redirect(here)
    return _submit(request, row, items)


def _remove(row: RoutineVisit, key: str, actor: Actor) -> None:
    try:
        actions.remove_finding(row, by=actor, key=UUID(key))
    except ValueError:
        return


def _submit(request: HttpRequest, row: RoutineVisit, items: list[InstrumentItem]) -> HttpResponse:
    try:
        actions.submit_visit(row, by=actor_of(request))
    except actions.Incomplete:
        return _page(request, row, items, VisitForm(instance=row), asked=True, status=422)
    except Refused as refused:
        return _refused(request, row, refused)
    messages.success(request, "已提交，督导办审核后送达学校。")
    return redirect(row)


def _take_photos(request: HttpRequest, row: RoutineVisit) -> None:
    """Pictures that came with the form, where there is no JavaScript to send them one by one."""
    for name in request.FILES:
        for upload in request.FILES.getlist(name):
            if not name.startswith("photo-"):
                continue
            try:
                store_upload(upload, root=row, by=actor_of(request), part=name.removeprefix("photo-"), filed=False)
            except UploadRefused as error:
                messages.error(request, str(error))


def _page(request: HttpRequest, visit: RoutineVisit, items: list[InstrumentItem], form: VisitForm, *,
          asked: bool = False, status: int = 200) -> HttpResponse:  # fmt: skip
    """The editor. `asked`: somebody pressed submit, so what is missing is shown."""
    actor = actor_of(request)
    shots = by_part(attachments_of(visit))
    missing = missing_of(visit) if asked else []
    with_them = {c.person_id: c.name for c in visit.companions.all()}
    context = {
        "visit": visit, "form": form, "cards": cards_of(visit, items, shots), "missing": missing,
        "missing_cards": {m.card for m in missing}, "editor": uuid4(), "methods": [form[m] for m in METHODS],
        "method_units": METHOD_UNITS, "companions": _companions(actor, with_them),
        "severities": Finding.Severity.choices, "dispositions": [(d.value, d.label, CAUSES[d]) for d in Finding.Disposition],
        "open_group": request.GET.get("open", ""), "merges": _merges(visit, items, actor),
        "return_reason": _return_reason(visit), "complaints": complaints_before(visit, actor),
    }  # fmt: skip
    return render(request, "inspections/visit_edit.html", context, status=status)


def _companions(actor: Actor, chosen: dict[int, str]) -> list[tuple[int, str, bool]]:
    """(user, name, went along) of the office's other inspectors, and of those who went along and have left. One query."""
    colleagues = (
        Inspector.objects.visible_to(actor)
        .filter(division_code=actor.division_code)
        .valid_on(clock.today())
        .exclude(user_id=actor.user_id)
        .select_related("user")[:100]
    )
    people = {i.user_id: str(i.user) for i in colleagues} | chosen
    return [(pk, name, pk in chosen) for pk, name in people.items()]


def _return_reason(visit: RoutineVisit) -> Any:
    """The last time it was returned, for a visit that lies with its inspector again."""
    if visit.state != RoutineVisit.State.RETURNED:
        return None
    return StateTransition.objects.of(visit).filter(name="return").order_by("-at").first()


def _merges(visit: RoutineVisit, items: list[InstrumentItem], actor: Actor) -> list[dict[str, Any]]:
    """Each version that waits to be merged, with its differences."""
    drafts = other_versions(visit, actor)
    if not drafts:
        return []
    current = wire(visit, items)
    return [{"draft": d, "differences": differences(d, current, items)} for d in drafts]


@requires(Permission.WRITE_VISITS, writes=True)
def visit_merge(request: HttpRequest, pk: int, draft: int) -> HttpResponse:
    """Take the chosen fields of the other device's version."""
    visit, actor = _fetch(request, pk), actor_of(request)
    versions = {d.pk: d for d in other_versions(visit, actor)}
    if request.method == "POST" and draft in versions and may_write(visit, actor):
        take = [name.removeprefix("take-") for name, value in request.POST.items()
                if name.startswith("take-") and value == "other"]  # fmt: skip
        perform(
            request, done="两份内容已合并。",
            act=lambda: resolve_conflict(
                visit, by=actor, draft=versions[draft], take=take, items=items_of(visit.version)
            ),
        )  # fmt: skip
    return redirect("inspections:visit_edit", visit.pk)

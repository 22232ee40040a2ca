"""Instruments: to read, and for offices to make a version of their own."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.decorators import actor_of, requires
from inspections.actions.instruments import copy_version, publish_version, writable
from inspections.forms import ItemForm, VersionForm
from inspections.instruments import items_of, nearest
from inspections.models import Instrument, InstrumentItem, InstrumentVersion
from inspections.permissions import Permission
from records.web import perform


@requires(Permission.VIEW_INSTRUMENTS)
def instrument_list(request: HttpRequest) -> HttpResponse:
    """The instruments that stand open to the actor, each with its versions; the one in force is marked."""
    actor = actor_of(request)
    instruments = list(Instrument.objects.visible_to(actor).prefetch_related("versions"))
    in_force = {
        found.pk
        for code in {i.code for i in instruments}
        if (found := nearest((v for i in instruments if i.code == code for v in i.versions.all()), actor))
    }
    context = {"instruments": instruments, "in_force": in_force, "own_code": actor.division_code}
    return render(request, "inspections/instrument_list.html", context)


def _version(request: HttpRequest, pk: int) -> InstrumentVersion:
    versions = InstrumentVersion.objects.visible_to(actor_of(request)).select_related("instrument", "published_by")
    version: InstrumentVersion = get_object_or_404(versions, pk=pk)
    return version


@requires(Permission.VIEW_INSTRUMENTS, Permission.READ_SERVED_VISITS)
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as it is asked."""
    actor, found = actor_of(request), _version(request, pk)
    groups: dict[str, list[InstrumentItem]] = {}
    for item in items_of(found):
        groups.setdefault(item.group, []).append(item)
    manages = actor.can(Permission.MANAGE_INSTRUMENTS)
    context = {
        "version": found, "groups": list(groups.items()), "manages": manages,
        "editable": manages and writable(found, actor) is None, "why_not": writable(found, actor),
    }  # fmt: skip
    return render(request, "inspections/version.html", context)


@requires(Permission.MANAGE_INSTRUMENTS, writes=True)
def version_copy(request: HttpRequest, pk: int) -> HttpResponse:
    found = _version(request, pk)
    if request.method != "POST":
        return redirect("inspections:version", pk)
    made = copy_version(found, by=actor_of(request))
    messages.success(request, "已复制为本单位的新版本，修改后发布即可使用。")
    return redirect("inspections:version", made.pk)


@requires(Permission.MANAGE_INSTRUMENTS, writes=True)
def version_publish(request: HttpRequest, pk: int) -> HttpResponse:
    found, actor = _version(request, pk), actor_of(request)
    if request.method == "POST":
        perform(request, lambda: publish_version(found, by=actor), done="已发布，今后的督导使用这个版本。")
    return redirect("inspections:version", pk)


@requires(Permission.MANAGE_INSTRUMENTS, writes=True)
def version_change(request: HttpRequest, pk: int) -> HttpResponse:
    """What the revision is about."""
    found, actor = _version(request, pk), actor_of(request)
    refused = writable(found, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect("inspections:version", pk)
    form = VersionForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "修订说明已保存。")
        return redirect("inspections:version", pk)
    return _form(request, form, found, f"{found} · 修订说明")


@requires(Permission.MANAGE_INSTRUMENTS, writes=True)
def item_change(request: HttpRequest, pk: int, item: int = 0) -> HttpResponse:
    """A question of a version in the making: new (item 0), changed or removed."""
    found, actor = _version(request, pk), actor_of(request)
    refused = writable(found, actor)
    if refused is not None:
        messages.error(request, str(refused))
        return redirect("inspections:version", pk)
    question = get_object_or_404(found.items, pk=item) if item else _new_question(found, request.GET.get("group", ""))
    if request.method == "POST" and "remove" in request.POST and item:
        question.delete()
        messages.success(request, f"已删除“{question}”。")
        return redirect("inspections:version", pk)
    form = ItemForm(request.POST or None, instance=question, version=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "问题已保存。")
        return redirect(f"{reverse('inspections:version', args=[pk])}#item-{form.instance.pk}")
    return _form(request, form, found, f"修改问题 {question.code}" if item else "增加问题", removable=bool(item))


def _new_question(found: InstrumentVersion, group: str) -> InstrumentItem:
    """Prefilled with the item it is added to, its next number and place."""
    items = items_of(found)
    same = [i for i in items if i.group_code == group]
    order = max((i.order for i in same or items), default=0) + (0 if same else 1)
    return InstrumentItem(
        version=found, group_code=group if same else "", group=same[0].group if same else "",
        code=f"{group}-{len(same) + 1}" if same else "", order=order,
    )  # fmt: skip


def _form(request: HttpRequest, form: ItemForm | VersionForm, found: InstrumentVersion, title: str, *,
          removable: bool = False) -> HttpResponse:  # fmt: skip
    context = {
        "form": form,
        "version": found,
        "title": title,
        "removable": removable,
        "is_question": isinstance(form, ItemForm),
    }
    return render(request, "inspections/item_form.html", context, status=422 if form.is_bound else 200)

"""People of a division, for its security administrator: who has an account, as what, and whether it is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import actions, second_factor
from accounts.actions import NotAllowed
from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from accounts.forms import EndForm, MembershipForm, NameForm, PeopleFilter, PersonForm, UnitFilter
from accounts.models import Membership, Organization, User
from accounts.permissions import Permission

PER_PAGE = 50


@requires(Permission.VIEW_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = PeopleFilter(request.GET)
    context = _page(request, matching(people_of(actor), form).order_by("full_name", "pk"), form, export="people")
    return render(request, "accounts/user_list.html", context | {"today": timezone.localdate()})


def people_of(actor: Actor) -> QuerySet[User]:
    """With the identities that the actor sees."""
    memberships = Membership.objects.visible_to(actor).select_related("organization")
    found: QuerySet[User] = User.objects.visible_to(actor).prefetch_related(Prefetch("memberships", memberships))
    return found


def matching(found: QuerySet[User], form: PeopleFilter) -> QuerySet[User]:
    chosen = form.cleaned_data if form.is_valid() else {}
    if q := chosen.get("q"):
        found = found.filter(Q(full_name__contains=q) | Q(username__icontains=q) | Q(phone=q))
    if unit := chosen.get("unit"):
        found = found.filter(memberships__organization__name__contains=unit)
    if role := chosen.get("role"):
        found = found.filter(memberships__role=role)
    if status := chosen.get("status"):
        found = found.filter(is_active=status == "active")
    return found.distinct()


def _page(request: HttpRequest, rows: QuerySet[Any], form: Any, *, export: str) -> dict[str, Any]:
    paginator = Paginator(rows, PER_PAGE)
    return {"page_obj": paginator.get_page(request.GET.get("page")), "total": paginator.count, "filter_form": form,
            "export_url": export_address(request, export)}  # fmt: skip


def export_address(request: HttpRequest, name: str) -> str:
    """Where the room above hands the list out as Excel, as it is filtered here."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"{reverse('records:list_export', args=[name])}?{query.urlencode()}"


@requires(Permission.MANAGE_PEOPLE)
def units(request: HttpRequest) -> HttpResponse:
    """Choose the unit for which a person (`?person=`) or a new one will act."""
    actor = actor_of(request)
    form = UnitFilter(request.GET)
    found = units_matching(units_of(actor), form).order_by("division", "kind", "pk")
    context = _page(request, found, form, export="people-units")
    return render(request, "accounts/organization_choice.html", context | {"person": _person(request, actor)})


def units_of(actor: Actor) -> QuerySet[Organization]:
    found: QuerySet[Organization] = Organization.objects.visible_to(actor).open_on(timezone.localdate())
    return found


def units_matching(found: QuerySet[Organization], form: UnitFilter) -> QuerySet[Organization]:
    chosen = form.cleaned_data if form.is_valid() else {}
    if q := chosen.get("q"):
        found = found.filter(name__contains=q)
    if kind := chosen.get("kind"):
        found = found.filter(kind=kind)
    return found


def _person(request: HttpRequest, actor: Actor) -> User | None:
    asked = request.GET.get("person", "")
    if not asked.isdecimal():
        return None
    found: User = get_object_or_404(User.objects.visible_to(actor), pk=int(asked))
    return found


@requires(Permission.MANAGE_PEOPLE, writes=True)
def person_create(request: HttpRequest, organization_id: int) -> HttpResponse:
    actor = actor_of(request)
    organization = get_object_or_404(Organization.objects.visible_to(actor), pk=organization_id)
    form = PersonForm(request.POST or None, organization=organization)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in PersonForm.field_order}
        made = _try(request, lambda: actions.add_person(by=actor, organization=organization, **facts))
        if made:
            user, password = made
            _note(request, user, "create", f"建立账号，身份：{organization.name}")
            return _show_password(request, user, password)
    return render(request, "accounts/user_form.html", {"form": form, "organization": organization})


@requires(Permission.VIEW_PEOPLE, leaves_trace=True)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    user = get_object_or_404(User.objects.visible_to(actor), pk=pk)
    _note(request, user, "read", "查阅人员资料")
    memberships = Membership.objects.visible_to(actor).filter(user=user).select_related("organization")
    elsewhere = len(actions.standings(user)) - sum(1 for m in memberships if m.is_open_on(timezone.localdate()))
    context = {
        "person": user, "memberships": memberships, "today": timezone.localdate(), "elsewhere": max(0, elsewhere),
        "is_self": user.pk == actor.user_id, "is_locked": get_adapter(request).is_locked(request, user),
        "has_factor": second_factor.is_set_up(user),
    }  # fmt: skip
    return render(request, "accounts/user_detail.html", context)


@requires(Permission.MANAGE_PEOPLE, writes=True)
def person_change(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(actor_of(request)), pk=pk)
    form = NameForm(request.POST or None, instance=user)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and _try(request, lambda: actions.change_person(user, by=actor_of(request), **form.cleaned_data)):
        _note(request, user, "change", "修改姓名或手机号码")
        messages.success(request, "已保存。")
        return redirect("accounts:person", pk=pk)
    return render(request, "accounts/user_change.html", {"form": form, "person": user})


@requires(Permission.MANAGE_PEOPLE, writes=True)
def membership_create(request: HttpRequest, pk: int, organization_id: int) -> HttpResponse:
    actor = actor_of(request)
    user = get_object_or_404(User.objects.visible_to(actor), pk=pk)
    organization = get_object_or_404(Organization.objects.visible_to(actor), pk=organization_id)
    form = MembershipForm(request.POST or None, organization=organization, user=user,
                          instance=Membership(user=user, organization=organization,
                                              division_code=organization.division_id))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        if _try(request, lambda: actions.add_membership(by=actor, user=user, organization=organization, **facts)):
            _note(request, user, "change", f"增加身份：{organization.name} {form.instance.get_role_display()}")
            messages.success(request, "已增加身份。")
            return redirect("accounts:person", pk=pk)
    context = {"form": form, "organization": organization, "person": user}
    return render(request, "accounts/membership_form.html", context)


@requires(Permission.MANAGE_PEOPLE, writes=True)
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    found = Membership.objects.visible_to(actor).select_related("user", "organization")
    membership = get_object_or_404(found, pk=pk)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and _try(request, lambda: actions.end_membership(membership, by=actor, on=form.cleaned_data["on"])):
        _note(request, membership.user, "change", f"终止身份：{membership}")
        messages.success(request, f"身份有效至{form.cleaned_data['on']:%Y年%-m月%-d日}。")
        return redirect("accounts:person", pk=membership.user_id)
    return render(request, "accounts/membership_end.html", {"form": form, "membership": membership})


@require_POST
@requires(Permission.MANAGE_PEOPLE, writes=True)
def person_act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Shut, open, unlock an account, or hand out a new initial password."""
    actor = actor_of(request)
    user = get_object_or_404(User.objects.visible_to(actor), pk=pk)
    if deed == "reset_password":
        password = _try(request, lambda: actions.reset_password(user, by=actor))
        if not password:
            return redirect("accounts:person", pk=pk)
        _note(request, user, "change", "重置密码")
        return _show_password(request, user, password)
    if deed not in DEEDS:
        raise Http404("没有这个操作。")
    act, said = DEEDS[deed]
    if _try(request, lambda: act(request, user, actor) or True):
        _note(request, user, "change", said)
        messages.success(request, f"{said}：{user}。")
    return redirect("accounts:person", pk=pk)


def _unlock(request: HttpRequest, user: User, actor: Actor) -> None:
    actions.refuse_self(actor, user)
    get_adapter(request).unlock(request, user)


DEEDS: dict[str, tuple[Callable[[HttpRequest, User, Actor], Any], str]] = {
    "deactivate": (lambda request, user, actor: actions.set_active(user, by=actor, active=False), "已停用账号"),
    "activate": (lambda request, user, actor: actions.set_active(user, by=actor, active=True), "已启用账号"),
    "unlock": (_unlock, "已解除登录暂停"),
}


def _try(request: HttpRequest, act: Callable[[], Any]) -> Any:
    """The action's result, or None with its refusal as a message."""
    try:
        return act()
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return None


def _note(request: HttpRequest, user: User, action: str, detail: str) -> None:
    get_adapter(request).note(request, action, actor=actor_of(request), detail=f"{detail}（{user}）",
                              object_kind="accounts.user", object_id=user.pk)  # fmt: skip


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """Shown in the answer itself and nowhere else: it is in no address, message or log."""
    return render(request, "accounts/user_password.html", {"person": user, "password": password})

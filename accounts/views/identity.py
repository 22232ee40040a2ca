"""One's own page, and the switch of identity."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.decorators import actor_of, requires
from accounts.identities import SESSION_KEY, Identity, actor_for
from accounts.models import Membership
from accounts.permissions import Permission


@require_POST
@requires(Permission.USE_ACCOUNT, writes=True)
def switch_identity(request: HttpRequest) -> HttpResponse:
    """Act under another of one's own valid memberships from here on. Somebody else's is 404."""
    identities: list[Identity] = getattr(request, "identities", [])
    wanted = next((i for i in identities if str(i.membership_id) == request.POST.get("membership")), None)
    if wanted is None:
        raise Http404("没有这个身份，或已经到期。")
    before = actor_of(request)
    actor = actor_for(wanted, user_id=before.user_id or 0, display_name=before.display_name)
    request.session[SESSION_KEY] = wanted.membership_id
    get_adapter(request).note(request, "switch", actor=actor, detail=f"由“{before.label}”切换")
    messages.success(request, f"现以“{actor.label}”办理。")
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "/")


@requires(Permission.USE_ACCOUNT)
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here, and as what I may act."""
    actor = actor_of(request)
    memberships = Membership.objects.visible_to(actor).filter(user_id=actor.user_id)
    identities: list[Identity] = getattr(request, "identities", [])
    names = {i.membership_id: i.organization_name for i in identities}
    # The unit of an ended identity may lie outside the present scope: name what the sign-in named.
    rows = [(row, names.get(row.pk, "")) for row in memberships.order_by("valid_until", "id")]
    return render(
        request, "accounts/user_me.html", {"person": request.user, "rows": rows, "today": timezone.localdate()}
    )

"""Opening a masked number: a reason first, then the number in that answer and nowhere else."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.decorators import actor_of, requires
from accounts.personal import mask_text
from records.models import AuditEntry
from records.permissions import Permission
from records.trail import audit
from records.trail.reveal import REASONS, personal, too_many


class ReasonForm(forms.Form):
    """A reason from the list or in one's own words."""

    reason = forms.ChoiceField(
        label="查看原因",
        choices=[("", "请选择"), *((r, r) for r in REASONS), ("other", "其他（请写明）")],
        required=False,
    )
    words = forms.CharField(label="具体说明", max_length=100, required=False, help_text="选择“其他”时必填。")

    def clean(self) -> dict[str, str]:
        found: dict[str, str] = self.cleaned_data
        chosen, words = found.get("reason", ""), (found.get("words") or "").strip()
        if not chosen and not words:
            raise forms.ValidationError("请选择或填写查看原因。")
        if chosen == "other" and not words:
            self.add_error("words", "请写明原因。")
        found["why"] = "；".join(part for part in (chosen if chosen != "other" else "", words) if part)
        return found


@requires(Permission.REVEAL, writes=True)
def reveal(request: HttpRequest, kind: str, pk: int, name: str) -> HttpResponse:
    actor, field = actor_of(request), personal(kind, name)
    row = field.row(actor, pk) if field else None
    if field is None or row is None:
        raise Http404("没有这一项，或不在您当前身份的范围内。")
    value = str(getattr(row, name) or "")
    back = request.POST.get("back") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = ""
    form = ReasonForm(request.POST or None)
    context = {"form": form, "row": row, "label": field.label, "masked": field.mask(value), "value": "", "back": back}
    status = 200
    if request.method == "POST" and form.is_valid():
        if too_many(actor):
            form.add_error(
                None, f"一小时内已查看{settings.REVEALS_AN_HOUR}次，请稍后再试；确需批量使用请联系审计管理员。"
            )
            status = 429
        else:
            why = mask_text(form.cleaned_data["why"])
            audit.record(request, AuditEntry.Action.REVEAL, row, detail=f"{field.label}；原因：{why}")
            context["value"] = value
    response = render(request, "records/reveal.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response

"""The public's word on a notice: taken without a scope by a function of the database, told to the office, asked after."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from django import forms
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.public.limits import allowed
from portal.public.pages import page
from portal.public.views import GONE, copy_of, item_page
from records.models import PublishedCopy
from records.trail.audit import address_of

# Letters and digits that are not taken for one another when read aloud.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RECEIPT = 10
AN_HOUR, A_DAY = 3600, 24 * 3600
# A whole school staff room may share one address.
PER_ADDRESS, PER_NOTICE = 10, 200
QUESTIONS = 20


class ObjectionForm(forms.Form):
    """异议: what it is about must be said; who says it, and how he is reached, is his choice."""

    text = forms.CharField(
        label="异议内容", max_length=2000, min_length=5, strip=True,
        error_messages={"required": "请写明您的异议和理由。", "min_length": "请把异议和理由写清楚一些。",
                        "max_length": "异议内容请控制在2000字以内。"},
    )  # fmt: skip
    name = forms.CharField(label="姓名或单位", max_length=60, required=False)
    contact = forms.CharField(label="联系方式", max_length=100, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice's form was sent. Nothing typed is lost: what cannot be taken comes back with the reason."""
    copy = copy_of(pk)
    if request.method != "POST":
        return redirect("public:item", pk=pk)
    if not copy.takes_objections:
        return item_page(copy)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        return item_page(copy, form=form, status=422)
    if not _within_limits(request, pk):
        form.add_error(None, "短时间内提交的次数过多，这次没有收下。请过一小时再提交，或按公示中的联系方式反映。")
        return item_page(copy, form=form, status=429)
    receipt = "".join(secrets.choice(ALPHABET) for _ in range(RECEIPT))
    if not lodge(copy, receipt, form.cleaned_data):
        raise Http404(GONE)
    return redirect(f"{reverse('public:received')}?receipt={receipt}")


def _within_limits(request: HttpRequest, pk: int) -> bool:
    by_address = allowed(f"objection:{address_of(request) or '-'}", most=PER_ADDRESS, seconds=AN_HOUR)
    return by_address and allowed(f"objection:notice:{pk}", most=PER_NOTICE, seconds=A_DAY)


def lodge(copy: PublishedCopy, receipt: str, said: dict[str, str]) -> bool:
    """Whether it was taken: False when the notice ended or was withdrawn in between."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT lodge_objection(%s, %s, %s, %s, %s)",
            [copy.pk, receipt, said["name"], said["contact"], said["text"]],
        )
        row = cursor.fetchone()
        # Robust: without a broker the objection stands all the same, and the scheduler tells of it.
        transaction.on_commit(lambda: current_app.tasks["records.tasks.tell_of_objections"].delay(), robust=True)
    return bool(row and row[0])


@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The receipt, to be written down or printed."""
    receipt = request.GET.get("receipt", "")
    if len(receipt) != RECEIPT or set(receipt) - set(ALPHABET):
        raise Http404(GONE)
    return page("public/received.html", {"receipt": receipt, "place": "notice"})


@dataclass(frozen=True)
class Status:
    """What the sender of an objection learns with its receipt."""

    title: str
    issuer: str
    received_at: datetime
    answered_at: datetime | None
    answer: str


def status_of(receipt: str) -> Status | None:
    """None where nothing was lodged under the receipt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM objection_status(%s)", [receipt])
        row = cursor.fetchone()
    return Status(*row) if row else None


@require_http_methods(["GET", "HEAD", "POST"])
def objection_query(request: HttpRequest) -> HttpResponse:
    """What became of an objection, for whoever has its receipt. Too many wrong ones from an address end for an hour."""
    typed = request.POST.get("receipt", "")[:40] if request.method == "POST" else request.GET.get("receipt", "")[:40]
    context: dict[str, Any] = {"typed": typed, "place": "notice", "status": None, "sentence": ""}
    if request.method != "POST":
        return page("public/objection_query.html", context)
    if not allowed(f"objection:query:{address_of(request) or '-'}", most=QUESTIONS, seconds=AN_HOUR):
        context["sentence"] = "查询过于频繁，请一小时后再试。"
        return page("public/objection_query.html", context, status=429)
    # As it is read aloud or copied: in small letters, with spaces or hyphens.
    receipt = "".join(sign for sign in typed.upper() if sign in ALPHABET)
    context["status"] = status_of(receipt) if len(receipt) == RECEIPT else None
    if context["status"] is None:
        context["sentence"] = "没有查到。请核对回执编号，共10位字母和数字。"
        return page("public/objection_query.html", context, status=404)
    return page("public/objection_query.html", context)

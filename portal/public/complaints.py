"""Complaints from the public site: choosing the place, writing, the receipt, asking what became of it.

No table is read here: definer functions answer, and what is sent is only inserted (inspections.intake).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.actors import PREFECTURE_SPAN, PROVINCE_SPAN
from inspections import intake
from inspections.complaint_forms import ComplaintForm
from inspections.models import Complaint
from portal.public import work
from portal.public.limits import allowed
from portal.public.pages import page
from records.trail.audit import address_of
from records.uploads import UploadRefused

HOUR = 3600
# One address may be a whole bureau or a phone network's: generous for people, hopeless for a flood.
MOST_AN_HOUR = 10
MOST_WITHOUT_WORK = 2
MOST_WITHOUT_WORK_ANYWHERE = 60
MOST_QUESTIONS = 20
MOST_TRIES_OF_A_NUMBER = 10
TOO_OFTEN = "这个网络地址近期提交的来件过多，您写的内容还在下面，请一小时后再试，或到督导办当面反映。"


@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest) -> HttpResponse:
    """The form, for ?unit= (the code at a school's gate) or ?place=; without either the choice of the place."""
    place, unit = _asked(request)
    if place is None:
        return page("public/complaint_place.html", {"groups": _groups(), "place": "complaint"})
    units = [(unit.pk, unit.name)] if unit else [(u.pk, u.name) for u in intake.units_of(place)]
    initial = {"unit": str(unit.pk)} if unit else {}
    form = ComplaintForm(request.POST or None, request.FILES or None, units=units, initial=initial)
    status, sentence = 200, ""
    if request.method == "POST":
        status, sentence = 422, ""
        if form.is_valid():
            receipt, status, sentence = _send(request, form, place, from_gate=unit is not None)
            if receipt is not None:
                return page("public/complaint_done.html", {"receipt": receipt, "place": "complaint"})
    context = {"form": form, "unit": unit, "where": dict(_places()).get(place, ""), "task": work.task(), "bits": work.BITS,
               "sentence": sentence, "place": "complaint"}  # fmt: skip
    return page("public/complaint.html", context, status=status)


def _asked(request: HttpRequest) -> tuple[int | None, intake.Unit | None]:
    """The division and, where the address names one, the school. A code that leads nowhere is a page that is not there."""
    asked = request.GET.get("unit", "")
    if asked:
        unit = intake.unit_of(int(asked)) if asked.isdecimal() and len(asked) < 12 else None
        if unit is None:
            raise Http404("这个二维码对应的学校已经不在名册中。请从投诉举报首页选择所在的县（市、区）。")
        return unit.division_code, unit
    place = request.GET.get("place", "")
    if not place.isdecimal():
        return None, None
    if int(place) not in dict(_places()):
        raise Http404("没有这个地方的督导机构。")
    return int(place), None


def _places() -> list[tuple[int, str]]:
    return cache.get_or_set("public:complaint_places", intake.places, HOUR) or []


def _groups() -> list[dict[str, Any]]:
    """The places by province and prefecture, as the page lists them."""
    names = dict(_places())
    found = []
    for prefecture, codes in groupby(sorted(names), key=lambda code: code // PREFECTURE_SPAN * PREFECTURE_SPAN):
        listed = list(codes)
        is_province = prefecture % PROVINCE_SPAN == 0
        counties = [(c, names[c]) for c in listed if c != prefecture]
        head = (prefecture, names[prefecture]) if prefecture in names else None
        found.append({"head": head, "is_province": is_province, "counties": counties})
    return found


def _send(
    request: HttpRequest, form: ComplaintForm, place: int, *, from_gate: bool
) -> tuple[intake.Receipt | None, int, str]:
    """The receipt, or the status and the sentence that say why it was not taken."""
    if _flooding(request):
        return None, 429, TOO_OFTEN
    facts = {k: form.cleaned_data[k] for k in ("unit_text", "category", "text", "contact_name", "contact_phone")}
    unit = form.cleaned_data["unit"]
    try:
        receipt = intake.receive(
            division_code=place, unit=int(unit) if unit else None, files=form.cleaned_data["evidence"],
            channel=Complaint.Channel.CODE if from_gate else Complaint.Channel.SITE, **facts,
        )  # fmt: skip
    except UploadRefused as error:
        form.add_error("evidence", str(error))
        return None, 422, ""
    return receipt, 200, ""


def _flooding(request: HttpRequest) -> bool:
    address = address_of(request) or "-"
    if work.done(request.POST.get("task", ""), request.POST.get("found", "")):
        return not allowed(f"complaint:{address}", most=MOST_AN_HOUR, seconds=HOUR)
    if not allowed(f"complaint:plain:{address}", most=MOST_WITHOUT_WORK, seconds=HOUR):
        return True
    return not allowed("complaint:plain", most=MOST_WITHOUT_WORK_ANYWHERE, seconds=HOUR)


@require_http_methods(["GET", "HEAD", "POST"])
def complaint_query(request: HttpRequest) -> HttpResponse:
    """What became of it, for whoever has number and code. Which of the two is wrong is not said."""
    number, code = request.POST.get("number", "").strip()[:24], request.POST.get("code", "")[:40]
    context: dict[str, Any] = {"number": number, "place": "complaint", "status": None, "sentence": ""}
    if request.method != "POST":
        return page("public/complaint_query.html", context)
    of_number = allowed(f"complaint:number:{number.upper()}", most=MOST_TRIES_OF_A_NUMBER, seconds=HOUR)
    if not allowed(f"complaint:query:{address_of(request) or '-'}", most=MOST_QUESTIONS, seconds=HOUR) or not of_number:
        context["sentence"] = "查询过于频繁，请一小时后再试。"
        return page("public/complaint_query.html", context, status=429)
    context["status"] = intake.status_of(number, code)
    if context["status"] is None:
        context["sentence"] = "没有查到。请核对编号和查询码，两项都要与提交时给您的一致。"
        return page("public/complaint_query.html", context, status=404)
    return page("public/complaint_query.html", context)

"""Making public through the API: proposed, redacted flag by flag, approved by another, withdrawn; objections and letters to
many. The public's own pages need no token and are no part of this."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import invalid, plain
from accounts.api.fields import Part, listed, record
from accounts.api.resources import Act, Deed, Download, Resource
from records.actions import publications as acts
from records.actions.publishing import answer_objection
from records.api.roots import HISTORY, TENANCY
from records.api.transitions import move, options
from records.documents.papers import as_text
from records.files import hand_out
from records.filters import ObjectionFilter, PublicationFilter
from records.models import Document, Publication, PublicObjection, RedactionFlag
from records.permissions import Permission as P
from records.pictures import copy_of
from records.publication.forms import PhotoForm, PublicationForm
from records.publication.workflow import PUBLICATION
from records.trail import audit
from records.views.publications import MOVES

PROPOSER = (P.PROPOSE_PUBLICATIONS,)
READERS = (P.VIEW_PUBLICATIONS,)


def _opened(request: HttpRequest, thing: Any) -> None:
    audit.read(request, thing, detail=getattr(thing, "receipt", ""))


# --- publications -----------------------------------------------------------------------------------------------------


def _propose_form(data: Any, files: Any, actor: Actor, on: Any) -> PublicationForm:
    """From the paper that the body names, or free text."""
    asked = forms.IntegerField(
        label="来源公文", required=False, min_value=1, max_value=2**62, help_text="不写即自行拟写。"
    )
    paper = None
    named = data.get("document") if data is not None else None
    if named and named.isdecimal() and len(named) < 18:
        paper = Document.objects.visible_to(actor).filter(pk=int(named)).first()
        if paper is None:
            raise invalid({"document": ["没有这份公文，或者您现在的身份看不到它。"]})
    form = PublicationForm(data, document=paper)
    del form.fields["seen"]
    form.fields["document"] = asked
    if data is None:
        form.fields["reason"] = PublicationForm.base_fields["reason"]
    return form


def _proposed(actor: Actor, on: Any, form: Any) -> Publication:
    typed = form.cleaned_data
    return acts.propose(
        by=actor, kind=typed["kind"], title=typed["title"], blocks=typed["body"], shows_from=typed["shows_from"],
        shows_until=typed["shows_until"], document=form.document, reason=typed.get("reason", ""),
    )  # fmt: skip


def _edit_form(data: Any, files: Any, actor: Actor, on: Any) -> PublicationForm:
    publication = on or Publication()
    initial = PublicationForm.of(publication) | {"seen": acts.version_of(publication)} if on else None
    return PublicationForm(data, document=publication.document, publication=publication, initial=initial)


def _revised(actor: Actor, publication: Any, form: Any) -> Publication:
    typed = form.cleaned_data
    return acts.revise(publication, by=actor, title=typed["title"], blocks=typed["body"], shows_from=typed["shows_from"],
                       shows_until=typed["shows_until"], seen=typed["seen"])  # fmt: skip


def _step(name: str) -> Act:
    """The page's step, with its reason where one was read."""

    def act(actor: Actor, publication: Any, form: Any) -> None:
        MOVES[name][0](publication, actor, form.cleaned_data["reason"] if form else "")

    return act


PUBLICATION_MOVES = [move(PUBLICATION, name, _step(name)) for name in MOVES]
TEXT = record(version=f.STRING, body=f.STRING, document=f.INTEGER | {"nullable": True})
FLAG = record(id=f.INTEGER, kind=f.STRING, place=f.STRING, start=f.INTEGER | {"nullable": True}, end=f.INTEGER | {"nullable": True},
              text=f.STRING, mask=f.STRING, decision=f.STRING, reason=f.STRING)  # fmt: skip


def _text(publication: Any, actor: Actor) -> dict[str, Any]:
    return {
        "version": acts.version_of(publication),
        "body": as_text(publication.blocks),
        "document": publication.document_id,
    }


def _flags(publication: Any, actor: Actor) -> list[dict[str, Any]]:
    rows = RedactionFlag.objects.visible_to(actor).filter(publication=publication).order_by("pk")
    return list(rows.values(*FLAG["properties"]))


class MaskForm(forms.Form):
    text = forms.CharField(label="要遮盖的原文", max_length=200)
    mask = forms.CharField(label="替换的文字", max_length=200)


class PictureForm(forms.Form):
    file = forms.FileField(label="照片")


def _masked(actor: Actor, publication: Any, form: Any) -> None:
    acts.mask_passage(publication, by=actor, **form.cleaned_data)


def _photo(actor: Actor, publication: Any, form: Any) -> None:
    acts.add_photo(publication, form.cleaned_data["file"], by=actor)


PUBLICATIONS = Resource(
    name="publications", title="信息公开", room="records", words=READERS, filterset=PublicationFilter,
    order="-created_at", rows=lambda actor: Publication.objects.visible_to(actor), opened=_opened,
    fields=(
        f.text("title", "标题"), *f.coded("kind", "类别", Publication.Kind.choices, column="kind_of"),
        *f.coded("state", "状态", Publication.State.choices, sort=True), f.day("shows_from", "公开自"),
        f.day("shows_until", "公开至"), f.moment("published_at", "公开时间", sort=True), f.moment("withdrawn_at", "撤下时间"), *TENANCY,
    ),
    parts=(
        Part("text", "公开文本", TEXT, _text), Part("flags", "需要确认的地方", listed(FLAG), _flags, inline=False),
        options(PUBLICATION, PUBLICATION_MOVES), HISTORY,
    ),
    create=Deed("create", "提出公开", _proposed, PROPOSER, _propose_form),
    change=Deed("change", "修改文本和日期", _revised, PROPOSER, _edit_form),
    deeds=(
        *PUBLICATION_MOVES,
        Deed("mask", "人工遮盖", _masked, PROPOSER, plain(MaskForm)),
        Deed("photos", "增加照片", _photo, PROPOSER, plain(PictureForm), takes_files=True),
    ),
)  # fmt: skip

# --- flags ------------------------------------------------------------------------------------------------------------


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="决定", choices=[(d.value, d.label) for d in RedactionFlag.Decision if d.value != "omit"]
    )
    mask = forms.CharField(label="替换的文字", max_length=200, required=False)
    reason = forms.CharField(label="保留的理由", max_length=300, required=False)
    alike = forms.BooleanField(label="相同的一并确认", required=False)


def _decided(actor: Actor, flag: Any, form: Any) -> None:
    acts.decide(flag, by=actor, **form.cleaned_data)


def _photo_decided(actor: Actor, flag: Any, form: Any) -> None:
    acts.decide_photo(flag, by=actor, **form.cleaned_data)


def _image(request: HttpRequest, flag: Any, actor: Actor) -> HttpResponseBase:
    """The full photo, as the editor shows it."""
    if flag.attachment is None:
        raise Http404("这不是照片。")
    sha256 = flag.attachment.sha256
    return hand_out(request, copy_of(sha256, "view"), mime="image/jpeg", name="photo.jpg", etag=f"{sha256}-view")


FLAGS = Resource(
    name="redaction-flags", title="脱敏标记", room="records", words=READERS, listed=False,
    rows=lambda actor: RedactionFlag.objects.visible_to(actor),
    fields=(
        f.number("publication", "信息公开", column="publication_id"), *f.coded("kind", "类别", RedactionFlag.Kind.choices),
        f.text("place", "位置"), f.number("start", "起", null=True), f.number("end", "止", null=True), f.text("text", "原文"), f.text("mask", "替换的文字"),
        *f.coded("decision", "决定", RedactionFlag.Decision.choices), f.text("reason", "理由"), f.moment("confirmed_at", "确认时间"),
    ),
    deeds=(
        Deed("decide", "确认一处", _decided, PROPOSER, plain(DecisionForm)),
        Deed("decide-photo", "确认照片", _photo_decided, PROPOSER, plain(PhotoForm), help="boxes：每行“左,上,宽,高”，百分数。"),
    ),
    downloads=(Download("image", "照片原图", _image, mime="image/jpeg"),),
)  # fmt: skip

# --- objections -------------------------------------------------------------------------------------------------------


class AnswerForm(forms.Form):
    answer = forms.CharField(label="处理结果", max_length=2000)


def _answered(actor: Actor, objection: Any, form: Any) -> None:
    answer_objection(objection, by=actor, answer=form.cleaned_data["answer"])


OBJECTIONS = Resource(
    name="objections", title="公示异议", room="records", words=(P.ANSWER_OBJECTIONS,), filterset=ObjectionFilter,
    order="-received_at", rows=lambda actor: PublicObjection.objects.visible_to(actor), opened=_opened,
    fields=(
        f.text("receipt", "回执编号"), f.ref("publication", "公示", shown="title"), f.long_text("text", "异议内容"),
        f.moment("received_at", "收到时间", sort=True), f.long_text("answer", "处理结果"), f.moment("answered_at", "处理时间", sort=True),
        f.text("answered_as", "处理人"),
    ),
    help="异议人的姓名和联系方式不经接口提供，请在网页上查看。",
    deeds=(Deed("answer", "记录处理结果", _answered, (P.ANSWER_OBJECTIONS,), plain(AnswerForm)),),
)  # fmt: skip
RESOURCES = (PUBLICATIONS, FLAGS, OBJECTIONS)

"""Official documents through the API: drafted from a template, checked, countersigned, approved, sealed, issued, served and
signed for, by the steps of the pages (records.views.document_moves) and their forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.bodies import plain
from accounts.api.fields import Part, listed, record
from accounts.api.resources import Act, Deed, Download, Resource
from accounts.models import Organization
from records.actions import approvals, countersigning, seals
from records.actions import documents as acts
from records.actions import service as serving
from records.actions.drafting import draft_from
from records.actions.templates import standing
from records.api import document_forms as bodies
from records.api.roots import ENTRY, STARTED, TENANCY
from records.api.transitions import move, options, reason_form
from records.documents.draft_forms import DraftTextForm
from records.documents.kinds import DocumentKind
from records.documents.paper_forms import ArrangementForm, ScanForm
from records.documents.service_forms import RecipientsForm
from records.filters import DocumentFilter
from records.models import Countersigner, Document, DocumentParty, DocumentTemplate, Service
from records.models.service import RECIPIENT
from records.permissions import Permission as P
from records.printing import export_word
from records.trail import audit
from records.views import documents as pages
from records.views.document_life import life_of
from records.views.document_moves import MOVES
from records.workflow import DOCUMENT

DRAFTER = (P.DRAFT_DOCUMENTS,)
SIGNER = ("id", "position", "organization_id", "person_name", "opinion", "remarks", "signed_at", "signed_as", "answer", "answered_at", "voided_at")  # fmt: skip


def _opened(request: HttpRequest, document: Any) -> None:
    """Who looked at a paper is kept, as on its page."""
    audit.read(request, document, detail=document.number)


# --- steps --------------------------------------------------------------------------------------------------------------


def _step(name: str, typed: Callable[[Any], dict[str, Any]] | None = None) -> Act:
    """The page's step of that name, with what the form read."""

    def act(actor: Actor, document: Any, form: Any) -> None:
        MOVES[name].act(document, actor, typed(form) if typed else dict(form.cleaned_data) if form else {})

    return act


def _record_approval(actor: Actor, document: Any, form: Any) -> None:
    typed = form.cleaned_data
    approvals.record_approval(document, by=actor, approver=form.chosen(), on=typed["on"], scan=typed["scan"],
                              serve_when_ready=typed["onward"])  # fmt: skip


BY_TABLE = ("send_to_check", "send_to_countersign", "submit", "check", "check_on", "return_from_check", "countersigned",
            "withdraw", "return", "issue", "serve", "void")  # fmt: skip
DOCUMENT_MOVES = [
    *(move(DOCUMENT, name, _step(name)) for name in BY_TABLE),
    move(
        DOCUMENT,
        "approve",
        _step("approve", lambda form: form.typed()),
        plain(bodies.OnwardForm),
        help="文号由系统按序取得。",
    ),
    replace(move(DOCUMENT, "record_approval", _record_approval, bodies.approval_form), takes_files=True),
]


def _drafted(actor: Actor, on: Any, form: Any) -> Document:
    typed = form.cleaned_data
    return draft_from(form.template, by=actor, recipients=typed["all_recipients"], copies_to=typed["copies_to"],
                      addressed=typed["addressed"], blanks=form.blanks())  # fmt: skip


def _revised(actor: Actor, document: Any, form: Any) -> Document:
    typed = form.cleaned_data
    return acts.revise(document, by=actor, title=form.filled_title(), publicity=typed["publicity"],
                       content=form.content(), seen=typed["seen"])  # fmt: skip


def _replaced(actor: Actor, document: Any, form: Any) -> Document:
    return acts.draft_replacement(document, by=actor, reason=form.cleaned_data["reason"])


# --- countersigning, recipients -------------------------------------------------------------------------------------------


def _signers(document: Any, actor: Actor) -> list[dict[str, Any]]:
    """To the office's people and to whoever is asked; to nobody else, as on the page."""
    life = life_of(document, actor)
    rows = [*life.signers, *life.voided]
    return [{name: getattr(row, name) for name in SIGNER} | {"organization": row.organization.name} for row in rows]


def _signer(actor: Actor, document: Any, form: Any) -> Countersigner:
    rows = Countersigner.objects.visible_to(actor).filter(document=document)
    found: Countersigner = get_object_or_404(rows, pk=form.cleaned_data["signer"])
    return found


def _name_signer(actor: Actor, document: Any, form: Any) -> None:
    body, person = form.chosen()
    countersigning.name_countersigner(document, by=actor, organization=body, person=person)


def _drop_signer(actor: Actor, document: Any, form: Any) -> None:
    countersigning.drop_countersigner(_signer(actor, document, form), by=actor)


def _arrange(actor: Actor, document: Any, form: Any) -> None:
    typed = form.cleaned_data
    countersigning.arrange(document, by=actor, in_order=bool(typed["in_order"]), until=typed["until"])


def _countersign(actor: Actor, document: Any, form: Any) -> None:
    typed = form.cleaned_data
    agrees = typed["opinion"] == Countersigner.Opinion.AGREED
    countersigning.countersign(document, by=actor, agrees=agrees, remarks=typed["remarks"], seen=typed["version"])


def _answer(actor: Actor, document: Any, form: Any) -> None:
    answer = form.cleaned_data["answer"]
    countersigning.answer_objection(_signer(actor, document, form), by=actor, answer=answer)


def _recipients(document: Any, actor: Actor) -> list[dict[str, Any]]:
    """Beside the one that it is about."""
    rows = DocumentParty.objects.visible_to(actor).filter(root=document, organization__isnull=False)
    return [
        {"organization": party.organization_id, "name": party.organization.name, "copied": party.role != RECIPIENT}
        for party in rows.filter(role__in=(RECIPIENT, "copied")).select_related("organization").order_by("pk")
    ]


def _add_recipients(actor: Actor, document: Any, form: Any) -> None:
    serving.add_recipients(document, form.cleaned_data["names"], by=actor)


def _drop_recipient(actor: Actor, document: Any, form: Any) -> None:
    rows = Organization.objects.visible_to(actor)
    organization = get_object_or_404(rows, pk=form.cleaned_data["organization"])
    serving.drop_recipient(document, organization, by=actor)


# --- what is shown --------------------------------------------------------------------------------------------------------

TEXT = record(version=f.STRING, recipient=f.STRING, body=f.STRING, attachments=f.STRING, attendance=f.STRING, contact_note=f.STRING,
              copies_to=f.STRING, urgency=f.STRING, copy_number=f.STRING, layout=f.STRING)  # fmt: skip
SIGNERS = listed(record(
    id=f.INTEGER, position=f.INTEGER, organization_id=f.INTEGER, organization=f.STRING, person_name=f.STRING, opinion=f.STRING,
    remarks=f.STRING, signed_at=f.MOMENT, signed_as=f.STRING, answer=f.STRING, answered_at=f.MOMENT, voided_at=f.MOMENT,
))  # fmt: skip
RECEIPT = record(id=f.INTEGER, recipient_id=f.INTEGER, kind=f.STRING, sent_at=f.MOMENT, received_at=f.MOMENT, signed_at=f.MOMENT,
                 voided_at=f.MOMENT)  # fmt: skip
RECIPIENTS = listed(record(organization=f.INTEGER, name=f.STRING, copied=f.BOOLEAN))


def _text(document: Any, actor: Actor) -> dict[str, Any]:
    typed = DraftTextForm.begin(document)
    return {"version": acts.version_of(document)} | {name: typed[name] for name in TEXT["properties"] if name in typed}


def _receipts(document: Any, actor: Actor) -> list[dict[str, Any]]:
    rows = Service.objects.visible_to(actor).filter(document=document).order_by("sent_at", "pk")
    return list(rows.values(*RECEIPT["properties"]))


def _history(document: Any, actor: Actor) -> list[dict[str, Any]]:
    """As the paper's page: how its office came to it stays with that office."""
    entries = pages.entries_of(document, actor)
    return [{"at": e.at, "what": e.what, "who": e.who, "as_whom": e.as_whom, "note": e.note} for e in entries]


def _pdf(request: HttpRequest, document: Any, actor: Actor) -> HttpResponseBase:
    return pages.take(request, document)


def _plain(name: str, title: str, words: tuple[str, ...]) -> Deed:
    """A step of the page that is no move of the table."""
    return Deed(name.replace("_", "-"), title, _step(name), words)


DOCUMENTS = Resource(
    name="documents", title="公文", room="records", words=(P.VIEW_DOCUMENTS,), filterset=DocumentFilter, order="-created_at",
    rows=lambda actor: Document.objects.visible_to(actor), opened=_opened,
    fields=(
        f.text("number", "文号"), f.text("title", "标题", sort=True), *f.coded("kind", "文种", DocumentKind.choices, column="kind_of"),
        *f.coded("state", "状态", Document.State.choices, sort=True),
        *f.coded("publicity", "公开属性", Document.Publicity.choices), f.moment("approved_at", "签发时间", sort=True),
        f.moment("issued_at", "印发时间", sort=True), *TENANCY,
    ),
    parts=(
        Part("text", "文稿", TEXT, _text),
        Part("recipients", "其他主送、抄送单位", RECIPIENTS, _recipients, inline=False),
        Part("receipts", "送达回证", listed(RECEIPT), _receipts),
        Part("countersigners", "会签", SIGNERS, _signers, inline=False),
        options(DOCUMENT, DOCUMENT_MOVES),
        Part("history", "经过", listed(ENTRY), _history, inline=False),
    ),
    create=Deed("create", "按模板拟稿", _drafted, DRAFTER, bodies.new_draft_form, help="模板中的空白写成 blank-名称。"),
    change=Deed("change", "修改文稿", _revised, DRAFTER, bodies.text_form),
    deeds=(
        *DOCUMENT_MOVES,
        _plain("render_again", "重新生成文件", (P.ISSUE_DOCUMENTS,)), _plain("sign_again", "重新电子签章", (P.SEAL_DOCUMENTS,)),
        _plain("seal_on_paper", "改为打印盖章", (P.SEAL_DOCUMENTS,)), _plain("sign_for", "签收", (P.SIGN_FOR_DOCUMENTS,)),
        Deed("seal-scan", "上传用印扫描件", lambda actor, d, form: seals.hand_in_scan(d, by=actor, files=form.cleaned_data["sheets"]),
             (P.SEAL_DOCUMENTS,), plain(ScanForm), takes_files=True, gives=STARTED),
        Deed("word", "导出Word", lambda actor, d, form: export_word(d, by=actor), DRAFTER, gives=STARTED),
        Deed("replace", "拟制替代公文", _replaced, DRAFTER, reason_form),
        Deed("name-countersigner", "选定会签", _name_signer, DRAFTER, bodies.signer_form, path="countersigners"),
        Deed("drop-countersigner", "移出会签名单", _drop_signer, DRAFTER, plain(bodies.SignerForm)),
        Deed("arrange-countersigning", "会签安排", _arrange, DRAFTER, plain(ArrangementForm)),
        Deed("countersign", "会签", _countersign, (P.COUNTERSIGN_DOCUMENTS,), plain(bodies.OpinionForm)),
        Deed("answer-countersigner", "答复会签意见", _answer, DRAFTER, plain(bodies.AnswerForm)),
        Deed("add-recipients", "增加受送达单位", _add_recipients, (P.ISSUE_DOCUMENTS,),
             lambda data, files, actor, on: RecipientsForm(on, actor, data), path="recipients"),
        Deed("drop-recipient", "移除受送达单位", _drop_recipient, (P.ISSUE_DOCUMENTS,), plain(bodies.DropForm)),
    ),
    downloads=(Download("file", "PDF", _pdf, mime="application/pdf"),),
)  # fmt: skip

BLANKS = record(inherited=f.BOOLEAN, in_force=f.BOOLEAN)


def _standing(template: Any, actor: Actor) -> dict[str, bool]:
    mine = next((one for one in standing(actor) if one.template.pk == template.pk), None)
    return {"in_force": mine is not None, "inherited": mine is not None and not mine.is_own}


TEMPLATES = Resource(
    name="document-templates", title="公文模板", room="records", words=DRAFTER, order="kind",
    rows=lambda actor: DocumentTemplate.objects.visible_to(actor),
    fields=(
        *f.coded("kind", "文种", DocumentKind.choices, sort=True), f.text("code", "代码"), f.text("name", "名称", sort=True),
        f.text("note", "说明"), f.long_text("subject", "标题", column="title"), f.long_text("body", "正文"),
        f.number("division_code", "区划", null=True),
    ),
    parts=(Part("standing", "对本单位是否有效", BLANKS, _standing),),
)  # fmt: skip
RESOURCES = (DOCUMENTS, TEMPLATES)

"""Bodies of what a page does with buttons and single fields of its own: for the API only. Everything with a form on a page
is read by that form."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django import forms

from accounts.actors import Actor
from accounts.api.bodies import invalid
from records import clock
from records.actions import approvals, countersigning
from records.actions import documents as acts
from records.actions.series import layout_for
from records.documents.draft_forms import DraftTextForm, NewDraftForm
from records.documents.kinds import DocumentKind
from records.documents.paper_forms import CountersignerForm, PaperApprovalForm
from records.documents.receipts import RECORDED
from records.documents.service_forms import ReceiptForm, kind_asked
from records.models import Countersigner, Document, DocumentTemplate, Service

YES_NO = [("1", "是"), ("0", "否")]


class OnwardForm(forms.Form):
    """Approval; what follows by itself is what the page's box says."""

    onward = forms.ChoiceField(
        label="成文用印后即印发送达", choices=YES_NO, required=False, help_text="不写即为是。"
    )  # fmt: skip

    def typed(self) -> dict[str, str]:
        """As the page's form sends it: a box that is not ticked is not sent."""
        return {"asked": "1"} if self.cleaned_data["onward"] == "0" else {"asked": "1", "onward": "1"}


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(label="会签意见", choices=Countersigner.Opinion.choices)
    remarks = forms.CharField(label="意见内容", max_length=2000, required=False)
    version = forms.CharField(
        label="所看文稿的版本", max_length=16, help_text="即公文 text 中的 version：改动过的须重新看。"
    )


class SignerForm(forms.Form):
    signer = forms.IntegerField(label="会签的编号", min_value=1, max_value=2**62)


class AnswerForm(SignerForm):
    answer = forms.CharField(label="答复", max_length=2000)


class DropForm(forms.Form):
    organization = forms.IntegerField(label="单位", min_value=1, max_value=2**31 - 1)


class TemplateChoice(forms.Form):
    """What the first call must say: from which template. The blanks of that template are further fields, blank-名称."""

    template = forms.IntegerField(
        label="模板", min_value=1, max_value=2**31 - 1, help_text="见 GET /api/v1/document-templates/。"
    )


def new_draft_form(data: Any, files: Any, actor: Actor, on: Any) -> Any:
    """The page's form of the template that the body names; without one, that it must be named."""
    asked = TemplateChoice(data)
    if data is None:
        described = TemplateChoice()
        described.fields |= deepcopy(NewDraftForm.base_fields)
        described.open_names = True  # type: ignore[attr-defined]
        return described
    if "template" not in data or not asked.is_valid():
        asked.fields |= deepcopy(NewDraftForm.base_fields)  # the body may name the others; this one is what is missing
        return asked
    template = DocumentTemplate.objects.visible_to(actor).filter(pk=asked.cleaned_data["template"]).first()
    if template is None:
        raise invalid({"template": ["没有这个模板，或者本单位不能使用。"]})
    form = NewDraftForm(template, data, actor=actor)
    form.fields["template"] = asked.fields["template"]
    return form


def text_form(data: Any, files: Any, actor: Actor, on: Any) -> DraftTextForm:
    document = on or Document(kind_of=DocumentKind.LETTER, content={})
    layout = layout_for(document.owner_code, document.kind_of) if on else ""
    initial = DraftTextForm.begin(document) | {"seen": acts.version_of(document)} if on else None
    form = DraftTextForm(document, data, initial=initial, layout=layout)
    form.fields["seen"].label = "修改所依据的版本"
    form.fields["seen"].help_text = "即 text 中的 version；不写则以现在的为准。"
    return form


def signer_form(data: Any, files: Any, actor: Actor, on: Any) -> CountersignerForm:
    """Bodies of the own division and above; of the office's own people all but the drafter: the page's list."""
    bodies, people = countersigning.askable(on, actor) if on is not None else ([], [])
    form = CountersignerForm(data, bodies=bodies, people=people)
    form.fields["signer"].help_text = "o加单位编号，或m加本单位人员的身份编号，如 o12。"
    return form


def approval_form(data: Any, files: Any, actor: Actor, on: Any) -> PaperApprovalForm:
    people = approvals.approvers(on, actor) if on is not None else []
    return PaperApprovalForm(data, files, people=people, initial={"on": clock.today()})


def receipt_form(data: Any, files: Any, actor: Actor, on: Any) -> ReceiptForm:
    """The form of the kind that the body names; in the description, of every kind."""
    kind = kind_asked(data.get("kind", "") if data is not None else "")
    form = ReceiptForm(on or Service(document=Document()), kind, actor, data, files)
    if on is None:
        form.fields = deepcopy(ReceiptForm.base_fields)
    form.fields["kind"] = forms.ChoiceField(label="送达方式", choices=[(k.value, k.label) for k in RECORDED])
    return form

"""Controls written by Python are what Django's own templates would have written, whatever stands in them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse
from django.utils.html import normalize_newlines

from accounts.addresses import address
from records.form_renderer import QuickRenderer

EVIL = "\"'><script>&amp;</script>"
CHOICES: list[Any] = [("", "全部"), ("a", EVIL), (EVIL, "乙"), ("组", [("b", "丙"), ("c", EVIL)]), (3, "丁")]


class Everything(forms.Form):
    text = forms.CharField(max_length=200, label=EVIL, help_text="说明")
    number = forms.IntegerField(min_value=0, max_value=9, required=False, localize=True)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date", "data-x": EVIL}))
    mail = forms.EmailField(required=False)
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    long = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    ticked = forms.BooleanField(required=False)
    one = forms.ChoiceField(choices=CHOICES)
    many = forms.MultipleChoiceField(choices=CHOICES)
    boxes = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    radio = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
    maybe = forms.NullBooleanField(required=False)
    file = forms.FileField(required=False)


DATA = [
    {},
    {"text": EVIL, "number": "1234", "day": "2026-13-01", "mail": "x", "secret": EVIL, "hidden": EVIL, "long": f"\n{EVIL}\n",
     "ticked": "on", "one": EVIL, "many": ["a", EVIL, "c"], "boxes": ["b"], "radio": "3", "maybe": "true"},
]  # fmt: skip


def written(form: forms.Form, name: str) -> str:
    """Without the white space between tags, in which the templates are generous."""
    lines = normalize_newlines(str(form[name])).split("\n")
    return "".join(lines).replace("  ", "")


@pytest.mark.parametrize("data", [None, *DATA])
@pytest.mark.parametrize("name", list(Everything.base_fields))
def test_a_control_is_what_the_template_would_write(data: Any, name: str) -> None:
    given = {"initial": {"text": EVIL, "day": date(2026, 11, 24), "one": "a", "ticked": True}}
    quick, slow = (
        Everything(data, renderer=renderer(), **given) if data is not None else Everything(renderer=renderer(), **given)
        for renderer in (QuickRenderer, TemplatesSetting)
    )
    assert written(quick, name) == written(slow, name)
    assert "<script>" not in written(quick, name)


@pytest.mark.parametrize(
    ("name", "keys"),
    [("records:document_list", ()), ("records:document_detail", (7,)), ("records:document_detail", (0,)),
     ("rectification:ticket_detail", (2**40,)), ("portal:overview_place", (530102,)), ("rectification:ticket_detail", ("7",))],
)  # fmt: skip
def test_an_address_is_what_reverse_says(name: str, keys: tuple[Any, ...]) -> None:
    assert address(name, *keys) == address(name, *keys) == reverse(name, args=keys)


@pytest.mark.parametrize(("name", "keys"), [("records:nothing", (1,)), ("records:document_detail", ()), ("records:document_detail", (-1,))])  # fmt: skip
def test_what_is_no_address_is_none(name: str, keys: tuple[Any, ...]) -> None:
    with pytest.raises(NoReverseMatch):
        address(name, *keys)


def test_what_is_fixed_knows_nobody() -> None:
    template = Template("{% load dudao %}{% fixed %}<b>{{ name }}</b>{% endfixed %}{{ name }}")
    assert template.render(Context({"name": "甲"})) == "<b>⚠undefined:name⚠</b>甲"
    assert template.render(Context({"name": "乙"})) == "<b>⚠undefined:name⚠</b>乙"

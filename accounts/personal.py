"""Personal data as it is shown: 138****1234. One rule for pages, lists, exports and what leaves the house.

个人信息保护法 §6: no more than the purpose needs. What is masked is opened for a reason that is kept (records.trail.reveal).
"""

from __future__ import annotations

import re
from typing import Any

from django import forms

MASK = "****"
MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
IDENTITY = re.compile(r"(?<!\d)([1-9]\d{2})\d{11}(\d{3}[0-9Xx])(?!\d)")
LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}[-—\s]?)\d{3,4}(\d{4})(?!\d)")


def mask_phone(number: str | None) -> str:
    """138****1234; a land line keeps its area code and its last digits; a short number keeps its last two."""
    text = (number or "").strip()
    if not text:
        return ""
    for pattern in (MOBILE, LANDLINE):
        masked, hits = pattern.subn(rf"\g<1>{MASK}\g<2>", text)
        if hits:
            return masked
    return MASK + text[-2:] if len(text) > 2 else MASK


def mask_identity(number: str | None) -> str:
    """530***********123X: the province and what tells two apart."""
    text = (number or "").strip()
    return f"{text[:3]}***********{text[-4:]}" if len(text) > 7 else (MASK if text else "")


def mask_name(name: str | None) -> str:
    """张*、欧阳**: the first character and as many stars as the name has left."""
    text = (name or "").strip()
    return text[:1] + "*" * max(1, len(text) - 1) if text else ""


def mask_mail(address: str | None) -> str:
    """li****@example.cn"""
    text = (address or "").strip()
    name, at, host = text.partition("@")
    return f"{name[:2] if len(name) > 2 else ''}{MASK}{at}{host}" if text else ""


def mask_address(address: str) -> str:
    """Whatever a channel sends to: mail, phone or account."""
    return mask_mail(address) if "@" in address else mask_phone(address)


def mask_text(text: str) -> str:
    """Free text without the phone and identity numbers that somebody typed into it."""
    without = IDENTITY.sub(r"\g<1>***********\g<2>", text)
    return LANDLINE.sub(rf"\g<1>{MASK}\g<2>", MOBILE.sub(rf"\g<1>{MASK}\g<2>", without))


class MaskedField(forms.CharField):
    """A form's field for a phone: it shows the stored number masked, and the mask sent back leaves the number as it is.

    The form's __init__ sets `stored` (see `hide`). Emptied clears the number; anything else replaces it.
    """

    stored: str = ""

    def prepare_value(self, value: Any) -> Any:
        return mask_phone(self.stored) if self.stored and value == self.stored else value

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return self.stored if self.stored and typed == mask_phone(self.stored) else typed


def hide(form: forms.BaseForm, *names: str) -> None:
    """Turn text fields of a bound model form into masked ones, keeping label, help, validators and length."""
    for name in names:
        old = form.fields[name]
        assert isinstance(old, forms.CharField)
        field = MaskedField(
            label=old.label, required=old.required, help_text=old.help_text, max_length=old.max_length,
            error_messages=old.error_messages, validators=old.validators,
        )  # fmt: skip
        field.empty_value = old.empty_value
        instance = getattr(form, "instance", None)
        field.stored = getattr(instance, name, "") or ""
        form.fields[name] = field

"""What every paper needs to become pages: a closed fetcher, the style filled in, the QR code. For workers only."""

import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import segno
from django.template import Context, Engine
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

TEMPLATES: Final = Path(__file__).parent / "templates"

# An engine of our own, so that a paper does not change with the site's settings.
_ENGINE: Final = Engine(dirs=[str(TEMPLATES)], autoescape=True)


class ClosedFetcher(URLFetcher):
    """Opens `data:` addresses and nothing else: neither the network nor the disk of the worker."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)


def code_picture(address: str) -> str:
    """The QR code of `address` as one picture: an SVG would be hundreds of black rectangles."""
    return segno.make(address, error="m").png_data_uri(border=0, scale=8) if address else ""


def style_of(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def lay_out_template(name: str, context: Mapping[str, Any], style: str, values: Mapping[str, str]) -> Document:
    """Template `name` laid out with `style`, whose every `var(--x)` is filled in from `values`."""
    page = _ENGINE.get_template(name).render(Context(dict(context)))
    # Filled in as text: custom properties of the root would not reach @page and the boxes in its margins.
    return lay_out(page, re.sub(r"var\(--([a-z-]+)\)", lambda found: values[found[1]], style))


def lay_out(page: str, style: str) -> Document:
    return HTML(string=page, url_fetcher=ClosedFetcher()).render(stylesheets=[_sheet(style)], font_config=_fonts())


# The letters of a batch differ in a name, not in their style: what is parsed is kept. There is no @font-face in it, so it
# belongs to no configuration of fonts, and a parsed sheet is only read.
@lru_cache(maxsize=64)
def _sheet(style: str) -> CSS:
    return CSS(string=style, url_fetcher=ClosedFetcher())


_ours = threading.local()


def _fonts() -> FontConfiguration:
    """One for each thread: reading the machine's fonts costs more than setting a line."""
    if not hasattr(_ours, "fonts"):
        _ours.fonts = FontConfiguration()
    found: FontConfiguration = _ours.fonts
    return found

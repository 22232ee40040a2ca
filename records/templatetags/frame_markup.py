"""What is drawn once a process because it is the same for everybody who sees it: fixed parts, navigation, addresses."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, Node, NodeList, defaulttags
from django.template.base import Parser, Token
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from accounts.addresses import address


class Fixed(Node):
    """Renders its inside the first time and keeps it. It gets an empty context, so nothing of anybody can get into it."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.kept: dict[str, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        # Tests change where static files stand; elsewhere there is one.
        key = str(settings.STORAGES["staticfiles"]["BACKEND"])
        if key not in self.kept:
            bare = Context()
            with bare.bind_template(context.template):  # type: ignore[arg-type]
                self.kept[key] = self.nodelist.render(bare)
        return self.kept[key]


def fixed(parser: Parser, token: Token) -> Fixed:
    """{% fixed %}…{% endfixed %}: links, icons and addresses that do not change while the process runs."""
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return Fixed(nodelist)


class QuickURL(defaulttags.URLNode):
    """{% url %} by `address` where its arguments have no names; Django's own does the rest."""

    def render(self, context: Context) -> str:
        if self.kwargs or self.asvar:
            return super().render(context)
        keys = [arg.resolve(context) for arg in self.args]
        url = address(self.view_name.resolve(context), *keys)
        return conditional_escape(url) if context.autoescape else url


def url(parser: Parser, token: Token) -> QuickURL:
    node = defaulttags.url(parser, token)
    return QuickURL(node.view_name, node.args, node.kwargs, node.asvar)


def drawn(template: str, **parts: Any) -> SafeString:
    """A component that depends on nothing but `parts` (tuples of values), kept by their values: whoever has the same
    places to go sees the same navigation."""
    return _drawn(template, tuple(parts.items()))


@lru_cache(maxsize=512)
def _drawn(template: str, parts: tuple[tuple[str, Any], ...]) -> SafeString:
    return render_to_string(template, dict(parts))

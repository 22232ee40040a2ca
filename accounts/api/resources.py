"""A resource: what a list of the pages is to programs. Declared once in its room's api.py; addresses, checks and the
OpenAPI document follow from it (accounts.api tells how)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.api.bodies import FormFactory
from accounts.api.fields import Field, Part

Act = Callable[[Actor, Any, Any], Any]
Check = Callable[[Actor, Any], None]


@dataclass(frozen=True)
class Deed:
    """Something done by POST: `act(actor, on, form)`, whose body `form` reads. `on` is the object by its door, None for a
    create. `words`: any of them; without one whoever sees the object may try, and `act` decides. `check` refuses before
    the body is looked at. `act` gives the object that the answer shows; None for the one it was done to."""

    name: str
    title: str
    act: Act
    words: tuple[str, ...] = ()
    form: FormFactory | None = None
    path: str = ""
    check: Check | None = None
    help: str = ""
    # A file comes with it (multipart/form-data). `file_optional`: JSON without one does too.
    takes_files: bool = False
    file_optional: bool = False
    # What it makes that is no object of the resource (a file, a job): the answer, made of what `act` gave.
    gives: Part | None = None
    # A line for the audit trail once it is done: (request, what it came to).
    noted: Callable[[Any, Any], None] | None = None

    @property
    def address(self) -> str:
        return self.path or self.name


@dataclass(frozen=True)
class Download:
    """Stored bytes of an object at an address of their own. `get` gets the HttpRequest, the object and the actor, keeps who
    took them, and gives the response; Http404 where there are none yet."""

    name: str
    title: str
    get: Callable[[Any, Any, Actor], Any]
    words: tuple[str, ...] = ()
    mime: str = "*/*"


@dataclass(frozen=True)
class Resource:
    """`rows(actor)` begins with `visible_to`. `words`: any of them opens list and object. `room` is what a token's scope
    names. `order`: as `ordering` would name it. `pk`: the converter of the key in addresses. `find`: the object's door where `rows` alone is none (a file is seen
    with its root); `listed`: whether there is a list of all of them."""

    name: str
    title: str
    room: str
    words: tuple[str, ...]
    rows: Callable[[Actor], QuerySet[Any]]
    fields: Sequence[Field]
    order: str = "-id"
    filterset: type[Any] | None = None
    parts: Sequence[Part] = ()
    create: Deed | None = None
    change: Deed | None = None
    deeds: Sequence[Deed] = ()
    downloads: Sequence[Download] = ()
    pk: str = "int"
    listed: bool = True
    find: Callable[[int, Actor], Any] | None = None
    # What happens when an object is opened, beside showing it: who read a file is kept.
    opened: Callable[[Any, Any], None] | None = None
    help: str = ""
    filters: frozenset[str] = field(default=frozenset())

    @cached_property
    def sorts(self) -> dict[str, str]:
        return {"id": "pk"} | {f.name: f.columns[0] for f in self.fields if f.sort}

    @property
    def address(self) -> str:
        return f"/api/v1/{self.name}/"

    @property
    def component(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("-"))

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}


def removing(act: Callable[[Actor, Any], Any]) -> Act:
    """An act that takes the object away: the answer still names it."""

    def gone(actor: Actor, on: Any, form: Any) -> Any:
        pk = on.pk
        act(actor, on)
        on.pk = pk
        return on

    return gone

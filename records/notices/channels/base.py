from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Undelivered(Exception):
    """The message did not get out. `final`: trying again would not help. The sentence is for people, without addresses."""

    def __init__(self, sentence: str, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.final = final


@dataclass(frozen=True)
class Envelope:
    """What a channel is given. `token` stays the same over all tries of one message."""

    token: str
    to: str
    title: str
    text: str
    link: str
    items: int


class Channel(Protocol):
    """One way to people. `send` returns when the next hand has the message; Undelivered otherwise."""

    off_because: str

    def is_on(self) -> bool: ...

    def send(self, envelope: Envelope) -> None: ...

"""How a paper gets its seal: `certificates` finds an office's, `signature` signs by it, `scans` reads what was stamped on paper.

Heavy libraries load in workers only: import the modules inside worker code.
"""

from __future__ import annotations

from typing import Protocol


class SealFailed(Exception):
    """The seal could not be put on; the text says why and what to do, in Chinese."""


class Seal(Protocol):
    """Puts an office's seal on a paper: PAdES now, the state's e-seal and OFD can come."""

    def name(self) -> str:
        """By what it is sealed, for the trail."""
        ...

    def put_on(self, pdf: bytes) -> bytes:
        """The sealed paper; SealFailed otherwise. What it returns is not changed by a byte any more."""
        ...

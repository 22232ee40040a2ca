"""Search's part of every hardening. Imported once, by the room's AppConfig."""

from __future__ import annotations

from accounts.hardening import after_hardening, hardens
from records.search.install import statements
from records.search.rebuild import rebuild_if_changed

hardens(statements)
after_hardening(rebuild_if_changed)

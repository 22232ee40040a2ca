"""Which rows of a table a database session may see: declared once on the model, enforced by PostgreSQL.

`hardening.py` turns each declaration into row-level security policies after every migrate (docs/adr/0002). A model
without a declaration fails `tests/test_hardening.py`. The conditions read the settings that `scope.py` sets:
app.user, app.org, app.me/lo/hi (offices only), app.home (own division), app.alo/ahi (security and audit administrators).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    ROOT = "root"
    CHILD = "child"
    GENERIC_CHILD = "generic_child"
    DIRECTORY = "directory"
    PERSONAL = "personal"
    CUSTOM = "custom"
    OPEN = "open"


@dataclass(frozen=True)
class Tenancy:
    """`using` is the SQL condition of a visible row; `check` that of a row one may write (default: `using`); `change` that
    of a row one may change or remove (default: `using`), narrower only where nobody else must lock the row.

    `append_only`: the web role may insert and read, never change. `system_writes`: only background work writes, the web
    role reads. `sealed`: only definer functions and triggers write. `reason`: why a table is open.
    """

    shape: Shape
    parent: str = ""
    using: str = ""
    check: str = ""
    change: str = ""
    append_only: bool = False
    system_writes: bool = False
    sealed: bool = False
    reason: str = ""
    # Rules and forms: written by their own division only, though all below read them.
    binds: bool = False
    unless: str = ""

    @classmethod
    def root(cls, *, unless: str = "") -> Tenancy:
        """A business root: the columns of records.models.Root decide (architecture.md §2).

        `unless`: an SQL condition under which nobody sees the row, whatever else would show it (a recusal).
        """
        return cls(Shape.ROOT, unless=unless)

    @classmethod
    def child(cls, foreign_key: str, *, append_only: bool = False) -> Tenancy:
        """Visible as the row behind `foreign_key` is."""
        return cls(Shape.CHILD, parent=foreign_key, append_only=append_only)

    @classmethod
    def generic_child(cls, *, also: str = "", append_only: bool = False) -> Tenancy:
        """Visible as the root named by root_kind and root_id is; `also` is a cheaper SQL condition tried first."""
        return cls(Shape.GENERIC_CHILD, using=also, append_only=append_only)

    @classmethod
    def directory(cls, *, code: str = "division_code", chain: str = "true", also: str = "false") -> Tenancy:
        """A division's register: the offices in whose range `code` lies; those below and the units of the
        division where `chain` holds; and rows where `also` holds."""
        return cls(Shape.DIRECTORY, parent=code, using=also, check=chain)

    @classmethod
    def personal(cls, column: str = "user_id") -> Tenancy:
        return cls(Shape.PERSONAL, parent=column)

    @classmethod
    def custom(
        cls, using: str, *, check: str = "", change: str = "", append_only: bool = False, sealed: bool = False
    ) -> Tenancy:
        return cls(Shape.CUSTOM, using=using, check=check, change=change, append_only=append_only, sealed=sealed)

    @classmethod
    def binding(cls, *, locks_above: bool = False) -> Tenancy:
        """Rules and forms: the country's (no division_code) bind everybody, a division's those under it; an office
        writes only its own. `locks_above`: it may hold a row from above while it copies it (FOR UPDATE asks for the
        policy of UPDATE)."""
        chain = f"{setting('home')}, {setting('home')} / 100 * 100, {setting('home')} / 10000 * 10000"
        return cls(
            Shape.CUSTOM,
            using=f"""CASE WHEN division_code IS NULL THEN true
                WHEN division_code BETWEEN {setting("lo")} AND {setting("hi")} THEN true
                ELSE coalesce(division_code IN ({chain}), false) END""",
            check=f"coalesce(division_code = {setting('me')}, false)",
            binds=not locks_above,
        )

    @classmethod
    def open(cls, reason: str, *, system_writes: bool = False, sealed: bool = False) -> Tenancy:
        """No policy: the table must be readable without a scope, or holds nobody's business."""
        return cls(Shape.OPEN, reason=reason, system_writes=system_writes, sealed=sealed)


def setting(name: str) -> str:
    """SQL of the scope's setting `name` as an integer, NULL when unset. In a scalar subquery: evaluated once."""
    return f"(SELECT scope_int('app.{name}'))"


# Third-party tables, and why no policy stands on them.
OPEN_TABLES: dict[str, str] = {
    "django_migrations": "schema history, no business data",
    "django_content_type": "names of models",
    "auth_group": "unused, comes with django.contrib.auth",
    "auth_group_permissions": "unused, comes with django.contrib.auth",
    "auth_permission": "names of permissions, no business data",
    "accounts_user_groups": "unused, comes with AbstractUser",
    "accounts_user_user_permissions": "unused, comes with AbstractUser",
    "pghistory_context": "unused: each event carries its own context; no role of the application may touch it",
    "guardian_userobjectpermission": "unused: permissions stand in tables with direct foreign keys",
    "guardian_groupobjectpermission": "unused, the same",
    "django_session": "sessions live in the cache; the table stays empty",
    "account_emailaddress": "sign-in happens before any scope; nobody has an e-mail address here",
    "mfa_authenticator": "the second factor is asked for at sign-in, before any scope; its secrets are encrypted",
    "account_emailconfirmation": "sign-in happens before any scope",
}

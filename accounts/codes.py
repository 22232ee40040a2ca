"""The one-time code of a printed invitation: made, written for people, read back, and kept only as a keyed digest.

    K7MT-3QPX-9RTD
    ^^^^ the mark says which invitation is meant; ^^^^^^^^^ eight signs are the secret

How much there is to guess: 25 signs, none of which looks like another on paper or in a bad copy (no 0/O, 1/I/L, 2/Z, 5/S,
8/B), so the secret is one of 25^8 = 1.5·10^11. Ten wrong tries end an invitation (INVITATION_TRIES), whoever makes them
and from wherever; so an invitation is guessed with a chance of 10 / 1.5·10^11 = 7·10^-11, and somebody who burns through
half a million open ones (the whole country's schools) gets into one with a chance of 3·10^-5, after five million tries
that the limits per address and for everybody together (accounts.views.claim) stretch over months.

Digest: HMAC with the server's key. A plain hash of 37 bits is searched through in seconds by whoever gets hold of a copy
of the database; without the key there is nothing to compare with. Nothing slower is needed, because the tries are counted.
"""

from __future__ import annotations

import secrets
import unicodedata

from django.utils.crypto import salted_hmac

SIGNS = "ACDEFGHJKMNPQRTUVWXY34679"
MARK, SECRET = 4, 8
SALT = "accounts.invitation"


def new_code() -> str:
    """Twelve signs, the mark first."""
    return "".join(secrets.choice(SIGNS) for _ in range(MARK + SECRET))


def mark_of(code: str) -> str:
    return code[:MARK]


def digest(code: str) -> str:
    return salted_hmac(SALT, code, algorithm="sha256").hexdigest()


def for_people(code: str) -> str:
    """In groups of four, as it is printed."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def as_typed(text: str) -> str:
    """The code that somebody meant: small letters, full-width signs, spaces and dashes do not matter."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum())[: 2 * (MARK + SECRET)]

"""What is typed and what is stored are read alike."""

from __future__ import annotations

import unicodedata

import pytest
from django.db import connection

from records.search.finding import _with_places
from records.search.words import ask, grams, norm
from tests.conftest import as_owner

pytestmark = pytest.mark.django_db


def test_python_and_database_agree_on_every_character() -> None:
    every = [c for c in map(chr, range(1, 0x30000)) if unicodedata.category(c) not in ("Cn", "Cs")]
    texts = [f"1{c}2{c}甲{c}A" for c in every]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT search_norm(t) FROM unnest(%s) WITH ORDINALITY u(t, i) ORDER BY i", [texts])
        stored = [row[0] for row in cursor.fetchall()]
    differing = [hex(ord(c)) for c, text, there in zip(every, texts, stored, strict=True) if norm(text) != there]
    assert not differing[:20]


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("云政教督办〔2026〕5号", "云政教督办2026-5号"),
        ("云政教督办[2026]5号", "云政教督办2026-5号"),
        ("云政教督办（2026）5号", "云政教督办2026-5号"),
        ("云政教督办 2026 5 号", "云政教督办2026-5号"),
        ("２０２６－５号", "2026-5号"),
        ("ＫＭＳＭＤ", "kmsmd"),
        ("%_'\"\\", ""),
        ("😀", ""),
    ],
)
def test_one_form_for_every_way_of_writing(typed: str, same: str) -> None:
    assert ask(typed).whole == same


def test_words_are_split_at_blanks_but_not_within_a_number() -> None:
    assert ask("明德　食堂").words == ("明德", "食堂")
    assert ask("2026 5号").words == ("2026-5号",)


def test_grams_of_the_query_are_grams_of_the_text() -> None:
    """Whatever part of a text is typed from the beginning of a number on: its grams stand in the index."""
    text = "关于五华区第33小学整改通知书 云政教督办2026-57号 整530102-2026-0007 53010200012345"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT search_grams(%s)", [text])
        stored = set(cursor.fetchone()[0])
    for part in (
        "第33小学",
        "督办2026-57号",
        "2026-57",
        "整530102-2026-0007",
        "530102-2026-0007",
        "整改",
        "530102000",
        "整5301",
    ):
        assert part in text
        assert set(grams(part)) <= stored, part
        assert grams(part)


@pytest.mark.parametrize(
    "text", ["云政教督办〔2026〕５号", "Ａ班 1 2、3(4)", "①Ⅲ㎏12  34", "2026--5", "〔1〕", "é́1·2", "", "1", "1-"]
)
def test_marks_read_a_text_as_it_is_stored(text: str) -> None:
    plain, places = _with_places(text)
    assert plain == norm(text)
    assert len(places) == len(plain)
    assert places == sorted(places)

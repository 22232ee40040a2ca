"""The search page, its suggestions and what bad input gets."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import Organization
from records import clock
from records.models import Document
from rectification.models import Problem, Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import make, served_paper, tenancy

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    with as_owner():
        office = f.office(530102)
        unit = f.school(530102, "昆明市五华区明德小学").organization
        for n in range(23):
            problem = make(Problem, office, unit, filed_at=clock.now(), served_at=clock.now())
            Problem.objects.filter(pk=problem.pk).update(title=f"食堂留样不足第{n}次")
        paper = served_paper(tenancy(office, unit, {"served_at": clock.now()}), "rectification_notice")
        Document.objects.filter(pk=paper.pk).update(number="五政教督办〔2026〕57号", sequence=57, title="整改通知书")
        ticket = make(Ticket, office, unit, filed_at=clock.now())
        Ticket.objects.filter(pk=ticket.pk).update(number="整530102-2026-0007", title="关于<b>消防</b>的整改")
        return f.client_for(f.member(office, Role.OFFICE_STAFF))


def page(client: Client, typed: str, **more: str) -> str:
    answer = client.get(reverse("portal:search"), {"q": typed, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def told(client: Client, typed: str, **more: str) -> str:
    """The page as it is read, without the marks."""
    return page(client, typed, **more).replace("<mark>", "").replace("</mark>", "")


@pytest.mark.parametrize(
    "typed",
    ["五政教督办〔2026〕57号", "2026-57号", "2026-57", "[2026]57号", "(2026) 57 号", "２０２６－５７号", "督办2026-57"],
)
def test_a_number_is_found_however_it_is_typed(staff: Client, typed: str) -> None:
    assert "〔2026〕57号" in told(staff, typed)
    assert "公文" in page(staff, typed)


@pytest.mark.parametrize(
    "typed", ["kmswhqmdxx", "kmsmd", "md", "MDXX", "wh", "明德", "明德小学", "昆明市明德", "昆", "昆明 小学"]
)
def test_a_school_is_found_by_words_and_initials(staff: Client, typed: str) -> None:
    assert "学校" in page(staff, typed)
    assert reverse("supervision:school_detail", args=[_school()]) in page(staff, typed)


def _school() -> int:
    with as_owner():
        return int(Organization.objects.get(name="昆明市五华区明德小学").pk)


def test_words_are_marked_and_markup_is_not_believed(staff: Client) -> None:
    text = page(staff, "消防")
    assert "关于&lt;b&gt;<mark>消防</mark>&lt;/b&gt;的整改" in text
    assert "<b>消防" not in text


def test_counts_stop_and_one_kind_has_pages(staff: Client) -> None:
    text = page(staff, "留样")
    assert "20+" in text
    first, second = page(staff, "留样", kind="problem"), page(staff, "留样", kind="problem", page="2")
    assert first.count("<li>\n            <a") == 20
    assert second.count("<li>\n            <a") == 3


@pytest.mark.parametrize("typed", ["", " ", "%", "_", "'", '"', "\\", "%%%___", "字" * 500, "a" * 500, "😀", "、。！", "\x00", "';--", "甲|乙", "^甲", "=2026", "\x01",
                                   "1", "a", "()", "2026", "〔〕"])  # fmt: skip
def test_whatever_is_typed_gets_an_answer(staff: Client, typed: str) -> None:
    page(staff, typed)
    assert staff.get(reverse("portal:suggest"), {"q": typed}).status_code == 200
    page(staff, typed, kind="nothing", page="99999999999999")
    page(staff, typed, kind="problem", page="-1")


def test_punctuation_alone_says_what_to_do(staff: Client) -> None:
    assert "没有可以搜索的文字" in page(staff, "！？")
    assert "没有找到" in page(staff, "无此事项")
    assert "只输入了一个字" in page(staff, "昆")


def test_heteronyms_of_places(staff: Client) -> None:
    with as_owner():
        f.school(530102, "重庆路小学")
        f.school(530102, "厦门街小学")
        f.school(530102, "长坡小学")
    for typed, name in (
        ("cql", "重庆"),
        ("zql", "重庆"),
        ("xmj", "厦门"),
        ("smj", "厦门"),
        ("cpx", "长坡"),
        ("zpx", "长坡"),
    ):
        assert name in told(staff, typed), typed


def test_former_names_and_renaming(staff: Client) -> None:
    with as_owner():
        school = Organization.objects.get(name="昆明市五华区明德小学")
        school.name = "昆明市五华区育才学校"
        school.save()
    text = page(staff, "明德小学")
    assert "曾用名" in text
    assert "育才学校" in text
    assert "食堂留样" in told(staff, "育才学校 食堂")
    assert "食堂留样" not in told(staff, "明德小学 食堂")


def test_what_is_removed_is_found_no_more(staff: Client) -> None:
    with as_owner():
        Problem.objects.filter(title="食堂留样不足第3次").delete()
    assert "没有找到" in page(staff, "留样不足第3次")


def test_the_box_stands_in_the_frame_for_whoever_may_search(staff: Client) -> None:
    assert "topsearch" in staff.get("/").content.decode()
    with as_owner():
        admin = f.client_for(f.member(f.office(530102), Role.AUDIT_ADMIN))
    assert "topsearch" not in admin.get("/").content.decode()
    assert admin.get(reverse("portal:search"), {"q": "明德"}).status_code == 403

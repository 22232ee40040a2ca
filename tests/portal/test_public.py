"""The public site: the same for everybody, without sign-in, cookies or scope; it reads published copies and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Role
from records import clock
from records.models import Publication, PublicObjection, PublishedCopy
from records.publication.public_cache import GENERATION, changed
from tests import factories as f
from tests.access_table import PUBLIC
from tests.conftest import as_owner
from tests.roots import make
from tests.world import World, build

pytestmark = pytest.mark.django_db
_serial = itertools.count(10**9)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No page of an earlier test: what is asked of the database is asked here."""
    cache.delete(GENERATION)


@pytest.fixture
def world() -> World:
    with as_owner():
        return build()


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_nobody_is_asked_who_he_is(name: str, world: World) -> None:
    """Signed in or not: the same page, no cookie, nothing that varies by one, and no table but the published copies."""
    address = reverse(name, args=PUBLIC[name](world))
    member = f.client_for(world.people[Role.OFFICE_STAFF, 530102])
    with CaptureQueriesContext(connection) as captured:
        answers = [client.get(address) for client in (Client(), member)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].getvalue() == answers[1].getvalue()
    for answer in answers:
        assert not answer.cookies and "Cookie" not in answer.headers.get("Vary", "")
        assert answer.headers["Cache-Control"].startswith("public")
        assert answer.headers["X-Frame-Options"] == "DENY"
    asked = [q["sql"] for q in captured.captured_queries]
    assert not [sql for sql in asked if "records_publishedcopy" not in sql]


def test_a_page_that_is_not_there_says_so_in_the_sites_own_look() -> None:
    answer = Client().get("/public/no-such-page/")
    assert answer.status_code == 404 and "没有这个页面" in answer.content.decode() and not answer.cookies


def test_an_address_without_its_slash_leads_on() -> None:
    assert Client().get("/public").headers["Location"] == "/public/"


def test_a_form_from_another_site_is_refused() -> None:
    answer = Client().post("/public/", {}, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403 and "没有收下" in answer.content.decode()


def published(kind: str = "notice", code: int = 530102, **more: Any) -> PublishedCopy:
    """A copy as the system writes it."""
    prefecture, province = code // 100 * 100, code // 10000 * 10000
    names = {c: f.DIVISIONS[c][0] for c in (code, prefecture, province) if c in f.DIVISIONS}
    text = more.pop("text", "五华区教育督导情况。")
    title = more.pop("title", "公示一")
    columns: dict[str, Any] = {
        "publication_id": next(_serial), "owner_code": code, "kind": kind, "title": title, "words": f"{title}\n{text}",
        "blocks": [{"text": text, "level": 0}], "issuer": f"{names[code]}督导办", "dated": clock.today(), "division_name": names[code],
        "prefecture_code": prefecture if prefecture in names else None, "prefecture_name": names.get(prefecture, ""),
        "province_code": province, "province_name": names[province], "shows_from": clock.today(),
        "shows_until": clock.today() + timedelta(days=7), "published_at": clock.now(),
    }  # fmt: skip
    with as_owner():
        copy = PublishedCopy.objects.create(**(columns | more))
    cache.delete(GENERATION)
    return copy


def text_of(address: str, status: int = 200) -> str:
    answer = Client().get(address)
    assert answer.status_code == status
    return answer.content.decode()


def withdraw(copy: PublishedCopy, reason: str = "信息有误") -> None:
    with as_owner():
        PublishedCopy.objects.filter(pk=copy.pk).update(
            title="", words="", blocks=[], file="", number="", withdrawn_at=clock.now(), withdrawn_reason=reason
        )


def test_lists_by_kind_and_by_place() -> None:
    published(title="五华公示")
    published(title="麒麟公示", code=530302)
    published(title="仙桃公示", code=429004)
    published("report", title="督导报告")
    everywhere = text_of("/public/list/notice/")
    assert all(name in everywhere for name in ("五华公示", "麒麟公示", "仙桃公示")) and "督导报告" not in everywhere
    yunnan, kunming = text_of("/public/list/notice/?place=530000"), text_of("/public/list/notice/?place=530100")
    assert "麒麟公示" in yunnan and "仙桃公示" not in yunnan and "曲靖市" in yunnan
    assert "五华公示" in kunming and "麒麟公示" not in kunming
    # A county directly under its province.
    assert "仙桃市" in text_of("/public/list/notice/?place=420000")
    assert "麒麟公示" in text_of("/public/list/notice/?place=999999") and "麒麟公示" in text_of(
        "/public/list/notice/?place=x"
    )
    text_of("/public/list/secret/", 404)


def test_an_empty_site_says_so() -> None:
    assert "现在没有正在公开的公示" in text_of("/public/")
    assert "现在没有正在公开的统计" in text_of("/public/list/statistics/")


def test_search_finds_two_characters_in_title_or_text() -> None:
    published(title="关于消防的公示", text="全区小学校舍安全检查情况。")
    assert "关于消防的公示" in text_of("/public/search/?q=校舍") and "关于消防的公示" in text_of(
        "/public/search/?q=消防 校舍"
    )
    assert "没有找到" in text_of("/public/search/?q=食堂")
    assert "没有找到" in text_of("/public/search/?q=%25")
    assert "&lt;script&gt;" in text_of("/public/search/?q=<script>")


def test_what_begins_later_ended_or_was_withdrawn() -> None:
    later = published(title="将来", shows_from=clock.today() + timedelta(days=1))
    ended = published(title="过去", text="旧内容", shows_from=clock.today() - timedelta(days=9),
                      shows_until=clock.today() - timedelta(days=1))  # fmt: skip
    gone = published(title="撤下的")
    withdraw(gone)
    text_of(f"/public/items/{later.pk}/", 404)
    over = text_of(f"/public/items/{ended.pk}/")
    assert "已经结束" in over and "旧内容" not in over
    page = text_of(f"/public/items/{gone.pk}/", 410)
    assert "信息有误" in page and "撤下日期" in page and "撤下的" not in page
    listed = text_of("/public/list/notice/") + text_of("/public/search/?q=旧内容")
    assert not [title for title in ("将来", "过去", "撤下的") if title in listed]
    for pk in (later.pk, ended.pk, gone.pk):
        text_of(f"/public/items/{pk}/file/", 404)
        text_of(f"/public/items/{pk}/photos/1/", 404)


def test_a_kept_page_is_asked_for_once_and_thrown_away_by_a_change(
    django_capture_on_commit_callbacks: Any,
) -> None:
    copy = published()
    address = f"/public/items/{copy.pk}/"
    first = Client().get(address)
    with CaptureQueriesContext(connection) as captured:
        second = Client().get(address)
    assert second.content == first.content and not captured.captured_queries
    again = Client().get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.content
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(copy)
        changed()
    assert Client().get(address).status_code == 410


def test_the_site_stands_without_its_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise redis.ConnectionError("gone")

    published(title="公示一")
    for name in ("get_many", "set", "get_or_set", "add", "incr"):
        monkeypatch.setattr(
            type(cache._connections[cache._alias]) if hasattr(cache, "_alias") else cache, name, broken, raising=False
        )
    assert "公示一" in text_of("/public/")


# --- objections ------------------------------------------------------------------------------------------------------


def object_to(copy: PublishedCopy, **typed: str) -> Any:
    return Client().post(f"/public/items/{copy.pk}/objection/", {"text": "与事实不符，请核实。", **typed})


@pytest.fixture
def notice() -> Iterator[PublishedCopy]:
    with as_owner():
        root = make(Publication, f.office(530102), f.office(530102), filed_at=clock.now())
    cache.clear()
    yield published(publication_id=root.pk)
    cache.clear()


def test_the_sender_learns_with_the_receipt_what_became_of_it(notice: PublishedCopy) -> None:
    object_to(notice)
    with as_owner():
        objection = PublicObjection.objects.get()
    spoken = f" {objection.receipt[:5].lower()}-{objection.receipt[5:]} "
    waiting = Client().post("/public/objections/query/", {"receipt": spoken}).content.decode()
    assert "正在核实" in waiting and notice.title in waiting and "请核实。" not in waiting
    with as_owner():
        PublicObjection.objects.update(
            answer="经核实，任职年限符合规定。", answered_at=clock.now(), answered_by=f.person(), answered_as="五华区"
        )
    answered = Client().post("/public/objections/query/", {"receipt": objection.receipt}).content.decode()
    assert "经核实，任职年限符合规定。" in answered and "已处理" in answered


def test_an_objection_is_taken_with_a_receipt(notice: PublishedCopy) -> None:
    answer = object_to(notice, name="赵某", contact="13500000000")
    assert answer.status_code == 302 and not answer.cookies
    page = text_of(answer.headers["Location"])
    with as_owner():
        [row] = PublicObjection.objects.all()
    assert row.receipt in page and row.owner_code == 530102 and row.text == "与事实不符，请核实。"
    assert "13500000000" not in text_of(f"/public/items/{notice.pk}/")


def test_what_cannot_be_taken_comes_back_as_typed(notice: PublishedCopy) -> None:
    answer = object_to(notice, text="不", contact="<b>座机</b>")
    page = answer.content.decode()
    assert (
        answer.status_code == 422
        and "写清楚一些" in page
        and "&lt;b&gt;座机" in page
        and answer.headers["Cache-Control"] == "no-store"
    )
    with as_owner():
        assert not PublicObjection.objects.exists()


def test_ten_an_hour_from_one_address(notice: PublishedCopy) -> None:
    answers = [object_to(notice).status_code for _ in range(12)]
    assert answers == [302] * 10 + [429] * 2
    assert "次数过多" in object_to(notice).content.decode()
    with as_owner():
        assert PublicObjection.objects.count() == 10


def test_a_report_or_what_is_over_takes_none(notice: PublishedCopy) -> None:
    assert "提出异议" not in text_of(f"/public/items/{published('report').pk}/")
    assert object_to(published("report")).status_code == 200
    withdraw(notice)
    assert object_to(notice).status_code == 410
    with as_owner():
        assert not PublicObjection.objects.exists()


@pytest.mark.parametrize("receipt", ["", "<b>x</b>abcd", "0000000000"])
def test_a_made_up_receipt_shows_nothing(receipt: str) -> None:
    assert Client().get("/public/received/", {"receipt": receipt}).status_code == 404


def test_verification_leads_to_the_papers_page() -> None:
    answer = Client().get("/public/verify/paper/", {"token": "https://x.example/records/verify/abc123/"})
    assert answer.headers["Location"] == "/records/verify/abc123/"


def test_feed_and_sitemap_are_xml() -> None:
    copy = published(title="A & B")
    for address in ("/public/feed/", "/public/sitemap/"):
        tree = ElementTree.fromstring(text_of(address))
        assert f"/public/items/{copy.pk}/" in ElementTree.tostring(tree, encoding="unicode")

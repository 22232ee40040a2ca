"""The small scripts of the frame in a real Chromium: nothing typed is lost, grave acts ask once, failures say so.

Pages are rendered here and handed to the browser by request interception: no server and no database.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Engine
from django.urls import reverse
from playwright.sync_api import Browser, Page, Playwright, Route, expect

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[1]
HOME = "http://dudao.test/"
ENGINE = Engine(
    dirs=[str(ROOT / "templates")],
    builtins=["records.templatetags.dudao", "django.templatetags.static"],
    libraries={"dudao": "records.templatetags.dudao", "static": "django.templatetags.static"},
)
BODY = """{% extends "base.html" %}{% block content %}
<form method="post" action="/sent/" data-keep="visit" data-once><label>情况 <textarea name="text"></textarea></label>
  <label>口令 <input type="password" name="secret"></label><button type="submit">提交</button></form>
<form method="post" action="/closed/" data-confirm="销号后不能再修改。" data-confirm-verb="销号"><button type="submit">办结</button></form>
<form data-autosave-url="/save/"><input type="hidden" name="version" value="1"><label>备注 <input name="note"></label>
  <span data-save-state></span></form>
<div data-upload data-max-mb="1"><label>照片 <input type="file" name="photo" multiple accept="image/*"></label>
  <ul class="drop-list"></ul></div>
<button type="button" hx-get="/panel/" hx-target="#panel">打开</button><div id="panel">原内容</div>
{% endblock %}"""


class Site:
    """What the browser is given: the page, the static files, and answers that a test changes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.posted: list[tuple[str, str]] = []
        self.answers: dict[str, tuple[int, str, str]] = {}
        page.route("**/*", self.answer)

    @property
    def html(self) -> str:
        signed_in = type("User", (), {"is_authenticated": True, "pk": 3})
        request = type("Request", (), {"user": signed_in, "actor": None})
        return ENGINE.from_string(BODY).render(Context({"request": request, "csrf_token": "t" * 64}))

    def answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.method == "POST":
            self.posted.append((path, route.request.post_data or ""))
        if path.startswith("/static/"):
            route.fulfill(path=str(finders.find(path.removeprefix("/static/"))))
        elif path in self.answers:
            status, kind, body = self.answers[path]
            route.fulfill(status=status, content_type=kind, body=body)
        else:
            route.fulfill(content_type="text/html; charset=utf-8", body=self.html)


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
    )
    yield browser
    browser.close()


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    site = Site(page)
    page.goto(HOME)
    yield site
    context.close()
    assert errors == []


def test_typed_text_is_offered_again_and_a_password_is_never_copied(site: Site) -> None:
    page = site.page
    page.get_by_label("情况").fill("写了很久的情况")
    page.get_by_label("口令").fill("hunter2")
    page.wait_for_function("Object.keys(localStorage).length > 0")
    assert "hunter2" not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    expect(page.get_by_label("情况")).to_have_value("")
    page.get_by_role("button", name="恢复").click()
    expect(page.get_by_label("情况")).to_have_value("写了很久的情况")


def test_copy_stays_after_an_error_page_and_goes_after_success(site: Site) -> None:
    page = site.page
    mishap = ENGINE.get_template("500.html").render(Context())
    site.answers["/sent/"] = (500, "text/html; charset=utf-8", mishap)
    page.get_by_label("情况").fill("不能丢的内容")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="系统出错了，这次操作没有完成")).to_be_visible()
    page.get_by_role("link", name="回到工作台").click()
    page.get_by_role("button", name="恢复").click()
    expect(page.get_by_label("情况")).to_have_value("不能丢的内容")
    site.answers["/sent/"] = (200, "text/html; charset=utf-8", site.html.replace('data-keep="visit"', ""))
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/sent/")
    page.goto(HOME)
    expect(page.get_by_role("button", name="恢复")).to_have_count(0)


def test_grave_act_asks_once_and_says_what_will_happen(site: Site) -> None:
    page = site.page
    page.get_by_role("button", name="办结").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("销号后不能再修改。")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert site.posted == []
    page.get_by_role("button", name="办结").click()
    dialog.get_by_role("button", name="销号").click()
    page.wait_for_url("**/closed/")
    assert [path for path, _ in site.posted] == ["/closed/"]


def test_form_saves_itself_through_a_dead_network(site: Site) -> None:
    page = site.page
    state = page.locator("[data-save-state]")
    site.answers["/save/"] = (200, "application/json", json.dumps({"saved_at": "10:32", "fields": {"version": "2"}}))
    page.get_by_label("备注").fill("第一段")
    expect(state).to_have_text("已保存 10:32")
    expect(page.locator("[name=version]")).to_have_value("2")
    site.answers["/save/"] = (503, "text/plain", "")
    page.get_by_label("备注").fill("断网时写的")
    expect(state).to_have_text("网络不通，内容已存在这台设备上，恢复后自动保存")
    page.reload()
    expect(page.get_by_label("备注")).to_have_value("断网时写的")
    site.answers["/save/"] = (200, "application/json", json.dumps({"saved_at": "10:40"}))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(state).to_have_text("已保存 10:40")
    assert "断网时写的" in site.posted[-1][1]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('autosave')).length") == 0


def test_refused_panel_keeps_what_was_there_and_says_why(site: Site) -> None:
    page = site.page
    site.answers["/panel/"] = (403, "text/html", "<h1>whole error page</h1>")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("status")).to_contain_text("当前身份没有这项权限")
    expect(page.locator("#panel")).to_have_text("原内容")
    site.answers["/panel/"] = (401, "text/html", "")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("link", name="重新登录")).to_have_attribute("href", f"{reverse('account_login')}?next=%2F")
    expect(page.locator("#panel")).to_have_text("原内容")


def test_wrong_file_is_refused_before_it_is_sent(site: Site) -> None:
    page = site.page
    page.get_by_label("照片").set_input_files(
        [
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"},
            {"name": "big.png", "mimeType": "image/png", "buffer": b"0" * 1_100_000},
            {"name": "good.png", "mimeType": "image/png", "buffer": b"0" * 2048},
        ]
    )
    waiting = page.locator(".drop-list > li")
    expect(waiting).to_have_count(3)
    expect(waiting.nth(0)).to_contain_text("这种文件不能上传")
    expect(waiting.nth(1)).to_contain_text("超过 1.0 MB 的上限")
    assert page.locator("input[type=file]").evaluate("(input) => [...input.files].map((file) => file.name)") == [
        "good.png"
    ]
    page.get_by_role("button", name="移除 good.png").click()
    assert page.locator("input[type=file]").evaluate("(input) => input.files.length") == 0

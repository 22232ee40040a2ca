"""A real Chromium against a live server; the database plays web in the server's threads as well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

# Playwright's driver runs a loop in this thread; Django's ORM is used beside it, never inside.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--force-color-profile=srgb"]  # fmt: skip
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SHOTS = os.environ.get("SCREENSHOTS", "")
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium: the library's own download does not exist on closed networks."""
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    return {"executable_path": CHROMIUM, "args": FLAGS, "headless": True}


class Visitor:
    """A signed-in person with a browser window, wide or a phone, and a log of what the page complained of."""

    def __init__(self, context: BrowserContext, base: str, name: str) -> None:
        self.context, self.base, self.name = context, base, name
        context.set_default_timeout(15_000)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)

    def sign_in(self, username: str, password: str) -> Page:
        self.page.goto(f"{self.base}/sign-in/login/")
        self.page.get_by_label("用户名或手机号码").fill(username)
        self.page.locator("input[name=password]").fill(password)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)
        return self.page

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def press(self, name: str, *, confirm: str = "") -> None:
        """Press a button; where the page asks once more, agree with the button named `confirm` (default: the same)."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        dialog = self.page.get_by_role("dialog")
        if confirm:
            dialog.get_by_role("button", name=confirm, exact=True).click()
        self.page.wait_for_load_state("load")

    def told(self, text: str) -> None:
        """The page says what came of it."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def looks(self, name: str) -> None:
        """axe finds nothing, nothing scrolls sideways, no script failed; a picture where SCREENSHOTS names a folder."""
        self.page.wait_for_load_state("load")  # a click on a link returns when the answer begins
        self.page.evaluate("document.activeElement?.blur(); window.scrollTo(0, 0)")
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            size = self.page.viewport_size or {"width": 0}
            self.page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: scrolls sideways by {wide}px"
        results = Axe().run(self.page)
        assert results.violations_count == 0, f"{name}:\n{results.generate_report()}"
        assert not self.complaints, f"{name}: {self.complaints}"


@pytest.fixture
def visitors(browser: Browser, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    """`visitors("name", phone=False)`: a new window of somebody of that name."""
    contexts: list[BrowserContext] = []

    def arrive(name: str, *, phone: bool = False) -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else WIDE, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=phone
        )  # type: ignore[arg-type]
        contexts.append(context)
        return Visitor(context, live_server.url, name)

    yield arrive
    for context in contexts:
        context.close()

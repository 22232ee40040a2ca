"""Requests timed in rounds: the floor and the page in turn (A/B/A/B), so that what else the machine does strikes both."""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

HOST = "127.0.0.1"


class Person:
    """One signed-in connection that is kept open. Nobody where `username` is empty."""

    def __init__(self, port: int, username: str = "", password: str = "") -> None:
        self.port, self.cookies, self.headers = port, dict[str, str](), dict[str, str]()
        self.http = HTTPConnection(HOST, port, timeout=120)
        if username:
            page = self.ask("/sign-in/login/")
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token, "the sign-in page has no form"
            form = {"login": username, "password": password, "csrfmiddlewaretoken": token[1]}
            self.ask("/sign-in/login/", urlencode(form), kind="application/x-www-form-urlencoded")
            assert "sessionid" in self.cookies, f"{username} could not sign in"

    def again(self) -> Person:
        """The same session over a connection of its own: eight readers at once are eight windows."""
        twin = Person(self.port)
        twin.cookies, twin.headers = dict(self.cookies), dict(self.headers)
        return twin

    def ask(self, path: str, body: str = "", *, kind: str = "") -> str:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **self.headers}
        if kind:
            headers["Content-Type"] = kind
        self.http.request("POST" if body else "GET", path, body.encode() or None, headers)
        answer = self.http.getresponse()
        text = answer.read().decode(errors="ignore")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        if answer.status >= 400:
            raise SystemExit(f"{path}: HTTP {answer.status} {text[:300]}")
        return text


@dataclass(frozen=True)
class Pair:
    """Milliseconds of the floor and of the page, medians over all rounds."""

    floor: float
    page: float

    @property
    def ratio(self) -> float:
        return self.page / self.floor


Ask = Callable[[], object]


def alternately(floor: Sequence[Ask], page: Sequence[Ask], *, seconds: float, rounds: int = 4) -> Pair:
    """Time both in turn, each for a share of `seconds`. One callable a reader: several ask at once. Two asks warm up."""
    share = seconds / rounds / 2
    times: tuple[list[float], list[float]] = ([], [])
    for act in (floor[0], floor[0], page[0], page[0]):
        act()
    for _ in range(rounds):
        for acts, kept in zip((floor, page), times, strict=True):
            kept += _burst(acts, share)
    return Pair(*(statistics.median(kept) * 1000 for kept in times))


def _burst(acts: Sequence[Ask], seconds: float) -> list[float]:
    found: list[float] = []
    end = time.monotonic() + seconds

    def read(act: Ask) -> None:
        mine = []
        while not mine or time.monotonic() < end:
            began = time.perf_counter()
            act()
            mine.append(time.perf_counter() - began)
        found.extend(mine)

    if len(acts) == 1:
        read(acts[0])
        return found
    threads = [threading.Thread(target=read, args=[act], daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def timed(act: Ask) -> float:
    """Seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began

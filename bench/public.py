"""The public site: its kept pages beside a view that does nothing, and a burst of readers at once. Loopback only."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

PAGES = ("/public/", "/public/list/notice/", "/public/search/?q=%E7%9D%A3%E5%AF%BC", "/public/feed/")
BURST, READERS = 1000, 32
HOST = "127.0.0.1"


def burst(port: int, path: str, *, requests: int = BURST, readers: int = READERS) -> tuple[Counter[str], float]:
    """`requests` from `readers` at once: how many answered with what, and how many a second. A broken line counts as such."""
    answers: Counter[str] = Counter()
    lock, left = threading.Lock(), iter(range(requests))

    def read() -> None:
        while True:
            with lock:
                if next(left, None) is None:
                    return
            answer = _ask(port, path)
            with lock:
                answers[answer] += 1

    began = time.monotonic()
    threads = [threading.Thread(target=read, daemon=True) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, requests / (time.monotonic() - began)


def _ask(port: int, path: str) -> str:
    connection = HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return str(response.status)
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def report(port: int, median: Callable[[str, float], float], bare: str, seconds: float) -> list[str]:
    """Lines of the bench: the rate of each kept page as a share of the bare view's, and the burst."""
    floor = median(bare, seconds)
    lines = [
        f"{path:<36}{'nobody':<22}{floor / median(path, seconds):>10.2f} of the rate of a bare view" for path in PAGES
    ]
    answers, rate = burst(port, PAGES[0])
    wrong = {answer: count for answer, count in answers.items() if answer != "200"}
    lines.append(f"burst of {BURST}: {rate:.0f} a second, {sum(wrong.values())} errors {wrong or ''}".rstrip())
    return lines

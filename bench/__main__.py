"""`make bench`: each page beside the floor of the same server, as a ratio. Whole requests over HTTP, two gunicorn workers.

ARGS: `--seconds 3` for each page, `--full` for the demo's full size, `--only letters` for one
section. Ratios travel between machines, seconds do not.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from bench import batch, letters, public
from config.services import ensure

ROOT = Path(__file__).resolve().parents[1]
FLOOR, BARE = "/bench/floor/", "/bench/bare/"
PAGES = {
    "office-530102": ["/", "/rectification/tickets/", "/rectification/problems/", "/inspections/visits/", "/records/documents/",
                      "/supervision/schools/", "/records/inbox/"],
    "office-530100": ["/", "/rectification/tickets/", "/inspections/visits/"],
    "office-530000": ["/", "/rectification/tickets/", "/inspections/visits/", "/supervision/schools/"],
    "inspector-530102-1": ["/", "/inspections/visits/"],
    "school-530102-1": ["/", "/rectification/tickets/"],
}  # fmt: skip


class Person:
    """One signed-in connection that is kept open."""

    def __init__(self, port: int, username: str, password: str) -> None:
        self.http = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        if username:
            page = self.ask("GET", "/sign-in/login/")
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert token, "the sign-in page has no form"
            form = {"login": username, "password": password, "csrfmiddlewaretoken": token[1]}
            self.ask("POST", "/sign-in/login/", urlencode(form))
            assert "sessionid" in self.cookies, f"{username} could not sign in"

    def ask(self, method: str, path: str, body: str = "") -> str:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.http.request(method, path, body or None, headers)
        answer = self.http.getresponse()
        text = answer.read().decode(errors="ignore")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        if answer.status >= 400:
            raise SystemExit(f"{path}: HTTP {answer.status}")
        return text

    def median(self, path: str, seconds: float) -> float:
        """Milliseconds of a request, the median of as many as fit, after two to warm up."""
        times: list[float] = []
        for _ in range(2):
            self.ask("GET", path)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.perf_counter()
            self.ask("GET", path)
            times.append((time.perf_counter() - began) * 1000)
        return statistics.median(times)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(web: str) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--workers", "2", "--bind", f"127.0.0.1:{port}",
               "--log-level", "warning", "--no-control-socket"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": web})
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def manage(*words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--full", action="store_true")
    parser.add_argument(
        "--only", default="", choices=["", "letters", "batch", "public", "pages"], help="one section alone"
    )
    options = parser.parse_args()
    asked = [options.only] if options.only else ["letters", "batch", "public", "pages"]
    if "letters" in asked:
        letters.main()
    if asked == ["letters"]:
        return
    password = secrets.token_urlsafe(12) + "Aa1"
    os.environ.update(DJANGO_SETTINGS_MODULE="bench.settings", DUDAO_DEMO="1", DEMO_PASSWORD=password)
    services = ensure("own", throwaway=True)
    manage("migrate", "--verbosity", "0")
    manage("load_divisions")
    manage("seed_demo", *([] if options.full else ["--small"]))
    if "batch" in asked:
        batch.main(services.database_urls["sys"])
    with server(services.database_urls["web"]) as port:
        nobody = Person(port, "", "")
        if "public" in asked:
            print("\n".join(public.report(port, nobody.median, BARE, options.seconds)), flush=True)
        if "pages" in asked:
            pages(port, password, nobody.median(FLOOR, options.seconds), options.seconds)


def pages(port: int, password: str, floor: float, seconds: float) -> None:
    print(f"{'page':<36}{'as':<22}{'ratio to the floor':>20}")
    for username, paths in PAGES.items():
        person = Person(port, username, password)
        for path in paths:
            print(f"{path:<36}{username:<22}{person.median(path, seconds) / floor:>19.1f}×", flush=True)


if __name__ == "__main__":
    main()

"""`make bench`: each page and call beside the floor of the same server, as a ratio. Whole requests over HTTP, two workers.

SCALE=prefecture (default) takes minutes; SCALE=province is what docs/benchmarks.md keeps. ARGS: `--seconds 2` for each row,
`--only lists` for one section, `--write FILE` for the table as Markdown. With DATABASE_URL (an owner's) set, a database that
is loaded already is measured, and `--tenth URL` names the smaller one. Ratios travel between machines, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import api, batch, imports, letters, pages, profile, public, search, servers
from bench.measure import Person
from bench.table import Line, Table
from config.roles import role_url
from config.services import Services, ensure

OLDER = ("letters", "batch", "public")
SECTIONS = ("lists", "api", "pages", "search", "growth", "profile", "sweep", "exports", "imports")
TENTH = {"province": "prefecture", "prefecture": "county"}
MEMORY_MOST = 200
BARE = "/bench/bare/"


def main() -> None:
    options = _options()
    asked = [options.only] if options.only else list(SECTIONS)
    password = os.environ.setdefault("DEMO_PASSWORD", secrets.token_urlsafe(12) + "Aa1")
    os.environ.update(DJANGO_SETTINGS_MODULE="bench.settings", DUDAO_DEMO="1", PYTHONWARNINGS="ignore")
    if asked[0] in OLDER:
        _older(asked[0], password, options)
        return
    began = time.monotonic()
    print(f"{options.scale} scale on {servers.machine()}; load {os.getloadavg()[0]:.1f}", flush=True)
    owner, smaller = _databases(options, with_tenth="growth" in asked)
    table = Table()
    _measure(table, asked, owner, smaller, password, options.seconds)
    _tell(table, options, time.monotonic() - began)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="prefecture", choices=["county", "prefecture", "province"])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--full", action="store_true", help="the older sections: the demo in full")
    parser.add_argument("--only", default="", choices=["", *OLDER, *SECTIONS], help="one section alone")
    parser.add_argument("--tenth", default="", help="with DATABASE_URL: the database with a tenth of the rows")
    parser.add_argument("--write", type=Path, help="write the table as Markdown")
    return parser.parse_args()


def _databases(options: argparse.Namespace, *, with_tenth: bool) -> tuple[str, str]:
    """URLs of the owner: the scale's database, and one with a tenth of its rows ("" where none is asked for)."""
    if os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"], options.tenth
    services = ensure("own", throwaway=True)
    os.environ["MEDIA_ROOT"] = str(Path(services.folder or ".") / "media")
    owner = services.database_urls["own"]
    smaller = ""
    if with_tenth and options.scale in TENTH:
        smaller = f"{owner}_tenth"
        _create(owner, smaller)
        _load(smaller, TENTH[options.scale])
    _load(owner, options.scale)
    return owner, smaller


def _create(owner: str, url: str) -> None:
    import psycopg2

    connection = psycopg2.connect(owner)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{url.rsplit("/", 1)[1]}" OWNER own TEMPLATE "{owner.rsplit("/", 1)[1]}"')
    connection.close()


def _load(url: str, scale: str) -> None:
    began = time.monotonic()
    servers.manage("migrate", "--verbosity", "0", database=url)
    servers.manage("seed_demo", "--scale", scale, database=url)
    print(f"{scale} loaded in {time.monotonic() - began:.0f} s", flush=True)


def _measure(table: Table, asked: list[str], owner: str, smaller: str, password: str, seconds: float) -> None:
    found = pages.levels(_prepare(owner))
    if set(asked) & {"lists", "api", "pages", "search", "growth"}:
        _over_http(table, found, asked, owner, smaller, password, seconds)
    if "profile" in asked:
        _as_role(role_url(owner, "web"))
        profile.profile(table, found)
    worker = role_url(owner, "sys")
    if {"sweep", "exports"} & set(asked):
        _in_process(table, worker, asked)
    if "imports" in asked:
        _import(table, worker)


def _over_http(
    table: Table, found: list[pages.Level], asked: list[str], owner: str, smaller: str, password: str, seconds: float
) -> None:
    """Whole requests to gunicorn; at the end what its workers hold in memory."""
    with ExitStack() as stack:
        web = stack.enter_context(servers.web(role_url(owner, "web")))
        people = {level.name: Person(web.port, level.username, password) for level in found}
        _bare(table, people["county"], web.port, seconds)
        if "lists" in asked:
            pages.lists(table, people, found, seconds, kinds=pages.LISTS, word="HTML")
        if "api" in asked:
            pages.lists(table, people, found, seconds, kinds=pages.API, word="API")
            api.create(table, web.port, "office-530102", password, seconds)
        if "pages" in asked:
            pages.pages(table, people, found, seconds)
        if "search" in asked:
            search.search(table, people, found, seconds)
        if "growth" in asked and smaller:
            few = stack.enter_context(servers.web(role_url(smaller, "web")))
            less = {level.name: Person(few.port, level.username, password) for level in found}
            pages.growth(table, less, people, found, seconds)
            search.growth(table, less, people, found, seconds)
        table.add(
            Line("memory of the heaviest web worker", "after all of this", web.heaviest(), MEMORY_MOST, unit=" MiB")
        )


def _bare(table: Table, person: Person, port: int, seconds: float) -> None:
    """For information: what the floor itself costs, for somebody who is signed in and for nobody."""
    from bench.measure import alternately

    floor = "/bench/floor/tickets/county/530102/"
    nobody = Person(port)
    pair = alternately([lambda: nobody.ask(BARE)], [lambda: nobody.ask(floor)], seconds=seconds)
    table.add(
        Line(
            "floor over a view that does nothing",
            "nobody",
            pair.ratio,
            None,
            note=f"{pair.page:.1f} ms over {pair.floor:.1f} ms",
        )
    )
    pair = alternately([lambda: nobody.ask(floor)], [lambda: person.ask(floor)], seconds=seconds)
    table.add(
        Line(
            "floor signed in over nobody's",
            "county",
            pair.ratio,
            None,
            note=f"{pair.page:.1f} ms over {pair.floor:.1f} ms",
        )
    )


def _prepare(owner: str) -> int:
    """The floors' tables; returns the organization of the school that the bench signs in as."""
    os.environ["DATABASE_URL"] = owner
    import django

    django.setup()
    from django.db import connection

    from accounts.models import Membership
    from bench.floors import make_floors

    make_floors()
    found = Membership.objects.get(user__username="school-530102-1").organization_id
    connection.close()
    return int(found)


def _import(table: Table, url: str) -> None:
    """In a process of its own, whose memory is the worker's."""
    command = [sys.executable, "-m", "bench.imports"]
    output = subprocess.run(
        command, env={**os.environ, "DATABASE_URL": url}, check=True, capture_output=True, text=True
    )
    found = json.loads(output.stdout.splitlines()[-1])
    work = f"import of {found['rows']:.0f} units"
    table.add(Line(work, "province", found["seconds"], imports.MOST_SECONDS, unit=" s"))
    table.add(Line(work, "memory of the worker", found["mib"], imports.MOST_MEMORY, unit=" MiB"))


def _as_role(url: str) -> None:
    """From here on this process is connected as the role of `url`."""
    from django.conf import settings
    from django.db import connection

    from config.settings.base import database

    connection.close()
    settings.DATABASES["default"] = connection.settings_dict = {**connection.settings_dict, **database(url)}


def _in_process(table: Table, url: str, asked: list[str]) -> None:
    """What runs in the background, as the background role, in this process."""
    from bench import exports, sweep

    _as_role(url)
    if "sweep" in asked:
        sweep.sweep(table)
    if "exports" in asked:
        ratio = exports.main(_province())
        table.add(Line(f"Excel of {exports.LINES} tickets", "province", ratio, exports.MOST))


def _province() -> Any:
    from accounts.identities import actor_for, identities_of
    from accounts.models import User
    from accounts.scope import scope

    with scope(None):
        user = User.objects.get(username=imports.OFFICE)
        return actor_for(identities_of(user.pk)[0], user_id=user.pk, display_name=str(user))


def _tell(table: Table, options: argparse.Namespace, seconds: float) -> None:
    missed = table.missed
    print(f"\n{len(table.lines)} rows in {seconds / 60:.0f} minutes, {len(missed)} beyond their target.", flush=True)
    if options.write:
        options.write.write_text(table.markdown() + "\n", encoding="utf-8")


def _older(section: str, password: str, options: argparse.Namespace) -> None:
    """Letters, batches and the public site: on the demo."""
    if section == "letters":
        letters.main()
        return
    services: Services = ensure("own", throwaway=True)
    servers.manage("migrate", "--verbosity", "0")
    servers.manage("load_divisions")
    servers.manage("seed_demo", *([] if options.full else ["--small"]))
    if section == "batch":
        batch.main(services.database_urls["sys"])
        return
    with servers.web(services.database_urls["web"]) as web:
        print("\n".join(public.report(web.port, _median(Person(web.port)), BARE, options.seconds)), flush=True)


def _median(person: Person):  # type: ignore[no-untyped-def]
    from bench.measure import alternately

    return lambda path, seconds: (
        alternately([lambda: person.ask(path)], [lambda: person.ask(path)], seconds=seconds).page
    )


if __name__ == "__main__":
    sys.exit(main())

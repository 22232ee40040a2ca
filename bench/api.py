"""A ticket opened by a program with a token, over a bare view that writes one row."""

from __future__ import annotations

import json

from bench.measure import Person, alternately
from bench.table import Line, Table

MOST = 6
TICKETS = 160  # more than the seconds of a row can use
INSERT = "/bench/floor-insert/"
JSON = "application/json"


def create(table: Table, port: int, username: str, password: str, seconds: float) -> None:
    """Each ticket takes a problem of its own, registered before the clock runs."""
    program = Person(port)
    body = json.dumps({"username": username, "password": password, "name": "bench"})
    program.headers["Authorization"] = f"Bearer {_post(program, '/api/v1/auth/token/', body)['token']}"
    school = json.loads(program.ask("/api/v1/schools/?page_size=1&fields=name"))["results"][0]["id"]
    today = _today(program)
    problems = [_problem(program, school, today) for _ in range(TICKETS)]

    def ticket() -> None:
        _post(
            program,
            "/api/v1/tickets/",
            json.dumps({"problems": [problems.pop()], "title": "屋面漏水", "demand": "限期修好。"}),
        )

    pair = alternately([lambda: program.ask(INSERT)], [ticket], seconds=min(seconds, 2))
    note = f"{pair.page:.1f} ms over {pair.floor:.1f} ms"
    table.add(Line("create a ticket by API", "county", pair.ratio, MOST, note=note))


def _problem(program: Person, school: int, today: str) -> int:
    body = {
        "subject_org": school,
        "title": "屋面漏水",
        "description": "三楼走廊。",
        "severity": "general",
        "found_on": today,
    }
    return int(_post(program, "/api/v1/problems/", json.dumps(body))["id"])


def _today(program: Person) -> str:
    """The server's own: of the last problem that it knows, which is never later."""
    found = json.loads(program.ask("/api/v1/problems/?page_size=1&fields=found_on"))["results"]
    return str(found[0]["found_on"])


def _post(program: Person, path: str, body: str) -> dict[str, str]:
    return dict(json.loads(program.ask(path, body, kind=JSON)))

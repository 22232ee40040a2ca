"""The embedded servers, in processes and folders of their own: what a kill, a reboot, a second start do."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from config import servers
from config.processes import alive, end, free_port, open_folder, reachable, server_account
from config.roles import prepare, role_url
from config.services import ROOT
from manage import is_serverless, role_of

# Starts the servers, says where they are, waits for a line or the end of its input, then exits.
PROGRAM = """
import json, os, sys
from pathlib import Path
from config.services import ensure
found = ensure("web", data=Path(sys.argv[1]))
names = ["DATABASE_URL", "DATABASE_URL_OWN", "DATABASE_URL_WEB", "DATABASE_URL_SYS", "REDIS_URL"]
servers = {"postgres": found.postgres.pid, "redis": found.redis.pid}
print(json.dumps({name: os.environ[name] for name in names} | servers), flush=True)
sys.stdin.readline()
"""
OURS = ("DATABASE_URL", "DATABASE_URL_OWN", "DATABASE_URL_WEB", "DATABASE_URL_SYS", "REDIS_URL")


@dataclass
class Program:
    process: subprocess.Popen[str]
    found: dict[str, Any]

    def rows(self, statement: str, role: str = "OWN") -> list[tuple[Any, ...]]:
        return rows(self.found[f"DATABASE_URL_{role}"], statement)

    def finish(self) -> int:
        self.process.communicate("\n", timeout=30)
        return self.process.returncode


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def launch(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in OURS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait(process: subprocess.Popen[str]) -> Program:
    assert process.stdout is not None
    return Program(process, json.loads(process.stdout.readline()))


def start(folder: Path) -> Program:
    return wait(launch(folder))


def gone(*pids: int, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    return not any(alive(pid) for pid in pids)


@contextmanager
def data_folder(purpose: str) -> Iterator[Path]:
    """A data folder that the database's account can reach; servers still on it at the end are killed."""
    base = open_folder(f"{purpose} {os.getpid()}", server_account())
    try:
        yield base
    finally:
        for name in ("postgres", "redis"):
            with suppress(OSError, ValueError, KeyError):
                os.kill(json.loads((base / "services.json").read_text())[name]["pid"], signal.SIGKILL)
        shutil.rmtree(base)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One folder for all that need no first start: making a cluster takes longer than starting it."""
    with data_folder("tests of the services") as base:
        yield base


@pytest.fixture
def new_folder() -> Iterator[Path]:
    with data_folder("first start") as base:
        yield base


def test_first_start_makes_roles_that_cannot_climb(new_folder: Path) -> None:
    program = start(new_folder)
    assert program.found["DATABASE_URL"] == program.found["DATABASE_URL_WEB"]
    assert program.rows("SELECT current_user, current_setting('timezone')", "WEB") == [("web", "UTC")]
    privileges = "SELECT rolname FROM pg_roles WHERE rolname IN ('own', 'web', 'sys') AND (rolsuper OR rolbypassrls)"
    assert program.rows(privileges) == []
    for role in ("WEB", "SYS"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            program.rows("SET ROLE own", role)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            program.rows("CREATE TABLE public.intruder (id int)", role)
    assert program.rows("SELECT cardinality(show_trgm('昆明'))", "WEB") == [(3,)]
    anonymous = role_url(program.found["DATABASE_URL_OWN"], "postgres", "")
    with pytest.raises(psycopg2.OperationalError):
        rows(anonymous, "SELECT 1")
    pids = program.found["postgres"], program.found["redis"]
    assert program.finish() == 0
    assert gone(*pids, seconds=0), "the exit handler returns before the servers have ended"


def test_second_program_uses_the_first_ones_servers_and_leaves_them(folder: Path) -> None:
    first, second = start(folder), start(folder)
    assert second.found == first.found
    assert second.finish() == 0
    assert first.rows("SELECT 1") == [(1,)]
    with redis.Redis.from_url(first.found["REDIS_URL"]) as client:
        assert client.ping()
    assert first.finish() == 0


def test_two_programs_at_once_start_one_server(new_folder: Path) -> None:
    both = [launch(new_folder), launch(new_folder)]
    first, second = [wait(process) for process in both]
    assert first.found == second.found
    for program in (first, second):
        program.process.communicate("\n", timeout=30)
    assert gone(first.found["postgres"], first.found["redis"])


def test_killed_servers_keep_what_was_committed(folder: Path) -> None:
    program = start(folder)
    program.rows("CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.Redis.from_url(program.found["REDIS_URL"]) as client:
        client.set("kept", "42")
    for name in ("postgres", "redis"):
        os.kill(program.found[name], signal.SIGKILL)
    program.process.kill()
    program.process.communicate()
    again = start(folder)
    assert again.rows("SELECT answer FROM kept") == [(42,)]
    with redis.Redis.from_url(again.found["REDIS_URL"]) as client:
        assert client.get("kept") == b"42"
    assert again.finish() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_servers_end_with_a_killed_program(folder: Path, number: signal.Signals) -> None:
    program = start(folder)
    program.process.send_signal(number)
    program.process.communicate(timeout=30)
    assert gone(program.found["postgres"], program.found["redis"])


def test_a_pid_file_whose_number_is_somebody_elses_is_no_obstacle(folder: Path) -> None:
    program = start(folder)
    program.rows("CREATE TABLE spared AS SELECT 42 AS answer")
    stale = folder / "postgres" / "postmaster.pid"
    text = stale.read_text().splitlines()
    assert program.finish() == 0
    with subprocess.Popen(["sleep", "60"], **as_the_server()) as stranger:  # after a reboot the number is anybody's
        stale.write_text("\n".join([str(stranger.pid), *text[1:]]) + "\n")
        (folder / "redis" / "redis.pid").write_text(f"{stranger.pid}\n")
        again = start(folder)
        assert again.rows("SELECT answer FROM spared") == [(42,)]
        assert again.finish() == 0
        assert stranger.poll() is None, "the stranger was taken for our server"
        stranger.kill()


def as_the_server() -> dict[str, Any]:
    account = server_account()
    return {"user": account[0], "group": account[1]} if account else {}


def test_a_port_taken_at_the_last_moment_is_passed_over(new_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = server_account()
    binaries = servers.programs(account)
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken, free = squatter.getsockname()[1], free_port()
        for kind, program, place in (
            (servers.start_postgres, binaries.postgres, new_folder / "postgres"),
            (servers.start_redis, binaries.redis, new_folder / "redis"),
        ):
            monkeypatch.setattr(servers, "free_port", iter([taken, free]).__next__)
            log = new_folder / "logs" / f"{place.name}.log"
            server = kind(program, place, account=account, password="p", log=log, throwaway=True)
            assert server.port == free
            end(server.pid, signal.SIGTERM, signal.SIGKILL, server.child)


class Slow(subprocess.Popen[bytes]):
    """Dead the moment after it was asked."""

    asked = 0

    def poll(self) -> int | None:
        self.asked += 1
        if self.asked > 1:
            return super().poll()
        while alive(self.pid):
            time.sleep(0.01)
        return None


def test_a_child_that_was_ended_is_reaped() -> None:
    child = Slow(["sleep", "60"])
    end(child.pid, signal.SIGTERM, signal.SIGKILL, child)
    assert child.returncode == -signal.SIGTERM
    assert not Path(f"/proc/{child.pid}").exists()


def test_a_closed_folder_is_out_of_the_accounts_reach(tmp_path: Path) -> None:
    stranger = (os.getuid() + 54_321, os.getgid() + 54_321)
    closed = tmp_path / "closed"
    (closed / "data").mkdir(parents=True)
    closed.chmod(0o700)
    assert not reachable(closed / "data", stranger)
    assert reachable(closed / "data", None)
    assert reachable(open_folder("reach", stranger), stranger)


def test_a_superusers_address_from_outside_becomes_the_roles(folder: Path) -> None:
    program = start(folder)
    password = (folder / "password").read_text()
    outside = role_url(program.found["DATABASE_URL"], "postgres", password).replace("/dudao", "/elsewhere")
    prepare(outside, password=password, tests=False)  # makes the database too
    script = "import os; from config.services import ensure; ensure('sys'); print(os.environ['DATABASE_URL'])"
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {"DATABASE_URL": outside, "REDIS_URL": program.found["REDIS_URL"]}
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert rows(answer.stdout.strip(), "SELECT current_user, current_database()") == [("sys", "elsewhere")]
    assert program.finish() == 0


@pytest.mark.parametrize(
    ("command", "role"),
    [("migrate", "own"), ("seed_demo", "own"), ("sweep_deadlines", "sys"), ("runserver", "web")],
)
def test_each_command_connects_as_its_role(command: str, role: str) -> None:
    assert role_of(command) == role


def test_only_commands_without_rows_go_without_servers() -> None:
    assert is_serverless(["manage.py", "check"])
    assert is_serverless(["manage.py", "makemigrations", "--check"])
    assert is_serverless(["manage.py", "migrate", "--help"])
    assert not is_serverless(["manage.py", "makemigrations"])
    assert not is_serverless(["manage.py", "check", "--database", "default"])
    assert not is_serverless(["manage.py", "sweep_deadlines"])


def test_root_gives_the_servers_an_account_without_rights() -> None:
    account = server_account()
    if os.geteuid() == 0:
        assert account == (pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    else:
        assert account is None

"""`make demo`: servers, web, worker and scheduler of one machine in the foreground. Ctrl-C ends them all."""

import fcntl
import hashlib
import http.client
import os
import re
import secrets
import signal
import socket
import string
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psycopg2
from psycopg2 import sql

from config.processes import ServiceError, end_group, spawn, tail
from config.services import ROOT, Services, data_folder, ensure

CHILD_STOP_SECONDS = 15
READY_SECONDS = 120
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PROBLEM = re.compile(rb"\b(ERROR|CRITICAL|Traceback)\b|^\w*(Error|Exception)\b")


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


class Child:
    """One long-running part of the demo, with its log; new problems in it are repeated on the terminal."""

    def __init__(self, name: str, argv: list[str], log: Path, environment: dict[str, str]) -> None:
        self.name, self.log = name, log
        self._read = log.stat().st_size if log.exists() else 0
        self.process = spawn([sys.executable, "-m", *argv], log=log, environment=environment, folder=ROOT)

    def show_problems(self) -> None:
        with suppress(OSError), self.log.open("rb") as lines:
            lines.seek(self._read)
            new = lines.read().rpartition(b"\n")
            self._read += len(new[0]) + len(new[1])
            for line in filter(PROBLEM.search, new[0].splitlines()):
                say(f"[{self.name}] {line.decode(errors='replace')[:300]}   (more in {self.log})")

    def stop(self) -> None:
        end_group(self.process, signal.SIGTERM, seconds=CHILD_STOP_SECONDS)


class Demo:
    """Everything that runs, so that it can be ended in the opposite order of its start."""

    def __init__(self, data: Path, host: str, port: int) -> None:
        self.data, self.host, self.port = data, host, port
        self.services: Services | None = None
        self.database_urls: dict[str, str] = {}
        self.children: list[Child] = []
        self.password = demo_password(data)

    def environment(self, role: str) -> dict[str, str]:
        own = {"DATABASE_URL": self.database_urls[role], "PYTHONUNBUFFERED": "1", "DUDAO_DEMO": "1"}
        own |= {
            "DEMO_PASSWORD": self.password,
            "PORT": str(self.port),
            "STATIC_ROOT": str(static_root(self.data)),
        }
        return os.environ | own

    def run(self) -> None:
        began = time.monotonic()
        self.services = ensure("web")
        self.database_urls = self.services.database_urls
        self.prepare()
        self.start()
        self.wait_ready()
        took = time.monotonic() - began
        say(f"\nReady after {took:.0f} s: http://{self.host}:{self.port}/   Ctrl-C ends the demo.")
        if any(ROOT.glob("*/management/commands/demo_accounts.py")):
            self.manage("demo_accounts", role="own")
        say(f"Password of every demo account (DEMO_PASSWORD): {self.password}")
        while True:
            self.check_children()
            time.sleep(0.5)

    def prepare(self) -> None:
        self.manage("migrate", "--noinput", "--verbosity=0", role="own")
        mark, own_url = seed_mark(self.password), self.database_urls["own"]
        if read_mark(own_url) != mark:
            say("First start: the divisions and the demo's people and work are loaded, about a minute …")
            self.manage("load_divisions", role="own")
            self.manage("seed_demo", role="own")
            write_mark(own_url, mark)
        stamp, print_ = self.data / "static.stamp", static_fingerprint()
        if not (stamp.exists() and stamp.read_text() == print_ and static_root(self.data).is_dir()):
            self.manage("collectstatic", "--noinput", "--clear", "--verbosity=0", role="web")
            stamp.write_text(print_)

    def manage(self, *arguments: str, role: str) -> None:
        """One manage.py command to its end, output on our terminal; ServiceError when it fails."""
        process = spawn(
            [sys.executable, "manage.py", *arguments],
            log=None,
            environment=self.environment(role),
            folder=ROOT,
        )
        try:
            code = process.wait()
        except Stopped:
            end_group(process, signal.SIGTERM, seconds=CHILD_STOP_SECONDS)
            raise
        if code != 0:
            raise ServiceError(f"manage.py {arguments[0]} failed ({code}); what it says stands above")

    def start(self) -> None:
        web = [
            "gunicorn",
            "config.wsgi:application",
            f"--bind={self.host}:{self.port}",
            "--workers=2",
            "--threads=4",
        ]
        web += ["--no-control-socket", "--access-logfile=-", "--timeout=60"]
        celery = ["celery", "-A", "config.celery"]
        worker = [
            *celery,
            "worker",
            "--concurrency=2",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        ]
        beat = [*celery, "beat", "--loglevel=INFO", f"--schedule={self.data / 'beat-schedule'}", "--pidfile="]
        for name, argv, role in (("web", web, "web"), ("worker", worker, "sys"), ("beat", beat, "sys")):
            self.children.append(Child(name, argv, self.data / "logs" / f"{name}.log", self.environment(role)))

    def wait_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not healthy(self.host, self.port):
            self.check_children()
            if time.monotonic() > until:
                raise ServiceError(f"/healthz does not answer 200 after {READY_SECONDS} s, see {self.data / 'logs'}")
            time.sleep(0.2)

    def check_children(self) -> None:
        """Repeat problems; ServiceError when a part has ended, for half a demo misleads."""
        for child in self.children:
            child.show_problems()
            if child.process.poll() is not None:
                code = child.process.returncode
                raise ServiceError(f"{child.name} has ended ({code}), so everything stops:\n{tail(child.log)}")
        if self.services is not None and not self.services.running():
            raise ServiceError(f"PostgreSQL or Redis has ended, so everything stops; see {self.data / 'logs'}")

    def stop(self) -> None:
        """Web first (no new work), then scheduler and worker, the servers last."""
        _ignore_signals()
        for name in ("web", "beat", "worker"):
            for child in self.children:
                if child.name == name:
                    child.stop()
        if self.services is not None:
            self.services.stop()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host if host != "0.0.0.0" else "127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def demo_password(data: Path) -> str:
    """DEMO_PASSWORD, or one made at the first start and kept where only its owner reads it."""
    if given := os.environ.get("DEMO_PASSWORD"):
        return given
    path = data / "demo-password"
    if not path.exists():
        letters = (string.ascii_lowercase + string.digits).translate(str.maketrans("", "", "0o1l"))
        groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)]
        path.touch(mode=0o600)
        path.write_text(f"Dd{secrets.randbelow(8) + 2}-" + "-".join(groups))  # every class that the rules ask for
    return path.read_text().strip()


def seed_mark(password: str) -> str:
    """What the demo data were made from; kept in the database itself, so it is right wherever that is."""
    return "demo " + hashlib.scrypt(password.encode(), salt=b"dudao demo", n=4096, r=8, p=1).hex()[:32]


def read_mark(url: str) -> str:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        row = cursor.fetchone()
    connection.close()
    return str(row[0]) if row and row[0] else ""


def write_mark(url: str, mark: str) -> None:
    connection = psycopg2.connect(url)
    with suppress(psycopg2.errors.InsufficientPrivilege), connection, connection.cursor() as cursor:
        name = sql.Identifier(connection.info.dbname)
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(mark)))
    connection.close()


def static_root(data: Path) -> Path:
    return Path(os.environ.get("STATIC_ROOT") or data / "static")


def static_fingerprint() -> str:
    """Changes when a file that collectstatic copies, or a package that ships some, changes."""
    digest = hashlib.sha256()
    for pattern in ("static/**/*", "*/static/**/*", "requirements/base.txt", "config/settings/*.py"):
        for path in sorted(p for p in ROOT.glob(pattern) if p.is_file() and ".venv" not in p.parts):
            stat = path.stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def only_demo(data: Path) -> Iterator[None]:
    """Refuse a second demo on the same data: two schedulers would send everything twice."""
    with (data / "demo.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServiceError(f"The demo on {data} is running already; DUDAO_DATA=… names another folder") from error
        yield


def check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            hint = f"Stop what uses it, or choose another: make demo PORT={port + 1}"
            raise ServiceError(f"Port {port} of {host} cannot be used ({error.strerror}). {hint}") from error


def _stop_on_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    for number in STOP_SIGNALS:
        signal.signal(number, stop)


def _ignore_signals() -> None:
    """The orderly stop is on its way and has its own time limits: a second Ctrl-C must not cut it in half."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    data, host = data_folder(), os.environ.get("DUDAO_HOST", "127.0.0.1")
    demo = Demo(data, host, int(os.environ.get("PORT", "8000")))
    _stop_on_signals()
    try:
        with only_demo(data):
            try:
                check_port(demo.host, demo.port)
                demo.run()
            finally:
                demo.stop()
    except Stopped:
        say("\nThe demo has ended; its data stay.")
        return 0
    except ServiceError as error:
        say(f"\n{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

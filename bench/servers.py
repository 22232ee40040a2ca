"""gunicorn with two workers on a database, and what its workers hold in memory."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2


@dataclass(frozen=True)
class Web:
    port: int
    pid: int

    def heaviest(self) -> float:
        """MiB resident, shared pages counted in full: what `ps` shows."""
        return max(kilobytes(pid, "status", "VmRSS:") for pid in _children(self.pid)) / 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kilobytes(pid: int, file: str, name: str) -> float:
    """A line of /proc/<pid>/<file>."""
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(database: str) -> Iterator[Web]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}",
               "--log-level", "warning", "--no-control-socket", "--timeout", "120"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": database})
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def manage(*words: str, database: str = "") -> None:
    env = {**os.environ, **({"DATABASE_URL": database} if database else {})}
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=env)


def machine() -> str:
    """One line on what it ran on."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "?",
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024**2
    return f"{os.cpu_count()} cores ({cpu}), {memory} GiB, {platform.system()} {platform.release()}, Python {platform.python_version()}"

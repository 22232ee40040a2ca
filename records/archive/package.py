"""The ZIP of a file: every original, the bound PDF, the catalogue, and SHA256SUMS that `sha256sum -c` verifies.

The same file gives the same bytes: entries stand in a fixed order and carry the date of the closing.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

SUMS = "SHA256SUMS"
BOUND = "合订本.pdf"
CSV, EXCEL = "卷内目录.csv", "卷内目录.xlsx"
CHUNK = 256 * 1024
# Compressed already: to try again only costs time.
STORED = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".mp4", ".mov", ".m4v", ".pdf", ".docx", ".xlsx", ".pptx")
EARLIEST = (1980, 1, 1, 0, 0, 0)


class Damaged(Exception):
    """Stored bytes that are gone or are not what the catalogue says."""


@dataclass(frozen=True)
class Entry:
    """One file in the ZIP. `sha256`: what the bytes must have, "" where they were made just now."""

    name: str
    opened: Callable[[], IO[bytes]]
    sha256: str = ""


def pack(
    out: IO[bytes], folder: str, entries: Iterable[Entry], *, at: datetime, step: Callable[[], None] = lambda: None
) -> None:
    """Write the ZIP: everything under one `folder`, SHA256SUMS last, its names relative to the folder."""
    sums = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for entry in entries:
            found = _add(archive, f"{folder}/{entry.name}", entry.opened, at)
            if entry.sha256 and found != entry.sha256:
                raise Damaged(entry.name)
            sums.append(f"{found}  {entry.name}\n")
            step()
        archive.writestr(_info(f"{folder}/{SUMS}", at), "".join(sums).encode())


def _add(archive: zipfile.ZipFile, name: str, opened: Callable[[], IO[bytes]], at: datetime) -> str:
    digest = hashlib.sha256()
    with opened() as source, archive.open(_info(name, at), "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, max(EARLIEST, at.timetuple()[:6]))
    info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(STORED) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.create_system = 3
    return info

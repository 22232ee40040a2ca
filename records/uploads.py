"""What an uploaded file really is: typed by content, checked for harm, its name made safe. No database, no storage."""

from __future__ import annotations

import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import pillow_heif
import puremagic
from django.conf import settings
from django.core.files.base import File
from PIL import Image, UnidentifiedImageError

from records import clock
from records.filetypes import TAKEN, TYPES

pillow_heif.register_heif_opener()
# Pillow warns where a picture unpacks to more than this; here that is an error, for every thread.
Image.MAX_IMAGE_PIXELS = settings.UPLOAD_MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

LONGEST_NAME = 200
HEAD = 4096
# An .xlsx of a whole province's pupils unpacks to less; a bomb to far more.
OOXML_LARGEST = 400 * 1024 * 1024
OOXML_RATIO = 200
OOXML_ENTRIES = 20_000
CONTENT_TYPES_LARGEST = 2 * 1024 * 1024


class UploadRefused(ValueError):
    """The file cannot be taken; the text says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Inspected:
    """A file that may be taken. `taken_at` and the position come from the camera, where it wrote them."""

    name: str
    mime: str
    category: str
    size: int
    taken_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None


def inspect(upload: File[bytes]) -> Inspected:
    """Check an upload by its content; UploadRefused otherwise. Leaves the file at its beginning."""
    name = clean_name(upload.name or "")
    size = upload.size or 0
    if size == 0:
        raise UploadRefused(f"“{name}”是空文件，请检查后重新选择。")
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise UploadRefused(f"“{name}”有{size / 1024 / 1024:.1f} MB，超过{limit} MB的上限，请压缩或分开后再传。")
    kind = TYPES[_kind_of(upload, name)]
    camera = _check_picture(upload, name) if kind.category == "photo" else Camera()
    upload.seek(0)
    return Inspected(name, kind.mime, kind.category, size, camera.taken_at, camera.longitude, camera.latitude)


# --- names ---------------------------------------------------------------------------------------------------------


def clean_name(raw: str) -> str:
    """The last part of the path, without control and direction characters; at most 200 letters, the extension kept."""
    last = unicodedata.normalize("NFC", raw).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*]', "_", " ".join(kept.split())).strip(". ")
    if not name:
        return "未命名"
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"


def extension_of(name: str) -> str:
    return PurePosixPath(name).suffix.lstrip(".").lower()


# --- types -----------------------------------------------------------------------------------------------------------


def _kind_of(upload: File[bytes], name: str) -> str:
    """The key of TYPES; the extension must agree with the content."""
    extension = extension_of(name)
    upload.seek(0)
    head = upload.read(HEAD)
    kind = _by_signature(head) or _by_container(upload, head, name) or _by_text(upload, head, extension)
    if not kind:
        raise UploadRefused(f"“{name}”{_what_it_is(head)}不能上传。{TAKEN}。")
    if extension not in TYPES[kind].extensions:
        wanted = "或".join(f".{e}" for e in TYPES[kind].extensions)
        shown = f"扩展名却是“.{extension}”" if extension else "却没有扩展名"
        raise UploadRefused(
            f"“{name}”的内容是{TYPES[kind].label}，{shown}。请确认没有选错文件，或把扩展名改为{wanted}后再传。"
        )
    return kind


def _what_it_is(head: bytes) -> str:
    """For the refusal: （实际类型 .exe）, where the library knows the content."""
    try:
        found = str(puremagic.from_string(head)).lstrip(".")
    except (puremagic.PureError, ValueError):
        found = ""
    return f"（实际类型为 {found}）" if found else "的类型无法识别，"


def _by_signature(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"%PDF-"):
        return "pdf"
    return _by_brand(head)


HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"dash",
    b"M4V ",
    b"M4VP",
    b"MSNV",
}


def _by_brand(head: bytes) -> str:
    """ISO media files say what they are in their first box."""
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov"
    if head[4:8] != b"ftyp":
        return ""
    brand = head[8:12]
    if brand in HEIF_BRANDS:
        return "heic"
    return "mov" if brand == b"qt  " else "mp4" if brand in MP4_BRANDS else ""


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}


def _by_container(upload: File[bytes], head: bytes, name: str) -> str:
    if head.startswith(OLE):
        return _of_ole(upload, name)
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(upload, name)
    return ""


def _of_ole(upload: File[bytes], name: str) -> str:
    """Old Office files: their directory names the main stream. With a password everything is in one hidden stream."""
    streams = _directory_names(upload.chunks())
    if "EncryptedPackage" in streams:
        raise UploadRefused(f"“{name}”设有打开密码，无法查看。请去掉密码后再传。")
    return next((kind for stream, kind in OLE_STREAMS.items() if stream in streams), "")


def _directory_names(chunks: Iterable[bytes]) -> set[str]:
    wanted = {stream: f"{stream}\0".encode("utf-16-le") for stream in (*OLE_STREAMS, "EncryptedPackage")}
    longest = max(map(len, wanted.values()))
    found: set[str] = set()
    rest = b""
    for chunk in chunks:
        window = rest + chunk
        found |= {stream for stream, mark in wanted.items() if mark in window}
        rest = window[-longest:]
    return found


MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}


def _of_zip(upload: File[bytes], name: str) -> str:
    """Office files since 2007 are zip archives with a list of types; every other archive is refused."""
    broken = UploadRefused(f"“{name}”已损坏，无法打开。请用原来的软件另存一份再传。")
    try:
        with zipfile.ZipFile(upload) as archive:
            entries = archive.infolist()
            _refuse_bomb(entries, name, upload.size or 0)
            parts = next((e for e in entries if e.filename == "[Content_Types].xml"), None)
            if parts is None or parts.file_size > CONTENT_TYPES_LARGEST:
                return ""
            listed = archive.read(parts)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise broken from error
    return next((kind for mark, kind in MAIN_PARTS.items() if mark in listed), "")


def _refuse_bomb(entries: list[zipfile.ZipInfo], name: str, size: int) -> None:
    """What the archive says of itself; that it says the truth is checked where a part is read."""
    unpacked = sum(entry.file_size for entry in entries)
    overlapping = sum(entry.compress_size for entry in entries) > size
    if len(entries) > OOXML_ENTRIES or unpacked > OOXML_LARGEST or unpacked > size * OOXML_RATIO or overlapping:
        raise UploadRefused(f"“{name}”解压后过大，不能上传。请减少内容或分成几个文件。")


MARKUP = re.compile(r"\s*<(!doctype|html|head|body|script|svg|\?xml|iframe)", re.IGNORECASE)


def _by_text(upload: File[bytes], head: bytes, extension: str) -> str:
    """Text has no signature: the extension decides, and the content must be nothing but text."""
    if extension not in ("txt", "csv"):
        return ""
    upload.seek(0)
    content = upload.read()
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for attempt in (encoding, "gb18030"):
        try:
            text = content.decode(attempt)
        except UnicodeDecodeError:
            continue
        return "" if "\0" in text or MARKUP.match(text) else extension
    return ""


# --- pictures --------------------------------------------------------------------------------------------------------

DATE_TAKEN, OFFSET_TAKEN, DATE = 36867, 36881, 306
EXIF_PART, GPS_PART = 0x8769, 0x8825
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, UnidentifiedImageError)


@dataclass(frozen=True)
class Camera:
    """What a camera wrote into the picture."""

    taken_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None


def _check_picture(upload: File[bytes], name: str) -> Camera:
    """Decode the whole picture once: half a picture is no evidence."""
    try:
        upload.seek(0)
        with Image.open(upload, formats=FORMATS) as picture:
            picture.verify()
        upload.seek(0)
        with Image.open(upload, formats=FORMATS) as picture:
            # A JPEG is decoded at an eighth: all its data are read, a sixty-fourth of the memory is used.
            picture.draft("RGB", (picture.width // 8, picture.height // 8))
            picture.load()
            return _camera(picture.getexif())
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        millions = settings.UPLOAD_MAX_PIXELS // 1_000_000
        raise UploadRefused(f"“{name}”的像素超过{millions}百万，不能上传。请缩小后再传。") from error
    except UNREADABLE as error:
        raise UploadRefused(f"“{name}”已损坏，无法显示。请重新拍摄或重新导出后再传。") from error


def _camera(exif: Any) -> Camera:
    details = exif.get_ifd(EXIF_PART)
    taken = _moment(details.get(DATE_TAKEN) or exif.get(DATE), details.get(OFFSET_TAKEN))
    longitude, latitude = _position(exif.get_ifd(GPS_PART))
    return Camera(taken, longitude, latitude)


def _moment(written: object, offset: object) -> datetime | None:
    """A camera without an offset stands on Chinese time (Asia/Shanghai); years that cannot be are no date."""
    text = f"{written}".strip("\0 ")
    zone = f"{offset}".strip("\0 ") if offset else ""
    try:
        moment = datetime.strptime(f"{text}{zone}", "%Y:%m:%d %H:%M:%S%z") if zone else None
    except ValueError:
        moment = None
    try:
        moment = moment or datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=clock.TZ)
    except ValueError:
        return None
    return moment if 2000 <= moment.year <= clock.today().year + 1 else None


def _position(gps: Any) -> tuple[float | None, float | None]:
    try:
        latitude, longitude = _degrees(gps[2], gps.get(1, "N")), _degrees(gps[4], gps.get(3, "E"))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None, None
    inside = -90 <= latitude <= 90 and -180 <= longitude <= 180 and (latitude, longitude) != (0, 0)
    return (longitude, latitude) if inside else (None, None)


def _degrees(parts: Any, side: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if value != value:  # 0/0 in the file is not a number
        raise ValueError("no position")
    return -value if side in ("S", "W") else value

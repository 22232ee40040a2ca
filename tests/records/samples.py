"""Files and papers that the tests of this room send and draft."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

CONTENT = {
    "issuer_mark": "昆明市五华区人民政府教育督导委员会办公室文件", "recipient": "五华区第一小学",
    "paragraphs": [{"text": "请于收到之日起二十日内完成整改。", "level": 0}], "signature": "五华区人民政府教育督导委员会办公室",
}  # fmt: skip


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#336699").save(out, kind, **save)
    return out.getvalue()


def camera_picture(kind: str = "JPEG", offset: str = "") -> bytes:
    exif = Image.Exif()
    details = {36867: "2026:11:20 09:40:00"} | ({36881: offset} if offset else {})
    exif[0x8769] = details  # type: ignore[assignment]
    exif[0x8825] = {1: "N", 2: (25.0, 2.0, 24.0), 3: "E", 4: (102.0, 42.0, 36.0)}  # type: ignore[assignment]
    return picture(kind, exif=exif.tobytes())


def ooxml(part: str = "wordprocessingml.document.main+xml", **more: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="application/vnd.x.{part}"/></Types>')
        for name, content in more.items():
            archive.writestr(name, content)
    return out.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + f"{stream}\0".encode("utf-16-le") + bytes(600)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)

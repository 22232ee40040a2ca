"""What an uploaded file really is: what is taken, what is refused and with which sentence."""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any

import pytest
from PIL import Image

from records import clock
from records.uploads import UploadRefused, clean_name, inspect
from tests.records.samples import camera_picture, ole, ooxml, picture, upload

FTYP = b"\x00\x00\x00\x18ftyp"
GOOD = {
    "a.jpg": picture(), "a.png": picture("PNG"), "a.webp": picture("WEBP"), "a.heic": picture("HEIF"),
    "a.mp4": FTYP + b"isom" + bytes(40), "a.MOV": FTYP + b"qt  " + bytes(40), "a.pdf": b"%PDF-1.7\n%%EOF",
    "a.doc": ole("WordDocument"), "a.xls": ole("Workbook"), "a.ppt": ole("PowerPoint Document"), "a.docx": ooxml(),
    "a.xlsx": ooxml("spreadsheetml.sheet.main+xml"), "a.pptx": ooxml("presentationml.presentation.main+xml"),
    "a.txt": "情况说明".encode(), "a.csv": "学校,人数\n一小,600".encode("gb18030"), "b.txt": "说明".encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_types_that_are_taken(name: str) -> None:
    assert inspect(upload(name, GOOD[name])).size == len(GOOD[name])


BAD = {
    "空": ("a.txt", b"", "“a.txt”是空文件"),
    "名不副实": ("a.pdf", picture(), "“a.pdf”的内容是JPEG 图片，扩展名却是“.pdf”"),
    "没有扩展名": ("photo", picture(), "却没有扩展名"),
    "程序": ("a.txt", b"MZ\x90\x00" + bytes(80), "不能上传"),
    "改名的程序": ("a.jpg", b"MZ\x90\x00" + bytes(80), "不能上传"),
    "网页": ("a.html", b"<!DOCTYPE html><script>alert(1)</script>", "不能上传"),
    "装成文本的网页": ("a.txt", b"  <html><script>alert(1)</script>", "不能上传"),
    "矢量图": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "不能上传"),
    "压缩包": ("a.zip", ooxml("nothing"), "不能上传"),
    "装成文档的压缩包": ("a.docx", ooxml("nothing"), "不能上传"),
    "坏文档": ("a.docx", ooxml()[:-30], "“a.docx”已损坏"),
    "加密文档": ("a.docx", ole("EncryptedPackage"), "设有打开密码"),
    "半张图片": ("a.jpg", camera_picture()[:-200], "“a.jpg”已损坏"),
    "半张PNG": ("a.png", picture("PNG", (300, 300))[:-60], "“a.png”已损坏"),
    "坏HEIC": ("a.heic", FTYP + b"heic" + bytes(100), "“a.heic”已损坏"),
    "解压炸弹": ("a.docx", ooxml(bomb=bytes(30_000_000)), "解压后过大"),
    "带宏": ("a.docx", ooxml("ms-word.document.macroEnabled.main+xml"), "不能上传"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused_says_why(case: str) -> None:
    name, content, sentence = BAD[case]
    with pytest.raises(UploadRefused, match=sentence):
        inspect(upload(name, content))


def test_size_limit_names_both_sizes(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    with pytest.raises(UploadRefused, match=r"有2\.0 MB，超过1 MB的上限"):
        inspect(upload("a.txt", b"a" * (2 * 1024 * 1024)))


def test_picture_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    for content in (picture("PNG", (40, 40)), picture("PNG", (100, 100))):
        with pytest.raises(UploadRefused, match="像素超过"):
            inspect(upload("a.png", content))


def test_zip_that_lies_about_its_entries() -> None:
    """Entries that share their bytes unpack to many times the archive."""
    content = bytearray(ooxml(one=b"x" * 5000))
    entry = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[entry + 20 : entry + 24] = struct.pack("<I", 2**31)
    with pytest.raises(UploadRefused, match=r"解压后过大|已损坏"):
        inspect(upload("a.docx", bytes(content)))


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\用户\\材料.docx", "材料.docx"),
        ("a\x00b\nc\u202egpj.exe", "abcgpj.exe"),
        ('他说<"好">:?.pdf', "他说__好____.pdf"),
        ("...", "未命名"),
        ("", "未命名"),
        ("  多  空格 .txt", "多 空格 .txt"),
    ],
)
def test_names_are_made_safe(raw: str, name: str) -> None:
    assert clean_name(raw) == name


def test_long_name_keeps_its_extension() -> None:
    name = clean_name("长" * 300 + ".docx")
    assert len(name) == 200
    assert name.endswith(".docx")
    assert len(clean_name("长" * 300)) == 200


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_time_and_position_of_a_picture_are_kept(kind: str) -> None:
    found = inspect(upload(f"a.{'jpg' if kind == 'JPEG' else 'heic'}", camera_picture(kind)))
    assert found.taken_at == datetime(2026, 11, 20, 9, 40, tzinfo=clock.TZ)
    assert found.longitude == pytest.approx(102.71)
    assert found.latitude == pytest.approx(25.04)


def test_camera_that_names_its_zone_is_believed() -> None:
    found = inspect(upload("a.jpg", camera_picture(offset="+00:00")))
    assert found.taken_at is not None
    assert found.taken_at.isoformat() == "2026-11-20T09:40:00+00:00"


def test_nonsense_from_a_camera_is_no_date() -> None:
    exif = Image.Exif()
    exif[306] = "0000:00:00 00:00:00"
    exif[0x8825] = {2: (200.0, 0.0, 0.0), 4: (1.0, 0.0, 0.0)}  # type: ignore[assignment]
    found = inspect(upload("a.jpg", picture(exif=exif.tobytes())))
    assert (found.taken_at, found.longitude, found.latitude) == (None, None, None)

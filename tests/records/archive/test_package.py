"""The ZIP verifies with the real sha256sum, names are safe and never meet, the same file gives the same bytes."""

from __future__ import annotations

import csv
import subprocess
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest

from records.archive.catalogue import as_csv, as_excel, lines_of, number_pages, packed_name, safe_name
from records.archive.package import Damaged, Entry, pack
from tests.excel import read

AT = datetime(2026, 11, 24, 10, 32, tzinfo=UTC)
TRICKS = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "/abs/整改报告.docx": "整改报告.docx",
    "a\nb\r\tc.pdf": "abc.pdf",
    "照\u202e片gpj.exe": "照片gpj.exe",
    "....": "未命名",
    "": "未命名",
    "a:b*c?.txt": "a_b_c_.txt",
    "  空 格  .pdf ": "空 格.pdf",
    "长" * 200 + ".docx": "长" * 60 + ".docx",
    "-rf": "-rf",
}


@pytest.mark.parametrize(("raw", "expected"), TRICKS.items())
def test_names_are_safe(raw: str, expected: str) -> None:
    assert safe_name(raw) == expected


def item(**more: Any) -> Any:
    values = {
        "title": "整改通知书", "responsible": "五华区督导办", "number": "五教督〔2026〕1号", "dated": AT.date(), "pages": 2,
        "page_range": "1-2", "name": "整改通知书.pdf", "sha256": "0" * 64, "size": 3, "mime": "application/pdf",
        "bound_as": "pages", "remarks": "", "left_out": False,
    }  # fmt: skip
    return SimpleNamespace(**(values | more))


def test_names_of_one_name_do_not_meet() -> None:
    places = [line.place for line in lines_of([item(), item(), item(name="../x")])]
    assert places == ["原件/001 整改通知书.pdf", "原件/002 整改通知书.pdf", "原件/003 x"]
    assert len({p.encode()[:255] for p in places}) == 3 and max(len(packed_name(1, "长" * 999).encode()), 0) < 255


def test_what_was_left_out_is_no_line() -> None:
    assert [line.number for line in lines_of([item(), item(left_out=True), item()])] == [1, 2]


def test_pages_are_numbered_through() -> None:
    assert number_pages([2, 1, 5]) == [1, 3, 4] and number_pages([]) == []


def test_the_catalogue_as_csv_and_excel_is_the_same_and_harmless() -> None:
    lines = lines_of([item(title="=1+1", remarks="@x"), item(dated=None)])
    rows = list(csv.reader(StringIO(as_csv(lines).decode("utf-8-sig"))))
    assert rows[1][1] == "'=1+1" and rows[1][9] == "'@x" and rows[2][4] == ""
    sheet = read(as_excel(lines, title="案卷", made_at=AT))
    assert sheet[3][1] == "=1+1" and sheet[3][8] == "0" * 64 and sheet[2][:3] == ["序号", "题名", "责任者"]
    assert as_excel(lines, title="案卷", made_at=AT) == as_excel(lines, title="案卷", made_at=AT)


def entries() -> list[Entry]:
    names = ["合订本.pdf", "原件/001 整改 通知书.pdf", "原件/002 it's $(rm) 照片.jpg", "原件/003 -rf"]
    return [Entry(name, lambda name=name: BytesIO(name.encode() * 1000)) for name in names]  # type: ignore[misc]


def packed(folder: str = "2026-30年-0001 五华区某校整改案卷") -> bytes:
    out = BytesIO()
    pack(out, folder, entries(), at=AT)
    return out.getvalue()


def test_the_zip_verifies_with_sha256sum(tmp_path: Path) -> None:
    with ZipFile(BytesIO(packed())) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    folder = next(tmp_path.iterdir())
    run = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    told = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.count(": OK") == 4
    (folder / "合订本.pdf").write_bytes(b"forged")
    assert subprocess.run(run, cwd=folder, capture_output=True, check=False).returncode != 0


def test_the_same_file_gives_the_same_bytes_and_only_files_under_its_folder() -> None:
    assert packed() == packed()
    with ZipFile(BytesIO(packed())) as archive:
        for info in archive.infolist():
            assert info.filename.startswith("2026-30年-0001 ") and ".." not in info.filename
            assert info.date_time == (2026, 11, 24, 10, 32, 0)


def test_bytes_that_are_not_what_the_catalogue_says_are_not_packed() -> None:
    with pytest.raises(Damaged, match="001"):
        pack(BytesIO(), "x", [Entry("001", lambda: BytesIO(b"a"), "0" * 64)], at=AT)

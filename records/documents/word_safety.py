"""Whether an uploaded Word file may be opened at all: nothing in it runs, reaches out, hides files or swells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

LARGEST = 10 * 1024 * 1024
MOST_ENTRIES = 1000
LARGEST_UNPACKED = 60 * 1024 * 1024
LARGEST_PART = 20 * 1024 * 1024
MOST_RATIO = 200
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN = "wordprocessingml.document.main+xml"
# Relations by which a document runs, embeds or fetches something; a hyperlink and a picture do not.
REFUSED_RELATIONS = {
    "attachedTemplate": "附加了外部模板",
    "vbaProject": "含有宏",
    "wordVbaData": "含有宏",
    "oleObject": "嵌有其他程序的对象（OLE）",
    "package": "嵌有其他文件",
    "control": "含有控件",
    "activeXControlBinary": "含有控件",
    "aFChunk": "嵌有其他文档",
    "subDocument": "链接了子文档",
    "frame": "链接了外部框架",
    "externalLink": "链接了外部文件",
    "mailMergeSource": "链接了邮件合并的数据源",
}
FIELDS_THAT_REACH_OUT = re.compile(r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK)\b", re.IGNORECASE)


class WordRefused(ValueError):
    """The file cannot be taken: the text says why and what to do, in Chinese."""


class _Strict(TreeBuilder):
    def doctype(self, *_: object) -> None:
        raise WordRefused("这个Word文件的内部结构不正常（带有DTD），没有打开。请用Word另存为新文件后再试。")


class Package:
    """The parts of a .docx that passed the checks. Every part is read with a limit, whatever its header says."""

    def __init__(self, content: bytes, name: str) -> None:
        _check_outside(content, name)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise WordRefused("这不是完整的Word文件（.docx），请重新保存后再传。") from error
        _check_size(entries, len(content))
        self.names = {entry.filename for entry in entries}
        self._check_inside()

    def xml(self, name: str) -> Element | None:
        """The root of a part, None when there is none."""
        if name not in self.names:
            return None
        parser = XMLParser(target=_Strict())
        try:
            parser.feed(self._read(name))
            root: Element = parser.close()
        except ParseError as error:
            raise WordRefused("这个Word文件的内容已损坏，请用Word修复并另存后再传。") from error
        return root

    def _read(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as part:
                content = part.read(LARGEST_PART + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise WordRefused("这个Word文件的内容已损坏，请用Word修复并另存后再传。") from error
        if len(content) > LARGEST_PART:
            raise WordRefused("这个Word文件解开后过大，没有打开。请检查文件来源。")
        return content

    def _check_inside(self) -> None:
        types = self.xml("[Content_Types].xml")
        if types is None:
            raise WordRefused("这不是Word文件（.docx），请选择从本页导出的文件。")
        kinds = [str(element.get("ContentType", "")) for element in types]
        if any("macroEnabled" in kind or "vbaProject" in kind for kind in kinds) or self._has("vbaProject"):
            raise WordRefused("Word文件含有宏，不能导入。请在Word中另存为不带宏的“Word 文档（.docx）”后再传。")
        if not any(kind.endswith(MAIN) for kind in kinds):
            raise WordRefused("这不是Word文档（.docx），可能是模板或其他文件。请选择从本页导出的文件。")
        if self._has("/embeddings/") or self._has("/activeX/"):
            raise WordRefused("Word文件嵌有其他文件或控件，不能导入。请删去后再传；附件请在平台上传。")
        for kind, external in self._relations():
            if kind in REFUSED_RELATIONS or (external and kind != "hyperlink"):
                what = REFUSED_RELATIONS.get(kind, "链接了外部文件")
                raise WordRefused(f"Word文件{what}，不能导入。请去除后另存，或从本页重新导出再修改。")

    def _has(self, piece: str) -> bool:
        return any(piece.lower() in f"/{name}".lower() for name in self.names)

    def _relations(self) -> Iterator[tuple[str, bool]]:
        """(kind, whether it points outside) of every relation of every part."""
        for name in self.names:
            if not name.endswith(".rels"):
                continue
            root = self.xml(name)
            for relation in root if root is not None else ():
                kind = str(relation.get("Type", "")).rpartition("/")[2]
                yield kind, str(relation.get("TargetMode", "")).lower() == "external"


def _check_outside(content: bytes, name: str) -> None:
    extension = name.lower().rpartition(".")[2]
    if len(content) > LARGEST:
        raise WordRefused(f"文件超过{LARGEST // 1024 // 1024} MB的上限。文稿只有文字，请去掉图片后再传。")
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise WordRefused("Word文件设有密码，不能打开。请取消密码后再传。")
        raise WordRefused("这是旧格式的Word文件（.doc），不能导入。请在Word中另存为“Word 文档（.docx）”后再传。")
    if extension in ("docm", "dotm"):
        raise WordRefused("启用宏的Word文件（.docm）不能导入。请另存为不带宏的“Word 文档（.docx）”后再传。")
    if extension != "docx":
        raise WordRefused("只能导入Word文档（.docx），请选择从本页导出并修改的文件。")
    if not content.startswith(b"PK"):
        raise WordRefused("这不是Word文档（.docx），请选择从本页导出的文件。")


def _check_size(entries: list[zipfile.ZipInfo], packed: int) -> None:
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise WordRefused("Word文件设有密码，不能打开。请取消密码后再传。")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED or unpacked > MOST_RATIO * max(packed, 10_000):
        raise WordRefused("这个Word文件解开后过大，没有打开。请检查文件来源。")

"""A Word file that comes back from editing: its words by paragraphs, and what of it was not taken.

Light enough for a request: the standard library reads the XML. Writing one is records.rendering.word, in a worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from records.documents.word_parts import PARTS, PROPERTY, Part, without_label
from records.documents.word_safety import FIELDS_THAT_REACH_OUT, Package, WordRefused

LONGEST = 60_000
SKIPPED = {
    "drawing": "图片没有带入，附件请在平台上传。",
    "pict": "图片没有带入，附件请在平台上传。",
    "object": "图片没有带入，附件请在平台上传。",
    "footnoteReference": "脚注没有带入。",
    "endnoteReference": "尾注没有带入。",
    "commentReference": "批注没有带入。",
    "commentRangeStart": "批注没有带入。",
    "numPr": "Word自动编号的序号不是文字，没有带入，请核对各段开头的序号。",
    "del": "修订中删除的文字没有带入。",
    "moveFrom": "修订中删除的文字没有带入。",
    "ins": "修订中插入的文字已按接受处理。",
    "moveTo": "修订中插入的文字已按接受处理。",
    "hyperlink": "超链接只取文字。",
}
# Elements whose inside is not running text.
CLOSED = {"drawing", "pict", "object", "del", "moveFrom", "instrText", "delText", "pPr", "rPr", "AlternateContent"}
LETTERS = {"br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-"}
TRACKED = {"ins", "moveTo"}


@dataclass
class WordText:
    """What the file says: the document and version it was exported from, its parts, and notices for the person."""

    document: int
    version: str
    title: str = ""
    body: list[str] = field(default_factory=list)
    recipient: str = ""
    attachments: list[str] = field(default_factory=list)
    attendance: list[str] = field(default_factory=list)
    note: str = ""
    notices: list[str] = field(default_factory=list)


def read_word(content: bytes, name: str) -> WordText:
    """The text of an uploaded file. WordRefused with a sentence for one that cannot be taken."""
    package = Package(content, name)
    main = package.xml("word/document.xml")
    if main is None:
        raise WordRefused("这不是Word文档（.docx），请选择从本页导出的文件。")
    document, version = _mark_of(package)
    found = WordText(document, version)
    _refuse_fields(main)
    names = _style_names(package)
    seen: set[str] = set()
    for style, text in _paragraphs(_body_of(main), seen):
        _put(found, PARTS.get(names.get(style, "")), text)
    if sum(map(len, found.body)) > LONGEST:
        raise WordRefused(f"正文超过{LONGEST}字，请精简后再传。")
    found.notices += dict.fromkeys(SKIPPED[tag] for tag in SKIPPED if tag in seen)
    if not found.title:
        found.notices.append("没有找到标题段落，标题保持不变。")
    return found


def _put(found: WordText, part: Part | None, text: str) -> None:
    """A paragraph into its place; one without our style is text."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return
    if part is Part.TITLE:
        found.title = " ".join(filter(None, [found.title, *lines]))
    elif part is Part.RECIPIENT:
        found.recipient = " ".join(filter(None, [found.recipient, *lines])).rstrip("：:")
    elif part is Part.ATTACHMENT:
        found.attachments += filter(None, map(without_label, lines))
    elif part is Part.ATTENDANCE:
        found.attendance += lines
    elif part is Part.NOTE:
        found.note = " ".join(filter(None, [found.note, *lines])).removeprefix("（").removesuffix("）")
    else:
        found.body += lines


def _mark_of(package: Package) -> tuple[int, str]:
    """Document and version, as the export has written them into a custom property."""
    properties = package.xml("docProps/custom.xml")
    for one in properties if properties is not None else ():
        if one.get("name") == PROPERTY:
            number, _, version = "".join(one.itertext()).strip().partition(":")
            if number.isdecimal() and len(number) < 19:
                return int(number), version
    raise WordRefused("文件里没有文稿标识，不知道它是哪一份文稿。请先从本页导出Word，在导出的文件里修改后再传。")


def _refuse_fields(main: Element) -> None:
    codes = " ".join(e.text or "" for e in main.iter() if _tag(e) == "instrText")
    codes += " ".join(str(_attribute(e, "instr")) for e in main.iter() if _tag(e) == "fldSimple")
    if FIELDS_THAT_REACH_OUT.search(codes):
        raise WordRefused("Word文件含有会读取外部内容的域，不能导入。请按Ctrl+Shift+F9把域转为文字后再传。")


def _style_names(package: Package) -> dict[str, str]:
    """Style id → name: programs rename the ids, not the names."""
    styles = package.xml("word/styles.xml")
    found: dict[str, str] = {}
    for style in styles if styles is not None else ():
        name = next((child for child in style if _tag(child) == "name"), None)
        if _tag(style) == "style" and name is not None:
            found[_attribute(style, "styleId")] = _attribute(name, "val")
    return found


def _body_of(main: Element) -> Element:
    body = next((child for child in main if _tag(child) == "body"), None)
    if body is None:
        raise WordRefused("这个Word文件没有正文。")
    tables = sum(1 for element in body.iter() if _tag(element) == "tbl")
    if tables:
        raise WordRefused(
            f"Word文件中有{tables}个表格，不能导入。请把表格改写成文字，一行一段，格子之间用竖线隔开，如：| 序号 | 问题 |。"
        )
    return body


def _paragraphs(body: Element, seen: set[str]) -> Iterator[tuple[str, str]]:
    """(style id, text) of the paragraphs in order; one whose mark was deleted runs on into the next."""
    carried = ""
    for paragraph in _blocks(body):
        style, joins = _properties(paragraph, seen)
        text = carried + "".join(_texts(paragraph, seen))
        carried = text if joins else ""
        if not joins:
            yield style, text
    if carried:
        yield "", carried


def _blocks(parent: Element) -> Iterator[Element]:
    """Paragraphs of the body and of content controls in it; not those of text boxes."""
    for child in parent:
        if _tag(child) == "p":
            yield child
        elif _tag(child) in ("sdt", "sdtContent", "customXml", *TRACKED):
            yield from _blocks(child)


def _properties(paragraph: Element, seen: set[str]) -> tuple[str, bool]:
    """Style id, and whether tracked changes deleted the paragraph's end."""
    properties = next((child for child in paragraph if _tag(child) == "pPr"), None)
    style, joins = "", False
    for one in properties if properties is not None else ():
        if _tag(one) == "pStyle":
            style = _attribute(one, "val")
        elif _tag(one) == "numPr":
            seen.add("numPr")
        elif _tag(one) == "rPr":
            joins = any(_tag(mark) in ("del", "moveFrom") for mark in one)
    if joins:
        seen.add("del")
    return style, joins


def _texts(element: Element, seen: set[str]) -> Iterator[str]:
    for child in element:
        tag = _tag(child)
        if tag in SKIPPED:
            seen.add(tag)
        if tag == "AlternateContent":
            seen.add("drawing")
        if tag == "t":
            yield child.text or ""
        elif tag in LETTERS:
            yield LETTERS[tag]
        elif tag not in CLOSED:
            yield from _texts(child, seen)


def _tag(element: Element) -> str:
    """The local name: the strict and the transitional format differ in their namespaces only."""
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")

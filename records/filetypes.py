"""The types of files that are taken as evidence. Imported by models: no library that reads files is loaded here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileType:
    """A type that is taken: its extensions, what the row stores, and what people call it."""

    mime: str
    category: str
    label: str
    extensions: tuple[str, ...]


TYPES: dict[str, FileType] = {
    "jpeg": FileType("image/jpeg", "photo", "JPEG 图片", ("jpg", "jpeg")),
    "png": FileType("image/png", "photo", "PNG 图片", ("png",)),
    "webp": FileType("image/webp", "photo", "WebP 图片", ("webp",)),
    "heic": FileType("image/heic", "photo", "HEIC 图片", ("heic", "heif")),
    "mp4": FileType("video/mp4", "video", "MP4 视频", ("mp4", "m4v")),
    "mov": FileType("video/quicktime", "video", "MOV 视频", ("mov",)),
    "pdf": FileType("application/pdf", "file", "PDF 文件", ("pdf",)),
    "doc": FileType("application/msword", "file", "Word 文档", ("doc",)),
    "xls": FileType("application/vnd.ms-excel", "file", "Excel 表格", ("xls",)),
    "ppt": FileType("application/vnd.ms-powerpoint", "file", "PPT 演示文稿", ("ppt",)),
    "docx": FileType(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "file", "Word 文档", ("docx",)
    ),
    "xlsx": FileType(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "file", "Excel 表格", ("xlsx",)
    ),
    "pptx": FileType(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation", "file", "PPT 演示文稿", ("pptx",)
    ),
    "txt": FileType("text/plain", "file", "文本文件", ("txt",)),
    "csv": FileType("text/csv", "file", "CSV 表格", ("csv",)),
}
LABELS = {kind.mime: kind.label for kind in TYPES.values()}
ACCEPT = ",".join(f".{extension}" for kind in TYPES.values() for extension in kind.extensions)
TAKEN = "可以上传：JPG、PNG、WebP、HEIC 图片，MP4、MOV 视频，PDF，Word、Excel、PPT，TXT、CSV"

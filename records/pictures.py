"""Copies of a stored picture: smaller ones, and one without the time and position that the camera wrote. Cached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageFilter, ImageOps

from records import uploads
from records.storage import opened

# Longest edge in pixels; "clean" keeps the size and drops what the camera wrote.
EDGES = {"thumb": 360, "view": 1600, "clean": 0}
PREVIEWS = ("thumb", "view")


def path_of(sha256: str, size: str) -> str:
    return f"copies/{sha256[:2]}/{sha256}-{size}.jpg"


def copy_of(sha256: str, size: str) -> str:
    """The storage path of the picture's copy as JPEG, made when it is first asked for. KeyError for an unknown size."""
    path = path_of(sha256, size)
    if not default_storage.exists(path):
        with opened(sha256) as original:
            content = ContentFile(_smaller(original, EDGES[size]))
        default_storage.save(path, content)
    return path


def _smaller(original: IO[bytes], edge: int) -> bytes:
    with Image.open(original, formats=uploads.FORMATS) as picture:
        if edge:
            picture.draft("RGB", (edge, edge))
        upright = ImageOps.exif_transpose(picture)
        if edge:
            upright.thumbnail((edge, edge))
        out = BytesIO()
        # Nothing of the original's metadata is handed on; what was transparent becomes white.
        _on_white(upright).save(out, "JPEG", quality=85 if edge else 92, exif=b"", optimize=True)
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture.convert("RGBA"), mask=picture.convert("RGBA").getchannel("A"))
        return ground
    plain = picture.convert("RGB")
    plain.info = {}
    return plain


@dataclass(frozen=True)
class Picture:
    """A new JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


PUBLIC_EDGE = 1600
THOUSAND = 1000


def redacted_copy(sha256: str, boxes: Sequence[Sequence[int]], *, blurred: bool = False) -> Picture:
    """The stored picture drawn anew for the public: upright, smaller, nothing that the camera wrote, and each box
    [left, top, width, height] (in thousandths) black, or so coarse that nothing of it can be won back.
    """
    with opened(sha256) as original, Image.open(original, formats=uploads.FORMATS) as picture:
        upright = _on_white(ImageOps.exif_transpose(picture))
    upright.thumbnail((PUBLIC_EDGE, PUBLIC_EDGE))
    for box in boxes:
        _cover(upright, box, blurred=blurred)
    out = BytesIO()
    upright.save(out, "JPEG", quality=85, exif=b"", optimize=True)
    return Picture(out.getvalue(), upright.width, upright.height)


def _cover(picture: Image.Image, box: Sequence[int], *, blurred: bool) -> None:
    left, top, width, height = box
    area = (
        left * picture.width // THOUSAND, top * picture.height // THOUSAND,
        -(-(left + width) * picture.width // THOUSAND), -(-(top + height) * picture.height // THOUSAND),
    )  # fmt: skip
    size = (max(1, area[2] - area[0]), max(1, area[3] - area[1]))
    if not blurred:
        picture.paste((0, 0, 0), (area[0], area[1], area[0] + size[0], area[1] + size[1]))
        return
    # Four by four squares, smoothed: a blur alone can be undone, an average cannot.
    coarse = picture.crop((area[0], area[1], area[0] + size[0], area[1] + size[1])).resize((4, 4), Image.Resampling.BOX)
    picture.paste(coarse.resize(size, Image.Resampling.NEAREST).filter(ImageFilter.BoxBlur(2)), area[:2])

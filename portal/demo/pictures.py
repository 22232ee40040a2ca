"""Drawings that stand in for photographs: a corridor with something in the way, and the same corridor cleared."""

from __future__ import annotations

from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

SIZE = (960, 720)
WALLS = ((214, 222, 230), (226, 219, 205), (208, 224, 214), (222, 212, 226))


def corridor(number: int, *, blocked: bool) -> ContentFile[bytes]:
    """A JPEG named 整改前 or 整改后; `number` varies the colours."""
    picture = Image.new("RGB", SIZE, WALLS[number % len(WALLS)])
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 720), (330, 430), (630, 430), (960, 720)], fill=(150, 140, 128))
    draw.polygon([(0, 0), (330, 210), (330, 430), (0, 720)], fill=(198, 206, 214))
    draw.polygon([(960, 0), (630, 210), (630, 430), (960, 720)], fill=(186, 196, 206))
    draw.rectangle([330, 210, 630, 430], fill=(236, 240, 244))
    draw.rectangle([430, 250, 530, 430], fill=(122, 92, 62), outline=(80, 60, 40), width=3)
    draw.rectangle([452, 222, 508, 242], fill=(40, 150, 80) if not blocked else (120, 120, 120))
    draw.rectangle([60, 330, 110, 420], fill=(190, 30, 30))
    if blocked:
        for left, top, size in ((300, 470, 120), (430, 500, 160), (600, 480, 110), (520, 430, 80)):
            draw.rectangle([left, top, left + size, top + size], fill=(170, 130, 84), outline=(110, 84, 52), width=4)
            draw.line([left, top, left + size, top + size], fill=(140, 106, 66), width=3)
    stored = BytesIO()
    picture.save(stored, "JPEG", quality=80)
    return ContentFile(stored.getvalue(), name=f"{'整改前' if blocked else '整改后'}{number + 1}.jpg")

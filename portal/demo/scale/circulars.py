"""What is not about a ticket: circulars of the offices above, letters of the counties to schools, plans of the month."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import md5
from random import Random

from portal.demo.scale.copying import Sheet
from portal.demo.scale.derived import Paper
from portal.demo.scale.register import Book, Place
from portal.demo.scale.words import MISSIONS
from portal.demo.scale.work import World

CIRCULARS_A_YEAR = {1: 8, 0: 4}  # of the province, of a prefecture
LETTERS = 0.02  # of the county's tickets as many again
MOST = 2_000
DAY = timedelta(days=1)


class Papers:
    """Circulars and letters of one office, as documents that were issued and served."""

    def __init__(self, world: World, book: Book, first: int, paper: Paper) -> None:
        self.world, self.book, self.first, self.paper = world, book, first, paper
        self.random = Random(f"{world.seed}/{book.share.code}/papers")
        self.sheet = Sheet(
            "records_document",
            "id subject_code subject_org_id filed_at served_at circulated_at created_at title content state series year sequence number "
            "approved_at rendered_at sealed_at issued_at token kind_of",
            owner_code=book.share.code, author_org_id=book.office, created_by_id=book.staff, publicity="on_request", about_kind="",
            drafted_by_id=book.staff, checked_as="", countersign_in_order=False, approved_by_id=book.head,
            approved_as=f"{book.name} 督导办负责人", recorded_as="", file=paper.sha256, file_size=paper.size, pages=paper.pages,
            render_error="", seal_way="signature", sealed_file=paper.sha256, sealed_size=paper.size, sealed_as="", seal_error="",
            issued_by_id=book.staff, serve_when_ready=True,
        )  # fmt: skip

    def copy(self, schools: list[Place]) -> int:
        code = self.book.share.code
        above = code % 100 == 0
        count = min(
            MOST, 5 * CIRCULARS_A_YEAR[code % 10_000 == 0] if above else round(self.book.share.tickets * LETTERS)
        )
        moments = sorted(self.world.now - DAY * self.random.randint(2, 5 * 365) for _ in range(count))
        numbers: dict[int, int] = {}
        for n, at in enumerate(moments):
            numbers[at.year] = numbers.get(at.year, 0) + 1
            self._one(self.first + n, at, numbers[at.year], None if above else self.random.choice(schools))
        return self.sheet.copy()

    def _one(self, pk: int, at: datetime, sequence: int, school: Place | None) -> None:
        book, mission = self.book, self.random.choice(MISSIONS)
        title = f"关于{mission}情况的通报" if school is None else f"关于商请配合{mission}的函"
        series = f"{book.short}政教督{'通' if school is None else '函'}"
        content = {"issuer_mark": f"{book.name}文件", "recipient": school.name if school else "各督导办", "signature": book.name,
                   "printed_by": book.name, "paragraphs": [{"text": f"现将{mission}有关情况函告如下。", "level": 0}]}  # fmt: skip
        token = md5(f"{self.world.seed}/paper/{pk}".encode(), usedforsecurity=False).hexdigest()
        self.sheet.add(
            pk, school.county if school else book.share.code, school.pk if school else None, at, at if school else None,
            None if school else at, at - DAY, title, json.dumps(content, ensure_ascii=False), "served" if school else "issued", series,
            at.year, sequence, f"{series}〔{at.year}〕{sequence}号", at, at, at, at, token, "letter" if school else "inspection_notice",
        )  # fmt: skip


def plan_month(world: World, book: Book) -> int:
    """What the inspectors mean to do this month: two of three schools."""
    random = Random(f"{world.seed}/{book.share.code}/plans")
    first = world.now.date().replace(day=1)
    sheet = Sheet(
        "inspections_plannedvisit", "subject_org_id inspector_id created_by_id inspector_name planned_on purpose",
        owner_code=book.share.code, subject_code=book.share.code, author_org_id=book.office, month=first, filed_at=world.now,
        created_at=world.now, announced=False,
    )  # fmt: skip
    for place in book.schools:
        if random.random() < 0.66:
            sheet.add(place.pk, place.inspector, place.inspector, place.inspector_name, first + DAY * random.randint(0, 27),
                      random.choice(("", "", "校园安全")))  # fmt: skip
    return sheet.copy()

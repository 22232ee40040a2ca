"""Letters of a batch beside WeasyPrint alone on the same HTML, in pages a second; and two processes beside one.

Ours lays each paper out twice (GB/T 9704 asks for what CSS cannot say) and is as good as the floor when the ratio is 1.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from records.rendering import official, sheets
from records.rendering.papers import OfficialPaper, Paragraph
from records.rendering.previews import page_count

OFFICE = "五华区人民政府教育督导委员会办公室"
BODY = (
    "根据年度教育督导工作计划，定于近期对各校食品安全、校园安全和课后服务开展专项督导，现将有关事项函告如下。",
    "一、督导内容", "食堂食品采购、留样和陪餐制度落实情况，消防通道、门卫值守和应急演练情况，课后服务的内容、收费和师资情况。",
    "二、有关要求", "请对照上述内容开展自查，于收到本函之日起十日内将自查情况和佐证材料报送我办，由专人负责联络，配合督导组查阅资料。",
)  # fmt: skip


def letter(n: int) -> OfficialPaper:
    today = date(2026, 11, 24)
    return OfficialPaper(
        issuer_mark=f"{OFFICE}文件", number=f"五政教督函〔2026〕{n}号", title="关于开展校园安全专项督导的函",
        recipient=f"昆明市五华区第{n}小学", paragraphs=tuple(Paragraph(text, int(text[1] == "、")) for text in BODY),
        attachments=(), signature=OFFICE, dated=today, contact_note="", copies_to="", printed_by=OFFICE, printed_on=today,
        urgency="", sealed=True, verify_url=f"https://dudao.example/records/verify/{n:032d}/", watermark="",
    )  # fmt: skip


def alone(page: str, style: str) -> bytes:
    fonts = FontConfiguration()
    sheet = CSS(string=style, font_config=fonts)
    written = HTML(string=page).write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True)
    return bytes(written or b"")


def html_of(paper: OfficialPaper) -> tuple[str, str]:
    """The page and the style as they are laid out for the second time."""
    seen: list[tuple[str, str]] = []
    real = sheets.lay_out

    def spy(page: str, style: str) -> Any:
        seen.append((page, style))
        return real(page, style)

    sheets.lay_out = spy
    try:
        official.render(paper)
    finally:
        sheets.lay_out = real
    return seen[-1]


def timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def many(numbers: range) -> int:
    return sum(page_count(official.render(letter(n))) for n in numbers)


def main(rounds: int = 12) -> float:
    page, style = html_of(letter(1))
    pages = page_count(alone(page, style))
    official.render(letter(2))
    ours, floor = [], []
    for n in range(rounds):  # in turn, so that what else the machine does strikes both
        ours.append(timed(lambda n=n: official.render(letter(100 + n))))
        floor.append(timed(lambda: alone(page, style)))
    mine, bare = pages / statistics.median(ours), pages / statistics.median(floor)
    print(
        f"{'letters, one process':<36}{mine:>8.1f} pages/s  WeasyPrint alone {bare:.1f} pages/s  ratio {mine / bare:.2f}"
    )
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(many, [range(2), range(2)]))  # fonts and styles read
        began = time.perf_counter()
        made = sum(pool.map(many, [range(200, 200 + rounds), range(300, 300 + rounds)]))
        two = made / (time.perf_counter() - began)
    print(f"{'letters, two processes':<36}{two:>8.1f} pages/s  ratio {two / bare:.2f}")
    return mine / bare


if __name__ == "__main__":
    main()

"""500 letters as an office sends them: drafted, approved at once, then made by the job on a real worker (numbers, papers,
seals, one file to print, one ZIP), in pages a second beside WeasyPrint alone on the same HTML.

Needs the demo in the database of DATABASE_URL (its owner's role). The text is what the job itself composes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.letters import alone, html_of
from records.rendering.previews import page_count

ROOT = Path(__file__).resolve().parents[1]
LETTERS, SECONDS, WORKERS = 500, 900, 2
TEXT = (
    "{{ 称谓 }}今年秋季学期登记在校学生{{ 学生人数 }}人。\n一、督导内容\n"
    "食堂食品采购、留样和陪餐制度落实情况，消防通道、门卫值守和应急演练情况，课后服务的内容、收费和师资情况。\n"
    "二、有关要求\n请对照上述内容开展自查，于收到本函之日起十日内将自查情况和佐证材料报送我办，由专人负责联络。"
)


def main(worker_database: str, letters: int = LETTERS) -> float:
    """Print the rates; returns the job's as a share of WeasyPrint's alone in as many processes."""
    import django

    from config.celery import app

    django.setup()
    app.set_default()
    batch = _approved(letters)
    with _worker(worker_database):
        seconds = _made(batch)
    papers = [letter.document for letter in batch.letters.select_related("document")]
    pages = sum(paper.pages for paper in papers)
    one, floor = _alone(papers[0])
    rate = pages / seconds
    print(f"{f'{letters} letters, the whole job':<36}{rate:>8.1f} pages/s  ({pages} pages)  WeasyPrint alone {one:.1f} pages/s, "
          f"ratio {rate / one:.2f}; in {WORKERS} processes {floor:.1f}, ratio {rate / floor:.2f}", flush=True)  # fmt: skip
    return rate / floor


def _approved(letters: int) -> Any:
    """A batch to as many schools, drafted by the staff and approved by the head."""
    from accounts.models import Organization
    from accounts.scope import scope
    from portal.demo.people import Cast
    from portal.demo.size import MAIN
    from records.actions import letters as acts
    from records.documents.kinds import DocumentKind
    from records.documents.papers import from_text
    from records.models import LetterBatch

    cast = Cast()
    staff, head = cast[f"office-{MAIN}"], cast[f"head-{MAIN}"]
    schools = Organization.objects.bulk_create(
        Organization(division_id=MAIN, kind="school", name=f"五华区第{n}测试小学", code=f"bench{n:05d}") for n in range(letters)
    )  # fmt: skip
    office = staff.organization_name
    content = {"issuer_mark": f"{office}文件", "recipient": "{{ 主送单位 }}", "paragraphs": from_text(TEXT),
               "signature": office, "printed_by": office}  # fmt: skip
    with scope(staff):
        batch = acts.begin_batch(
            by=staff, kind=DocumentKind.LETTER, title="关于开展秋季学期校园安全自查的函", content=content, columns=["学生人数"],
            recipients=[(school, {"学生人数": str(300 + n)}) for n, school in enumerate(schools)],
        )  # fmt: skip
        while acts.draft_some(batch, by=staff, most=100):
            pass
        acts.submit_batch(batch, by=staff)
    with scope(head):
        acts.approve_batch(LetterBatch.objects.get(pk=batch.pk), by=head)
    return batch


def _made(batch: Any) -> float:
    """Seconds from the click to the finished job."""
    from accounts.scope import scope
    from portal.demo.people import Cast
    from portal.demo.size import MAIN
    from records.jobs import start
    from records.letters.jobs import MAKE
    from records.models import Job

    head = Cast()[f"head-{MAIN}"]
    began = time.monotonic()
    with scope(head):
        job = start(MAKE, by=head, params={"batch": batch.pk}, title=batch.title)
    while time.monotonic() - began < SECONDS:
        with scope(head):
            job.refresh_from_db()
        if job.is_over:
            break
        time.sleep(0.2)
    if job.state != Job.State.DONE or job.fault_count:
        raise SystemExit(f"the batch was not made: {job.state} {job.note} {job.faults[:2]}")
    return time.monotonic() - began


def _alone(paper: Any) -> tuple[float, float]:
    """Pages a second of WeasyPrint on this paper's HTML: in one process, and in as many as the worker has."""
    from records.documents.papers import compose

    page, style = html_of(compose(paper))
    pages, rounds = page_count(alone(page, style)), 20
    began = time.monotonic()
    for _ in range(rounds):
        alone(page, style)
    one = rounds * pages / (time.monotonic() - began)
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(alone, [page] * WORKERS, [style] * WORKERS))
        began = time.monotonic()
        list(pool.map(alone, [page] * rounds * WORKERS, [style] * rounds * WORKERS))
        return one, rounds * WORKERS * pages / (time.monotonic() - began)


@contextmanager
def _worker(database: str) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "--quiet", "worker", f"--concurrency={WORKERS}",
               "--without-gossip", "--without-mingle", "--loglevel=ERROR"]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "DATABASE_URL": database, "PYTHONWARNINGS": "ignore"}
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)

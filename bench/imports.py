"""25,000 schools from a spreadsheet, as the job writes them: seconds and memory of a process of its own.

`python -m bench.imports` with the background role's DATABASE_URL; everything is undone. Codes lie beyond those of the scale data.
"""

from __future__ import annotations

import json
import os
import sys
import time
from io import BytesIO
from typing import Any

from bench.servers import kilobytes

ROWS, MOST_SECONDS, MOST_MEMORY = 25_000, 60, 300
OFFICE = "office-530000"


def workbook(rows: int, divisions: list[int]) -> bytes:
    """A province's new schools, spread over its counties."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = book.add_worksheet("学校")
    page.write_row(
        0,
        0,
        [
            "学校（机构）标识码",
            "学校全称",
            "管理区划代码",
            "学段类别",
            "举办性质",
            "地址",
            "在校（园）学生数",
            "设立日期",
        ],
    )
    for n in range(1, rows + 1):
        place = str(divisions[n % len(divisions)])
        page.write_row(
            n,
            0,
            [f"2153{900_000 + n:06d}", f"测速第{n}小学", place, "小学", "公办", f"建设路{n}号", n % 3000, "2001-09-01"],
        )
    book.close()
    return out.getvalue()


def measure(username: str = OFFICE, rows: int = ROWS) -> dict[str, float]:
    """{"seconds", "mib", "rows", "faults"} of reading, judging and writing. Django is set up, the role is the worker's."""
    from django.db import transaction

    from accounts.identities import actor_for, identities_of
    from accounts.models import Division, User
    from accounts.scope import scope
    from records.imports.importers import go_through, importer_of

    with scope(None):
        user = User.objects.get(username=username)
        identity = identities_of(user.pk)[0]
        actor = actor_for(identity, user_id=user.pk, display_name=str(user))
        places = [d.pk for d in Division.within(actor.division_code)]
    content = workbook(rows, places)
    importer, faults = importer_of("schools"), []
    assert importer is not None

    def ignore(_: Any) -> None:
        return

    with scope(actor):
        began = time.perf_counter()
        found = go_through(importer, content, actor=actor, fault=faults.append, step=ignore, expect=ignore)
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    # Not getrusage: what it calls the peak begins with that of the process that started this one.
    peak = kilobytes(os.getpid(), "status", "VmHWM:") / 1024
    return {"seconds": seconds, "mib": peak, "rows": found.counts["new"], "faults": len(faults)}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    sys.stdout.write(json.dumps(measure()) + "\n")

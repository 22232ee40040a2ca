"""A batch of letters is one file: all papers, each original with its hash, one sheet of receipts; the letters have none of their own."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from accounts.scope import scope
from records import clock
from records.actions import archive
from records.archive.batches import closed, waiting
from records.archive.papers import closed as letter_closed
from records.archive.papers import waiting as waiting_papers
from records.archive.work import prepare_items
from records.letters import jobs as letter_jobs
from records.models import ArchiveItem, Document, LetterBatch, Service
from tests.conftest import as_owner
from tests.records.papers import Office, work
from tests.records.test_letters import HEAD, STAFF, approved, fresh, prepared, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    cache.clear()
    return prepared()


def received(batch: LetterBatch, n: int) -> None:
    """The first `n` schools have signed."""
    with as_owner():
        rows = Service.objects.filter(document__letter__batch=batch, document__letter__n__lte=n, received_at=None)
        for row in rows:
            row.signed_at = row.received_at = clock.now()
            row.signed_as, row.kind = "联系人", "signed_for"
            row.signed_by_id = Document.objects.get(pk=row.document_id).approved_by_id
            row.save()


def test_one_file_for_all(office: Office) -> None:
    batch = approved(office)
    run(office, letter_jobs.MAKE, batch, HEAD)
    work()
    batch = fresh(batch)
    with as_owner():
        refused = closed(batch)
        assert refused is not None and refused.sentence.startswith("还有3件没有")
    received(batch, 2)
    with scope(office.staff):
        assert not waiting(office.staff).exists()
    received(batch, 3)
    page = office.client(STAFF).get(batch.get_absolute_url()).content.decode()
    assert "立卷归档" in page
    with scope(office.staff):
        assert [row.pk for row in waiting(office.staff)] == [batch.pk] and not waiting_papers(office.staff).exists()
        letter = Document.objects.visible_to(office.staff).get(letter__n=1)
        refused = letter_closed(letter)
        assert refused is not None and "随批量公文一起立卷" in refused.sentence
        file = archive.open_file(LetterBatch.objects.visible_to(office.staff).get(pk=batch.pk), by=office.staff)
        prepare_items(file)
        items = list(ArchiveItem.objects.filter(file=file).order_by("position"))
    assert [item.key.partition(":")[0] for item in items] == ["merged", "originals", "receipts", "history"]
    assert items[0].sha256 == batch.merged and items[1].sha256 == batch.archive
    assert [item.bound_as for item in items[:3]] == ["pages", "slip", "pages"] and file.retention_years == 30
    with scope(office.head):
        assert archive.close_file(file, by=office.head).number

"""Eight threads take the next number, and issue the same document: one winner each, no gap, no duplicate."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.actors import Actor
from accounts.scope import scope
from records.actions import documents as acts
from records.actions import service as serving
from records.models import Document, NumberCounter, StateTransition
from records.state import Refused
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
THREADS, ROUNDS = 8, 20


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Notices stay in the outbox: what is tested is who wins, not what follows."""
    monkeypatch.setattr("records.outbox.transaction.on_commit", lambda *args, **more: None)
    yield Office()


def at_once(actor: Actor, acts_of_threads: list[Callable[[], Any]]) -> list[str]:
    """Run all at the same moment, each in its own connection as the web role; the sentences of those refused."""
    gate = threading.Barrier(len(acts_of_threads))
    refused: list[str] = []
    broken: list[BaseException] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            with scope(actor):
                act()
        except Refused as error:
            refused.append(error.refusal.sentence)
        except BaseException as error:  # a test's thread must not die unheard
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts_of_threads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken, broken
    return refused


def test_the_web_role_plays_in_threads(office: Office) -> None:
    seen: list[str] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            seen.append(cursor.fetchone()[0])

    at_once(office.head, [ask, ask])
    assert seen == ["web", "web"]


def test_eight_threads_take_the_next_number(office: Office) -> None:
    for _ in range(ROUNDS):
        waiting = [office.submitted() for _ in range(THREADS)]
        refused = at_once(office.head, [lambda d=d: acts.approve(d, by=office.head) for d in waiting])
        assert not refused
    with as_owner():
        numbers = sorted(Document.objects.values_list("sequence", flat=True))
        counter = NumberCounter.objects.get()
    assert numbers == list(range(1, THREADS * ROUNDS + 1))
    assert counter.last == THREADS * ROUNDS


def test_eight_threads_approve_the_same_document(office: Office) -> None:
    for _ in range(ROUNDS):
        document = office.submitted()
        refused = at_once(office.head, [lambda d=document: acts.approve(d, by=office.head)] * THREADS)
        assert len(refused) == THREADS - 1
        assert all(s.startswith(f"该事项已由{office.head.display_name}于") and "“签发”" in s for s in refused)
    with as_owner():
        assert sorted(Document.objects.values_list("sequence", flat=True)) == list(range(1, ROUNDS + 1))


def test_eight_threads_issue_the_same_document(office: Office) -> None:
    for _ in range(ROUNDS):
        document = office.filed()
        refused = at_once(office.staff, [lambda d=document: acts.issue(d, by=office.staff)] * THREADS)
        assert len(refused) == THREADS - 1
        assert all("“印发”，本次操作未生效" in sentence for sentence in refused)
        with as_owner():
            assert StateTransition.objects.of(document).filter(name="issue").count() == 1


def test_eight_threads_sign_for_the_same_document(office: Office) -> None:
    document = office.served()
    refused = at_once(office.unit, [lambda: serving.sign_for(document, by=office.unit)] * THREADS)
    assert len(refused) == THREADS - 1
    with as_owner():
        assert StateTransition.objects.of(document).filter(name="sign_for").count() == 1


def test_a_number_is_given_back_when_the_approval_breaks_off(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    document = office.submitted()
    monkeypatch.setattr(acts, "publish", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError), scope(office.head):
        acts.approve(document, by=office.head)
    monkeypatch.undo()
    assert office.approved().sequence == 1

"""The table itself: order of refusals, the row's lock, the trail; and its diagrams."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.scope import scope
from records.management.commands import state_diagrams
from records.models import Document, StateTransition
from records.state import AlreadyDone, Refused, machines
from records.workflow import DOCUMENT
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_move_writes_who_when_from_where_and_why(office: Office) -> None:
    document = office.submitted()
    with scope(office.head):
        DOCUMENT.move(document, "return", by=office.head, reason=" 改依据 ", facts={"n": 1})
    with as_owner():
        last = StateTransition.objects.of(document).order_by("-id").first()
    assert last is not None
    assert (last.name, last.label, last.source, last.target) == ("return", "退回修改", "submitted", "drafted")
    assert (last.reason, last.facts) == ("改依据", {"n": 1})
    assert (last.person_id, last.membership_id) == (office.head.user_id, office.head.membership_id)
    assert (last.person_name, last.acting_as) == (office.head.display_name, office.head.label)


def test_a_refusal_writes_nothing(office: Office) -> None:
    document = office.submitted()
    with as_owner():
        before = StateTransition.objects.count()
    with scope(office.staff), pytest.raises(Refused, match="无权“签发”"):
        DOCUMENT.move(document, "approve", by=office.staff)
    with as_owner():
        assert StateTransition.objects.count() == before
        assert Document.objects.get(pk=document.pk).state == "submitted"


def test_the_first_reason_is_the_right_then_the_state_then_guards_then_four_eyes(office: Office) -> None:
    document = office.draft(by=office.head)
    with as_owner():
        above = factories.office_actor(530100, "office_head")
    refusals = [
        (office.staff, "您当前的身份（督导办工作人员）无权“签发”。"),
        (office.head, "当前状态为“拟稿”，不能“签发”。"),
    ]
    for actor, sentence in refusals:
        refusal = DOCUMENT.refusal(document, "approve", actor)
        assert refusal is not None
        assert refusal.sentence == sentence
    document.state = "submitted"
    late = [DOCUMENT.refusal(document, "approve", actor) for actor in (above, office.head)]
    assert [r.sentence for r in late if r] == [
        "此事项由承办的督导办办理，您所在单位只能查看。", "拟稿与“签发”不能是同一人，请由其他人员办理。"
    ]  # fmt: skip


def test_options_are_what_the_role_knows_from_here(office: Office) -> None:
    document = office.submitted()
    assert [o.transition.name for o in DOCUMENT.options(document, office.staff)] == ["withdraw"]
    offered = {o.transition.name: o.allowed for o in DOCUMENT.options(document, office.head)}
    # The head drafts too, and so may take back what the office has sent.
    assert offered == {"approve": True, "return": True, "void": True, "withdraw": True}


def test_a_page_that_is_out_of_date_is_told(office: Office) -> None:
    document = office.submitted()
    with scope(office.head):
        DOCUMENT.move(document, "return", by=office.head, reason="改")
        with pytest.raises(AlreadyDone, match="“退回修改”，本次操作未生效"):
            DOCUMENT.move(document, "void", by=office.head, reason="不要了")


# --- diagrams -------------------------------------------------------------------------------------------------------


def test_diagrams_in_docs_are_the_tables() -> None:
    out = io.StringIO()
    call_command("state_diagrams", "--check", stdout=out)
    assert "一致" in out.getvalue()


def test_every_machine_has_a_page_with_every_move() -> None:
    pages = state_diagrams.pages()
    assert len(pages) == len(machines()) + 1
    for machine in machines():
        page = pages[f"{state_diagrams._name(machine)}.md"]
        assert all(t.label in page for t in machine.transitions)
        assert f"[*] --> {machine.initial}" in page


def test_drift_fails(tmp_path: Path, settings: Any) -> None:
    wanted = state_diagrams.pages()
    for name, text in wanted.items():
        (tmp_path / "docs" / "states").mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / "states" / name).write_text(text + ("x" if name == "README.md" else ""), encoding="utf-8")
    (tmp_path / "docs" / "states" / "gone.md").write_text("old", encoding="utf-8")
    settings.ROOT = tmp_path  # the rooms lie elsewhere now, and their tables are known already
    with pytest.raises(CommandError, match=r"README\.md、gone\.md"):
        call_command("state_diagrams", "--check", stdout=io.StringIO())
    call_command("state_diagrams", stdout=io.StringIO())
    call_command("state_diagrams", "--check", stdout=io.StringIO())

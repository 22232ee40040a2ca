"""The rules are there after migrating, and the tables refuse wrong facts."""

from __future__ import annotations

import pytest

from accounts.scope import scope
from records.models import DeadlineRule, LadderRung
from records.timing.deadlines import rule_for
from rectification.rules import REPORT, load_rules
from tests.conftest import as_owner
from tests.rectification.conftest import Bench

pytestmark = pytest.mark.django_db


def test_yunnan_gives_twenty_days_and_says_where_they_come_from(bench: Bench) -> None:
    with scope(bench.actor("unit")):
        here, elsewhere = rule_for(REPORT, 530102), rule_for(REPORT, 520102)
    assert (here.amount, here.unit, here.basis_kind) == (20, "calendar_day", "law")
    assert "云南省教育督导规定" in here.basis
    assert (elsewhere.amount, elsewhere.basis_kind) == (30, "local_practice")


def test_loading_again_adds_nothing_and_leaves_what_an_office_changed(bench: Bench) -> None:
    with as_owner():
        DeadlineRule.objects.filter(code=REPORT, division_code=530000).update(amount=15)
        before = (DeadlineRule.objects.count(), LadderRung.objects.count())
        load_rules(DeadlineRule, LadderRung)
        assert (DeadlineRule.objects.count(), LadderRung.objects.count()) == before
        assert DeadlineRule.objects.get(code=REPORT, division_code=530000).amount == 15


def test_every_consequence_hangs_on_a_warning_of_the_same_act(bench: Bench) -> None:
    with as_owner():
        for rung in LadderRung.objects.exclude(consequence=""):
            warning = LadderRung.objects.get(act=rung.act, step=rung.after, audience="party")
            assert warning.offset_days + rung.grace_days <= rung.offset_days


def test_a_number_that_no_text_gives_is_never_called_law(bench: Bench) -> None:
    with as_owner():
        law = DeadlineRule.objects.filter(basis_kind="law", code__startswith="rectification.")
        assert [(rule.code, rule.division_code) for rule in law] == [(REPORT, 530000)]
        assert not LadderRung.objects.filter(act__startswith="rectification.", basis_kind="law").exists()

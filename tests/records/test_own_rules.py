"""An office's own period within the bounds from above; terms; what runs keeps its rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actors import Actor, Role
from accounts.scope import scope
from records import clock
from records.actions import rules as acts
from records.actions.rules import OwnRule
from records.actions.terms import add_term, remove_term
from records.models import Deadline, DeadlineRule, Document, SchoolTerm
from records.state import Refused
from records.timing import deadlines
from records.timing.calendars import NoTerms
from records.timing.rule_pages import history_of
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office
from tests.roots import make

pytestmark = pytest.mark.django_db
CODE = "test.report"
TODAY = date(2026, 11, 24)


@pytest.fixture
def office() -> Office:
    return Office()


def country(**more: Any) -> DeadlineRule:
    values = {"code": CODE, "label": "报送情况", "party": "unit", "amount": 10, "unit": "working_day", "start_event": "送达",
              "basis": "本地惯例", "basis_kind": "local_practice", "min_amount": 5, "max_amount": 20} | more  # fmt: skip
    with as_owner():
        return DeadlineRule.objects.create(**values)


def own(amount: int = 8, **more: Any) -> OwnRule:
    values: dict[str, Any] = {"amount": amount, "move_last_day": False, "basis": "五政教督〔2026〕3号", "basis_kind": "local_practice",
                              "valid_from": clock.today()} | more  # fmt: skip
    return OwnRule(**values)


def put(actor: Actor, rule: OwnRule, code: str = CODE) -> DeadlineRule:
    with scope(actor):
        return acts.set_rule(code, rule, by=actor)


def amount(actor: Actor, on: date | None = None) -> int:
    with scope(actor):
        return deadlines.rule_for(CODE, actor.division_code, on).amount


def test_within_the_bounds_from_a_day_on_and_back(office: Office) -> None:
    country()
    head, today = office.head, clock.today()
    put(head, own(8, valid_from=today + timedelta(days=30)))
    assert (amount(head), amount(head, today + timedelta(days=30))) == (10, 8)
    put(head, own(6))
    assert amount(head) == 6
    with scope(head):
        acts.reset_rule(CODE, by=head, valid_from=today + timedelta(days=2))
        assert [amount(head, today + timedelta(days=n)) for n in (0, 1, 2, 29, 30)] == [6, 6, 10, 10, 8]
        with pytest.raises(Refused, match="现在就是沿用上级"):
            acts.reset_rule(CODE, by=head, valid_from=today + timedelta(days=3))
    with as_owner():
        neighbour = factories.office_actor(530103, Role.OFFICE_HEAD)
    assert amount(neighbour) == 10


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (own(4, valid_from=TODAY), "不得少于5个工作日（平台默认的范围）"),
        (own(21, valid_from=TODAY), "不得多于20个工作日（平台默认的范围）"),
        (own(8, basis=" ", valid_from=TODAY), "请写明依据"),
        (own(8, valid_from=date(2020, 1, 1)), "不能早于今天"),
        (own(8, least=3, valid_from=TODAY), "给下级的范围超出上级的规定：不得少于5个工作日"),
        (own(8, least=9, most=7, valid_from=TODAY), "前后颠倒"),
    ],
)
def test_out_of_bounds_is_a_sentence(office: Office, rule: OwnRule, sentence: str) -> None:
    country()
    with clock.travel(TODAY), pytest.raises(Refused, match=sentence):
        put(office.head, rule)


def test_what_a_regulation_fixes_is_nobodys_to_set(office: Office) -> None:
    with pytest.raises(Refused, match="国家规定为60日，下级不能另行规定"):
        put(office.head, own(30), code="complaint.finish")
    with as_owner():
        province = factories.office_actor(530000, Role.OFFICE_HEAD)
    with pytest.raises(Refused, match="已有明文规定"):
        put(province, own(25), code="rectification.report")


def test_narrower_bounds_flag_what_stands_outside_and_a_new_value_above_is_inherited(office: Office) -> None:
    country()
    head = office.head
    with as_owner():
        province = factories.office_actor(530000, Role.OFFICE_HEAD)
        prefecture = factories.office_actor(530100, Role.OFFICE_HEAD)
    put(head, own(18))
    put(province, own(12, least=6, most=15))
    assert (amount(prefecture), amount(head)) == (12, 18)
    page = office.client(Role.OFFICE_HEAD).get(reverse("records:rules")).content.decode()
    assert "现在的数额已不在范围内：不得多于15个工作日（云南省规定的范围）" in page
    with pytest.raises(Refused, match="不得多于15"):
        put(head, own(16, valid_from=clock.today() + timedelta(days=1)))
    put(head, own(14, valid_from=clock.today() + timedelta(days=1)))


def test_a_running_deadline_keeps_its_rule(office: Office) -> None:
    country()
    head = office.head
    with as_owner():
        root = make(Document, factories.office(530102), office.school, filed_at=clock.now())
        running = deadlines.open_deadline(root, rule_code=CODE, party_org=office.school, title="报送")
    put(head, own(5))
    with as_owner():
        row = Deadline.objects.get(pk=running.pk)
        assert (row.amount, row.rule.amount, row.due_at) == (10, 10, running.due_at)
        assert deadlines.recompute(row) is False
        Deadline.objects.all().update(cancelled_at=clock.now())
        later = deadlines.open_deadline(root, rule_code=CODE, party_org=office.school, title="报送")
    assert later.amount == 5
    with pytest.raises(Refused, match="请从明天起用"):
        put(head, own(7))


def test_the_second_lock_holds_the_rules_from_above(office: Office) -> None:
    """By SQL too an office writes only its own rows, and sees who changed those above."""
    above = country()
    with as_owner():
        DeadlineRule.objects.filter(pk=above.pk).update(label="报送情况表")
    head = office.head
    with scope(head):
        assert DeadlineRule.objects.filter(pk=above.pk).update(amount=1) == 0
        assert DeadlineRule.objects.filter(pk=above.pk).delete()[0] == 0
        assert len(history_of(CODE, head, {None: "国家"})) == 2


def test_the_pages_of_a_rule(office: Office) -> None:
    country()
    head, staff = office.client(Role.OFFICE_HEAD), office.client(Role.OFFICE_STAFF)
    page, change = reverse("records:rule", args=[CODE]), reverse("records:rule_change", args=[CODE])
    assert "不少于5个工作日（平台默认），不多于20个工作日（平台默认）" in head.get(page).content.decode()
    assert change not in staff.get(page).content.decode()
    wrong = head.post(
        change, {"amount": "30", "basis": "会议纪要", "basis_kind": "local_practice", "valid_from": clock.today()}
    )
    assert wrong.status_code == 422
    assert "不得多于20个工作日" in wrong.content.decode()
    assert "会议纪要" in wrong.content.decode()
    done = head.post(change, {"amount": "7", "basis": "会议纪要", "basis_kind": "local_practice", "valid_from": clock.today()},
                     follow=True).content.decode()  # fmt: skip
    assert "五华区规定为7个工作日" in done
    assert "恢复沿用上级" in done
    back = head.post(reverse("records:rule_reset", args=[CODE]), follow=True).content.decode()
    assert "恢复沿用上级规则" in back
    assert head.get(reverse("records:rule", args=["no.such"])).status_code == 404


# --- terms ----------------------------------------------------------------------------------------------------------------


def test_terms_nearest_wins_and_no_overlap(office: Office) -> None:
    with as_owner():
        province = factories.office_actor(530000)
    autumn, spring = (date(2026, 9, 1), date(2027, 1, 15)), (date(2027, 2, 20), date(2027, 7, 10))
    with scope(province):
        for name, (starts, ends) in (("2026年秋季学期", autumn), ("2027年春季学期", spring)):
            add_term(by=province, name=name, starts=starts, ends=ends)
    staff = office.staff
    with scope(staff):
        add_term(by=staff, name="2026年秋季学期", starts=date(2026, 9, 7), ends=date(2027, 1, 22))
        assert [(t.division_code, t.starts) for t in deadlines.terms_of(530102)] == [
            (530102, date(2026, 9, 7)),
            (530000, spring[0]),
        ]
        with pytest.raises(Refused, match="重叠或同名"):
            add_term(by=staff, name="另一个", starts=date(2027, 1, 22), ends=date(2027, 5, 1))
    with as_owner(), pytest.raises(IntegrityError, match="no_overlap"), transaction.atomic():
        SchoolTerm.objects.create(division_code=530102, name="重叠", starts=date(2027, 1, 1), ends=date(2027, 3, 1))


def test_a_period_in_terms_says_where_to_act_when_there_are_none(office: Office) -> None:
    country(unit="school_term", amount=1, min_amount=None, max_amount=None)
    with as_owner():
        root = make(Document, factories.office(530102), office.school, filed_at=clock.now())
        with pytest.raises(Refused, match=r"请督导办先在“设置—学期”中登记"):
            deadlines.open_deadline(root, rule_code=CODE, party_org=office.school, title="报送")
    staff = office.staff
    with clock.travel(TODAY), scope(staff):
        term = add_term(by=staff, name="2026年秋季学期", starts=date(2026, 9, 1), ends=date(2027, 1, 22))
        row = deadlines.open_deadline(root, rule_code=CODE, party_org=office.school, title="报送")
        assert row.last_day == date(2027, 1, 22)
        with pytest.raises(Refused, match="不能删除"):
            remove_term(term, by=staff)
    with as_owner():
        SchoolTerm.objects.all().delete()
        with pytest.raises(NoTerms):
            deadlines.recompute(row)


def test_the_page_of_terms(office: Office) -> None:
    staff, school = office.client(Role.OFFICE_STAFF), office.client("school")
    address = reverse("records:terms")
    wrong = staff.post(address, {"name": "秋", "starts": "2026-09-01", "ends": "2026-08-01"})
    assert "最后一天应当在开学之后" in wrong.content.decode()
    done = staff.post(address, {"name": "2026年秋季学期", "starts": "2026-09-01", "ends": "2027-01-22"}, follow=True)
    assert "2026年秋季学期" in done.content.decode()
    seen = school.get(address).content.decode()
    assert "2026年秋季学期" in seen
    assert "登记学期" not in seen
    with as_owner():
        term = SchoolTerm.objects.get()
    assert school.post(reverse("records:term_remove", args=[term.pk])).status_code == 403
    assert "已删除" in staff.post(reverse("records:term_remove", args=[term.pk]), follow=True).content.decode()

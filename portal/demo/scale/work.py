"""An office's five years: visits with their findings, problems, tickets, and the clocks of the parties."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from inspections.models import InstrumentItem, InstrumentVersion
from portal.demo.answers import answer
from portal.demo.scale import words
from portal.demo.scale.copying import Sheet, copy_all
from portal.demo.scale.lives import HOUR, STUCK, Life, live
from portal.demo.scale.register import Book, Place
from portal.demo.scale.size import YEARS
from portal.demo.scale.spans import DAY, Spans
from records import clock
from rectification.models import ProblemCategory
from rectification.rules import REPORT, SIGN, URGE, VERIFY

DAYS = YEARS * 365
# Months in which schools are closed see few visits.
BUSY = (0, 0.6, 0.2, 1.1, 1.1, 1.1, 0.9, 0.15, 0.15, 1.3, 1.1, 1.2, 1.0)
FROM_VISITS = 0.8
WITH_SECOND = 0.125  # tickets that hold two problems; and, of as many more problems, no ticket
ANSWERED_DAYS = 30  # answers are kept for the last month's visits: 24 a visit would be thirty million
COMPANIONS = 0.08
RECENT = DAY * 4
TICKET, ORDER_KIND = "rectification.ticket", "rectification.supervisoryorder"


@dataclass(frozen=True)
class Bases:
    """Ids before this office's first row; `tickets_of_all`: documents and deadlines of orders come after everybody's."""

    visit: int
    problem: int
    ticket: int
    tickets_of_all: int
    problems_of_all: int


@dataclass(frozen=True)
class World:
    """What every office shares."""

    seed: int
    now: datetime
    spans: Spans
    version: int
    items: list[InstrumentItem]
    groups: dict[str, str]
    categories: dict[str, int]
    days: list[date]
    weights: list[float]

    @classmethod
    def of(cls, seed: int) -> World:
        now = clock.now()
        today = now.date()
        version = InstrumentVersion.objects.filter(division_code=None, published_at__isnull=False).earliest("pk")
        items = list(InstrumentItem.objects.filter(version=version).order_by("order"))
        days = [d for n in range(DAYS, -1, -1) if (d := today - timedelta(days=n)).weekday() < 5]
        return cls(
            seed, now, Spans(today - timedelta(days=DAYS + 10), today), version.pk, items,
            {i.group_code: i.group for i in items},
            dict(ProblemCategory.objects.exclude(item_code="").values_list("item_code", "pk")), days,
            # A little more each year.
            [BUSY[d.month] * (1 + n / len(days) / 3) for n, d in enumerate(days)],
        )  # fmt: skip


class Work:
    """Draws the rows of one office and copies them."""

    def __init__(self, world: World, book: Book, schools: list[Place], bases: Bases) -> None:
        self.world, self.book, self.schools, self.bases = world, book, schools, bases
        self.random = Random(f"{world.seed}/{book.share.code}/work")
        self.stuck = self.random.uniform(*STUCK)
        code, office = book.share.code, book.office
        own = {"owner_code": code, "author_org_id": office}
        self.visits = Sheet(
            "inspections_routinevisit",
            "id subject_org_id inspector_id created_by_id inspector_name visited_on created_at state filed_at submitted_at "
            "submitted_by_id accepted_at accepted_by_id served_at finding_count lessons papers talks walks overall time_from time_until",
            **own, subject_code=code, version_id=world.version, revision=1, saved_from="", meetings=0, questionnaires=0,
            good_practice="",
        )  # fmt: skip
        self.findings = Sheet("inspections_finding", "id visit_id key group_code description severity disposition resolved_note "
                              "problem_id filed_at")  # fmt: skip
        self.answers = Sheet("inspections_visitanswer", "visit_id item_id value filed_at", note="")
        self.companions = Sheet("inspections_visitcompanion", "visit_id person_id name")
        self.problems = Sheet(
            "rectification_problem",
            "id subject_code subject_org_id created_by_id found_by_id created_at filed_at served_at title description item_code item_label "
            "category_id severity found_on source_kind source_id source_label state dismissal_reason ticket_id", **own,
        )  # fmt: skip
        self.tickets = Sheet(
            "rectification_ticket",
            "id subject_code subject_org_id created_at filed_at served_at number title demand severity department_id verifier_id "
            "notice_id state due_at signed_at signed_by_id answered_at answered_by_id verified_at verified_by_id closed_at "
            "closed_by_id withdrawn_at withdrawn_by_id", **own, created_by_id=book.staff,
        )  # fmt: skip
        self.orders = Sheet(
            "rectification_supervisoryorder", "id subject_code subject_org_id ticket_id document_id created_at filed_at served_at state "
            "answered_at lapsed_at answer_by", **own, n=1, reason_text="责任单位逾期未报送整改情况，经多次提醒仍未报送。",
        )  # fmt: skip
        self.deadlines = Sheet(
            "records_deadline", "id root_kind root_id subject_code title act party party_org_id rule_label basis basis_kind started_at due_at "
            "original_due_at rule_id amount unit met_at met_by_id verdict cancelled_at", owner_code=code, move_last_day=False,
            provisional=False,
        )  # fmt: skip
        self.numbers: Counter[int] = Counter()
        self.problem, self.ticket, self.remark = bases.problem, bases.ticket, 0

    def copy(self) -> int:
        # Parts before their visit: what was handed in is locked, and the foreign keys are asked at the end.
        return copy_all([self.findings, self.answers, self.companions, self.visits, self.tickets, self.problems, self.orders,
                         self.deadlines])  # fmt: skip

    def draw(self) -> None:
        cases = self._cases()
        by_visit = self._draw_visits(cases)
        by_hand = self._by_hand(len(cases) - len(by_visit))
        found = list(zip([*by_visit, *by_hand], cases, strict=True))
        found.sort(key=lambda pair: pair[0][0])
        for (opened, place, source), kind in found:
            self._enter_case(opened, place, source, kind)

    def _cases(self) -> list[str]:
        """What comes of each: a ticket of one problem, of two, or no ticket. Shuffled."""
        tickets = self.book.share.tickets
        extra = round(tickets * WITH_SECOND)
        cases = ["one"] * (tickets - extra) + ["two"] * extra + ["none"] * extra
        self.random.shuffle(cases)
        return cases

    # --- visits -------------------------------------------------------------------------------------------------------

    def _draw_visits(self, cases: list[str]) -> list[tuple[datetime, Place, Any]]:
        """The visits in the order of their days; those behind the first cases with their findings. Returns those."""
        share, random, world = self.book.share, self.random, self.world
        if not share.visits:
            return []
        days = sorted(random.choices(world.days, world.weights, k=share.visits))
        ripe = sum(day < (world.now - RECENT).date() for day in days)
        wanted = min(round(len(cases) * FROM_VISITS), ripe)
        chosen = random.sample(range(ripe), wanted)
        kind_of = dict(zip(sorted(chosen), cases[:wanted], strict=True))
        found = []
        for n, day in enumerate(days):
            place = random.choice(self.schools)
            at = datetime.combine(day, time(9, random.randint(0, 59)), clock.TZ)
            ledger = {"one": 1, "two": 2, "none": 1}.get(kind_of.get(n, ""), 0)
            pk = self.bases.visit + n + 1
            accepted = self._visit(pk, place, at, ledger)
            if ledger:
                found.append((accepted, place, (pk, at)))
        return found

    def _visit(self, pk: int, place: Place, at: datetime, ledger: int) -> datetime:
        """Write a visit; returns when it was accepted."""
        random, now = self.random, self.world.now
        submitted, accepted = at + HOUR * 8, at + HOUR * random.randint(23, 70)
        state = "accepted"
        if accepted > now:
            state = (
                "draft"
                if submitted > now or random.random() < 0.3
                else random.choice(("submitted",) * 9 + ("returned",))
            )
        filed = None if state == "draft" else submitted
        remarks = random.choices((0, 1, 2), (80, 16, 4))[0] if state != "draft" else 0
        served = accepted if state == "accepted" else None
        self.visits.add(
            pk, place.pk, place.inspector, place.inspector, place.inspector_name, at.date(), at, state, filed, filed,
            place.inspector if filed else None, served, self.book.staff if served else None, served, ledger + remarks,
            random.randint(0, 3), random.randint(1, 8), random.randint(0, 6), random.randint(0, 2), random.choice(words.OVERALL),
            "09:00", "11:30",
        )  # fmt: skip
        for _ in range(remarks):
            self._remark(pk, filed)
        if filed and (now - at).days < ANSWERED_DAYS:
            for item in self.world.items:
                self.answers.add(pk, item.pk, json.dumps(answer(item, random)), filed)
        if random.random() < COMPANIONS:
            other = random.choice(self.schools)
            if other.inspector != place.inspector:
                self.companions.add(pk, other.inspector, other.inspector_name)
        return accepted

    def _remark(self, visit: int, filed: datetime | None) -> None:
        """A finding that the school need not answer."""
        item, _, text = words.fault(self.random)
        disposition = self.random.choice(("none", "on_spot"))
        self.remark += 1
        pk = self.bases.problems_of_all + visit * 2 + self.remark % 2
        self.findings.add(pk, visit, UUID(int=pk), item, text, "minor", disposition,
                          "已当场改正。" if disposition == "on_spot" else "", None, filed)  # fmt: skip

    def _by_hand(self, count: int) -> list[tuple[datetime, Place, Any]]:
        """Problems that did not come from a routine visit: a day and a school each."""
        days = self.random.choices(self.world.days[:-3], self.world.weights[:-3], k=count)
        return [
            (
                datetime.combine(day, time(10, self.random.randint(0, 59)), clock.TZ),
                self.random.choice(self.schools),
                None,
            )
            for day in days
        ]

    # --- problems and tickets -----------------------------------------------------------------------------------------

    def _enter_case(self, found: datetime, place: Place, source: tuple[int, datetime] | None, kind: str) -> None:
        random, now = self.random, self.world.now
        life = None
        if kind != "none":
            life = live(random, found + HOUR * random.randint(1, 80), now, self.world.spans, self.stuck)
            if life.opened > now:
                life = None
        if life is not None:
            self.ticket += 1
        state, reason = _problem_state(random, life, found, now)
        gravity = random.choices(("minor", "general", "serious"), (18, 62, 20))[0]
        titles = [
            self._problem(found, place, source, life, state, reason, gravity) for _ in range(2 if kind == "two" else 1)
        ]
        if life is not None:
            self._ticket(life, place, titles, gravity)

    def _problem(
        self, found: datetime, place: Place, source: tuple[int, datetime] | None, life: Life | None, state: str, reason: str,
        gravity: str,
    ) -> str:  # fmt: skip
        self.problem += 1
        pk, book = self.problem, self.book
        item, title, text = words.fault(self.random)
        kind, key, label, by = "", "", f"{self.random.choice(words.MISSIONS)}", book.staff
        if source is not None:
            visit, day = source
            kind, key, by = "inspections.finding", str(pk), place.inspector
            label = f"{day.year}年{day.month}月{day.day}日经常性督导（督学{place.inspector_name}）"
            self.findings.add(pk, visit, UUID(int=pk), item, text, gravity, "rectify", "", pk, day + HOUR * 8)
        held = life is not None and state in ("in_rectification", "closed")
        self.problems.add(
            pk, place.county, place.pk, book.staff, by, found, found, life.served if life else None, title, text, item,
            self.world.groups[item], self.world.categories.get(item), gravity, (source[1] if source else found).date(), kind, key,
            label, state, reason, self.ticket if held else None,
        )  # fmt: skip
        return title

    def _ticket(self, life: Life, place: Place, titles: list[str], gravity: str) -> None:
        pk, book, year = self.ticket, self.book, life.opened.year
        self.numbers[year] += 1
        title = titles[0] + (f"等{len(titles)}个问题" if len(titles) > 1 else "")
        verifier = place.inspector if book.share.is_county else None
        checker = verifier or book.staff
        withdrawn, contact = life.withdrawn, place.contact
        self.tickets.add(
            pk, place.county, place.pk, life.opened, life.opened, life.served, f"整{book.share.code}-{year}-{self.numbers[year]:04d}",
            title, words.demand(self.random), gravity, place.department, verifier, pk if life.submitted else None, life.state,
            self._turn(life), life.signed, contact if life.signed else None, life.answered, contact if life.answered else None,
            life.verified, checker if life.verified else None, life.closed, book.head if life.closed else None, withdrawn,
            book.staff if withdrawn else None,
        )  # fmt: skip
        if life.served:
            self._clocks(pk, life, place, title)
        if life.ordered:
            self._order(pk, life, place, title)

    def _turn(self, life: Life) -> datetime | None:
        end = self.world.spans.end
        if life.order == "in_force" and life.ordered:
            return end("rectification.order", life.ordered)
        starts = {
            "served": (SIGN, life.served),
            "rectifying": (REPORT, life.signed),
            "reported": (VERIFY, life.answered),
        }
        act, start = starts.get(life.state, ("", None))
        return end(act, start) if start else None

    def _clocks(self, pk: int, life: Life, place: Place, title: str) -> None:
        """Who had to do what by when: the unit, the office, the department."""
        office, random = self.book.office, self.random
        self._clock(
            pk * 4,
            TICKET,
            pk,
            SIGN,
            life.served,
            life.signed,
            place,
            place.pk,
            f"签收整改通知书：{title}",
            place.contact,
            life,
        )
        self._clock(pk * 4 + 1, TICKET, pk, REPORT, life.signed, life.answered, place, place.pk, f"报送整改情况：{title}",
                    place.contact, life)  # fmt: skip
        self._clock(pk * 4 + 2, TICKET, pk, VERIFY, life.answered, life.verified, place, office, f"核查整改情况：{title}",
                    self.book.staff, life)  # fmt: skip
        assert life.served is not None
        urged = life.served + HOUR * random.randint(20, 300) if random.random() < 0.6 else None
        if urged and urged > (life.closed or self.world.now):
            urged = None
        self._clock(
            pk * 4 + 3,
            TICKET,
            pk,
            URGE,
            life.served,
            urged,
            place,
            place.department,
            f"督促落实整改：{title}",
            None,
            life,
        )

    def _clock(
        self, pk: int, kind: str, root: int, act: str, start: datetime | None, met: datetime | None, place: Place, party: int,
        title: str, by: int | None, life: Life,
    ) -> None:  # fmt: skip
        if start is None:
            return
        rule, ends = self.world.spans.rules[act], self.world.spans.end(act, start)
        verdict = "" if met is None else "on_time" if met < ends else "late"
        self.deadlines.add(
            pk, kind, root, place.county, title, act, rule.party, party, f"{rule.label}：{rule.length.label}，自{rule.start_event}起算",
            rule.basis, rule.basis_kind, start, ends, ends, rule.pk, rule.amount, rule.unit, met, by if met else None, verdict,
            life.closed if met is None else None,
        )  # fmt: skip

    def _order(self, pk: int, life: Life, place: Place, title: str) -> None:
        """The order has its ticket's id; its document and clock come after all tickets'."""
        served = life.ordered
        assert served is not None
        after, ends = self.bases.tickets_of_all, self.world.spans.end("rectification.order", served)
        drafted = served - DAY * 2
        self.orders.add(
            pk, place.county, place.pk, pk, after + pk, drafted, drafted, served, life.order,
            life.answered if life.order == "answered" else None, ends + DAY * 3 if life.order == "lapsed" else None, ends.date(),
        )  # fmt: skip
        self._clock((after + pk) * 4, ORDER_KIND, pk, "rectification.order", served, life.answered, place, place.pk,
                    f"答复督办单：{title}", place.contact, life)  # fmt: skip


def _problem_state(random: Random, life: Life | None, found: datetime, now: datetime) -> tuple[str, str]:
    """(state, why it was dismissed)"""
    if life is not None and life.state != "withdrawn":
        return ("closed" if life.state == "closed" else "in_rectification"), ""
    if (now - found).days < 25 or random.random() < 0.04:
        return "open", ""
    return "dismissed", "经复核，学校已自行改正，不需要另行整改。"

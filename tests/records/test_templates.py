"""Document templates: the country's, what an office makes of them, blanks that are filled in and never run."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.actors import Actor, Role
from accounts.scope import scope
from records.actions import templates as acts
from records.actions.drafting import asked_of, attendance_of, draft_from
from records.actions.templates import Standing, standing_of
from records.documents.blanks import fill, fill_content, names_in, open_blanks, unknown_in
from records.documents.kinds import KINDS, DocumentKind, blanks_of
from records.documents.papers import compose
from records.models import Document, DocumentParty, DocumentTemplate
from records.state import AlreadyDone, Refused
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def country(kind: str = "supervisory_order", code: str = "standard") -> DocumentTemplate:
    return DocumentTemplate.objects.get(kind=kind, code=code, division_code=None)


def head_of(code: int) -> Actor:
    with as_owner():
        return factories.actor(factories.member(factories.office(code), Role.OFFICE_HEAD))


def adapted(by: Actor, body: str = "自拟正文。") -> DocumentTemplate:
    with scope(by):
        own = acts.adapt(country(), by=by)
        acts.rewrite(own, by=by, seen=own.mark, name=own.name, note="", texts=own.texts | {"body": body})
        own.refresh_from_db()
    return own


def mine(by: Actor) -> Standing:
    with scope(by):
        return standing_of(country(), by)


# --- what comes with the program


def test_every_kind_of_document_has_a_template_and_all_its_blanks_are_known() -> None:
    with as_owner():
        rows = list(DocumentTemplate.objects.filter(division_code=None))
    assert {row.kind for row in rows} == set(DocumentKind.values)
    for row in rows:
        assert not unknown_in(row.kind, *row.texts.values()), row.name
        attendance_of(row.attendance)
        assert set(asked_of(row)) <= set(blanks_of(row.kind))


def test_a_form_is_described_but_takes_no_number() -> None:
    assert [k.label for k in KINDS.values() if not k.is_official] == ["督导记录", "约谈记录", "送达回证"]
    assert not any(k.needs_number for k in KINDS.values() if not k.is_official)


# --- the office's own


def test_what_an_office_adapts_binds_down_and_nobody_beside(office: Office) -> None:
    province, neighbour = head_of(530000), head_of(530103)
    other_province = head_of(520102)
    adapted(province, "省里的正文。")
    assert mine(office.head).template.body == "省里的正文。"
    assert mine(neighbour).template.body == "省里的正文。"
    assert mine(other_province).template.division_code is None
    adapted(office.head, "区里的正文。")
    now = mine(office.head)
    assert (now.template.body, now.is_own) == ("区里的正文。", True)
    assert now.inherited is not None
    assert now.inherited.body == "省里的正文。"
    assert mine(neighbour).template.body == "省里的正文。"
    with scope(neighbour):
        assert not DocumentTemplate.objects.filter(division_code=530102).exists(), "the second lock"


def test_a_change_above_shows_until_the_office_has_looked(office: Office) -> None:
    province = head_of(530000)
    own = adapted(office.head)
    assert not mine(office.head).has_changed_above
    adapted(province, "省里后来写的。")
    assert mine(office.head).has_changed_above
    with scope(office.head):
        acts.keep_own(own, by=office.head)
    assert not mine(office.head).has_changed_above
    with scope(province):
        acts.reset(mine(province).template, by=province)
    assert mine(office.head).has_changed_above, "it is gone: the country's stands above again"


def test_reset_brings_the_inherited_words_back(office: Office) -> None:
    own = adapted(office.head)
    with scope(office.head):
        assert acts.reset(own, by=office.head) == country()
    assert not mine(office.head).is_own


def test_adapting_twice_is_adapting_once(office: Office) -> None:
    first = adapted(office.head, "第一次。")
    with scope(office.staff):
        assert acts.adapt(country(), by=office.staff).pk == first.pk


def test_nobody_writes_another_offices_template(office: Office) -> None:
    provinces = adapted(head_of(530000))
    with scope(office.head):
        for act in (acts.keep_own, acts.reset):
            with pytest.raises(Refused, match="本单位"):
                act(provinces, by=office.head)
        with pytest.raises(Refused, match="本单位"):
            acts.rewrite(country(), by=office.head, seen="", name="", note="", texts={})
        with pytest.raises(Refused, match="无权"):
            acts.adapt(country(), by=office.actor(Role.LEADER))
        assert DocumentTemplate.objects.filter(division_code=None).update(body="改") == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentTemplate.objects.filter(pk=provinces.pk).update(division_code=530102)
            provinces.save(force_update=True)


def test_a_change_in_between_is_not_written_over(office: Office) -> None:
    own = adapted(office.head)
    with scope(office.staff), pytest.raises(AlreadyDone, match="他人修改"):
        acts.rewrite(own, by=office.staff, seen="older", name="名", note="", texts=own.texts)


def test_an_unknown_blank_is_refused_by_its_name(office: Office) -> None:
    own = adapted(office.head)
    with scope(office.head), pytest.raises(Refused, match="“校长电话”不是这个文种可用的空白"):
        texts = own.texts | {"body": "请与{{ 校长电话 }}联系。"}
        acts.rewrite(own, by=office.head, seen=own.mark, name=own.name, note="", texts=texts)


# --- blanks


@pytest.mark.parametrize(
    "text",
    ["{{ 7 * 7 }}", "{% for x in y %}", "{{ ''.__class__.__mro__ }}", "${7*7}", "{{{{ 联系人 }}}}", "{{ }}", "{{", "<%= 7 %>",
     "{{ 联系人.__class__ }}", "{{ 联系人|upper }}", "{# 注释 #}"],
)  # fmt: skip
def test_a_template_that_tries_to_run_code_is_just_text(text: str) -> None:
    filled = fill(text, {"7 * 7": "", "别的": "值"})
    assert filled == text


def test_a_blank_is_filled_in_once_and_its_value_is_no_blank() -> None:
    values = {"联系人": "{{ 联系电话 }}", "联系电话": "0871"}
    assert fill("{{联系人}}、{{　联系电话 }}、{{ 来函 }}", values) == "{{ 联系电话 }}、0871、{{ 来函 }}"
    assert names_in("{{ 甲 }}{{乙}}{{ 甲 }}") == ["甲", "乙"]


def test_blanks_of_tables_attachments_and_lists_are_found_and_filled() -> None:
    content = {
        "paragraphs": [{"text": "由{{ 联系人 }}负责", "level": 0}, {"header": ["序号"], "rows": [["{{ 督办事项 }}"]]}],
        "attachments": ["{{ 办结期限 }}清单"],
        "contact_note": "{{ 联系电话 }}",
        "copies_to": "{{ 不是空白 }}",
    }
    assert open_blanks("supervisory_order", "{{ 称谓 }}", content) == [
        "称谓",
        "联系电话",
        "联系人",
        "督办事项",
        "办结期限",
    ]
    filled = fill_content(content, {"联系人": "李明", "督办事项": "<b>整改</b>", "办结期限": "今日", "联系电话": "1"})
    assert filled["paragraphs"][1]["rows"] == [["<b>整改</b>"]]
    assert open_blanks("supervisory_order", "", filled) == []
    assert content["paragraphs"][0] == {"text": "由{{ 联系人 }}负责", "level": 0}, "the template itself is left alone"


def test_attendance_is_read_line_by_line() -> None:
    assert attendance_of("出席：王建国、李明\n列席: 张华\n") == [["出席", "王建国、李明"], ["列席", "张华"]]
    with pytest.raises(ValueError, match="请以“出席"):
        attendance_of("参加：王建国")


# --- a draft from a template


def test_a_draft_fills_in_what_is_known_and_keeps_open_what_is_not(office: Office) -> None:
    by = office.staff
    with as_owner():
        department = factories.department(530102)
        prefecture = factories.office(530100)
    with scope(by):
        found: Document = draft_from(
            country("inspection_notice", "special"), by=by, recipients=[office.school, prefecture], copies_to=[department],
            addressed="各有关学校", blanks={"督导事项": "校园食品安全", "督导时间": ""},
        )  # fmt: skip
    assert found.title == "关于开展校园食品安全专项督导的通知书"
    assert found.subject_org == office.school
    assert found.about_kind == ""
    assert open_blanks(found.kind_of, found.title, found.content) == [
        "联系人",
        "联系电话",
        "督导时间",
        "督导组长",
        "自评期限",
    ]
    with as_owner():
        parties = set(DocumentParty.objects.values_list("organization__name", "role"))
    assert parties == {(prefecture.name, "recipient"), (department.name, "copied")}
    paper = compose(found)
    assert paper.recipient == "各有关学校"
    assert paper.copies_to == department.name
    assert [p.level for p in paper.paragraphs[:3]] == [0, 1, 2]  # type: ignore[union-attr]


def test_whoever_lies_outside_the_range_is_a_party_and_no_subject(office: Office) -> None:
    by = office.staff
    with as_owner():
        prefecture = factories.office(530100)
    with scope(by):
        found = draft_from(country("letter", "request"), by=by, recipients=[prefecture], blanks={"商请事项": "派员"})
        none = draft_from(country("minutes"), by=by, recipients=[], blanks={"会议名称": "联席会议"})
    assert (found.subject_org, found.subject_code) == (None, 530102)
    assert found.content["recipient"] == prefecture.name
    assert none.content["attendance"] == [["出席", "{{ 出席人员 }}"]]
    paper: Any = compose(none)
    assert paper.issuer_mark.endswith("会议纪要")
    assert not paper.sealed

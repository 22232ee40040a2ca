"""Instruments: the eight items of the country, versions that freeze, an office's own in front of the country's."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from accounts.scope import scope
from inspections.actions.instruments import copy_version, publish_version
from inspections.instruments import items_of, version_for
from inspections.models import AnswerKind, Instrument, InstrumentItem, InstrumentVersion
from records.state import AlreadyDone, Refused
from tests import factories
from tests.conftest import as_owner
from tests.inspections.conftest import Corps, begin, build

FROZEN = (IntegrityError, InternalError, ProgrammingError)


def test_eight_items_with_questions_of_every_kind(corps: Corps) -> None:
    actor = corps.actor("unit")
    with scope(actor):
        items = items_of(version_for(actor))
    assert [*dict.fromkeys(i.group_code for i in items)] == [str(n) for n in range(1, 9)]
    assert {i.kind for i in items} == set(AnswerKind.values)
    assert all(any(i.required for i in items if i.group_code == g) for g in "12345678")


def test_a_published_version_never_changes_even_by_sql(corps: Corps) -> None:
    visit = begin(corps)
    with as_owner():  # type: ignore[attr-defined]
        item = visit.version.items.earliest("order")
        for write in (
            lambda: InstrumentItem.objects.filter(pk=item.pk).update(label="改"),
            lambda: InstrumentItem.objects.filter(version=visit.version).delete(),
            lambda: InstrumentItem.objects.create(
                version=visit.version, code="9", group_code="9", group="新", order=99, label="新", kind="text"
            ),
            lambda: InstrumentVersion.objects.filter(pk=visit.version_id).update(note="改"),
            lambda: Instrument.objects.filter(pk=visit.version.instrument_id).update(title="改"),
        ):
            with pytest.raises(FROZEN), transaction.atomic():
                write()


def test_an_item_cannot_be_slipped_into_a_published_version(corps: Corps) -> None:
    staff = corps.actor("staff")
    with scope(staff):
        country = version_for(staff)
        draft = copy_version(country, by=staff)
        with pytest.raises(FROZEN), transaction.atomic():
            draft.items.filter(code="1-1").update(version=country)


def test_an_office_s_own_version_comes_before_the_country_s(corps: Corps) -> None:
    staff, inspector = corps.actor("staff"), corps.actor("inspector")
    with scope(staff):
        country = version_for(staff)
        draft = copy_version(country, by=staff)
        assert copy_version(country, by=staff) == draft, "one in the making is given back"
        assert version_for(staff) == country
        draft.items.filter(code="1-1").update(label="本县的问题")
        publish_version(draft, by=staff)
        with pytest.raises(AlreadyDone):
            publish_version(draft, by=staff)
        assert copy_version(draft, by=staff).number == 2
    with scope(inspector):
        assert version_for(inspector) == draft
    with as_owner():  # type: ignore[attr-defined]
        sibling = build(530103).actor("staff")
        prefecture = factories.office_actor(530100)
    with scope(sibling):
        assert version_for(sibling) == country
        assert not InstrumentVersion.objects.filter(pk=draft.pk).exists()
    with scope(prefecture):
        assert InstrumentVersion.objects.visible_to(prefecture).filter(pk=draft.pk).exists()
        assert version_for(prefecture) == country, "an office below does not bind the one above"


def test_a_county_uses_the_province_s_version(corps: Corps) -> None:
    with as_owner():  # type: ignore[attr-defined]
        province = factories.office_actor(530000)
    with scope(province):
        made = publish_version(copy_version(version_for(province), by=province), by=province)
    inspector = corps.actor("inspector")
    with scope(inspector):
        assert version_for(inspector) == made


def test_another_office_s_draft_and_an_empty_one_are_not_published(corps: Corps) -> None:
    staff = corps.actor("staff")
    with as_owner():  # type: ignore[attr-defined]
        prefecture = factories.office_actor(530100)
    with scope(staff):
        draft = copy_version(version_for(staff), by=staff)
    with scope(prefecture), pytest.raises(Refused, match="上级的督导工具不能修改"):
        publish_version(draft, by=prefecture)
    with scope(staff):
        draft.items.all().delete()
        with pytest.raises(Refused, match="还没有任何问题"):
            publish_version(draft, by=staff)


def test_a_web_session_cannot_write_the_country_s_instrument(corps: Corps) -> None:
    staff = corps.actor("staff")
    with scope(staff):
        country = version_for(staff)
        with pytest.raises(FROZEN), transaction.atomic():
            InstrumentVersion.objects.create(
                instrument=country.instrument, division_code=None, number=7, created_at=country.created_at
            )
        with pytest.raises(FROZEN), transaction.atomic():
            Instrument.objects.create(code="mine", title="冒充", basis="无")

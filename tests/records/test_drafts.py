"""What one types is kept on the server under the form's key: one's own, replaced, forgotten when handed in."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from accounts.actors import Role
from accounts.scope import scope
from records.actions.drafts import DraftRefused, clear_draft, draft_url, load_draft, save_draft, typed
from records.models import Draft
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = pytest.mark.django_db
KEY = "rectification.report:812"


@pytest.fixture
def office() -> Office:
    return Office()


def test_saved_replaced_loaded_cleared(office: Office) -> None:
    with scope(office.unit):
        assert load_draft(by=office.unit, key=KEY) is None
        save_draft(by=office.unit, key=KEY, data={"text": ["一"]})
        save_draft(by=office.unit, key=KEY, data={"text": ["二"], "items": ["a", "b"], "n": 3})
        kept = load_draft(by=office.unit, key=KEY)
        assert kept is not None
        assert typed(kept).getlist("items") == ["a", "b"]
        assert typed(kept)["text"] == "二"
        assert typed(kept).getlist("n") == [3]
        clear_draft(by=office.unit, key=KEY)
        assert load_draft(by=office.unit, key=KEY) is None


def test_nobody_else_sees_it(office: Office) -> None:
    with scope(office.staff):
        save_draft(by=office.staff, key=KEY, data={"text": ["秘"]})
    with scope(office.head):
        assert load_draft(by=office.head, key=KEY) is None
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM records_draft")
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("key", ["", "k" * 121])
def test_a_draft_needs_a_key(office: Office, key: str) -> None:
    with scope(office.staff), pytest.raises(DraftRefused, match="没有标明属于哪张表单"):
        save_draft(by=office.staff, key=key, data={})


def test_too_much_is_refused(office: Office) -> None:
    with scope(office.staff), pytest.raises(DraftRefused, match="内容过长"):
        save_draft(by=office.staff, key=KEY, data={"text": ["长" * 200_001]})


def test_the_form_saves_itself(office: Office) -> None:
    client = office.client("school")
    answer = client.post(draft_url(KEY), {"text": "已整改", "items": ["a", "b"], "csrfmiddlewaretoken": "x"})
    assert set(answer.json()) == {"saved_at"}
    with as_owner():
        assert Draft.objects.get().data == {"text": ["已整改"], "items": ["a", "b"]}
    client.post(draft_url(KEY), {"data": json.dumps({"text": "新"})})
    with as_owner():
        assert Draft.objects.get().data == {"text": "新"}
    assert client.post(draft_url(KEY) + "&clear=1").json() == {"cleared": KEY}
    with as_owner():
        assert not Draft.objects.exists()


@pytest.mark.parametrize(("key", "data", "sentence"), [("", {}, "没有标明"), (KEY, {"data": "[1"}, "内容无法识别"), (KEY, {"data": "[1]"}, "内容无法识别")])  # fmt: skip
def test_bad_posts_say_why(office: Office, key: str, data: dict[str, str], sentence: str) -> None:
    answer = office.client(Role.OFFICE_STAFF).post(draft_url(key), data)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


def test_only_posts(office: Office) -> None:
    assert office.client("school").get(draft_url(KEY)).status_code == 405

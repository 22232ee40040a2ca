"""Pages of drafting by hand and of templates, as a clerk uses them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from records.actions import documents as acts
from records.actions import templates as template_acts
from records.actions.documents import version_of
from records.documents import draft_pages
from records.documents.addressees import UnknownAddressee, find
from records.documents.comparing import compare, differs
from records.documents.papers import compose
from records.models import Document, DocumentParty, DocumentSeries, DocumentTemplate
from records.rendering.papers import Layout
from records.state import Refused
from tests import factories
from tests.conftest import as_owner
from tests.records.papers import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def clerk(office: Office) -> Any:
    return office.client(Role.OFFICE_STAFF)


def country(kind: str, code: str = "standard") -> DocumentTemplate:
    with as_owner():
        return DocumentTemplate.objects.get(kind=kind, code=code, division_code=None)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def begin(kind: str, code: str = "standard") -> str:
    return reverse("records:document_begin", args=[country(kind, code).pk])


def newest() -> Document:
    with as_owner():
        return Document.objects.latest("pk")


def again(document: Document) -> Document:
    with as_owner():
        return Document.objects.get(pk=document.pk)


def typed(document: Document, **more: str) -> dict[str, str]:
    return {"title": document.title, "body": "正文。", "publicity": "on_request", "seen": version_of(document)} | more


# --- from the gallery to the draft


def test_the_gallery_shows_every_kind_with_its_templates(clerk: Any) -> None:
    page = text(clerk.get(reverse("records:document_new")))
    for word in ("督导通知书", "督导意见书", "约谈通知书", "会议纪要", "复函", "综合督导通知书", "全国通用"):
        assert word in page
    assert '<span class="blank">督导事项</span>' in page, "blanks are shown as blanks"
    shelves, forms = page.split('aria-labelledby="kind-forms"')
    assert "送达回证" not in shelves and "约谈记录" not in shelves, "an internal form is no official document"
    assert all(word in forms for word in ("督导记录", "约谈记录", "送达回证")), "it is printed as a form"


def test_a_draft_from_a_template_goes_to_the_editor_with_what_is_still_open(office: Office, clerk: Any) -> None:
    with as_owner():
        other, department = factories.school(530102, "第二小学").organization, factories.department(530102)
    data = {"recipient": office.school.name, "recipients": f"{other.name}\n\n", "copies_to": department.name,
            "addressed": "各有关学校", "blank-督导事项": "食品安全"}  # fmt: skip
    answer = clerk.post(begin("inspection_notice", "special"), data, follow=True)
    document = newest()
    assert answer.redirect_chain[-1][0] == reverse("records:document_edit", args=[document.pk])
    page = text(answer)
    assert "还没有填的空白" in page
    assert 'name="blank-督导组长"' in page
    assert 'name="blank-督导事项"' not in page
    assert (document.subject_org_id, document.content["recipient"]) == (office.school.pk, "各有关学校")
    with as_owner():
        roles = set(DocumentParty.objects.filter(root=document).values_list("organization__name", "role"))
    assert roles == {("第二小学", "recipient"), (department.name, "copied")}


def test_nothing_is_lost_where_a_name_is_nobodys(office: Office, clerk: Any) -> None:
    data = {"recipient": office.school.name[:-2], "recipients": "火星小学", "blank-督导事项": "食品安全"}
    answer = clerk.post(begin("inspection_notice", "special"), data)
    page = text(answer)
    assert answer.status_code == 422
    assert f"是不是：{office.school.name}" in page
    assert "没有找到“火星小学”" in page
    assert 'value="食品安全"' in page
    with as_owner():
        assert not Document.objects.exists()


def test_a_recipient_is_asked_for_where_the_paper_is_served_and_not_for_minutes(clerk: Any) -> None:
    assert clerk.post(begin("opinion_letter"), {}).status_code == 422
    answer = clerk.post(begin("minutes"), {"blank-会议名称": "第三次联席会议"}, follow=True)
    assert newest().subject_org_id is None
    assert "参会人员" in text(answer)
    clerk.get(reverse("records:document_list"))  # a paper to nobody is no stumbling block
    assert "见文" in text(clerk.get(newest().get_absolute_url()))


def test_one_unit_is_not_both_addressed_and_copied_nor_the_office_itself(office: Office, clerk: Any) -> None:
    with as_owner():
        own = factories.office(530102)
    data = {"recipient": office.school.name, "copies_to": office.school.name}
    assert "已是主送单位" in text(clerk.post(begin("letter", "request"), data))
    assert "不能是本单位" in text(clerk.post(begin("letter", "request"), {"recipient": own.name}))


def test_names_are_told_apart_by_division_and_strangers_stay_unknown(office: Office) -> None:
    with as_owner():
        prefecture = factories.actor(factories.member(factories.office(530100), Role.OFFICE_STAFF))
        one = factories.school(530102, "同名小学").organization
        two = factories.school(530103, "同名小学").organization
        factories.school(520102, "外省小学")
    with scope(prefecture):
        with pytest.raises(UnknownAddressee, match="有2个单位叫“同名小学”"):
            find(["同名小学"], prefecture)
        place = two.division.name
        assert find([f"同名小学（{place}）", "", f"同名小学（{one.division.name}）"], prefecture) == [two, one]
        with pytest.raises(UnknownAddressee, match="没有找到“外省小学”。请填写"):
            find(["外省小学"], prefecture)
        with pytest.raises(UnknownAddressee, match="一次最多"):
            find([f"校{n}" for n in range(201)], prefecture)


# --- the editor


def test_blanks_filled_in_the_editor_are_gone_and_an_open_one_holds_the_paper(office: Office, clerk: Any) -> None:
    data = {"recipient": office.school.name, "blank-商请事项": "派员"}
    clerk.post(begin("letter", "request"), data)
    document = newest()
    with scope(office.staff), pytest.raises(Refused, match="还有空白没有填写：联系人、联系电话、答复期限"):
        acts.submit(document, by=office.staff)
    body = "请于{{ 答复期限 }}前函复。{{ 7 * 7 }}"
    url = reverse("records:document_edit", args=[document.pk])
    form = typed(document, body=body, contact_note="（李明）") | {"blank-答复期限": "12月1日", "stay": "1"}
    assert clerk.post(url, form).url == url, "stays beside the page"
    document = again(document)
    assert document.content["paragraphs"] == [{"text": "请于12月1日前函复。{{ 7 * 7 }}", "level": 0}]
    with scope(office.staff):
        assert acts.submit(document, by=office.staff).state != "drafted", "what is no blank of ours is just text"


def test_a_field_that_the_page_did_not_show_stays(office: Office, clerk: Any) -> None:
    document = office.draft(
        content={"recipient": "甲校", "copies_to": "乙局", "attachments": ["清单"], "issuer_mark": "办文件"}
    )
    clerk.post(reverse("records:document_edit", args=[document.pk]), typed(document))
    document = again(document)
    kept = {name: document.content[name] for name in ("recipient", "copies_to", "attachments", "issuer_mark")}
    assert kept == {"recipient": "甲校", "copies_to": "乙局", "attachments": ["清单"], "issuer_mark": "办文件"}


def test_urgency_and_copy_number_are_set_and_there_is_no_secrecy(office: Office, clerk: Any) -> None:
    document = office.draft()
    url = reverse("records:document_edit", args=[document.pk])
    assert "密级" not in text(clerk.get(url))
    assert "6位阿拉伯数字" in text(clerk.post(url, typed(document, copy_number="12")))
    assert clerk.post(url, typed(document, urgency="机密")).status_code == 422
    clerk.post(url, typed(document, urgency="特急", copy_number="000012"))
    document = again(document)
    paper = compose(document)
    assert (paper.urgency, paper.copy_number) == ("特急", "000012")


def test_the_letter_format_is_the_offices_choice_and_marked_as_practice(office: Office, clerk: Any) -> None:
    document = office.draft()
    url = reverse("records:document_edit", args=[document.pk])
    assert 'name="layout"' not in text(clerk.get(url)), "not offered unless the office has chosen it"
    series = reverse("records:series")
    assert "属本地惯例" in text(clerk.get(series))
    codes = {"supervisory_order": "五政教督办", "rectification_notice": "五政教督办"}
    clerk.post(series, codes | {"layout-supervisory_order": "letter"})
    with as_owner():
        assert DocumentSeries.objects.get(owner_code=530102, kind="supervisory_order").layout == "letter"
    page = text(clerk.get(url))
    assert "信函格式（本地惯例）" in page
    assert compose(document).layout is Layout.OFFICIAL, "what was drafted before stays as it was"
    assert compose(office.draft()).layout is Layout.LETTER
    clerk.post(url, typed(document, layout="letter"))
    document = again(document)
    paper = compose(document)
    assert paper.layout is Layout.LETTER
    assert not paper.issuer_mark.endswith("文件")
    assert "请先填写机关代字" in text(clerk.post(series, {"layout-letter": "letter"}))


# --- templates


def test_a_template_is_adapted_compared_and_reset(office: Office, clerk: Any) -> None:
    above = country("letter", "reply")
    page = text(clerk.get(reverse("records:template_detail", args=[above.pk])))
    assert "改为本单位的" in page
    assert "{{ 来函 }}" in page
    answer = clerk.post(reverse("records:template_act", args=[above.pk, "adapt"]), follow=True)
    with as_owner():
        own = DocumentTemplate.objects.get(division_code=530102)
    assert answer.redirect_chain[-1][0] == reverse("records:template_change", args=[own.pk])
    change = reverse("records:template_change", args=[own.pk])
    data = {"name": own.name, "title": own.title, "body": "{{ 来函 }}收悉。\n此复。", "seen": own.mark}
    refused = clerk.post(change, data | {"body": "请找{{ 局长 }}。"})
    assert refused.status_code == 422
    assert "“局长”不是这个文种可用的空白" in text(refused)
    assert "请找{{ 局长 }}。" in text(refused), "what was typed is still there"
    assert clerk.post(change, data).status_code == 302
    page = text(clerk.get(reverse("records:template_detail", args=[own.pk])))
    assert "<ins>此复。</ins>" in page or "此复" in page
    assert "恢复为上级的" in page
    assert "本单位改写，" in text(clerk.get(reverse("records:document_new")))
    clerk.post(reverse("records:template_act", args=[own.pk, "reset"]))
    assert "本单位改写，" not in text(clerk.get(reverse("records:document_new")))


def test_a_change_above_is_shown_until_it_was_looked_at(office: Office, clerk: Any) -> None:
    with as_owner():
        province = factories.actor(factories.member(factories.office(530000), Role.OFFICE_HEAD))
    with scope(office.staff):
        own = template_acts.adapt(country("minutes"), by=office.staff)
    with scope(province):
        theirs = template_acts.adapt(country("minutes"), by=province)
        template_acts.rewrite(
            theirs,
            by=province,
            seen=theirs.mark,
            name="省纪要",
            note="",
            texts=theirs.texts | {"body": "省里的新写法。"},
        )
    detail = reverse("records:template_detail", args=[own.pk])
    assert "上级的模板又有改动" in text(clerk.get(detail))
    assert "上级的模板之后又有改动" in text(clerk.get(reverse("records:document_new")))
    clerk.post(reverse("records:template_act", args=[own.pk, "keep"]))
    assert "上级的模板又有改动" not in text(clerk.get(detail))


def test_a_template_above_is_not_changed_from_here(clerk: Any, office: Office) -> None:
    above = country("letter", "reply")
    answer = clerk.get(reverse("records:template_change", args=[above.pk]), follow=True)
    assert "只能修改本单位的模板" in text(answer)
    assert clerk.post(reverse("records:template_act", args=[above.pk, "burn"])).status_code == 404


def test_the_page_of_a_template_is_set_by_the_worker(office: Office) -> None:
    template = country("opinion_letter")
    home = office.people[Role.OFFICE_STAFF].organization
    draft_pages.prepare_template(template, home)
    pages = draft_pages.template_pages_of(template, home)
    assert pages.count >= 1
    picture = draft_pages.template_page_of(template, home, 1)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    client = office.client(Role.OFFICE_STAFF)
    answer = client.get(reverse("records:template_page", args=[template.pk, 1]))
    assert answer["Content-Type"] == "image/png"


# --- comparing


def test_paragraphs_are_compared_in_order_with_what_differs_inside() -> None:
    rows = compare(["一", "请于11月前报送。", "三"], ["一", "请于12月前报送。", "三", "四"])
    assert [row.kind for row in rows] == ["same", "changed", "same", "added"]
    assert ("12" in dict(rows[1].after)) or any(flag and "2" in piece for piece, flag in rows[1].after)
    assert "".join(piece for piece, _ in rows[1].before) == "请于11月前报送。"
    assert differs(rows)
    assert not differs(compare(["同"], ["同"]))
    assert [row.kind for row in compare(["甲", "乙"], ["乙"])] == ["removed", "same"]

"""Publication: two people, every flag decided by one of them, and a copy that only the system writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, ProgrammingError, connection, transaction
from PIL import Image

from accounts.actors import Actor, Role
from accounts.scope import scope
from records import clock
from records.actions import publications as acts
from records.actions.publishing import announce_objections, answer_objection, owe_publication
from records.lines import simple_lines
from records.models import (
    Attachment,
    Deadline,
    Notification,
    Publication,
    PublicObjection,
    PublishedCopy,
    RedactionFlag,
)
from records.outbox import consume
from records.state import AlreadyDone, Refused
from records.storage import opened
from tests import factories as f
from tests.conftest import as_owner, as_system
from tests.roots import make, served_paper, tenancy

pytestmark = pytest.mark.django_db
TEXT = "经研究，拟聘王建国为责任督学，联系电话13800138000。"


@dataclass
class Office:
    staff: Actor
    head: Actor
    leader: Actor


@pytest.fixture
def office() -> Office:
    with as_owner():
        return Office(*(f.office_actor(530102, role) for role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER)))


def propose(by: Actor, *, text: str = TEXT, **more: Any) -> Publication:
    values = {"kind": "notice", "title": "拟聘责任督学公示", "shows_from": clock.today(),
              "shows_until": clock.today() + timedelta(days=7)}  # fmt: skip
    with scope(by):
        return acts.propose(by=by, blocks=[{"text": text, "level": 0}], **(values | more))


def flags_of(publication: Publication, by: Actor) -> list[RedactionFlag]:
    with scope(by):
        return list(RedactionFlag.objects.filter(publication=publication).select_related("publication").order_by("pk"))


def mask_all(publication: Publication, by: Actor) -> None:
    for flag in flags_of(publication, by):
        with scope(by):
            acts.decide(flag, by=by, decision="mask")


def redacted(office: Office, **more: Any) -> Publication:
    publication = propose(office.staff, **more)
    mask_all(publication, office.staff)
    with scope(office.staff):
        return acts.finish_redaction(publication, by=office.staff)


def published(office: Office, **more: Any) -> Publication:
    publication = redacted(office, **more)
    with scope(office.head):
        acts.approve(publication, by=office.head)
    with as_system():
        consume(slow=True)
    with scope(office.staff):
        return Publication.objects.get(pk=publication.pk)


def refused(act: Any, match: str) -> None:
    with pytest.raises(Refused, match=match):
        act()


# --- redaction -------------------------------------------------------------------------------------------------------


def test_what_may_expose_somebody_is_flagged_and_nothing_goes_on_before_all_is_decided(office: Office) -> None:
    publication = propose(office.staff)
    found = {(flag.kind, flag.text) for flag in flags_of(publication, office.staff)}
    assert {("name", "王建国"), ("phone", "13800138000")} <= found
    with scope(office.staff):
        refused(lambda: acts.finish_redaction(publication, by=office.staff), "没有确认")
        with pytest.raises(DatabaseError, match="unconfirmed"), transaction.atomic():
            Publication.objects.filter(pk=publication.pk).update(
                state="redacted", redacted_at=clock.now(), redacted_by_id=office.staff.user_id
            )


def test_the_full_text_stays_and_the_copy_is_masked(office: Office) -> None:
    publication = published(office)
    assert publication.state == "published" and "13800138000" in publication.blocks[0]["text"]
    copy = PublishedCopy.objects.get(publication_id=publication.pk)
    assert "13800138000" not in copy.words and "王建国" not in copy.words and "王某某" in copy.words
    assert copy.issuer == "五华区教育督导委员会办公室" and copy.province_name == "云南省"
    with opened(copy.file) as pdf:
        assert pdf.read(5) == b"%PDF-"


def test_keeping_needs_a_reason_and_a_mask_must_not_show_the_original(office: Office) -> None:
    flag = flags_of(propose(office.staff), office.staff)[0]
    with scope(office.staff):
        refused(lambda: acts.decide(flag, by=office.staff, decision="keep"), "写明理由")
        refused(lambda: acts.decide(flag, by=office.staff, decision="mask", mask=f"{flag.text}同志"), "还有原文")
        refused(lambda: acts.decide(flag, by=office.staff, decision="omit"), "选择遮盖或保留")
        acts.decide(flag, by=office.staff, decision="keep", reason="公示对象本人姓名依法公布")
        with pytest.raises(DatabaseError, match="redaction_kept_with_reason"), transaction.atomic():
            RedactionFlag.objects.filter(pk=flag.pk).update(reason="")


def test_one_decision_for_the_same_words(office: Office) -> None:
    publication = propose(office.staff, text="学生反映。学生家长陪同。学生已返校。")
    flag = next(x for x in flags_of(publication, office.staff) if x.text == "学生")
    with scope(office.staff):
        assert acts.decide(flag, by=office.staff, decision="keep", reason="泛指，不涉及具体学生", alike=True) == 3


def test_a_later_change_flags_again(office: Office) -> None:
    publication = propose(office.staff)
    mask_all(publication, office.staff)
    longer = [*publication.blocks, {"text": "另，李小明电话13900139000。", "level": 0}]
    with scope(office.staff):
        acts.revise(publication, by=office.staff, title=publication.title, blocks=longer, seen=acts.version_of(publication),
                    shows_from=publication.shows_from, shows_until=publication.shows_until)  # fmt: skip
    by_decision = {flag.text: flag.decision for flag in flags_of(publication, office.staff)}
    assert by_decision["13800138000"] == "mask" and by_decision["13900139000"] == ""
    with scope(office.staff):
        refused(lambda: acts.finish_redaction(publication, by=office.staff), "没有确认")


def test_a_text_changed_behind_the_flags_does_not_pass(office: Office) -> None:
    """Even when somebody changes the row past the actions, the rules look at the text itself."""
    publication = propose(office.staff)
    mask_all(publication, office.staff)
    with as_owner():
        Publication.objects.filter(pk=publication.pk).update(blocks=[{"text": "电话13700137000。" * 3, "level": 0}])
    with scope(office.staff):
        refused(lambda: acts.finish_redaction(publication, by=office.staff), "改动过")


def test_what_was_approved_is_what_goes_out(office: Office) -> None:
    """A text that changes between approval and the job: nothing goes out, and the office reads why."""
    publication = redacted(office)
    with scope(office.head):
        acts.approve(publication, by=office.head)
    with as_owner():
        Publication.objects.filter(pk=publication.pk).update(title="另一个标题")
    with as_system():
        consume(slow=True)
    with scope(office.staff):
        row = Publication.objects.get(pk=publication.pk)
        assert row.state == "approved" and "改动" in row.problem
    assert not PublishedCopy.objects.exists()


def test_decisions_are_frozen_once_handed_in(office: Office) -> None:
    publication = redacted(office)
    flag = flags_of(publication, office.staff)[0]
    with scope(office.staff):
        refused(lambda: acts.decide(flag, by=office.staff, decision="keep", reason="理由"), "不能再改")
        with pytest.raises(DatabaseError, match="finished"), transaction.atomic():
            RedactionFlag.objects.filter(pk=flag.pk).update(mask="x")
        publication = acts.reopen(publication, by=office.staff)
        assert acts.decide(flag, by=office.staff, decision="keep", reason="理由") == 1


def test_words_that_the_rules_missed_are_masked_by_hand(office: Office) -> None:
    publication = propose(office.staff, text="住在老槐树旁的那户人家反映，那户人家有两个孩子。")
    with scope(office.staff):
        assert acts.mask_passage(publication, by=office.staff, text="那户人家", mask="某户") == 2
        refused(lambda: acts.mask_passage(publication, by=office.staff, text="没有的话", mask="某"), "没有找到")
        refused(lambda: acts.mask_passage(publication, by=office.staff, text="老槐树", mask="老槐树旁"), "不能再有原文")
    assert sum(flag.kind == "by_hand" and flag.decision == "mask" for flag in flags_of(publication, office.staff)) == 2


# --- photos ----------------------------------------------------------------------------------------------------------


def picture() -> SimpleUploadedFile:
    image, out = Image.new("RGB", (400, 300), "white"), BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    image.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("校门.jpg", out.getvalue(), "image/jpeg")


def test_every_photo_is_flagged_covered_in_its_pixels_and_loses_what_the_camera_wrote(office: Office) -> None:
    publication = propose(office.staff)
    mask_all(publication, office.staff)
    with scope(office.staff):
        photo = acts.add_photo(publication, picture(), by=office.staff)
        refused(lambda: acts.finish_redaction(publication, by=office.staff), "没有确认")
        refused(lambda: acts.decide_photo(photo, by=office.staff, decision="mask"), "标出照片上")
        refused(lambda: acts.decide_photo(photo, by=office.staff, decision="keep"), "写明理由")
        acts.decide_photo(photo, by=office.staff, decision="mask", boxes=[[0, 0, 500, 500]], caption="校门")
        publication = acts.finish_redaction(publication, by=office.staff)
    with scope(office.head):
        acts.approve(publication, by=office.head)
    with as_system():
        consume(slow=True)
    [shown] = PublishedCopy.objects.get().photos
    assert shown["caption"] == "校门"
    with opened(shown["sha256"]) as file:
        content = file.read()
    assert b"SecretCamera" not in content
    made = Image.open(BytesIO(content)).convert("RGB")
    assert max(made.getpixel((50, 50))) < 40 and min(made.getpixel((350, 250))) > 215  # type: ignore[arg-type,type-var]
    with scope(office.staff), opened(Attachment.objects.get().sha256) as original:
        assert b"SecretCamera" in original.read()


def test_a_photo_may_be_left_out(office: Office) -> None:
    publication = propose(office.staff, text="校园安全检查情况通报如下。")
    mask_all(publication, office.staff)
    with scope(office.staff):
        photo = acts.add_photo(publication, picture(), by=office.staff)
        acts.decide_photo(photo, by=office.staff, decision="omit")
        publication = acts.finish_redaction(publication, by=office.staff)
    with scope(office.head):
        acts.approve(publication, by=office.head)
    with as_system():
        consume(slow=True)
    assert PublishedCopy.objects.get().photos == []


# --- who ------------------------------------------------------------------------------------------------------------


def test_two_people(office: Office) -> None:
    """Whoever proposed or redacted does not approve, by person; the database holds the same line."""
    publication = propose(office.head)
    mask_all(publication, office.head)
    with scope(office.head):
        publication = acts.finish_redaction(publication, by=office.head)
        refused(lambda: acts.approve(publication, by=office.head), "不能是同一人")
    with scope(office.leader):
        assert acts.approve(publication, by=office.leader).state == "approved"
    with scope(office.head), pytest.raises(DatabaseError, match="approved_by_another"), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(approved_by_id=office.head.user_id)


def test_a_second_click_approves_once(office: Office) -> None:
    publication = redacted(office)
    with scope(office.head):
        acts.approve(publication, by=office.head)
        with pytest.raises(AlreadyDone):
            acts.approve(publication, by=office.head)
    with as_system():
        consume(slow=True)
        consume(slow=True)
    assert PublishedCopy.objects.count() == 1


@pytest.mark.parametrize(("publicity", "reason", "match"), [
    ("closed", "理由", "不予公开"), ("on_request", "", "写明理由"), ("on_request", "社会关切", ""), ("active", "", ""),
])  # fmt: skip
def test_publicity_of_the_paper(office: Office, publicity: str, reason: str, match: str) -> None:
    with as_owner():
        columns = tenancy(f.office(530102), f.school(530102).organization, {"served_at": clock.now()})
        paper = served_paper(columns, "rectification_notice")
        type(paper).objects.filter(pk=paper.pk).update(publicity=publicity)
        paper.refresh_from_db()
    if match:
        refused(lambda: propose(office.staff, document=paper, reason=reason), match)
    else:
        assert propose(office.staff, document=paper, reason=reason).document_id == paper.pk
        refused(lambda: propose(office.staff, document=paper, reason=reason), "已经提出公开")


def test_a_void_paper_does_not_go_out(office: Office) -> None:
    with as_owner():
        columns = tenancy(f.office(530102), f.school(530102).organization, {"served_at": clock.now()})
        paper = served_paper(columns, "rectification_notice")
        type(paper).objects.filter(pk=paper.pk).update(publicity="active")
        paper.refresh_from_db()
    publication = redacted(office, document=paper)
    with as_owner():
        type(paper).objects.filter(pk=paper.pk).update(state="void", voided_at=clock.now())
    with scope(office.head):
        refused(lambda: acts.approve(Publication.objects.get(pk=publication.pk), by=office.head), "作废")


# --- the copy --------------------------------------------------------------------------------------------------------


def test_the_web_role_cannot_write_the_publics_table(office: Office) -> None:
    published(office)
    statements = ("UPDATE records_publishedcopy SET title = 'x'", "DELETE FROM records_publishedcopy",
                  "INSERT INTO records_publishedcopy SELECT * FROM records_publishedcopy")  # fmt: skip
    for statement in statements:
        with (
            scope(office.head), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(),
            connection.cursor() as cursor,
        ):  # fmt: skip
            cursor.execute(statement)


def test_withdrawn_is_gone_in_the_same_transaction_and_says_why(office: Office) -> None:
    publication = published(office)
    with scope(office.staff):
        refused(lambda: acts.withdraw(publication, by=office.staff, reason=" "), "写明理由")
        acts.withdraw(publication, by=office.staff, reason="信息有误")
    copy = PublishedCopy.objects.get()
    assert (copy.title, copy.words, copy.blocks, copy.photos, copy.file) == ("", "", [], [], "")
    assert copy.withdrawn_at is not None and copy.withdrawn_reason == "信息有误"
    with scope(office.staff):
        assert "13800138000" in Publication.objects.get().blocks[0]["text"]


def test_ended_is_computed(office: Office) -> None:
    published(office)
    today = clock.today()
    assert PublishedCopy.objects.on_show(today + timedelta(days=7)).count() == 1
    assert PublishedCopy.objects.on_show(today + timedelta(days=8)).count() == 0
    assert PublishedCopy.objects.on_show(today - timedelta(days=1)).count() == 0


# --- twenty working days ----------------------------------------------------------------------------------------------


def test_an_issued_paper_that_is_to_be_public_opens_the_clock_and_publication_meets_it(office: Office) -> None:
    with as_owner():
        columns = tenancy(f.office(530102), f.school(530102).organization, {"served_at": clock.now()})
        paper = served_paper(columns, "rectification_notice")
        type(paper).objects.filter(pk=paper.pk).update(publicity="active")
        paper.refresh_from_db()
    with scope(office.staff):
        owe_publication(paper)
        due = Deadline.objects.get(act="publication.proactive")
        assert due.party_org_id == office.staff.organization_id and "第二十六条" in due.basis and due.met_at is None
    published(office, document=paper)
    with scope(office.staff):
        due.refresh_from_db()
        assert due.verdict == "on_time"


# --- objections --------------------------------------------------------------------------------------------------------


def lodge(copy: int, receipt: str = "R1") -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lodge_objection(%s, %s, %s, %s, %s)", [copy, receipt, "赵某", "13500000000", "有不同意见"]
        )
        return bool(cursor.fetchone()[0])


def test_an_objection_reaches_the_office_and_nobody_else(office: Office) -> None:
    publication = published(office)
    with scope(None):
        assert lodge(PublishedCopy.objects.get().pk)
        assert not PublicObjection.objects.exists()
    with as_system():
        assert announce_objections() == 1
        assert announce_objections() == 0
        consume()
    with as_owner():
        above = f.office_actor(530100)
        told = Notification.objects.filter(title__contains="公示异议").values_list("user_id", flat=True)
        assert set(told) == {office.staff.user_id, office.head.user_id}
    with scope(above):
        assert not PublicObjection.objects.exists()
    with scope(office.staff):
        [objection] = PublicObjection.objects.visible_to(office.staff)
        refused(lambda: answer_objection(objection, by=office.staff, answer=" "), "写明")
        answer_objection(objection, by=office.staff, answer="已核实，维持原公示。")
        with pytest.raises(AlreadyDone, match="已由"):
            answer_objection(objection, by=office.staff, answer="再答")
        with pytest.raises(DatabaseError), transaction.atomic():
            PublicObjection.objects.filter(pk=objection.pk).update(text="改")
    assert publication.pk == objection.publication_id


def test_only_a_notice_on_show_takes_objections(office: Office) -> None:
    publication = published(office, kind="report")
    assert not lodge(PublishedCopy.objects.get(publication_id=publication.pk).pk)
    second = published(office)
    copy = PublishedCopy.objects.get(publication_id=second.pk).pk
    with scope(office.staff):
        acts.withdraw(second, by=office.staff, reason="有误")
    assert not lodge(copy) and not lodge(10**9)


def test_another_county_cannot_touch_it(office: Office) -> None:
    with as_owner():
        row = make(Publication, f.office(530102), f.office(530102), filed_at=clock.now())
        other = f.office_actor(530103)
    with scope(other), pytest.raises(Publication.DoesNotExist):
        acts.mask_passage(row, by=other, text="公示", mask="某")  # type: ignore[arg-type]


# --- the workbench ------------------------------------------------------------------------------------------------------


# The same question finds papers to be archived, which are no matter of this file.
OF_THE_SITE = {"信息公开脱敏", "批准信息公开", "主动公开公文", "处理公示异议"}


def lines(actor: Actor) -> list[tuple[str, str]]:
    with scope(actor):
        return [(todo.what, todo.title) for todo in simple_lines(actor) if todo.what in OF_THE_SITE]


def test_what_waits_stands_on_the_workbench_of_whoever_may_do_it(
    office: Office, django_assert_num_queries: Any
) -> None:
    propose(office.staff, title="在脱敏")
    redacted(office, title="待批")
    with as_owner():
        columns = tenancy(f.office(530102), f.school(530102).organization, {"served_at": clock.now()})
        paper = served_paper(columns, "rectification_notice")
        type(paper).objects.filter(pk=paper.pk).update(publicity="active", title="应公开的公文")
        paper.refresh_from_db()
        other = f.office_actor(530103)
    with scope(office.staff):
        owe_publication(paper)
    published(office, title="有异议")
    with scope(None):
        lodge(PublishedCopy.objects.get().pk)
    duty, objection = ("主动公开公文", "应公开的公文"), ("处理公示异议", "有异议")
    assert set(lines(office.staff)) == {("信息公开脱敏", "在脱敏"), duty, objection}
    assert set(lines(office.head)) == {("信息公开脱敏", "在脱敏"), ("批准信息公开", "待批"), duty, objection}
    assert lines(office.leader) == [("批准信息公开", "待批")]
    assert lines(other) == []
    with scope(office.head), django_assert_num_queries(1):
        list(simple_lines(office.head))

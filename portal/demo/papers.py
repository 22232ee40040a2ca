"""The main office's papers on their way: a template of its own, steps by kind, one paper at each stop, one approved in the
head's stead, one replaced."""

from __future__ import annotations

from datetime import timedelta

from accounts.actors import Actor
from accounts.identities import with_lent
from accounts.models import Membership, Organization
from accounts.scope import scope
from portal.demo.clockwork import Clockwork, Story
from portal.demo.desk import Desk
from portal.demo.people import DUAL, MEMBER
from records import clock
from records.actions import checking, countersigning, delegations, documents, drafting, paper_settings, templates
from records.actions import service as serving
from records.documents.kinds import DocumentKind
from records.models import Document, DocumentTemplate

K = DocumentKind
SETTLED, LENT, REPLACED = 16, 4, 9
OWN_LINE = "4.督导小组成员到校一律在食堂按标准用餐并交纳餐费，不接受宴请和礼品。"
CONTACT = {"联系人": "督导办值班室", "联系电话": "0871-63100000"}
NOTICE = {
    "督导事项": "冬季校园安全",
    "督导时间": "2026年12月7日至11日",
    "自评期限": "2026年12月4日",
    "督导组长": "主任督学",
}
OPINION = {
    "督导事项": "“双减”落实情况专项",
    "督导时间": "11月上旬",
    "整改期限": "2026年12月20日",
    "报送期限": "2026年12月25日",
}
REMARK = "第二条涉及作业时间的依据请写明文件名称；其他内容同意。"
ANSWER = "已采纳，依据在附件中列明。"
TALK = {
    "约谈事由": "食堂食品安全问题整改不力",
    "约谈时间": "2026年12月8日上午9时",
    "约谈地点": "督导办会议室",
    "被约谈人": "校长",
}


def play(works: Clockwork, desk: Desk) -> None:
    for story in (settle, replaced, in_stead, to_check, to_countersign, begun):
        works.tell(story(desk))


def settle(desk: Desk) -> Story:
    """Which steps the kinds take here, and the office's own words in the notice of an inspection."""
    yield desk.at(SETTLED, 8)
    none = {"check_required": False, "checker_id": None, "countersign_required": False}
    checked = none | {"check_required": True}
    with scope(desk.head):
        paper_settings.set_paper_settings(
            by=desk.head, seal_way="",
            steps={K.INSPECTION_NOTICE: checked, K.INTERVIEW_NOTICE: checked, K.OPINION_LETTER: checked | {"countersign_required": True}},
        )  # fmt: skip
    with scope(desk.staff):
        own = templates.adapt(_template(desk.staff, K.INSPECTION_NOTICE, "special"), by=desk.staff)
        texts = own.texts | {"body": f"{own.texts['body'].rstrip()}\n{OWN_LINE}\n"}
        templates.rewrite(
            own, by=desk.staff, seen=own.mark, name="专项督导通知书（本区）", note="加写督导纪律。", texts=texts
        )


def replaced(desk: Desk) -> Story:
    """Served and signed for; the day was wrong; a new paper takes its place."""
    school, signer = desk.schools[4].organization, desk.school_actor(4)
    yield desk.at(REPLACED, 10)
    old = _draft(
        desk,
        K.LETTER,
        "request",
        [school],
        CONTACT | {"商请事项": "提供体育场地开放情况", "答复期限": "2026年11月20日"},
    )
    _approve(desk.head, old)
    yield desk.at(REPLACED - 1, 10)
    with scope(signer):
        serving.sign_for(Document.objects.visible_to(signer).get(pk=old.pk), by=signer)
    yield desk.at(REPLACED - 3, 9)
    with scope(desk.staff):
        before = Document.objects.visible_to(desk.staff).get(pk=old.pk)
        new = documents.draft_replacement(before, by=desk.staff, reason="答复期限有误，重新发函。")
        text = [p | {"text": p["text"].replace("11月20日", "11月30日")} for p in new.content["paragraphs"]]
        new = documents.revise(new, by=desk.staff, title=new.title, publicity=new.publicity,
                               content=new.content | {"paragraphs": text}, seen=countersigning.version_of(new))  # fmt: skip
        checking.send_on(new, by=desk.staff)
    _approve(desk.head, new)


def in_stead(desk: Desk) -> Story:
    """The head is away from four days ago for ten days; what must go out is signed in his stead, and sealed."""
    yield desk.at(LENT, 8)
    deputy = desk.cast[DUAL]
    with scope(desk.head):
        delegations.give(
            by=desk.head, receiver=Membership.objects.visible_to(desk.head).get(pk=deputy.membership_id),
            words=delegations.words_to_lend(desk.head), valid_from=clock.today(),
            valid_until=clock.today() + timedelta(days=10), reason="参加省督导干部培训班。",
        )  # fmt: skip
    yield desk.at(LENT - 1, 9)
    schools = [desk.schools[n].organization for n in (5, 6)]
    notice = _draft(desk, K.INSPECTION_NOTICE, "special", schools, CONTACT | NOTICE)
    with scope(desk.head):
        checking.pass_check(Document.objects.visible_to(desk.head).get(pk=notice.pk), by=desk.head)
    yield desk.at(LENT - 1, 11)
    with scope(deputy):
        _approve(with_lent(deputy), notice)


def to_check(desk: Desk) -> Story:
    yield desk.at(1, 9)
    _draft(desk, K.INTERVIEW_NOTICE, "standard", [desk.schools[7].organization], CONTACT | TALK)


def to_countersign(desk: Desk) -> Story:
    """The department has objected and was answered; the member unit has not said anything yet."""
    yield desk.at(3, 14)
    liaison = desk.cast[f"{MEMBER.prefix}-{desk.code}-1"]
    opinion = _draft(
        desk, K.OPINION_LETTER, "standard", [desk.schools[3].organization], CONTACT | OPINION, hand_in=False
    )
    with scope(desk.staff):
        for asked in (desk.department, liaison):
            body = Organization.objects.visible_to(desk.staff).get(pk=asked.organization_id)
            countersigning.name_countersigner(opinion, by=desk.staff, organization=body)
        countersigning.arrange(opinion, by=desk.staff, in_order=False, until=clock.today() + timedelta(days=9))
        checking.send_on(Document.objects.visible_to(desk.staff).get(pk=opinion.pk), by=desk.staff)
    with scope(desk.head):
        checking.pass_check(Document.objects.visible_to(desk.head).get(pk=opinion.pk), by=desk.head)
    yield desk.at(2, 10)
    with scope(desk.department):
        row = Document.objects.visible_to(desk.department).get(pk=opinion.pk)
        signer = countersigning.countersign(
            row, by=desk.department, agrees=False, remarks=REMARK, seen=countersigning.version_of(row)
        )
    yield desk.at(2, 15)
    with scope(desk.staff):
        countersigning.answer_objection(signer, by=desk.staff, answer=ANSWER)


def begun(desk: Desk) -> Story:
    """Minutes with their blanks still open: a draft on the clerk's desk."""
    yield desk.at(1, 16)
    _draft(desk, K.MINUTES, "standard", [], {"会议名称": "冬季校园安全督导工作会议"}, hand_in=False)


def _template(by: Actor, kind: str, code: str) -> DocumentTemplate:
    return next(
        one.template for one in templates.standing(by) if (one.template.kind, one.template.code) == (kind, code)
    )


def _draft(
    desk: Desk, kind: str, code: str, recipients: list[Organization], blanks: dict[str, str], *, hand_in: bool = True
) -> Document:
    with scope(desk.staff):
        draft = drafting.draft_from(
            _template(desk.staff, kind, code), by=desk.staff, recipients=recipients, blanks=blanks
        )
        return checking.send_on(draft, by=desk.staff) if hand_in else draft


def _approve(by: Actor, document: Document) -> None:
    with scope(by):
        documents.approve(Document.objects.visible_to(by).get(pk=document.pk), by=by)

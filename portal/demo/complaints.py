"""Complaints of the demo's public: one in each state, one past its day, one with the office above, one that names a clerk."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.actors import Actor
from accounts.models import User
from accounts.scope import scope
from inspections import intake
from inspections.actions import complaints as acts
from inspections.models import Complaint
from portal.demo.clockwork import Clockwork, Story
from portal.demo.desk import Desk
from portal.demo.pictures import corridor


@dataclass(frozen=True)
class Letter:
    """What somebody wrote `days_ago` about the n-th school, and how far the office has come with it."""

    days_ago: int
    school: int
    category: str
    text: str
    until: str = "received"
    phone: str = ""
    photo: bool = False
    answer: str = ""


ANSWER = "经督学到校核查，您反映的情况属实。已责令学校限期整改，并列入责任督学下月随访的重点。感谢您对教育工作的监督。"
LETTERS = (
    Letter(52, 1, "safety", "教学楼二楼西侧消防通道长期堆放旧课桌，安全出口的灯也不亮，请来看看。", "finished", photo=True,
           answer=ANSWER),
    Letter(9, 2, "burden", "四年级连续三周每天的书面作业都在九十分钟以上，体育课改上了数学。", "proposed", "13900007766",
           answer="经核查，作业总量超标属实，体育课被占用两节属实。学校已恢复体育课并建立作业公示制度。"),
    Letter(12, 3, "canteen", "食堂菜价公示栏从开学到现在没有更新过，荤菜分量与公示不一致。", "accepted", "13900008877"),
    Letter(86, 4, "admission", "学校要求订购指定平板电脑才能编入实验班，费用四千八百元。", "overdue"),
    Letter(2, 5, "management", "课后服务自愿报名，但是不报名的学生被要求写情况说明。", photo=True),
    Letter(19, 6, "teaching", "音乐、美术课一学期没有正常开设，课表上有，实际上自习。"),
    Letter(30, 1, "training", "校门口的培训机构周末违规给学生补课，请查处。", "transferred"),
    Letter(24, 2, "other", "请问今年积分入学的分数线是多少？", "declined"),
)  # fmt: skip


def play(works: Clockwork, desk: Desk) -> None:
    for letter in LETTERS:
        works.tell(_life(desk, letter))
    works.tell(_about_the_office(desk))
    works.tell(_names_a_clerk(desk))


def _send(desk: Desk, letter: Letter) -> Complaint:
    school = desk.schools[letter.school % len(desk.schools)].organization_id
    receipt = intake.receive(
        division_code=desk.code, unit=school, unit_text="", category=letter.category,
        channel=Complaint.Channel.CODE if letter.photo else Complaint.Channel.SITE, text=letter.text,
        contact_phone=letter.phone, files=[corridor(letter.school, blocked=True)] if letter.photo else [],
    )  # fmt: skip
    intake.take_in()
    found: Complaint = Complaint.objects.get(number=receipt.number)
    return found


def _again(complaint: Complaint) -> Complaint:
    found: Complaint = Complaint.objects.select_related("subject_org", "author_org").get(pk=complaint.pk)
    return found


def _life(desk: Desk, letter: Letter) -> Story:
    yield desk.at(letter.days_ago, 20, 15)
    complaint, staff = _send(desk, letter), desk.staff
    if letter.until == "received":
        return
    yield desk.at(letter.days_ago - 2, 10, 30)
    with scope(staff):
        if letter.until == "declined":
            acts.decline_complaint(_again(complaint), by=staff, reason="属于政策咨询，请向区教育体育局招生部门了解。")
        elif letter.until == "transferred":
            acts.transfer_complaint(_again(complaint), by=staff, to="区校外培训监管部门", reason="属于该部门的职责。")
        else:
            acts.accept_complaint(_again(complaint), by=staff)
    if letter.answer:
        yield from _answered(desk, letter, complaint)


def _answered(desk: Desk, letter: Letter, complaint: Complaint) -> Story:
    yield desk.at(letter.days_ago - 6, 16, 10)
    with scope(desk.staff):
        if letter.until == "finished":
            acts.make_problem(_again(complaint), by=desk.staff, title="疏散通道堆放杂物、应急灯不亮", severity="serious",
                              description="二楼西侧通道堆放课桌十一张，应急照明灯两处不亮。")  # fmt: skip
        acts.propose_answer(_again(complaint), by=desk.staff, answer=letter.answer)
    if letter.until == "finished":
        yield desk.at(letter.days_ago - 8, 9, 20)
        with scope(desk.head):
            acts.finish_complaint(_again(complaint), by=desk.head)


def _about_the_office(desk: Desk) -> Story:
    """Goes by itself to the office above: the county reads nothing of it."""
    yield desk.at(7, 21, 5)
    _send(desk, Letter(7, 0, "supervisors", "责任督学到校只在会议室坐了十分钟，督导记录却写了听课两节。"))


def _names_a_clerk(desk: Desk) -> Story:
    """Whoever is named in it is kept away; the others see why."""
    yield desk.at(5, 19, 45)
    named = _full_name(desk.staff)
    _send(desk, Letter(5, 7, "ethics", f"我已经向{named}电话反映过班主任有偿补课的事，没有下文。"))


def _full_name(actor: Actor) -> str:
    return str(User.objects.get(pk=actor.user_id).full_name)

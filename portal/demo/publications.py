"""What the demo's offices have made public: two notices, a report, statistics; one waits for approval, one is in work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from accounts.actors import Actor
from accounts.scope import scope
from portal.demo.people import HEAD, OFFICE, Cast
from portal.demo.size import CAPITAL, MAIN, PROVINCE
from records import clock
from records.actions import publications as acts
from records.actions.publishing import announce_objections
from records.documents.papers import from_text
from records.models import Outbox, Publication, PublishedCopy, RedactionFlag
from records.outbox import office_actor
from records.tasks import publish

KEPT = "依规公布的事项，不涉及具体个人"
OBJECTION = "名单中一名同志任教年限不足五年，请核实其是否符合聘任条件。"


@dataclass(frozen=True)
class Told:
    """One publication: `days_ago` it was approved, or None while it is not; `until`: days from today it ends."""

    code: int
    kind: str
    title: str
    text: str
    days_ago: int | None
    until: int | None = None
    handed_in: bool = True


TOLD = (
    Told(MAIN, "notice", "拟聘任兼职督学名单公示", """经学校推荐、资格审核，拟聘任下列人员为兼职督学，现予公示。
一、拟聘任人员
| 姓名 | 所在单位 | 专业方向 |
| 罗文静 | 区教师发展中心 | 小学教学 |
| 段志强 | 区第二中学 | 学校管理 |
| 普丽华 | 区实验幼儿园 | 学前教育 |
二、公示要求
对拟聘任人员有异议的，请在公示期内实事求是地反映，并提供有关事实。联系电话：0871-65120000。""", 2, 5),
    Told(CAPITAL, "notice", "拟表扬的责任督学挂牌督导工作先进集体公示", """根据各县（市、区）推荐和实地复核，拟对下列集体予以表扬，现予公示。
| 序号 | 集体 | 推荐单位 |
| 1 | 第一督学责任区 | 五华区人民政府教育督导委员会办公室 |
| 2 | 第三督学责任区 | 盘龙区人民政府教育督导委员会办公室 |
公示期内如有异议，请以书面形式反映。""", 1, 6),
    Told(PROVINCE, "report", "秋季学期开学工作专项督导情况报告", """一、总体情况
各地高度重视开学工作，学校安全、教材供应、收费公示和师资配备总体平稳。
二、存在的问题
（一）部分学校消防设施维护不及时。
（二）个别地方课后服务收费公示不完整。
三、工作要求
各州（市）要对照问题逐项整改，于学期结束前报送整改情况。""", 20),
    Told(MAIN, "statistics", "本学期经常性督导情况统计", """本学期以来，责任督学经常性督导情况如下。
| 项目 | 数量 |
| 挂牌学校 | 46 |
| 随访次数 | 138 |
| 发现问题 | 57 |
| 已办结 | 41 |""", 9),
    Told(MAIN, "result", "校园食品安全专项督导结果", """一、督导情况
督导组实地查看学校食堂12个，查阅资料30份。
二、督导结果
10所学校评为合格，2所学校限期整改。""", None),
    Told(MAIN, "result", "关于一起校外培训投诉的督导结果", """经查，家长赵建平反映的某校教师有偿补课问题属实，涉事教师周德海已受到批评教育，退还费用。
有学生家长来电13888886666询问处理情况，已予答复。""", None, handed_in=False),
)  # fmt: skip


def make_public(cast: Cast, now: datetime) -> int:
    """Through the real acts, each on its day. Returns how many."""
    for told in TOLD:
        if told.days_ago is None:
            _tell(told, cast, now.date())
            continue
        with clock.travel(datetime.combine(now.date() - timedelta(days=told.days_ago), clock.OFFICE_OPENS, clock.TZ)):
            _tell(told, cast, now.date())
    _object()
    return len(TOLD)


def _tell(told: Told, cast: Cast, today: date) -> None:
    staff, head = cast[f"{OFFICE.prefix}-{told.code}"], cast[f"{HEAD.prefix}-{told.code}"]
    until = today + timedelta(days=told.until) if told.until is not None else None
    with scope(staff):
        publication = acts.propose(
            by=staff, kind=told.kind, title=told.title, blocks=from_text(told.text), shows_from=clock.today(), shows_until=until
        )  # fmt: skip
        if not told.handed_in:
            return
        _decide(publication, staff)
        publication = acts.finish_redaction(publication, by=staff)
    if told.days_ago is None:
        return
    with scope(head):
        acts.approve(publication, by=head)
    _publish(publication)


def _decide(publication: Publication, staff: Actor) -> None:
    """Names of whom a notice is about are kept, phones of offices too; everything else is masked."""
    for flag in RedactionFlag.objects.filter(publication=publication).select_related("publication"):
        public = flag.kind == "minor" or (publication.kind_of == "notice" and flag.kind in ("name", "phone", "number"))
        acts.decide(flag, by=staff, decision="keep" if public else "mask", reason=KEPT if public else "")


def _publish(publication: Publication) -> None:
    """What the worker does, for this one alone: other papers of today are left to it."""
    actor = office_actor(publication.owner_code)
    with scope(actor):
        row = Outbox.objects.get(
            topic=acts.PUBLISH, root_id=publication.pk, owner_code=publication.owner_code, consumed_at__isnull=True
        )
        publish(row, actor)
        row.consumed_at = clock.now()
        row.save(update_fields=["consumed_at"])


def _object() -> None:
    """Somebody has a word on the county's notice."""
    copy = PublishedCopy.objects.on_show().filter(owner_code=MAIN, kind="notice").first()
    if copy is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT lodge_objection(%s, %s, %s, %s, %s)", [copy.pk, "YXWVUTSRQP", "", "", OBJECTION])
    announce_objections()

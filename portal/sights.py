"""The first sight of each role: its words, what an empty list says, what the identity may do and may not."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from accounts.actors import Actor, Role
from inspections.permissions import Permission as Inspections
from rectification.permissions import Permission as Rectification


@dataclass(frozen=True)
class Sight:
    """Words of a workbench. `asked`: how a waiting line is called; `rest`: what to do when nothing waits."""

    asked: str
    empty: str
    rest: str
    may: tuple[str, ...]
    may_not: tuple[str, ...] = ()


OFFICE = Sight(
    asked="件事等待办理",
    empty="眼下没有等待办理的事",
    rest="可以看看本月还有哪些学校没有随访，或者检查整改单的进展。",
    may=("安排随访、受理随访记录", "登记问题、拟制整改通知书和督办单", "核查整改报告、办理销号", "维护学校和督学名册"),
    may_not=("签发公文（由负责人或分管领导办理）",),
)
HEAD = Sight(
    asked="件事等待办理",
    empty="眼下没有等待您签发或决定的事",
    rest="下属送来的公文、核查意见和约谈建议会出现在这里。",
    may=("签发、退回、作废公文", "受理随访记录、决定问题处置", "核查与销号（与报告人、经办人不是同一人）"),
)
LEADER = Sight(
    asked="件事等待您过目",
    empty="没有等待您签发的公文",
    rest="逾期未整改的和下级报送的情况，会先列在这里。",
    may=("查阅本地区的督导情况", "签发公文"),
    may_not=("代替督导办办理具体事项",),
)
INSPECTOR = Sight(
    asked="件事等您去做",
    empty="今天没有安排",
    rest="责任区的每所学校每月至少随访一次，可以从还没去过的学校开始。",
    may=("随访责任区学校、填写记录", "现场指出问题、提出处置意见", "核查学校的整改"),
    may_not=("查看责任区以外学校的记录",),
)
SCHOOL = Sight(
    asked="件事需要贵单位办理",
    empty="没有需要贵单位办理的事",
    rest="收到整改通知书或督办单时，这里会写明要求什么、什么时候之前、依据哪一条、需要上传什么。",
    may=("签收公文", "填报整改措施、上传佐证材料、提交整改报告", "查看送达本单位的随访记录"),
    may_not=("查看其他单位的任何记录",),
)
DEPARTMENT = Sight(
    asked="件事需要贵部门督促或办理",
    empty="没有需要贵部门督促的事",
    rest="所主管学校收到整改通知书时会同时抄送贵部门，临近期限而没有报告的会列在这里。",
    may=("查看所主管学校的整改事项", "督促学校按期整改", "签收抄送的公文"),
)
LIAISON = Sight(
    asked="件事需要贵单位办理",
    empty="没有需要贵单位办理的事",
    rest="委员会交办的事项和抄送贵单位的公文会出现在这里。",
    may=("签收公文", "查看与本单位有关的督导事项"),
)
OUTSIDER = Sight(
    asked="件事项向您开放",
    empty="现在没有向您开放的事项",
    rest="开放的期限可能已经结束。如仍需查阅，请与邀请您的督导办联系。",
    may=("在有效期内查阅向您本人开放的事项",),
    may_not=("查看其他任何记录", "办理事项"),
)
SYSTEM_ADMIN = Sight(
    asked="件事等待办理",
    empty="系统管理员不办理业务",
    rest="您负责平台的参数和运行，看不到督导业务的任何内容。",
    may=("查看期限规则和工作日历", "查看后台任务的运行情况"),
    may_not=("查看或办理督导业务", "分配角色（由安全管理员办理）", "查看审计记录（由审计管理员办理）"),
)
SECURITY_ADMIN = Sight(
    asked="件事等待办理",
    empty="安全管理员不办理业务",
    rest="您负责本地区的人员与授权，看不到督导业务的任何内容。",
    may=("查看本地区的人员和任职身份", "授予、收回角色"),
    may_not=("查看或办理督导业务", "更改系统参数（由系统管理员办理）", "查看审计记录（由审计管理员办理）"),
)
AUDIT_ADMIN = Sight(
    asked="件事等待办理",
    empty="审计管理员不办理业务",
    rest="您可以查阅谁在什么时候做了什么，看不到办理的内容。",
    may=("查阅本地区的审计记录",),
    may_not=("查看或办理督导业务", "修改或删除任何审计记录", "分配角色（由安全管理员办理）"),
)

SIGHTS: dict[str, Sight] = {
    Role.OFFICE_STAFF: OFFICE,
    Role.OFFICE_HEAD: HEAD,
    Role.LEADER: LEADER,
    Role.INSPECTOR: INSPECTOR,
    Role.UNIT_CONTACT: SCHOOL,
    Role.DEPARTMENT_CONTACT: DEPARTMENT,
    Role.MEMBER_LIAISON: LIAISON,
    Role.OUTSIDER: OUTSIDER,
    Role.SYSTEM_ADMIN: SYSTEM_ADMIN,
    Role.SECURITY_ADMIN: SECURITY_ADMIN,
    Role.AUDIT_ADMIN: AUDIT_ADMIN,
}


def sight_of(actor: Actor) -> Sight:
    return SIGHTS[actor.role]


@dataclass(frozen=True)
class Start:
    """What a role begins from its workbench: a button at the head of the page."""

    label: str
    url_name: str
    icon: str
    permission: str

    @property
    def url(self) -> str:
        return reverse(self.url_name)


# The most used first; whoever carries several words gets the first two.
STARTS = (
    Start("写督导记录", "inspections:visit_start", "edit", Inspections.WRITE_VISITS),
    Start("登记问题", "rectification:problem_create", "plus", Rectification.OPEN_TICKETS),
    Start("月度计划", "inspections:month_plan", "calendar", Inspections.PLAN_VISITS),
)
MOST_STARTS = 2


def starts(actor: Actor) -> list[Start]:
    """The beginnings that the actor's words allow, the most used first."""
    return [start for start in STARTS if actor.can(start.permission)][:MOST_STARTS]

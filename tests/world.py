"""One county's business as it stands on an ordinary day, with everybody who might come: for the tests over all addresses.

Marker texts (MARK) stand in everything of 530102 that a stranger must never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

from accounts.actors import Role
from accounts.models import Delegation, Membership, Organization
from inspections.models import Complaint, InstrumentVersion, PlannedVisit, RoutineVisit
from inspectors.models import DistrictInspector, DistrictSchool, Inspector, ResponsibilityDistrict
from records import clock
from records.models import (
    ArchiveItem,
    ArchiveTransfer,
    Attachment,
    Countersigner,
    Dispatch,
    Document,
    DocumentTemplate,
    Handover,
    Import,
    Job,
    LetterBatch,
    Notification,
    Publication,
    PublicObjection,
    PublishedCopy,
    RedactionFlag,
    Service,
    ServiceEvidence,
)
from records.rendering import official
from records.rendering.papers import OfficialPaper, Paragraph
from records.storage import put
from rectification.models import Problem, ProblemCategory, SupervisoryOrder, Ticket
from supervision.models import Committee, CommitteeMember, MemberUnit, School, UnitContact
from tests import factories as f
from tests.roots import add_party, archive_file, let_in, make, served_paper, tenancy
from tests.world_desk import add_entries
from tests.world_time import add_deadline

MARK = "明德"


@dataclass
class World:
    """`people[(role, code)]`, and the objects of 530102 by name."""

    people: dict[tuple[str, int], Membership] = field(default_factory=dict)
    code: int = 530102
    things: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["things"][name]
        except KeyError:
            raise AttributeError(name) from None


def settle(world: World, code: int, school: Organization) -> None:
    """Somebody of every role in a division."""
    liaison = f.organization(code, "member_unit", f"{code}财政局")
    homes = {Role.UNIT_CONTACT: school, Role.DEPARTMENT_CONTACT: f.department(code), Role.MEMBER_LIAISON: liaison}
    for role in Role:
        world.people[role, code] = f.member(homes.get(role, f.office(code)), role)
    world.things[f"stewardship-{code}"] = f.steward(world.people[Role.OFFICE_STAFF, code])


def build() -> World:
    """As the owner: call inside as_owner()."""
    world = World()
    unit = _school(world)
    settle(world, world.code, unit.organization)
    for code in (530103, 520102):
        settle(world, code, f.school(code).organization)
    for code in (530100, 530000):
        for role in (Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER, Role.INSPECTOR):
            world.people[role, code] = f.member(f.office(code), role)
    _registers(world, unit)
    for code in (530103, 520102):
        Committee.objects.create(
            division=f.division(code), division_code=code, name=f"{code}委员会", office=f.office(code)
        )
    _business(world, unit)
    return world


def build_beside(world: World, code: int) -> World:
    """The same business, word for word, in another county, with its own people. As the owner."""
    other = World(code=code, people={key: member for key, member in world.people.items() if key[1] == code})
    unit = _school(other)
    if other.people:
        other.things[f"stewardship-{code}"] = world.things[f"stewardship-{code}"]
    else:
        settle(other, code, unit.organization)
    _registers(other, unit)
    _business(other, unit)
    return other


def _school(world: World) -> School:
    unit = f.school(world.code, f"五华区{MARK}小学", head_name=f"{MARK}校长")
    world.things["school"] = unit
    return unit


def _registers(world: World, unit: School) -> None:
    org, things = unit.organization, world.things
    things["contact"] = UnitContact.objects.create(
        organization=org, division_code=world.code, name=f"{MARK}联系人", phone="0871-1"
    )
    committee, _ = Committee.objects.get_or_create(
        division_code=world.code,
        defaults={"division": f.division(world.code), "name": f"{world.code}委员会", "office": f.office(world.code)},
    )
    things["committee"] = committee
    things["member"] = CommitteeMember.objects.create(
        committee=committee,
        division_code=world.code,
        position="chair",
        person_name="赵主任",
        post="副区长",
        valid_from=date(2024, 1, 1),
    )
    liaison = world.people[Role.MEMBER_LIAISON, world.code].organization
    things["member_unit"] = MemberUnit.objects.create(
        committee=committee, division_code=world.code, organization=liaison, valid_from=date(2024, 1, 1)
    )
    things["department"] = f.department(world.code)
    inspector = world.people[Role.INSPECTOR, world.code]
    things["inspector"] = Inspector.objects.create(
        user=inspector.user, office=inspector.organization, division_code=world.code, kind="full_time",
        certificate_number="督-1", valid_from=date(2024, 1, 1),
    )  # fmt: skip
    district = ResponsibilityDistrict.objects.create(division_code=world.code, name=f"{MARK}责任区")
    things["district"] = district
    things["district_school"] = DistrictSchool.objects.create(
        district=district, division_code=world.code, organization=org
    )
    things["district_inspector"] = DistrictInspector.objects.create(
        district=district, division_code=world.code, inspector=things["inspector"], valid_from=date(2024, 1, 1)
    )


def _service(paper: Document, recipient: Organization, world: World) -> tuple[Service, ServiceEvidence]:
    """A receipt on the way, with a first proof; the department is copied, so it follows."""
    service = Service.objects.create(document=paper, recipient=recipient, sent_at=clock.now())
    staff = world.people[Role.OFFICE_STAFF, world.code].user
    file = ServiceEvidence.objects.create(
        service=service, name=f"{MARK}回证.txt", mime="text/plain", size=3, sha256=put(b"abc"),
        uploaded_at=clock.now(), uploaded_by=staff,
    )  # fmt: skip
    return service, file


def _business(world: World, unit: School) -> None:
    org, things, now = unit.organization, world.things, clock.now()
    shown = {"filed_at": now, "served_at": now}
    office = f.office(world.code)
    things["document"] = things["paper"] = _paper(office, org)
    things["letterbatch"] = make(LetterBatch, office, org, filed_at=now)
    LetterBatch.objects.filter(pk=things["letterbatch"].pk).update(
        title=f"{MARK}的函", merged=put(b"abc"), merged_size=3
    )
    things["service"], things["service_evidence"] = _service(things["paper"], org, world)
    things["draft_document"] = make(Document, office, org, filed_at=now)
    things["signer"] = Countersigner.objects.create(
        document=things["document"], position=1, organization=things["department"]
    )
    giver, receiver = (world.people[role, world.code] for role in (Role.LEADER, Role.OFFICE_STAFF))
    things["delegation"] = Delegation.objects.create(
        organization=office, giver=giver, receiver=receiver, words=["records.approve_documents"], reason="出差",
        valid_from=clock.today(), valid_until=clock.today(), given_at=now, given_by=giver.user,
    )  # fmt: skip
    things["problem"] = make(Problem, office, org, **shown)
    things["category"] = ProblemCategory.objects.create(
        division_code=world.code,
        code="own",
        label=f"{MARK}分类",
        basis="本地惯例",
        parent=ProblemCategory.objects.filter(division_code__isnull=True).first(),
    )
    things["ticket"] = make(Ticket, office, org, **shown)
    things["draft_ticket"] = make(Ticket, office, org, filed_at=now)
    things["order"] = make(SupervisoryOrder, office, org, **shown)
    SupervisoryOrder.objects.filter(pk=things["order"].pk).update(ticket=things["ticket"])
    things["plan"] = make(PlannedVisit, office, org, filed_at=now)
    things["visit"] = make(RoutineVisit, office, org, **shown)
    things["draft_visit"] = make(RoutineVisit, office, org)
    _public(world, office)
    add_deadline(world, org, MARK)
    add_entries(world, MARK)
    things["complaint"] = make(Complaint, office, org, filed_at=now)
    Complaint.objects.filter(pk=things["complaint"].pk).update(state="accepted", accepted_at=now, text=f"{MARK}食堂")
    _title(things)
    for name in ("document", "ticket", "order", "problem"):
        if type(things[name]).party_model() is not None:
            add_party(things[name], things["department"])
    for name in ("paper", "ticket", "order", "problem", "visit"):
        things[f"guest_{name}"] = let_in(things[name], world.people[Role.OUTSIDER, world.code])
    inspector = world.people[Role.INSPECTOR, world.code].user
    for name in ("plan", "visit", "draft_visit"):
        type(things[name]).objects.filter(pk=things[name].pk).update(inspector=inspector, created_by=inspector)
    things["stewardship"] = things[f"stewardship-{world.code}"]
    things["invitation"], _ = f.invitation(
        org, by=world.people[Role.OFFICE_STAFF, world.code].user, name=f"{MARK}联系人"
    )
    things["handover"] = _handover(world)
    things["version"] = InstrumentVersion.objects.filter(published_at__isnull=False).first()
    things["template"] = DocumentTemplate.objects.create(
        kind="letter", code="own", division_code=world.code, name=f"{MARK}函", title="函", body="商请。", updated_at=now,
        written_by=world.people[Role.OFFICE_HEAD, world.code].user,
    )  # fmt: skip
    things["sha"] = put(b"abc")
    things["attachment"] = Attachment.objects.create(
        root_kind="rectification.ticket", root_id=things["ticket"].pk, category="file", name=f"{MARK}.txt", mime="text/plain",
        size=3, sha256=things["sha"], organization=office, uploaded_at=now, filed_at=now,
    )  # fmt: skip
    _archive(world, org)
    for membership in world.people.values():
        Notification.objects.create(
            user=membership.user,
            owner_code=world.code,
            title="消息",
            key=f"k{world.code}-{membership.pk}",
            created_at=now,
        )
    staff = world.people[Role.OFFICE_STAFF, world.code]
    content = put(b"result")
    things["job"] = Job.objects.create(
        user=staff.user, membership_id=staff.pk, owner_code=world.code, kind="test", title=f"{MARK}导出", state=Job.State.DONE,
        created_at=clock.now(), finished_at=clock.now(), result=content, result_name=f"{MARK}.zip", result_size=6,
        result_mime="application/zip",
    )  # fmt: skip
    things["import"] = Import.objects.create(
        user=staff.user, membership_id=staff.pk, owner_code=world.code, kind="schools", name=f"{MARK}名册.xlsx", size=3,
        sha256=put(b"abc"), check_job=things["job"],
    )  # fmt: skip
    staff = world.people[Role.OFFICE_STAFF, world.code]
    things["notification"] = Notification.objects.get(user=staff.user, owner_code=world.code)
    things["dispatch"] = Dispatch.objects.create(
        user=staff.user, organization=office, owner_code=world.code, channel="sms", title=f"{MARK}提醒", text="提醒",
        state="failed", failed_at=now, created_at=now, next_at=now, error="网关答复 500",
    )  # fmt: skip


def _handover(world: World) -> Handover:
    """A colleague who has gone, to the office's staff."""
    gone = f.member(f.office(world.code), Role.OFFICE_STAFF)
    head, to = world.people[Role.OFFICE_HEAD, world.code].user, world.people[Role.OFFICE_STAFF, world.code].user
    return Handover.objects.create(
        owner_code=world.code, organization=gone.organization, membership=gone, person=gone.user, person_name=f"{MARK}离岗",
        successor=to, successor_name=str(to), passed=[["未签发的公文", 1]], reason="调离", last_day=clock.today(),
        done_at=clock.now(), done_by=head, done_by_name=str(head), done_as="负责人",
    )  # fmt: skip


def _public(world: World, office: Organization) -> None:
    """A publication in work, and a notice that everybody may read."""
    things = world.things
    publication = things["publication"] = make(Publication, office, office, filed_at=clock.now())
    assert isinstance(publication, Publication)
    publication.title = f"{MARK}拟聘督学公示"
    publication.save()
    things["flag"] = RedactionFlag.objects.create(
        publication=publication, kind="name", place="0", start=0, end=2, text="现予", mask="某"
    )
    image, now = BytesIO(), clock.now()
    Image.new("RGB", (40, 30)).save(image, "JPEG")
    picture = Attachment.objects.create(
        root_kind=publication.kind, root_id=publication.pk, category="photo", name="校门.jpg", mime="image/jpeg",
        size=len(image.getvalue()), sha256=put(image.getvalue()), organization=office, uploaded_at=now, filed_at=now,
    )  # fmt: skip
    things["photo_flag"] = RedactionFlag.objects.create(
        publication=publication, kind="photo", place="photo", attachment=picture, text="校门.jpg"
    )
    things["objection"] = PublicObjection.objects.create(
        owner_code=world.code, publication=publication, receipt="ABCDEFGHJK", text=f"{MARK}异议", received_at=now
    )
    shown = {"sha256": put(b"jpeg"), "caption": "校门", "width": 4, "height": 3}
    things["published"] = PublishedCopy.objects.create(
        publication_id=10**9 + world.code, owner_code=world.code, kind="notice", title="公示", blocks=[{"text": "现予公示。", "level": 0}],
        words="公示 现予公示。", issuer="五华区督导办", dated=clock.today(), division_name="五华区", prefecture_code=530100,
        prefecture_name="昆明市", province_code=530000, province_name="云南省", shows_from=clock.today(),
        shows_until=clock.today() + timedelta(days=7), photos=[shown], file=put(_pdf()), published_at=clock.now(),
    )  # fmt: skip


def _archive(world: World, org: Organization) -> None:
    things, now = world.things, clock.now()
    things["archive"] = archive_file(
        f.office(world.code), org, title=f"{MARK}案卷", root_kind="rectification.ticket", root_id=things["ticket"].pk
    )
    things["archive_item"] = ArchiveItem.objects.create(
        file=things["archive"], key="x", position=1, title=f"{MARK}材料", name="材料.txt", mime="text/plain",
        sha256=things["sha"], size=3, pages=1, bound_as="slip",
    )  # fmt: skip
    things["transfer"] = ArchiveTransfer.objects.create(
        owner_code=world.code, receiver_kind="archives", receiver=f"{MARK}档案馆", received_by="李馆员", handed_on=clock.today(),
        receipt_name=f"{MARK}.txt", receipt_sha256=things["sha"], receipt_mime="text/plain", recorded_at=now,
        recorded_by=f.person(),
    )  # fmt: skip


@cache
def _pdf() -> bytes:
    words = {
        "issuer_mark": "督导办文件",
        "number": "测督〔2026〕1号",
        "title": f"{MARK}整改通知书",
        "recipient": "学校",
    }
    paper = OfficialPaper(**words, paragraphs=(Paragraph("请整改。"),), signature="督导办", dated=date(2026, 11, 24))
    return official.render(paper)


def _paper(office: Organization, org: Organization) -> Document:
    """A served document whose file is really stored."""
    paper = served_paper(tenancy(office, org, {"served_at": clock.now()}), "rectification_notice")
    paper.file, paper.file_size = put(_pdf()), len(_pdf())
    paper.sealed_file, paper.sealed_size = paper.file, paper.file_size
    paper.save()
    return paper


def _title(things: dict[str, Any]) -> None:
    for name, column in (("document", "title"), ("problem", "title"), ("ticket", "title"), ("draft_ticket", "title")):
        type(things[name]).objects.filter(pk=things[name].pk).update(**{column: f"{MARK}{column}"})

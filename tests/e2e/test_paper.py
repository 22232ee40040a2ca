"""A paper from draft to archive in a real browser: checked, countersigned, approved in the head's stead, stamped on paper and
scanned, served on three schools in three ways, replaced, filed and verified (issue: Done when 1 and 2)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pdfplumber
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from accounts.actors import Role
from accounts.scope import scope
from records import clock
from records.actions import documents as acts
from records.models import ArchiveFile, Document, DocumentSeries, Job, OfficePaper, Service
from records.storage import opened
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import CODE, PASSWORD, County, build, photo
from tests.records.samples import CONTENT

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
Arrive = Callable[..., Visitor]
SCHOOLS = ("五华区云津小学", "五华区莲华小学", "五华区西坝小学")
REMARK = "请在文中写明材料由食堂负责人签字确认。"


@pytest.fixture
def county(transactional_db: None) -> County:
    """The office of the other journeys with a series for letters, a second hand, a deputy, and two more schools."""
    with as_owner():
        made = build()
        DocumentSeries.objects.create(owner_code=CODE, kind="letter", code="五政教督函")
        office = f.office(CODE)
        for who, name in (("checker", "何核稿"), ("deputy", "陈副主任")):
            made.people[who] = f.member(office, Role.OFFICE_STAFF, user=f.person(name))
        for name in SCHOOLS[1:]:
            f.school(CODE, name)
        return made


def arrive(visitors: Arrive, county: County, who: str, *, phone: bool = False) -> Visitor:
    visitor = visitors(who, phone=phone)
    visitor.sign_in(county.username(who), PASSWORD)
    return visitor


def again(document: Document) -> Document:
    with as_owner():
        return Document.objects.get(pk=document.pk)


# --- the office settles how its letters go ----------------------------------------------------------------------------


def settle(head: Visitor) -> None:
    """Letters are checked and countersigned here, and stamped on paper."""
    page = head.go("/records/paper-settings/")
    letters = page.get_by_role("group", name="函", exact=True)
    letters.get_by_label("须核稿").check()
    letters.get_by_label("核稿人").select_option(label="何核稿")
    letters.get_by_label("须会签").check()
    page.get_by_label("用印方式").select_option(label="打印盖章后扫描")
    head.looks("paper-settings")
    head.press("保存")
    head.told("公文设置已保存")


def delegate(head: Visitor) -> None:
    page = head.go("/records/delegations/")
    head.looks("delegations-empty")
    page.get_by_label("受托人").select_option(label="陈副主任 督导办工作人员")
    page.get_by_label("起始日期").fill(clock.today().isoformat())
    page.get_by_label("截止日期").fill((clock.today() + timedelta(days=4)).isoformat())
    page.get_by_label("授权事由").fill("外出学习")
    head.press("授权")
    head.told("授权已生效登记")
    head.looks("delegations")


# --- from the draft to the approver ------------------------------------------------------------------------------------


def draft(staff: Visitor) -> Document:
    page = staff.go("/records/documents/")
    staff.looks("documents-empty")
    page.get_by_role("link", name="新拟公文").first.click()
    staff.looks("document-new")
    page.get_by_role("link", name="用商洽函拟稿").click()
    page.get_by_label(re.compile("^主送单位")).fill(SCHOOLS[0])
    page.get_by_label("其他主送单位").fill("\n".join(SCHOOLS[1:]))
    page.get_by_label(re.compile("^商请事项")).fill("报送食堂食品安全自查材料")
    page.get_by_label(re.compile("^答复期限")).fill("2026年12月15日")
    page.get_by_label(re.compile("^联系人")).fill("孙科员")
    page.get_by_label(re.compile("^联系电话")).fill("0871-63100000")
    staff.looks("document-begin")
    staff.press("拟稿")
    staff.told("已拟稿")
    staff.looks("document-edit")
    body = page.get_by_label("正文")
    body.fill(body.input_value() + "\n材料包括留样记录、陪餐记录和从业人员健康证明。")
    staff.press("保存文稿")
    staff.told("文稿已保存")
    staff.looks("document-draft")
    with as_owner():
        return Document.objects.get(title="关于商请报送食堂食品安全自查材料的函")


def name_countersigner(staff: Visitor, document: Document) -> None:
    page = staff.go(f"/records/documents/{document.pk}/countersigners/")
    page.get_by_label("会签单位或人员").select_option(label="五华区教育体育局")
    staff.press("加入会签名单")
    staff.told("已加入会签名单")
    page.get_by_label("会签期限").fill((clock.today() + timedelta(days=3)).isoformat())
    staff.press("保存会签安排")
    staff.told("会签安排已保存")
    staff.looks("countersigners")
    page.get_by_role("link", name="返回文稿").click()


def hand_on(staff: Visitor, document: Document, button: str, then: str) -> None:
    staff.go(document.get_absolute_url())
    staff.press(button)
    staff.told(then)


def check(checker: Visitor, document: Document) -> None:
    """From the workbench's line: whose turn it is finds it there."""
    page = checker.go("/")
    checker.looks("workbench-checker")
    page.get_by_role("link", name=re.compile(document.title)).first.click()
    checker.looks("document-to-check")
    checker.press("核稿通过，送会签")
    checker.told("核稿通过，已送会签")


def countersign(department: Visitor, document: Document) -> None:
    """On a phone: an objection with its reason."""
    page = department.go("/")
    page.get_by_role("link", name=re.compile(document.title)).first.click()
    department.looks("document-to-countersign")
    page.get_by_label("有不同意见", exact=True).check()
    page.get_by_label("意见内容").fill(REMARK)
    department.press("提交会签意见")
    department.told("会签意见已提交")
    department.looks("document-countersigned")


def answer(staff: Visitor, document: Document) -> None:
    page = staff.go(document.get_absolute_url())
    expect(page.get_by_text(REMARK).first).to_be_visible()
    page.get_by_label("答复：采纳情况，或不采纳的理由").fill("已在附表中设签字栏，正文不再重复。")
    staff.looks("document-objected")
    staff.press("提交答复")
    staff.told("答复已保存")
    assert again(document).state == "submitted", "with the last objection answered it goes to the approver by itself"


def approve_in_stead(deputy: Visitor, document: Document) -> None:
    page = deputy.go("/")
    page.get_by_role("link", name=re.compile(document.title)).first.click()
    deputy.looks("document-to-approve")
    deputy.press("签发", confirm="签发")
    deputy.told("已签发并取得文号")
    deputy.told("委托代签")
    deputy.looks("document-approved")
    row = again(document)
    assert re.fullmatch(r"五政教督函〔\d{4}〕\d+号", row.number) and row.state == "approved"
    assert "周主任" in row.approved_as and row.delegation_id is not None


# --- the stamp ---------------------------------------------------------------------------------------------------------


def stamped_scan(pdf: bytes, folder: Path, name: str) -> list[Path]:
    """Printed, stamped in red and scanned: a grey-white picture a page, a little askew, the last one as JPEG."""
    paths = []
    paper = pypdfium2.PdfDocument(pdf)
    for n in range(len(paper)):
        sheet = paper[n].render(scale=200 / 72).to_pil().convert("RGB")
        pen, (x, y) = ImageDraw.Draw(sheet), (sheet.width * 0.68, sheet.height * 0.52)
        pen.ellipse((x - 160, y - 160, x + 160, y + 160), outline="#d7263d", width=9)
        pen.polygon([(x, y - 60), (x + 50, y + 50), (x - 50, y + 50)], fill="#d7263d")
        kind = "jpg" if n == len(paper) - 1 else "png"
        path = folder / f"{name}-{n + 1}.{kind}"
        sheet.rotate(0.7, resample=Image.Resampling.BICUBIC, fillcolor="#fbfbf8").save(path)
        paths.append(path)
    paper.close()
    return paths


def file_of(visitor: Visitor, document: Document) -> bytes:
    """Downloaded from the page, as one would to print it."""
    page = visitor.go(document.get_absolute_url())
    with page.expect_download() as caught:
        page.get_by_role("link", name="下载", exact=True).click()
    return Path(caught.value.path()).read_bytes()


def hand_in(staff: Visitor, document: Document, sheets: list[Path]) -> None:
    page = staff.go(document.get_absolute_url())
    page.get_by_role("link", name="上传用印扫描件").click()
    page.set_input_files("input[type=file]", [str(sheet) for sheet in sheets])
    staff.looks("document-seal")
    staff.press("上传并核对")


def another_paper(county: County) -> Document:
    """A paper approved earlier; its sheets lie on the same desk."""
    staff, head = f.actor(county.people["staff"]), f.actor(county.people["head"])
    with as_owner():
        OfficePaper.objects.update_or_create(owner_code=CODE, defaults={"seal_way": "scan"})
    with scope(staff):
        row = acts.draft_document(by=staff, kind="supervisory_order", title="关于消防通道的督办单", content=CONTENT,
                                  recipient=county.school.organization)  # fmt: skip
        acts.submit(row, by=staff)
    with scope(head):
        acts.approve(Document.objects.visible_to(head).get(pk=row.pk), by=head)
    return again(row)


def seal_on_paper(staff: Visitor, document: Document, county: County, tmp: Path) -> None:
    other = another_paper(county)
    with opened(other.file) as strange:
        hand_in(staff, document, stamped_scan(strange.read(), tmp, "strange"))
    staff.told(f"扫描件上的二维码是另一份公文（{other.number}），没有用印")
    staff.looks("seal-refused")
    assert again(document).state == "approved"
    staff.page.get_by_role("link", name="返回办理").click()
    expect(staff.page.get_by_role("link", name="上传用印扫描件")).to_be_visible()
    seal(staff, document, tmp)


def seal(staff: Visitor, document: Document, tmp: Path) -> None:
    hand_in(staff, document, stamped_scan(file_of(staff, document), tmp, f"paper-{document.pk}"))
    staff.told("已完成")
    staff.looks("seal-done")
    staff.go(document.get_absolute_url())
    staff.told("已送达")
    row = again(document)
    assert row.state == "served" and row.seal_way == "scan" and row.sealed_file not in ("", row.file)


# --- three schools, three ways ------------------------------------------------------------------------------------------


def sign_for(school: Visitor, document: Document) -> None:
    page = school.go("/")
    page.get_by_role("link", name=re.compile(document.title)).first.click()
    school.looks("document-unit")
    school.press("签收", confirm="签收")
    school.told("已签收")


def receipt_page(staff: Visitor, document: Document, name: str, kind: str) -> None:
    page = staff.go(document.get_absolute_url())
    page.locator("li.receipt", has_text=name).get_by_role("link", name="登记送达").click()
    page.get_by_role("navigation", name="送达方式").get_by_role("link", name=kind).click()


def hand_over(staff: Visitor, document: Document, name: str) -> None:
    receipt_page(staff, document, name, "直接送达")
    staff.page.get_by_label("收件人姓名").fill("杨校长")
    staff.page.get_by_label("收件人职务").fill("校长")
    staff.looks("receipt-handed-over")
    staff.press("登记送达", confirm="登记")
    staff.told("已登记送达")


def post(staff: Visitor, document: Document, name: str, tmp: Path) -> None:
    """Sent first; received when the carrier proves it."""
    receipt_page(staff, document, name, "邮寄")
    staff.page.get_by_label("承运单位").fill("中国邮政")
    staff.page.get_by_label("邮件号").fill("XA12345678953")
    staff.page.get_by_label("交寄日期").fill(clock.today().isoformat())
    staff.looks("receipt-post")
    staff.press("只登记交寄")
    staff.told("已登记交寄")
    receipt_page(staff, document, name, "邮寄")
    staff.page.get_by_label("收件人姓名").fill("门卫李师傅")
    staff.page.set_input_files("input[type=file]", photo(tmp, "delivered.jpg", "#556677"))
    staff.press("登记送达", confirm="登记")
    staff.told("已登记送达")


def print_receipt(staff: Visitor, document: Document, name: str) -> str:
    """The printed 送达回证 of one school, as text."""
    page = staff.go(document.get_absolute_url())
    page.locator("li.receipt", has_text=name).get_by_role("button", name="送达回证").click()
    staff.told("已完成")
    staff.looks("receipt-printed")
    with page.expect_download() as caught:
        page.get_by_role("link", name=re.compile("^下载")).click()
    with pdfplumber.open(BytesIO(Path(caught.value.path()).read_bytes())) as pdf:
        return "".join((page.extract_text() or "") for page in pdf.pages).replace("\n", "")


def serve_three_ways(staff: Visitor, school: Visitor, document: Document, tmp: Path) -> None:
    sign_for(school, document)
    hand_over(staff, document, SCHOOLS[1])
    post(staff, document, SCHOOLS[2], tmp)
    staff.go(document.get_absolute_url())
    staff.told("送达3个单位，已收到3个")
    staff.looks("document-received")
    with as_owner():
        rows = Service.objects.filter(document=document, received_at__isnull=False)
        assert set(rows.values_list("kind", flat=True)) == {"signed_for", "handed_over", "post"}


# --- a new paper in its place -------------------------------------------------------------------------------------------


def replace(staff: Visitor, document: Document) -> Document:
    page = staff.go(document.get_absolute_url())
    page.locator("summary", has_text="拟制替代公文").click()
    page.locator("details.act-reason", has_text="拟制替代公文").get_by_label("理由").fill("报送日期有误")
    staff.press("确认拟制替代公文", confirm="拟制替代公文")
    staff.told("已按原文拟好新文稿")
    page.get_by_role("link", name="修改文稿").click()
    body = page.get_by_label("正文")
    body.fill(body.input_value().replace("12月15日", "12月25日"))
    staff.press("保存文稿")
    staff.told("文稿已保存")
    staff.looks("document-successor")
    with as_owner():
        return Document.objects.get(replaces=document)


def agree(department: Visitor, document: Document) -> None:
    department.go(document.get_absolute_url())
    department.page.get_by_label("同意", exact=True).check()
    department.press("提交会签意见")
    department.told("会签意见已提交")
    assert again(document).state == "submitted"


def verification(anybody: Visitor, old: Document, new: Document) -> None:
    page = anybody.go(f"/records/verify/{old.token}/")
    expect(page.get_by_role("heading", name="该公文已被替代")).to_be_visible()
    expect(page.get_by_text(new.number)).to_be_visible()
    anybody.looks("verify-replaced")
    anybody.go(f"/records/verify/{new.token}/")
    anybody.told("公文有效")
    anybody.looks("verify-valid")


# --- the archive --------------------------------------------------------------------------------------------------------


def open_file(staff: Visitor, document: Document) -> ArchiveFile:
    page = staff.go("/records/archive/waiting/?kind=records.document")
    staff.looks("archive-waiting")
    expect(page.get_by_text(document.number)).to_be_visible()
    page.locator("tr, li", has_text=document.number).get_by_role("button", name=re.compile("立卷")).first.click()
    page.wait_for_url(re.compile(r"/archive/\d+/$"))
    staff.page.reload()
    staff.looks("archive-open")
    expect(page.get_by_role("button", name="归档", exact=True)).to_have_count(0)
    with as_owner():
        return ArchiveFile.objects.get(root_kind="records.document", root_id=document.pk)


def close_and_export(head: Visitor, file: ArchiveFile, tmp: Path) -> Path:
    page = head.go(file.get_absolute_url())
    head.press("归档", confirm="归档")
    head.told("已归档，目录固定")
    head.looks("archive-closed")
    page.get_by_role("button", name=re.compile("全部原件")).click()
    head.told("已完成")
    head.looks("archive-exported")
    with page.expect_download() as caught:
        page.get_by_role("link", name=re.compile("^下载")).click()
    target = tmp / "file.zip"
    caught.value.save_as(target)
    return target


def verified(package: Path, tmp: Path) -> list[str]:
    """Unpacked and checked with the real sha256sum; the names of what lies in it."""
    with ZipFile(package) as archive:
        archive.extractall(tmp / "unpacked")
    folder = next((tmp / "unpacked").iterdir())
    told = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_paper_from_draft_to_archive(visitors: Arrive, county: County, tmp_path: Path) -> None:
    head, staff = arrive(visitors, county, "head"), arrive(visitors, county, "staff")
    settle(head)
    delegate(head)
    paper = draft(staff)
    name_countersigner(staff, paper)
    hand_on(staff, paper, "送核稿", "已送核稿")
    checker, department = arrive(visitors, county, "checker"), arrive(visitors, county, "department", phone=True)
    check(checker, paper)
    countersign(department, paper)
    answer(staff, paper)
    deputy = arrive(visitors, county, "deputy")
    approve_in_stead(deputy, paper)
    seal_on_paper(staff, paper, county, tmp_path)
    paper = again(paper)
    school = arrive(visitors, county, "school", phone=True)
    serve_three_ways(staff, school, paper, tmp_path)
    printed = print_receipt(staff, paper, SCHOOLS[2])
    for words in ("送达回证", paper.number, SCHOOLS[2], "XA12345678953", "门卫李师傅"):
        assert words in printed, words
    successor = replace(staff, paper)
    name_countersigner(staff, successor)
    hand_on(staff, successor, "送核稿", "已送核稿")
    checker.go(successor.get_absolute_url())
    checker.press("核稿通过，送会签")
    agree(department, successor)
    head.go(successor.get_absolute_url())
    head.press("签发", confirm="签发")
    head.told("已签发并取得文号")
    successor = again(successor)
    assert again(paper).state == "served", "in force until the new one is issued"
    seal(staff, successor, tmp_path)
    assert again(paper).state == "replaced"
    staff.go(paper.get_absolute_url())
    staff.told(f"这份公文已被{successor.number}替代")
    staff.looks("document-replaced")
    verification(visitors("anybody", phone=True), paper, successor)
    serve_three_ways(staff, school, successor, tmp_path)
    file = open_file(staff, successor)
    names = verified(close_and_export(head, file, tmp_path), tmp_path)
    assert {"SHA256SUMS", "合订本.pdf", "卷内目录.xlsx"} <= set(names)
    assert sum("函.pdf" in name for name in names) == 2, "the paper and the one that it replaced"
    assert sum("会签意见" in name for name in names) == 2 and sum("送达回证" in name for name in names) == 2
    with as_owner():
        file.refresh_from_db()
        assert file.closed_by_id != file.opened_by_id
        assert not Job.objects.filter(state="running").exists()

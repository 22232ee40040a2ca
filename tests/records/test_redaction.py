"""What the finder finds: recall on a hundred generated papers, and the single rules. Nothing here asks the database."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from records.publication.redaction import apply, find, identity_is_valid, masked_name, passages, passes_luhn, rebuilt
from tests.records.redaction_documents import papers

REQUIRED = {"number": 0.95, "phone": 0.95, "name": 0.8}


def recall(*, unseen: bool = False) -> tuple[dict[str, float], int, int]:
    """By what was planted: the share that one flag covers whole. And how many flags, and how many of them cover nothing."""
    planted: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    flags = idle = 0
    for paper in papers(unseen=unseen):
        hits = [hit for hit in find(paper.text) if hit.kind != "minor"]
        flags += len(hits)
        for start, end, what in paper.planted:
            planted[what] += 1
            covered[what] += any(hit.start <= start and end <= hit.end for hit in hits)
        idle += sum(all(h.end <= s or e <= h.start for s, e, _ in paper.planted) for h in hits)
    return {what: covered[what] / planted[what] for what in planted}, flags, idle


@pytest.mark.parametrize("unseen", [False, True], ids=["known wording", "unseen wording"])
def test_recall_on_a_hundred_papers(capsys: pytest.CaptureFixture[str], unseen: bool) -> None:
    """The issue: at least 0.95 for numbers and phones; the names' is reported (aim 0.8)."""
    found, flags, idle = recall(unseen=unseen)
    with capsys.disabled():
        print(  # noqa: T201  the issue asks for the figure
            f"\nrecall of the flags, {'unseen' if unseen else 'known'} wording:", {what: round(share, 3) for what, share in sorted(found.items())},
              f"of {flags} flags {idle} cover nothing planted")  # fmt: skip
    assert not {what: share for what, share in found.items() if share < REQUIRED[what]}
    # A finder that marks everything finds everything: most of what it asks about must be worth asking.
    assert idle / flags < 0.25


def kinds(text: str) -> list[tuple[str, str]]:
    return [(hit.kind, hit.text) for hit in find(text)]


@pytest.mark.parametrize(("text", "expected"), [
    ("电话１３８ ００１３ ８０００。", [("phone", "１３８ ００１３ ８０００")]),
    ("手机一三八零零一三八零零零", [("phone", "一三八零零一三八零零零")]),
    ("咨询0871-65123456转", [("phone", "0871-65123456")]),
    ("传真：6512 3456", [("phone", "6512 3456")]),
    ("邮箱 wang.jg@example.cn 收", [("contact", "wang.jg@example.cn")]),
    ("微信号：wjg_2026", [("contact", "微信号：wjg_2026")]),
    ("住学府路25号3栋501室", [("address", "住学府路25号3栋501室")]),
    ("三年级（2）班", [("minor", "三年级（2）班")]), ("高二3班", [("minor", "高二3班")]), ("年仅9岁", [("minor", "9岁")]),
    ("年满18岁", []), ("35岁", []),
    ("投入120000000元，2026年11月24日至2027年1月1日", []), ("五政教督办〔2026〕15号", []),
    ("2026-11-24 08:30", []), ("面积12345.67平方米", []),
])  # fmt: skip
def test_what_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_a_number_with_a_slip_of_the_pen_is_asked_about_all_the_same() -> None:
    [hit] = find("身份证530102199013450012")
    assert hit.kind in ("number", "card", "identity")


def test_words_of_office_papers_are_no_names() -> None:
    text = "全区小学安全工作总体规范，应当加强管理；和学校共同落实。方案于周五前报送，高度重视，成绩显著，万无一失。"
    assert [hit for hit in find(text) if hit.kind == "name"] == []


def test_a_name_that_was_found_is_marked_wherever_it_stands() -> None:
    text = "校长王建国汇报。会上王建国认为可行。"
    assert [hit.text for hit in find(text) if hit.kind == "name"] == ["王建国", "王建国"]


def test_whom_the_platform_knows_is_found_without_any_rule() -> None:
    assert [hit.text for hit in find("那天阿依古丽到过现场", {"阿依古丽"})] == ["阿依古丽"]


def test_no_suggested_mask_shows_what_it_masks() -> None:
    """Otherwise the suggestion itself would be refused."""
    texts = [
        *(paper.text for paper in papers(20, seed=7)),
        "学生、同学、幼儿、未成年人、2016年3月生、九岁、大一班、三年级2班",
    ]
    assert not [hit for text in texts for hit in find(text) if hit.text in hit.mask]


def test_no_two_findings_overlap() -> None:
    for paper in papers(20, seed=7):
        hits = find(paper.text)
        assert all(a.end <= b.start for a, b in pairwise(hits))


def test_checks() -> None:
    assert identity_is_valid("11010519491231002X") and not identity_is_valid("110105194912310021")
    assert passes_luhn("6222021001116245702") is passes_luhn("6222021001116245702")
    assert (masked_name("王明"), masked_name("王建国"), masked_name("欧阳娜")) == ("王某", "王某某", "欧阳某")


def test_masks_are_put_in_from_the_end_and_tables_keep_their_shape() -> None:
    assert apply("甲乙丙丁", [(0, 1, "一二"), (2, 3, "x")]) == "一二乙x丁"
    blocks = [{"text": "一", "level": 0}, {"header": ["姓名"], "rows": [["王明"]]}]
    texts = passages("题", blocks)
    assert texts == {"title": "题", "0": "一", "1.-1.0": "姓名", "1.0.0": "王明"}
    made = rebuilt(blocks, texts | {"1.0.0": "王某"})
    assert made[1]["rows"] == [["王某"]] and blocks[1]["rows"] == [["王明"]]

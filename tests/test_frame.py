"""The frame and its components, rendered without a database: what people read, and what must never be in a page."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace as Sample
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Engine, RequestContext
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal.context import NavItem
from records.templatetags import dudao, gallery

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
EVIL = "<script>alert(1)</script>"


# The product's templates and tags without its context processors: no session, no database.
ENGINE = Engine(
    dirs=[str(ROOT / "templates")],
    builtins=["records.templatetags.dudao", "django.templatetags.static"],
    context_processors=["django.template.context_processors.request"],
    libraries={
        "static": "django.templatetags.static",
        "dudao": "records.templatetags.dudao",
        "gallery": "records.templatetags.gallery",
    },
    string_if_invalid="⚠undefined:%s⚠",
)


def render(source: str, path: str = "/", **context: Any) -> str:
    html = ENGINE.from_string(source).render(RequestContext(RequestFactory().get(path), context))
    assert "undefined" not in html
    return html


def bare(source: str, **context: Any) -> str:
    """Without a request at all."""
    return ENGINE.from_string(source).render(Context(context))


def deadline(days_left: int | None, **more: Any) -> Sample:
    base = {
        "verdict": "",
        "late_days": 0,
        "rule_label": "20日内报送",
        "basis": "第十五条",
        "provisional": False,
    }
    return Sample(last_day=dt.date(2026, 11, 24), days_left=days_left, **{**base, **more})


@pytest.mark.parametrize(
    ("days_left", "more", "words", "tone"),
    [
        (-5, {}, "已逾期5天", "red"),
        (0, {}, "今天到期", "amber"),
        (3, {}, "剩余3天", "amber"),
        (12, {}, "剩余12天", "grey"),
        (None, {}, "已中止", "grey"),
        (-9, {"verdict": "on_time"}, "按时", "green"),
        (-9, {"verdict": "late", "late_days": 4}, "迟4天", "amber"),
    ],
)
def test_deadline_says_how_things_stand_and_is_red_only_while_overdue(
    days_left: int | None, more: dict[str, Any], words: str, tone: str
) -> None:
    html = dudao.deadline_badge(deadline(days_left, **more))
    assert f'<span class="deadline-left tone-{tone}">{words}</span>' in html
    assert "2026年11月24日" in html
    assert "<dt>期限</dt><dd>20日内报送</dd>" in html
    assert "<dt>依据</dt><dd>第十五条</dd>" in html


def test_deadline_tells_when_it_is_provisional_and_none_is_a_dash() -> None:
    assert "暂按周一至周五推算" in dudao.deadline_badge(deadline(3, provisional=True))
    assert "暂按周一至周五推算" not in dudao.deadline_badge(deadline(3))
    assert "—" in dudao.deadline_badge(None)


def test_deadline_without_rule_opens_nothing() -> None:
    assert "<details" not in dudao.deadline_badge(deadline(3, rule_label="", basis=""))


def test_names_are_escaped_everywhere() -> None:
    outputs = [
        dudao.state_badge(Sample(state_label=EVIL, state_tone=EVIL)),
        dudao.deadline_badge(deadline(1, rule_label=EVIL, basis=EVIL)),
        dudao.icon(EVIL, EVIL),
        bare("{% sort_header key label %}", key=EVIL, label=EVIL),
        bare('{% include "components/empty.html" with title=e text=e %}', e=EVIL),
        bare(
            '{% include "components/definition.html" with facts=facts %}',
            facts=[Sample(label=EVIL, value=EVIL, source=EVIL)],
        ),
        render(
            '{% include "components/page_header.html" with title=e subtitle=e crumbs=c %}',
            e=EVIL,
            c=[(EVIL, "/")],
        ),
    ]
    for html in outputs:
        assert "<script" not in html
        assert "alert(1)" in html or "tone-grey" in html


def test_state_shows_words_beside_its_colour_and_an_unknown_tone_is_grey() -> None:
    assert (
        dudao.state_badge(Sample(state_label="整改中", state_tone="blue"))
        == '<span class="state tone-blue">整改中</span>'
    )
    assert "tone-grey" in dudao.state_badge(Sample(label="待办", tone="pink"))


def test_dates_and_numbers() -> None:
    assert ">2026年1月5日<" in dudao.zh_date(dt.date(2026, 1, 5))
    late_utc = dt.datetime(2026, 11, 23, 18, 32, tzinfo=dt.UTC)
    assert ">2026年11月24日 02:32<" in dudao.zh_datetime(late_utc)
    assert ">2026年11月24日<" in dudao.zh_date(late_utc)
    assert dudao.number(1234567, "人") == "1,234,567人"
    assert "—" in str(dudao.number(None))
    assert [dudao.capped_count(n) for n in (0, 1000, 1001)] == ["0", "1,000", "1000+"]
    assert [dudao.file_size(n) for n in (812, 24_312, 3_512_000)] == ["812 B", "24 KB", "3.3 MB"]
    assert [dudao.percent(1, 3), dudao.percent(5, 0), dudao.percent(9, 3)] == [33, 0, 100]


def test_sort_keeps_the_filters_drops_the_page_and_turns_round() -> None:
    first = render('{% sort_header "due" "期限" %}', "/?state=open&state=late&page=3")
    assert 'href="?state=open&amp;state=late&amp;sort=due"' in first
    assert 'aria-sort="none"' in first
    again = render('{% sort_header "due" "期限" %}', "/?state=open&sort=due")
    assert 'href="?state=open&amp;sort=-due"' in again
    assert 'aria-sort="ascending"' in again
    assert 'aria-sort="descending"' in render('{% sort_header "due" "期限" %}', "/?sort=-due")


def test_chips_show_words_and_each_takes_away_only_itself() -> None:
    path = "/?q=%E9%A3%9F%E5%A0%82&state=open&state=late&county=530102&page=2&sort=due"
    form = gallery.GalleryFilter(RequestFactory().get(path).GET)
    html = render('{% include "components/filters.html" with filter_form=form %}', path, form=form)
    assert "状态：整改中" in html
    assert "县（市、区）：五华区" in html
    late = re.search(r'href="([^"]*)"[^>]*去掉条件 状态：已逾期"', html)
    assert late
    assert late[1] == "?q=%E9%A3%9F%E5%A0%82&amp;state=open&amp;county=530102&amp;sort=due"
    assert '<input type="hidden" name="sort" value="due">' in html


def test_column_choice_keeps_filters_and_order() -> None:
    columns = [Sample(key="unit", label="单位", shown=True), Sample(key="due", label="期限", shown=False)]
    html = render('{% include "components/columns.html" %}', "/?q=a&sort=due&cols=unit&page=4", columns=columns)
    assert '<input type="hidden" name="q" value="a">' in html
    assert '<input type="hidden" name="sort" value="due">' in html
    assert '<input type="hidden" name="page"' not in html
    assert 'value="unit" checked' in html
    assert 'value="due" checked' not in html


def test_pages_keep_the_filters() -> None:
    page = gallery.gallery_samples()["page"]
    html = render('{% include "components/pagination.html" with page_obj=page %}', "/?state=open&page=4", page=page)
    assert "第 4 页，共 11 页" in html
    assert 'href="?state=open&amp;page=5" rel="next"' in html
    assert "…" in html


LIST = (
    '{% extends "components/list.html" %}'
    '{% block list_head %}{% sort_header "title" "问题" %}{% endblock %}'
    '{% block list_rows %}{% for row in page_obj %}<tr><td class="cell-main">{{ row }}</td></tr>{% endfor %}{% endblock %}'
)


def test_list_shows_rows_count_filters_and_export() -> None:
    form = gallery.GalleryFilter(RequestFactory().get("/?q=a").GET)
    more: dict[str, Any] = {"filter_form": form, "columns": [], "export_url": "/x.xlsx?q=a"}
    html = render(LIST, "/?q=a", page_obj=Paginator(["甲", EVIL], 20).page(1), total=1204, **more)
    assert "共 <b>1000+</b> 条" in html
    assert "关键词：a" in html
    assert 'href="/x.xlsx?q=a"' in html
    assert '<td class="cell-main">甲</td>' in html
    assert EVIL not in html


def test_empty_list_says_what_to_do() -> None:
    html = render(LIST, page_obj=Paginator([], 20).page(1), total=0)
    assert "没有符合条件的记录" in html
    assert "<table" not in html


def test_actions_are_buttons_and_the_rest_say_why_not() -> None:
    html = render('{% include "components/actions.html" %}', actions=gallery.gallery_samples()["actions"])
    assert 'data-confirm="核查通过后转督导办销号，责任单位会收到通知。"' in html
    assert "为什么不能销号？" in html
    assert "还没有经过核查" in html
    assert 'name="reason" rows="3" required' in html
    assert html.count("<form") == 3


def test_field_has_label_required_mark_help_and_its_error() -> None:
    form = gallery.GalleryForm({"title": "", "severity": "9", "note": EVIL})
    html = render('{% include "components/form.html" with form=form submit_label="保存" %}', form=form)
    assert '<label for="id_title">问题描述<span class="required-mark">（必填）</span></label>' in html
    described = re.search(r'<input[^>]*name="title"[^>]*>', html)
    assert described
    assert 'aria-describedby="id_title_helptext id_title_error"' in described[0]
    assert 'aria-invalid="true"' in described[0]
    assert 'id="id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert '<a href="#id_title">问题描述：' in html
    assert "<legend>严重程度" in html
    assert EVIL not in html
    assert "&lt;script&gt;" in html, "typed text survives the error"


def test_error_summary_begins_with_the_form_as_a_whole() -> None:
    class Both(forms.Form):
        name = forms.CharField(label="名称")

        def clean(self) -> None:
            raise forms.ValidationError("起止日期颠倒")

    html = bare('{% include "components/form_errors.html" with form=form %}', form=Both({}))
    assert "有 2 处需要修改" in html
    assert html.index("起止日期颠倒") < html.index('href="#id_name"')


def test_party_whose_turn_it_is_is_marked() -> None:
    html = bare('{% include "components/parties.html" %}', parties=gallery.gallery_samples()["parties"])
    assert html.count('aria-current="step"') == 1
    assert html.index("督学核查") < html.index("当前环节</span>") < html.index("李明")


def test_photos_have_words_and_files_have_kind_and_size() -> None:
    html = bare(
        '{% include "components/attachment_grid.html" %}',
        attachments=gallery.gallery_samples()["attachments"],
    )
    assert 'alt="整改前：留样柜缺少标签"' in html
    assert "Excel 表格 · 24 KB" in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500", "offline"])
def test_error_pages_stand_alone_and_say_what_to_do(name: str) -> None:
    html = render_to_string(f"{name}.html")
    assert "可以这样做" in html
    assert "undefined" not in html
    assert '<html lang="zh-Hans">' in html


def test_refusal_shows_its_sentence_escaped() -> None:
    assert "&lt;script&gt;" in render_to_string("403.html", {"exception": EVIL})


def test_missing_page_does_not_repeat_what_was_asked_for() -> None:
    assert EVIL not in render_to_string("404.html", {"exception": EVIL, "request_path": EVIL})


def test_base_works_signed_out_and_without_frame() -> None:
    html = render_to_string("base.html")
    assert 'href="#content">跳到正文' in html
    assert 'class="sidenav"' not in html
    assert "undefined" not in html


def test_frame_marks_place_and_counts_unread() -> None:
    child = NavItem(label="整改单", url="/t/", icon="", active=True, children=())
    nav = (
        NavItem(label="工作台", url="/", icon="home", active=False, children=()),
        NavItem(label="整改", url="/t/", icon="checklist", active=True, children=(child,)),
    )
    frame = Sample(nav=nav, bottom=nav, unread=128, identities=[(7, EVIL, True), (8, "学校", False)], demo=True)
    actor = Sample(display_name="张伟", organization_name=EVIL, role_label="主任")
    html = render_to_string(
        "base.html",
        {"frame": frame, "request": Sample(actor=actor, user=Sample(is_authenticated=True, pk=3))},
    )
    assert '<a class="nav-place" href="/t/" aria-current="true">' in html
    assert '<a class="nav-place" href="/t/" aria-current="page">整改单</a>' in html
    assert "演示数据" in html
    assert EVIL not in html
    assert 'data-user="3"' in html
    assert "undefined" not in html


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_templates_have_no_inline_script_style_or_handler(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", text), "the content security policy forbids it"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "scripts are files in static/js/"
    assert "https://" not in text, "nothing is loaded from elsewhere"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_icons_exist_and_what_shows_only_an_icon_has_a_name(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")))
    assert set(re.findall(r'{% icon "([^"]+)"', text)) <= known
    for tag, attributes, inner in re.findall(r"<(a|button|summary)\b([^>]*)>(.*?)</\1>", text, flags=re.DOTALL):
        words = re.sub(r"{% icon [^%]*%}|<[^>]+>|{%[^%]*%}|\s", "", inner)
        assert words or "aria-label" in attributes or "{% slot" in inner or 'alt="' in inner, (
            f"<{tag}{attributes}> has no name"
        )


def test_every_script_and_stylesheet_of_the_base_exists() -> None:
    text = "".join(
        (ROOT / "templates" / name).read_text(encoding="utf-8") for name in ("base.html", "components/mishap.html")
    )
    own = [name for name in re.findall(r"{% static '([^']+)' %}", text) if name.startswith(("css/", "js/", "img/"))]
    assert len(own) > 15
    assert [name for name in own if not (ROOT / "static" / name).is_file()] == []


def test_gallery_renders_whole() -> None:
    html = render('{% extends "portal/gallery.html" %}', "/?page=2")
    assert "undefined" not in html
    assert html.count('class="deadline"') > 8
    assert "今天没有待办" in html

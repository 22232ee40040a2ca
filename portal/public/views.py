"""The public site's pages. Each reads PublishedCopy, the table of what everybody may read, and no other."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.public.pages import kept, page, public_file
from portal.public.places import NOWHERE, Tree
from records import clock, storage
from records.models import PublishedCopy

Kind = PublishedCopy.Kind
ON_HOME = 6
PER_PAGE = 20
IN_FEED = 30
LONGEST_SEARCH = 40
GONE = "这条信息不存在，或者还没有公开。"


@require_safe
@kept()
def home(request: HttpRequest) -> HttpResponse:
    """What is new of each kind, and the places that publish."""
    newest = [(kind, list(PublishedCopy.objects.on_show().filter(kind=kind)[:ON_HOME])) for kind in Kind]
    tree = Tree.of(PublishedCopy.objects.on_show())
    return page("public/home.html", {"newest": newest, "tree": tree, "place": "home"})


@require_safe
@kept("place", "page")
def list_of(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind, newest first, of everywhere or of one division and what lies under it."""
    if kind not in Kind:
        raise Http404(GONE)
    rows: QuerySet[PublishedCopy] = PublishedCopy.objects.on_show().filter(kind=kind)
    tree = Tree.of(rows)
    chosen = tree.chosen(request.GET.get("place", ""))
    if chosen is not NOWHERE:
        rows = chosen.narrow(rows)
    context = {"kind": kind, "label": Kind(kind).label, "tree": tree, "chosen": chosen, "place": kind}
    return page("public/list.html", {**context, **_pages(request, rows)})


@require_safe
@kept("q", "page")
def search(request: HttpRequest) -> HttpResponse:
    """Words of title or text; two characters are a word."""
    words = " ".join(request.GET.get("q", "").split())[:LONGEST_SEARCH]
    rows = PublishedCopy.objects.on_show().containing(words) if words else PublishedCopy.objects.none()
    return page("public/search.html", {"words": words, "place": "search", **_pages(request, rows)})


def _pages(request: HttpRequest, rows: QuerySet[PublishedCopy]) -> dict[str, Any]:
    """`rows`, `page_obj` and the addresses of the pages before and after."""
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = {name: request.GET[name] for name in ("place", "q") if request.GET.get(name)}
    return {"rows": list(found.object_list), "page_obj": found, "query": query}


def copy_of(pk: int) -> PublishedCopy:
    """What the public may know of: on show, ended or withdrawn. Http404 for everything else."""
    found = PublishedCopy.objects.known().filter(pk=pk).first()
    if found is None:
        raise Http404(GONE)
    return found


@require_safe
@kept()
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One publication; what ended says so and shows no text, what was withdrawn says when and why (410)."""
    return item_page(copy_of(pk))


def item_page(copy: PublishedCopy, *, form: object = None, status: int = 200) -> HttpResponse:
    """The page of a copy; `form` is an objection that could not be taken, with what is wrong in it."""
    photos = [
        {**photo, "url": reverse("public:item_photo", args=[copy.pk, n])} for n, photo in enumerate(copy.photos, 1)
    ]
    context = {"copy": copy, "photos": photos, "place": copy.kind, "form": form}
    if copy.withdrawn_at is not None:
        return page("public/withdrawn.html", context, status=410)
    if copy.ended_on(clock.today()):
        return page("public/ended.html", context)
    return page("public/item.html", context, status=status)


def _on_show(pk: int) -> PublishedCopy:
    copy = copy_of(pk)
    if copy.withdrawn_at is not None or copy.ended_on(clock.today()):
        raise Http404("文件已不再公开。")
    return copy


@require_safe
def item_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The PDF of the redacted text."""
    copy = _on_show(pk)
    if not copy.file:
        raise Http404("这条信息没有文件。")
    name = f"{copy.title[:80]}.pdf"
    return public_file(request, storage.path_of(copy.file), mime="application/pdf", name=name, etag=copy.file)


@require_safe
def item_photo(request: HttpRequest, pk: int, n: int) -> HttpResponseBase:
    """A redacted photo, by its place on the page."""
    photos = _on_show(pk).photos
    if not 1 <= n <= len(photos):
        raise Http404("没有这张照片。")
    sha256 = photos[n - 1]["sha256"]
    return public_file(request, storage.path_of(sha256), mime="image/jpeg", name=f"{n}.jpg", etag=sha256)


@require_safe
@kept()
def verify(request: HttpRequest) -> HttpResponse:
    """How one finds out whether a paper is genuine; the page of a paper itself lies behind its code."""
    return page("public/verify.html", {"place": "verify"})


@require_safe
def verify_paper(request: HttpRequest) -> HttpResponse:
    """From the code typed off a paper to that paper's page."""
    token = request.GET.get("token", "").strip().rstrip("/").rpartition("/")[2]
    return redirect(reverse("records:verify", args=[token]) if token else reverse("public:verify"))


@require_safe
@kept()
def feed(request: HttpRequest) -> HttpResponse:
    """RSS of what is new."""
    context = {"rows": PublishedCopy.objects.on_show()[:IN_FEED], "site": _site(request)}
    response = page("public/feed.xml", context)
    response.headers["Content-Type"] = "application/rss+xml; charset=utf-8"
    return response


@require_safe
@kept()
def sitemap(request: HttpRequest) -> HttpResponse:
    context = {"rows": PublishedCopy.objects.on_show()[:5000], "site": _site(request), "kinds": Kind}
    response = page("public/sitemap.xml", context)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return response


def _site(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"

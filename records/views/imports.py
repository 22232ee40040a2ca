"""Registers from a spreadsheet: the template, the upload, what checking found, and the one button that writes it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.decorators import actor_of, requires
from records.exports import MIME
from records.imports.importers import Importer, importer_of, importers
from records.imports.reading import MOST_ROWS
from records.imports.template import template
from records.imports.work import begin_writing, bring
from records.models import Import
from records.permissions import Permission
from records.uploads import UploadRefused, clean_name
from records.web import perform

LARGEST = 20 * 1024 * 1024
FAULTS_A_PAGE = 50


class ImportForm(forms.Form):
    """One spreadsheet."""

    file = forms.FileField(
        label="填好的表格", widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        help_text=f"Excel（.xlsx、.xls）或 CSV，不超过{LARGEST // 1024 // 1024} MB、{MOST_ROWS}行。",
        error_messages={"required": "请选择填好的表格。", "empty": "文件是空的，请检查后重新选择。"},
    )  # fmt: skip

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                f"文件有{file.size / 1024 / 1024:.1f} MB，超过{LARGEST // 1024 // 1024} MB的上限。请删去图片和多余的工作表，或分成几个文件。"
            )
        return file


def importer_for(kind: str, actor: Actor) -> Importer:
    importer = importer_of(kind)
    if importer is None:
        raise Http404("没有这类表格。")
    if not importer.allows(actor):
        raise PermissionDenied("您当前的身份不能导入这类表格。")
    return importer


@require_GET
@requires(Permission.USE_JOBS)
def import_list(request: HttpRequest) -> HttpResponse:
    """What one may bring, and what one brought lately."""
    actor = actor_of(request)
    context = {
        "kinds": [importer for importer in importers() if importer.allows(actor)],
        "recent": list(Import.objects.visible_to(actor).select_related("check_job", "write_job")[:20]),
    }
    return render(request, "records/import_list.html", context)


@require_GET
@requires(Permission.USE_JOBS)
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    importer = importer_for(kind, actor_of(request))
    response = HttpResponse(template(importer), content_type=MIME)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{importer.title}导入模板.xlsx") or ""
    return response


@requires(Permission.USE_JOBS, writes=True)
def import_create(request: HttpRequest, kind: str) -> HttpResponse:
    actor = actor_of(request)
    importer = importer_for(kind, actor)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            return redirect(bring(importer, by=actor, file=file, name=clean_name(file.name)))
        except UploadRefused as error:
            form.add_error("file", str(error))
    return render(request, "records/import_form.html", {"importer": importer, "form": form})


@require_GET
@requires(Permission.USE_JOBS)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page asks for itself again while a job runs; htmx swaps the inner part only."""
    made = get_object_or_404(
        Import.objects.visible_to(actor_of(request)).select_related("check_job", "write_job"), pk=pk
    )
    importer = importer_of(made.kind)
    job = made.write_job or made.check_job
    faults = made.check_job.faults if made.check_job else []
    page = Paginator(faults, FAULTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"made": made, "importer": importer, "job": job, "progress": job.progress if job else {}, "faults": page,
               "next": importer.next(made) if importer and made.written_at else None}  # fmt: skip
    name = "records/import_progress.html" if request.headers.get("HX-Request") else "records/import_detail.html"
    return render(request, name, context)


@require_POST
@requires(Permission.USE_JOBS, writes=True)
def import_write(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    made = get_object_or_404(Import.objects.visible_to(actor), pk=pk)
    importer_for(made.kind, actor)
    perform(request, lambda: begin_writing(made, by=actor), done="开始导入。可以离开本页，完成后会在收件箱通知您。")
    return redirect(made)

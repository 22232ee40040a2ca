"""Addresses of this room."""

from django.urls import path

from records.views import attachments, audit, documents, drafts, exports, grants, handover, inbox, jobs, public, rules

app_name = "records"
urlpatterns = [
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("attachments/upload/", attachments.attachment_upload, name="attachment_upload"),
    path("attachments/<int:pk>/remove/", attachments.attachment_remove, name="attachment_remove"),
    path("drafts/", drafts.draft, name="draft"),
    path("documents/", documents.document_list, name="document_list"),
    path("documents/<int:pk>/", documents.document_detail, name="document_detail"),
    path("documents/<int:pk>/edit/", documents.document_edit, name="document_edit"),
    path("documents/<int:pk>/preview/", documents.document_preview, name="document_preview"),
    path("documents/<int:pk>/pages/<int:number>/", documents.document_page, name="document_page"),
    path("documents/<int:pk>/file/", documents.document_file, name="document_file"),
    path("documents/<int:pk>/move/<slug:name>/", documents.document_move, name="document_move"),
    path("verify/<str:token>/", public.verify, name="verify"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:pk>/", inbox.inbox_item, name="inbox_item"),
    path("inbox/read-all/", inbox.inbox_read_all, name="inbox_read_all"),
    path("grants/", grants.grant_list, name="grant_list"),
    path("grants/end/", grants.grant_end, name="grant_end"),
    path("grants/<str:kind>/<int:pk>/", grants.root_grants, name="root_grants"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<int:pk>/", jobs.job, name="job"),
    path("jobs/<int:pk>/file/", jobs.job_file, name="job_file"),
    path("handovers/", handover.handover_list, name="handover_list"),
    path("handovers/new/<int:membership_id>/", handover.handover_create, name="handover_create"),
    path("handovers/<int:pk>/", handover.handover_detail, name="handover_detail"),
    path("rules/", rules.rules, name="rules"),
    path("rules/calendar/<int:year>/", rules.calendar, name="calendar"),
    path("series/", rules.series, name="series"),
    path("exports/<slug:name>/", exports.list_export, name="list_export"),
    path("audit/", audit.audit_list, name="audit_list"),
]

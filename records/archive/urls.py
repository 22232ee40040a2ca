"""Addresses of the archive, under records/archive/."""

from django.urls import path

from records.views import archive, archive_items, retention, transfers

urlpatterns = [
    path("", archive.archive_list, name="archive_list"),
    path("waiting/", archive.archive_waiting, name="archive_waiting"),
    path("open/", archive.archive_open, name="archive_open"),
    path("retention/", retention.retention_list, name="archive_retention"),
    path("retention/<str:kind>/", retention.retention_change, name="retention_change"),
    path("retention/<str:kind>/reset/", retention.retention_reset, name="retention_reset"),
    path("<int:pk>/", archive.archive_file, name="archive_file"),
    path("<int:pk>/move/<slug:name>/", archive.archive_move, name="archive_move"),
    path("<int:pk>/export/", archive.archive_export, name="archive_export"),
    path("<int:pk>/catalogue/", archive.archive_catalogue, name="archive_catalogue"),
    path("<int:pk>/arrange/", archive_items.archive_arrange, name="archive_arrange"),
    path("<int:pk>/refresh/", archive_items.archive_refresh, name="archive_refresh"),
    path("<int:pk>/scan/", archive_items.archive_scan, name="archive_scan"),
    path("<int:pk>/items/<int:item>/", archive_items.archive_item, name="archive_item"),
    path("<int:pk>/items/<int:item>/leave-out/", archive_items.archive_leave_out, name="archive_leave_out"),
    path("transfers/", transfers.transfer_list, name="transfer_list"),
    path("transfers/new/", transfers.transfer_create, name="transfer_create"),
    path("transfers/draft/", transfers.transfer_draft, name="transfer_draft"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<int:pk>/receipt/", transfers.transfer_receipt, name="transfer_receipt"),
]

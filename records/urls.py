"""Addresses of this room."""

from django.urls import path

from records.views import attachments

app_name = "records"
urlpatterns = [
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("attachments/upload/", attachments.attachment_upload, name="attachment_upload"),
    path("attachments/<int:pk>/remove/", attachments.attachment_remove, name="attachment_remove"),
]

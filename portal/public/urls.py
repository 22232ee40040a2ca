"""Addresses of the public site. Every one is open to everybody: tests/access_table.py lists them as PUBLIC."""

from django.urls import path

from portal.public import complaints, objections, views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("list/<slug:kind>/", views.list_of, name="list"),
    path("search/", views.search, name="search"),
    path("items/<int:pk>/", views.item, name="item"),
    path("items/<int:pk>/file/", views.item_file, name="item_file"),
    path("items/<int:pk>/photos/<int:n>/", views.item_photo, name="item_photo"),
    path("items/<int:pk>/objection/", objections.objection, name="objection"),
    path("objections/query/", objections.objection_query, name="objection_query"),
    path("received/", objections.received, name="received"),
    path("verify/", views.verify, name="verify"),
    path("verify/paper/", views.verify_paper, name="verify_paper"),
    path("feed/", views.feed, name="feed"),
    path("sitemap/", views.sitemap, name="sitemap"),
    path("complaints/", complaints.complaint, name="complaint"),
    path("complaints/query/", complaints.complaint_query, name="complaint_query"),
]

"""Addresses of the public site. Every one is open to everybody: tests/access_table.py lists them as PUBLIC."""

from django.urls import path

from portal.public import views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
]

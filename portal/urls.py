"""Addresses of the portal. /healthz is answered by portal.health before any address is looked up."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [path("", views.home, name="home")]

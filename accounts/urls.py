"""Addresses of this room."""

from django.urls import path

from accounts.views import identity, people

app_name = "accounts"
urlpatterns = [
    path("me/", identity.me, name="me"),
    path("switch/", identity.switch_identity, name="switch_identity"),
    path("people/", people.people, name="people"),
    path("people/units/", people.units, name="units"),
    path("people/new/<int:organization_id>/", people.person_create, name="person_create"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/change/", people.person_change, name="person_change"),
    path("people/<int:pk>/memberships/new/<int:organization_id>/", people.membership_create, name="membership_create"),
    path("people/<int:pk>/<slug:deed>/", people.person_act, name="person_act"),
    path("memberships/<int:pk>/end/", people.membership_end, name="membership_end"),
]

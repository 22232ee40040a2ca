"""Addresses of this room."""

from django.urls import path

from supervision.views import committee, schools, units

app_name = "supervision"
urlpatterns = [
    path("schools/", schools.school_list, name="school_list"),
    path("schools/new/", schools.school_create, name="school_create"),
    path("schools/townships/", schools.township_options, name="township_options"),
    path("schools/<int:pk>/", schools.school_detail, name="school_detail"),
    path("schools/<int:pk>/change/", schools.school_change, name="school_change"),
    path("schools/<int:pk>/contacts/new/", schools.contact_create, name="contact_create"),
    path("contacts/<int:pk>/", schools.contact_change, name="contact_change"),
    path("contacts/<int:pk>/remove/", schools.contact_remove, name="contact_remove"),
    path("units/", units.unit_list, name="unit_list"),
    path("units/new/", units.unit_create, name="unit_create"),
    path("units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("units/<int:pk>/change/", units.unit_change, name="unit_change"),
    path("committee/", committee.committee, name="committee"),
    path("committee/change/", committee.committee_change, name="committee_change"),
    path("committee/establish/", committee.committee_establish, name="committee_establish"),
    path("committee/members/new/", committee.member_create, name="member_create"),
    path("committee/members/<int:pk>/", committee.member_change, name="member_change"),
    path("committee/units/new/", committee.member_unit_create, name="member_unit_create"),
    path("committee/units/<int:pk>/", committee.member_unit_change, name="member_unit_change"),
    path("committees/", committee.committee_list, name="committee_list"),
    path("committees/<int:pk>/", committee.committee_detail, name="committee_detail"),
]

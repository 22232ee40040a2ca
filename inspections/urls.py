"""Addresses of this room."""

from django.urls import path

from inspections.views import complaints, editor, instruments, plans, visits

app_name = "inspections"
urlpatterns = [
    path("visits/", visits.visit_list, name="visit_list"),
    path("visits/start/", visits.visit_start, name="visit_start"),
    path("visits/<int:pk>/", visits.visit_detail, name="visit_detail"),
    path("visits/<int:pk>/print/", visits.visit_print, name="visit_print"),
    path("visits/<int:pk>/edit/", editor.visit_edit, name="visit_edit"),
    path("visits/<int:pk>/merge/<int:draft>/", editor.visit_merge, name="visit_merge"),
    path("visits/<int:pk>/discard/", visits.visit_discard, name="visit_discard"),
    path("visits/<int:pk>/move/<slug:name>/", visits.visit_move, name="visit_move"),
    path("plan/", plans.month_plan, name="month_plan"),
    path("plan/<int:pk>/", plans.plan_detail, name="plan_detail"),
    path("plan/<int:pk>/start/", visits.plan_start, name="plan_start"),
    path("coverage/", plans.coverage, name="coverage"),
    path("schools/<int:pk>/visits/", visits.school_panel, name="school_panel"),
    path("complaints/", complaints.complaint_list, name="complaint_list"),
    path("complaints/<int:pk>/", complaints.complaint_detail, name="complaint_detail"),
    path("complaints/<int:pk>/move/<slug:name>/", complaints.complaint_move, name="complaint_move"),
    path("complaints/<int:pk>/recuse/", complaints.complaint_recuse, name="complaint_recuse"),
    path("complaints/<int:pk>/recusals/lift/", complaints.complaint_lift, name="complaint_lift"),
    path("complaints/<int:pk>/problem/", complaints.complaint_problem, name="complaint_problem"),
    path("schools/<int:pk>/complaint-code/", complaints.complaint_code, name="complaint_code"),
    path("instruments/", instruments.instrument_list, name="instrument_list"),
    path("instruments/versions/<int:pk>/", instruments.version, name="version"),
    path("instruments/versions/<int:pk>/copy/", instruments.version_copy, name="version_copy"),
    path("instruments/versions/<int:pk>/publish/", instruments.version_publish, name="version_publish"),
    path("instruments/versions/<int:pk>/change/", instruments.version_change, name="version_change"),
    path("instruments/versions/<int:pk>/items/new/", instruments.item_change, name="item_create"),
    path("instruments/versions/<int:pk>/items/<int:item>/", instruments.item_change, name="item_change"),
]

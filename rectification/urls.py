"""Addresses of this room."""

from django.urls import path

from rectification.views import ledger, orders, problems, schools, tickets, unit

app_name = "rectification"
urlpatterns = [
    path("problems/", problems.problem_list, name="problem_list"),
    path("problems/new/", problems.problem_create, name="problem_create"),
    path("problems/<int:pk>/", problems.problem_detail, name="problem_detail"),
    path("problems/<int:pk>/move/<slug:name>/", problems.problem_move, name="problem_move"),
    path("problems/<int:pk>/ticket/", problems.ticket_open, name="ticket_open"),
    path("problems/<int:pk>/classify/", ledger.problem_classify, name="problem_classify"),
    path("problems/<int:pk>/relapse/", ledger.relapse_link, name="relapse_link"),
    path("problems/<int:pk>/relapse/undo/", ledger.relapse_unlink, name="relapse_unlink"),
    path("problems/recurring/", ledger.recurring, name="recurring"),
    path("categories/", ledger.category_list, name="category_list"),
    path("categories/new/", ledger.category_create, name="category_create"),
    path("categories/<int:pk>/change/", ledger.category_change, name="category_change"),
    path("categories/<int:pk>/retire/", ledger.category_retire, name="category_retire"),
    path("tickets/", tickets.ticket_list, name="ticket_list"),
    path("tickets/<int:pk>/", tickets.ticket_detail, name="ticket_detail"),
    path("tickets/<int:pk>/change/", tickets.ticket_change, name="ticket_change"),
    path("tickets/<int:pk>/move/<slug:name>/", tickets.ticket_move, name="ticket_move"),
    path("tickets/<int:pk>/verifier/", tickets.verifier, name="verifier"),
    path("tickets/<int:pk>/verify/", tickets.verify, name="verify"),
    path("tickets/<int:pk>/notes/", tickets.note_create, name="note_create"),
    path("tickets/<int:pk>/measures/", unit.measures, name="measures"),
    path("tickets/<int:pk>/report/", unit.report, name="report"),
    path("tickets/<int:pk>/urge/", unit.urge, name="urge"),
    path("tickets/<int:pk>/order/", orders.order_draft, name="order_draft"),
    path("schools/<int:pk>/", schools.school_panel, name="school_panel"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/<int:pk>/", orders.order_detail, name="order_detail"),
    path("orders/<int:pk>/interview-record/", orders.interview_record, name="interview_record"),
]

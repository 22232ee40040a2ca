"""Addresses of this room."""

from django.urls import path

from inspectors.views import corps, districts

app_name = "inspectors"
urlpatterns = [
    path("", corps.inspector_list, name="inspector_list"),
    path("new/", corps.inspector_create, name="inspector_create"),
    path("<int:pk>/", corps.inspector_detail, name="inspector_detail"),
    path("<int:pk>/change/", corps.inspector_change, name="inspector_change"),
    path("of-school/<int:pk>/", corps.school_panel, name="school_panel"),
    path("districts/", districts.district_list, name="district_list"),
    path("districts/new/", districts.district_create, name="district_create"),
    path("districts/<int:pk>/", districts.district_detail, name="district_detail"),
    path("districts/<int:pk>/change/", districts.district_change, name="district_change"),
    path("districts/<int:pk>/schools/", districts.district_schools, name="district_schools"),
    path("districts/<int:pk>/inspectors/new/", districts.duty_create, name="duty_create"),
    path("duties/<int:pk>/end/", districts.duty_end, name="duty_end"),
]

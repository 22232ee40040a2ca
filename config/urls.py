"""Every room's addresses. Rooms that have none yet are not listed."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.urls")),
    path("public/", include("portal.public.urls")),
    path("sign-in/second-factor/", include("allauth.mfa.urls")),
    path("sign-in/", include("allauth.account.urls")),
    path("api/", include("portal.api")),
    path("accounts/", include("accounts.urls")),
    path("records/", include("records.urls")),
    path("supervision/", include("supervision.urls")),
    path("inspectors/", include("inspectors.urls")),
    path("rectification/", include("rectification.urls")),
    path("inspections/", include("inspections.urls")),
]

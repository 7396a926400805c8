"""The addresses of Django's half of the site."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("balie.identity.urls")),
    path("_allauth/", include("balie.identity.headless.urls")),
    path("staff", include("balie.console.urls")),
]
handler404 = "balie.identity.views.page_not_found"

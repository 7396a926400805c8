"""The addresses under /staff."""

from django.urls import path

from balie.console import views

urlpatterns = [
    path("", views.first_screen, name="staff"),
    path("/", views.first_screen),
    path("/blueprint", views.drawing, name="blueprint"),
    path("/blueprint/<str:step>", views.origins, name="origins"),
]

"""The addresses under /staff."""

from django.urls import path

from balie.console import (
    acting,
    acting_for,
    customers,
    operating,
    reasons,
    settling,
    views,
    working,
)

urlpatterns = [
    path("", views.first_screen, name="staff"),
    path("/", views.first_screen),
    path("/operations", operating.operations, name="operations"),
    path("/operations/again", operating.again, name="again"),
    path("/actions/<str:action>", settling.action, name="action"),
    path("/work/<str:item>", working.work_item, name="work"),
    path("/search", customers.search, name="search"),
    path("/look", customers.look, name="look"),
    path("/looks/<str:key>", customers.looks, name="looks"),
    path("/looks/<str:key>/for", acting_for.choose, name="look_for"),
    path("/looks/<str:key>/act", acting.begin, name="act"),
    path("/acting/stop", acting.stop, name="stop_acting"),
    path("/looks/<str:key>/why", reasons.why, name="why"),
    path("/blueprint", views.drawing, name="blueprint"),
    path("/blueprint/<str:step>", views.origins, name="origins"),
]

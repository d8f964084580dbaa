"""Routes of the organisation room, mounted at ``units/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "orgs"
urlpatterns = [
    path("", views.units_page, name="units"),
    path("<slug:code>/", views.unit_page, name="unit"),
]

"""Pages of S21, mounted at ``governance/baseregisters/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s21"
urlpatterns = [
    path("", views.overview_page, name="overview"),
    path("waiting/", views.waiting_page, name="waiting"),
    path("residence/", views.residence_page, name="residence"),
]

"""Routes of S06, mounted at ``services/licences/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s06"
urlpatterns = [
    path("", views.overview_page, name="overview"),
    path("asleep/", views.asleep_page, name="asleep"),
    path("verify/", views.verify_page, name="verify"),
]

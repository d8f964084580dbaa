"""Pages of S31, mounted at ``office/collaboration/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s31"
urlpatterns = [
    path("", views.circular_page, name="circular"),
    path("export/", views.circular_export, name="export"),
]

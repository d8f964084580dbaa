"""Routes of S15, mounted at ``services/health/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s15"
urlpatterns = [path("", views.overview_page, name="overview")]

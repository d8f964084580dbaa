"""Pages of S04, mounted at ``services/portal/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s04"
urlpatterns = [path("", views.overview_page, name="overview")]

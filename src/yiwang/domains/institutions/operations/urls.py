"""Pages of S43, mounted at ``institutions/operations/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s43"
urlpatterns = [path("", views.overview_page, name="overview")]

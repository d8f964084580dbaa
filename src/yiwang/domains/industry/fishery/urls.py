"""Routes of S28, mounted at ``industry/fishery/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s28"
urlpatterns = [
    path("", views.overview_page, name="overview"),
    path("violations/", views.violations_page, name="violations"),
]

"""Routes of S40, mounted at ``infrastructure/catalogue/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s40"
urlpatterns = [
    path("", views.catalogue_page, name="catalogue"),
    path("export/", views.catalogue_export, name="export"),
]

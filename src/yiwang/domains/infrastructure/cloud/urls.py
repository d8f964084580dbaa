"""Routes of S37, mounted at ``infrastructure/cloud/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s37"
urlpatterns = [
    path("", views.systems_page, name="systems"),
    path("export/", views.systems_export, name="export"),
]

"""Routes of S05, mounted at ``services/kiosks/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s05"
urlpatterns = [path("", views.fleet_page, name="fleet")]

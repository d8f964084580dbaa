"""Addresses of the room, mounted at ``lake/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "lake"
urlpatterns = [path("", views.tables_page, name="tables"), path("refresh/", views.refresh, name="refresh")]

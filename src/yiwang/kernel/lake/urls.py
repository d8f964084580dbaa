"""Addresses of the room, mounted at ``lake/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "lake"
urlpatterns: list[URLPattern] = []

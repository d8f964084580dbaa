"""Addresses of the room, mounted at ``codes/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "codes"
urlpatterns: list[URLPattern] = []

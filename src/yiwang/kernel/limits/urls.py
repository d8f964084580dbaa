"""Addresses of the room, mounted at ``limits/``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "limits"
urlpatterns: list[URLPattern] = []

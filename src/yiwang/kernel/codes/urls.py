"""Addresses of the room, mounted at ``codes/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "codes"
urlpatterns = [
    path("", views.lists_page, name="list"),
    path("<slug:name>/", views.list_page, name="detail"),
    path("<slug:name>/export.xlsx", views.export, name="export"),
]

"""Addresses of the room, mounted at ``metric/`` (``/metrics`` is what Prometheus reads)."""

from __future__ import annotations

from django.urls import path

from . import views, views_compose

app_name = "metrics"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("export/", views.export, name="export"),
    path("compose/", views_compose.compose, name="compose"),
    path("<str:code>/", views.metric_page, name="metric"),
    path("<str:code>/rows/", views.rows, name="rows"),
    path("<str:code>/compare/", views.compare, name="compare"),
    path("<str:code>/revise/", views_compose.revise, name="revise"),
    path("<str:code>/retire/", views_compose.retire, name="retire"),
]

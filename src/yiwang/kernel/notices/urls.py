"""Routes of the message room, mounted at ``notices/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read-all"),
    path("<int:notice_id>/", views.open_notice, name="open"),
]

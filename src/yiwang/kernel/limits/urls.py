"""Addresses of the room, mounted at ``limits/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "limits"
urlpatterns = [
    path("", views.params_page, name="list"),
    path("calendar/", views.calendar_now, name="calendar-now"),
    path("calendar/<int:year>/", views.calendar_page, name="calendar"),
    path("calendar/<int:year>/override", views.override, name="override"),
    path("calendar/<int:year>/restore", views.restore, name="restore"),
    path("<str:key>/", views.param_page, name="detail"),
]

"""Routes of the room, mounted at ``jobs/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs_page, name="list"),
    path("<int:pk>/cancel/", views.cancel_job, name="cancel"),
]

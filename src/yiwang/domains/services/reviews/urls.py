"""Routes of S07, mounted at ``services/reviews/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s07"
urlpatterns = [
    path("", views.overview_page, name="overview"),
    path("bad/", views.bad_page, name="bad"),
]

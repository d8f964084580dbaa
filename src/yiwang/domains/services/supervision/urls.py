"""Pages of S10, mounted at ``services/supervision/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "s10"
urlpatterns = [
    path("", views.overview_page, name="overview"),
    path("circular/", views.circular_page, name="circular"),
    path("circular/export/", views.circular_export, name="export"),
    path("draws/", views.draws_page, name="draws"),
    path("draws/new/", views.new_draw, name="new-draw"),
    path("draws/<int:pk>/", views.draw_page, name="draw"),
]

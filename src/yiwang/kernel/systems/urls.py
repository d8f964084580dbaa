"""Routes of the systems room, mounted at ``systems/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "systems"
urlpatterns = [path("", views.catalogue_page, name="list")]

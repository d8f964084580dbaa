"""Addresses of the room, mounted at ``registers/``. A person's is a pseudonym."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "registers"
urlpatterns = [
    path("", views.search_page, name="search"),
    path("ask/", views.ask, name="ask"),
    path("person/<uuid:code>/", views.subject_page, {"key": "person"}, name="person"),
    path("organisation/<str:code>/", views.subject_page, {"key": "organisation"}, name="organisation"),
    path("address/<str:code>/", views.subject_page, {"key": "address"}, name="address"),
    path("house/<str:code>/", views.subject_page, {"key": "house"}, name="house"),
    path("person/<uuid:code>/reveal/", views.reveal, name="reveal"),
    path("<str:key>/<str:code>/merge/", views.merge, name="merge"),
    path("<str:key>/<str:code>/unmerge/", views.unmerge, name="unmerge"),
]

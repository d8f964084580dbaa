"""Addresses of S46, under /report-check/."""

from __future__ import annotations

from django.urls import path

from yiwang.domains.evaluation.reportcheck import views

app_name = "s46"

urlpatterns = [
    path("", views.checks_page, name="checks"),
    path("new/", views.check_new, name="check-new"),
    path("<uuid:key>/", views.check_page, name="check"),
    path("<uuid:key>/export/", views.check_export, name="check-export"),
    path("<uuid:key>/json/", views.check_json, name="check-json"),
    path("<uuid:key>/delete/", views.check_delete, name="check-delete"),
]

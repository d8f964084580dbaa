"""Addresses of S46, under /report-check/."""

from __future__ import annotations

from django.urls import path

from yiwang.domains.evaluation.reportcheck.views import checks, records, reports

app_name = "s46"

urlpatterns = [
    path("", checks.checks_page, name="checks"),
    path("new/", checks.check_new, name="check-new"),
    path("kinds/", reports.kinds_page, name="kinds"),
    path("kinds/export/", reports.kinds_export, name="kinds-export"),
    path("reports/<uuid:key>/", reports.report_page, name="report"),
    path("reports/<uuid:key>/versions/", reports.version_new, name="report-version"),
    path("reports/<uuid:key>/share/", reports.report_share, name="report-share"),
    path("reports/<uuid:key>/delete/", reports.report_delete, name="report-delete"),
    path("<uuid:key>/", checks.check_page, name="check"),
    path("<uuid:key>/export/", checks.check_export, name="check-export"),
    path("<uuid:key>/json/", checks.check_json, name="check-json"),
    path("<uuid:key>/annotated/", checks.check_annotated, name="check-annotated"),
    path("<uuid:key>/records/", records.records_page, name="check-records"),
    path("<uuid:key>/records/export/", records.records_export, name="check-records-export"),
    path("<uuid:key>/delete/", checks.check_delete, name="check-delete"),
    path("<uuid:key>/findings/<int:number>/dismiss/", checks.finding_dismiss, name="check-dismiss"),
    path("<uuid:key>/findings/<int:number>/restore/", checks.finding_restore, name="check-restore"),
]

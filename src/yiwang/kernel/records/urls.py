"""Addresses of the room, mounted at ``records/``."""

from __future__ import annotations

from django.urls import path

from . import views, views_bulk, views_detail, views_export, views_import

app_name = "records"
urlpatterns = [
    path("", views.types_page, name="types"),
    path("<str:key>/", views.list_page, name="list"),
    path("<str:key>/search/", views.search_page, name="search"),
    path("<str:key>/views/", views.save_view, name="view-save"),
    path("<str:key>/views/<int:pk>/delete/", views.delete_view, name="view-delete"),
    path("<str:key>/export/", views_export.export, name="export"),
    path("<str:key>/template/", views_export.template, name="template"),
    path("<str:key>/import/", views_import.import_page, name="import"),
    path("<str:key>/import/<int:pk>/", views_import.run_page, name="import-run"),
    path("<str:key>/import/<int:pk>/confirm/", views_import.confirm, name="import-confirm"),
    path("<str:key>/import/<int:pk>/cancel/", views_import.cancel, name="import-cancel"),
    path("<str:key>/import/<int:pk>/bad-rows/", views_import.bad_rows, name="import-bad-rows"),
    path("<str:key>/new/", views_detail.new_page, name="new"),
    path("<str:key>/bulk/", views_bulk.bulk_page, name="bulk"),
    path("<str:key>/<int:pk>/", views_detail.record_page, name="record"),
    path("<str:key>/<int:pk>/reveal/", views_detail.reveal, name="reveal"),
    path("<str:key>/<int:pk>/correct/", views_detail.correct_page, name="correct"),
    path("<str:key>/<int:pk>/withdraw/", views_detail.withdraw, name="withdraw"),
    path("<str:key>/<int:pk>/restore/", views_detail.restore, name="restore"),
]

"""Routes of the audit room, mounted at ``audit/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("", views.audit_page, name="list"),
    path("export.<str:form>", views.export, name="export"),
    path("verify/", views.verify_chain, name="verify"),
]

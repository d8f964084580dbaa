"""Addresses of S45, under /evaluation/."""

from __future__ import annotations

from django.urls import path

from yiwang.domains.evaluation.planning.views import (
    adjustments,
    figures,
    handins,
    imports,
    judgement,
    plan,
    report,
    rounds,
)

app_name = "s45"

urlpatterns = [
    path("", plan.plan_page, name="plan"),
    path("export/", plan.plan_export, name="plan-export"),
    path("import/", imports.import_page, name="plan-import"),
    path("import/confirm/", imports.import_confirm, name="plan-import-confirm"),
    path("import/template/", imports.import_template, name="plan-import-template"),
    path("tasks/<str:code>/", plan.task_page, name="task"),
    path("indicators/", figures.indicators_page, name="indicators"),
    path("indicators/export/", figures.indicators_export, name="indicators-export"),
    path("figures/<str:code>/", figures.figure_page, name="figure"),
    path("versions/", plan.versions_page, name="versions"),
    path("versions/<int:old>/<int:new>/", plan.compare_page, name="compare"),
    path("rounds/", rounds.rounds_page, name="rounds"),
    path("rounds/new/", rounds.round_new, name="round-new"),
    path("rounds/<int:pk>/", rounds.round_page, name="round"),
    path("rounds/<int:pk>/ask/", rounds.round_ask, name="round-ask"),
    path("rounds/<int:pk>/remind/", rounds.round_remind, name="round-remind"),
    path("rounds/<int:pk>/close/", rounds.round_close, name="round-close"),
    path("rounds/<int:pk>/export/", rounds.round_export, name="round-export"),
    path("rounds/<int:pk>/judgement/", judgement.judgement_page, name="judgement"),
    path("rounds/<int:pk>/judgement/export/", judgement.judgement_export, name="judgement-export"),
    path("rounds/<int:pk>/judgement/<str:code>/explain/", judgement.explain, name="explain"),
    path("hand-ins/", handins.hand_ins_page, name="hand-ins"),
    path("hand-ins/<int:pk>/", handins.hand_in_page, name="hand-in"),
    path("hand-ins/<int:pk>/save/", handins.hand_in_save, name="hand-in-save"),
    path("hand-ins/<int:pk>/submit/", handins.hand_in_submit, name="hand-in-submit"),
    path("hand-ins/<int:pk>/preview/", handins.hand_in_preview, name="hand-in-preview"),
    path("hand-ins/<int:pk>/return/", handins.hand_in_return, name="hand-in-return"),
    path("hand-ins/<int:pk>/accept/", handins.hand_in_accept, name="hand-in-accept"),
    path("hand-ins/<int:pk>/versions/<int:number>/", handins.hand_in_version, name="hand-in-version"),
    path("hand-ins/<int:pk>/evidence/", handins.evidence_add, name="evidence-add"),
    path("evidence/<int:pk>/", handins.evidence_download, name="evidence"),
    path("evidence/<int:pk>/remove/", handins.evidence_remove, name="evidence-remove"),
    path("adjustments/", adjustments.adjustments_page, name="adjustments"),
    path("adjustments/new/", adjustments.adjustment_new, name="adjustment-new"),
    path("adjustments/approve/", adjustments.adjustments_approve, name="adjustments-approve"),
    path("adjustments/export/", adjustments.adjustments_export, name="adjustments-export"),
    path("adjustments/<int:number>/", adjustments.adjustment_page, name="adjustment"),
    path("adjustments/<int:number>/reject/", adjustments.adjustment_reject, name="adjustment-reject"),
    path("adjustments/<int:number>/withdraw/", adjustments.adjustment_withdraw, name="adjustment-withdraw"),
    path("rounds/<int:pk>/report/", report.report_page, name="report"),
    path("rounds/<int:pk>/report/texts/", report.text_save, name="report-text"),
    path("rounds/<int:pk>/report/texts/<int:text>/delete/", report.text_delete, name="report-text-delete"),
    path("rounds/<int:pk>/report/write/", report.report_write, name="report-write"),
    path("rounds/<int:pk>/report/<int:number>/", report.report_download, name="report-download"),
    path("report/template/", report.template_page, name="template"),
    path("report/template/download/", report.template_download, name="template-download"),
    path("report/template/upload/", report.template_upload, name="template-upload"),
    path("report/template/retire/", report.template_retire, name="template-retire"),
]

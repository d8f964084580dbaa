"""Every address. Rooms and systems bring their own; the site adds what belongs to no room."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from yiwang.kernel.systems import api as systems
from yiwang.site import observe, views
from yiwang.site.api import api

handler400 = "yiwang.ui.problems.handler400"
handler403 = "yiwang.ui.problems.handler403"
handler404 = "yiwang.ui.problems.handler404"
handler500 = "yiwang.ui.problems.handler500"

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search_page, name="search"),
    path("help/", views.help_page, name="help"),
    path("language/", set_language, name="language"),
    path("healthz", observe.healthz, name="healthz"),
    path("readyz", observe.readyz, name="readyz"),
    path("metrics", observe.metrics, name="metrics"),
    path("api/docs", views.api_docs, name="api-docs"),
    path("api/v1/", api.urls),
    path("", include("yiwang.kernel.access.urls")),
    path("notices/", include("yiwang.kernel.notices.urls")),
    path("audit/", include("yiwang.kernel.audit.urls")),
    path("units/", include("yiwang.kernel.orgs.urls")),
    path("systems/", include("yiwang.kernel.systems.urls")),
    path("codes/", include("yiwang.kernel.codes.urls")),
    path("limits/", include("yiwang.kernel.limits.urls")),
    path("jobs/", include("yiwang.kernel.jobs.urls")),
    path("lake/", include("yiwang.kernel.lake.urls")),
    path("metric/", include("yiwang.kernel.metrics.urls")),
    path("records/", include("yiwang.kernel.records.urls")),
    path("registers/", include("yiwang.kernel.registers.urls")),
    *(path(system.url_prefix, include(f"{system.module}.urls")) for system in systems.installed()),
]

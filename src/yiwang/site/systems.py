"""Every installed system, one line each: the folder of its Django app. `yiwang new-system` adds a line here."""

SYSTEMS: tuple[str, ...] = (
    "yiwang.domains.evaluation.planning",
    "yiwang.domains.evaluation.reportcheck",
    "yiwang.domains.services.kiosks",
    "yiwang.domains.services.licences",
    "yiwang.domains.services.reviews",
    "yiwang.domains.services.health",
    "yiwang.domains.infrastructure.catalogue",
    "yiwang.domains.industry.fishery",
    "yiwang.domains.infrastructure.cloud",
    "yiwang.domains.governance.baseregisters",
    "yiwang.domains.institutions.operations",
    "yiwang.domains.office.collaboration",
    "yiwang.domains.services.supervision",
    "yiwang.domains.services.portal",
)

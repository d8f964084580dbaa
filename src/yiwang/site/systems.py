"""Every installed system, one line each: the folder of its Django app. `yiwang new-system` adds a line here."""

SYSTEMS: tuple[str, ...] = (
    "yiwang.domains.evaluation.planning",
    "yiwang.domains.evaluation.reportcheck",
    "yiwang.domains.services.kiosks",
    "yiwang.domains.services.licences",
    "yiwang.domains.infrastructure.catalogue",
    "yiwang.domains.infrastructure.cloud",
)

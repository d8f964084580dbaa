"""What was checked before reports had versions is kept: a report of one version, its owner's alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from yiwang.domains.evaluation.reportcheck.api import check_text
from yiwang.domains.evaluation.reportcheck.models import Check
from yiwang.kernel.access.testing import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str) -> Any:
    """The models as of a migration of this system."""
    executor = MigrationExecutor(connection)
    executor.migrate([("s46", name)])
    return MigrationExecutor(connection).loader.project_state([("s46", name)]).apps


def test_checks_of_the_first_release_become_private_reports() -> None:
    owner = make_user("liaison", "cq/health")
    try:
        old = migrate("0001_initial").get_model("s46", "Check")
        result = check_text("截至2023年6月30日，抽查食堂240家，合格228家，合格率96%。").to_json()
        old.objects.create(
            filename="旧报告.docx", size=1, sha256="0" * 64, result=result, figures=3, errors=1, warnings=0, infos=0,
            checked_at=timezone.now(), checked_by_id=owner.pk,
        )  # fmt: skip
    finally:
        # With the signals after a migration: they grant the role of requests what it may do to the new tables.
        call_command("migrate", verbosity=0)
    check = Check.objects.select_related("report").get()
    assert (check.number, check.file_id, check.tally) == (1, None, {"share_mismatch": [1, 0]})
    assert (check.report.title, check.report.shared, check.report.created_by_id) == ("旧报告.docx", False, owner.pk)
    assert check.report.unit_id == owner.unit_id

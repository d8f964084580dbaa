"""Loads the example report as one that its unit keeps 留存: two versions and a dismissed finding, by the services."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from yiwang.domains.evaluation.reportcheck import services
from yiwang.domains.evaluation.reportcheck.demo.build import demo_report
from yiwang.domains.evaluation.reportcheck.models import Report
from yiwang.kernel.access.api import User

# The first file's name is the report's title: the list itself says that nothing in it is real.
TITLE = "示例评估报告（演示，内容虚构）"
SECOND = "示例评估报告（演示，内容虚构）修改稿.docx"
# Two numbers of houses that rightly differ.
DISMISSED = ("definition_clash", "203118套")
REASON = "房屋安全普查含在建和空置房屋，与实有房屋登记口径不同，附注已说明。"


@transaction.atomic
def load(say: Callable[[str], None]) -> bool:
    """Load the kept report, whole or not at all; False when it was there already. Takes half a second."""
    bureau = User.objects.get(username="bureau")
    if Report.objects.filter(title=TITLE, created_by=bureau).exists():
        return False
    say("留存示例报告：两版与一条已忽略的意见（内容虚构）")
    first = services.check_upload(demo_report(), f"{TITLE}.docx", actor=bureau, shared=True)
    findings = enumerate(first.result["findings"], start=1)
    number = next(number for number, found in findings if (found["kind"], found["stated"]) == DISMISSED)
    services.dismiss(first, number, reason=REASON, actor=bureau)
    services.check_upload(demo_report(mended=True), SECOND, actor=bureau, report=first.report)
    return True

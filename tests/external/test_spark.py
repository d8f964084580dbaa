"""Spark tells the same of every metric as DuckDB, to the last digit: one definition, two engines.

On ``local-cluster[2,1,1024]``: a master and two workers, processes of their own as on a cluster.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.browser.demo import START_SECONDS, DemoSite
from tests.kernel.test_metrics import DAYS, PARTS, filled, metric
from tests.setup.test_locks import PYTHON_LOCKS, no_package_is_gpl

from yiwang.kernel.lake import api as lake
from yiwang.kernel.metrics import api as metrics
from yiwang.kernel.metrics.api import Holding

pytestmark = [pytest.mark.external, pytest.mark.django_db(transaction=True), pytest.mark.timeout(START_SECONDS + 900)]


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers with a core and a gigabyte each."""
    monkeypatch.setenv("YIWANG_SPARK_MASTER", "local-cluster[2,1,1024]")


def both(ask: Any, known_at: date | None = None, **options: Any) -> tuple[Any, Any]:
    """What an engine answers, of both."""
    told = []
    for engine in ("duckdb", "spark"):
        with metrics.reading(known_at, engine=engine, **options) as found:
            told.append(ask(found))
    return told[0], told[1]


def test_every_part_of_the_algebra(tmp_path: Path, settings: Any) -> None:
    settings.YIWANG_HOME = tmp_path
    filled()
    lake.refresh()
    # Ends of versions in files of their own are put in by each engine in its way.
    from yiwang.domains.services.kiosks.models import Kiosk
    from yiwang.kernel.records import api as records

    with records.written_by("t"):
        Kiosk._base_manager.filter(device_no="Z01").delete()
        Kiosk._base_manager.filter(device_no="Z02").update(place_type="mall")
    assert any(table.of("ends") for table in lake.refresh().snapshot.tables)
    wanted = [metric(name, part, places=4) for name, part in PARTS.items()]
    for known_at in (None, date(2023, 7, 28)):
        duck, spark = both(lambda found: metrics.values(found, wanted, DAYS[::4]), known_at)
        assert spark == duck
    assert sum(bool(value.numerator) for value in duck) > len(PARTS)
    day = DAYS[-1]

    def rows(found: metrics.Reading) -> Any:
        return [
            metrics.rows_behind(found, part, day, most=1000) for part in PARTS.values()
        ], [
            metrics.differences(found.at(Holding(date(2023, 5, 1))), found, part, day, most=1000)
            for part in PARTS.values()
        ]  # fmt: skip

    duck, spark = both(rows)
    assert spark == duck


def test_every_metric_of_the_demonstration(demo_site: DemoSite, settings: Any) -> None:
    settings.YIWANG_HOME = demo_site.home
    day = date(2023, 6, 30)

    def told(found: metrics.Reading) -> Any:
        return metrics.values(found, metrics.metrics(), [date(2022, 12, 31), day]), metrics.by_group(
            found, metrics.metrics(), [day], "town"
        )

    duck, spark = both(told)
    assert spark == duck
    assert {value.metric.code for value in duck[0] if value.numerator} == {one.code for one in metrics.metrics()}
    then, then_spark = both(lambda found: metrics.values(found, metrics.metrics(), [day]), day)
    assert then_spark == then
    assert then != [value for value in duck[0] if value.as_of == day]


def test_what_these_tests_install_is_not_gpl() -> None:
    no_package_is_gpl([lock for lock in PYTHON_LOCKS if lock.stem == "external"])

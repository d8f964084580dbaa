"""Filters that every list has beside its columns."""

from __future__ import annotations

import pytest
from django.test import Client

from yiwang.domains.services.kiosks.models import Kiosk
from yiwang.domains.services.portal.models import App, EnterpriseUser
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.records import services
from yiwang.kernel.registers import api as registers
from yiwang.kernel.registers.extend import population

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    """A record keeper."""
    registers.check_key()
    return make_user("operator", make_unit("cq/centre"))


def test_a_list_of_what_holds_on_a_day(operator: User) -> None:
    unit = operator.unit
    assert unit is not None
    for number, (begin, end) in enumerate((("2023-01-05", ""), ("2023-01-05", "2023-06-30"), ("2023-07-01", ""))):
        # Characters that no token of a page has.
        cells = {"device_no": f"机{number}号", "name": "机", "place_type": "bank", "valid_from": begin, "valid_to": end}
        services.create(Kiosk.record_type, cells, actor=operator, unit=unit)
    client = Client()
    client.force_login(operator)
    shown = client.get("/records/s05.kiosk/?on=2023-06-30").content.decode()
    assert ("机0号" in shown, "机1号" in shown, "机2号" in shown) == (True, False, False)
    assert "机1号" in client.get("/records/s05.kiosk/?on=2023-06-29").content.decode()
    found = client.get("/api/v1/records/s05.kiosk?on=2023-06-30").json()["items"]
    assert [row["device_no"] for row in found] == ["机0号"]
    assert 'name="on"' in shown


def test_an_event_that_lasts_is_asked_in_the_same_way_and_one_that_is_over_cannot_be() -> None:
    registers.check_key()
    keeper = make_user("bureau", make_unit("cq/data"))
    unit = keeper.unit
    assert unit is not None
    app = {"app_code": "yqt", "name": "企业端", "audience": "enterprise", "valid_from": "2021-01-05"}
    services.create(App.record_type, app, actor=keeper, unit=unit)
    for number, cancelled in enumerate(("", "2023-06-30")):
        firm = population.organisation(number)
        cells = {"app_code": "yqt", "uscc": firm.uscc, "name": f"甲{number}", "occurred_on": "2023-01-05"}
        services.create(EnterpriseUser.record_type, cells | {"cancelled_on": cancelled}, actor=keeper, unit=unit)
    client = Client()
    client.force_login(keeper)
    for day, names in (("2023-06-29", ["甲1", "甲0"]), ("2023-06-30", ["甲0"]), ("2023-01-04", [])):
        rows = client.get(f"/api/v1/records/s04.enterprise?on={day}").json()["items"]
        assert [row["name"] for row in rows] == names, day
    refused = client.get("/records/s05.transaction/?on=2023-06-30")
    assert refused.status_code == 400
    assert "没有终止日期" in refused.content.decode()

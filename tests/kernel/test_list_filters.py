"""Filters that every list has beside its columns."""

from __future__ import annotations

import pytest
from django.test import Client

from yiwang.domains.services.kiosks.models import Kiosk
from yiwang.kernel.access.api import User
from yiwang.kernel.access.testing import make_unit, make_user
from yiwang.kernel.records import services
from yiwang.kernel.registers import api as registers

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
        cells = {"device_no": f"A{number}", "name": "机", "place_type": "bank", "valid_from": begin, "valid_to": end}
        services.create(Kiosk.record_type, cells, actor=operator, unit=unit)
    client = Client()
    client.force_login(operator)
    shown = client.get("/records/s05.kiosk/?on=2023-06-30").content.decode()
    assert ("A0" in shown, "A1" in shown, "A2" in shown) == (True, False, False)
    assert "A1" in client.get("/records/s05.kiosk/?on=2023-06-29").content.decode()
    assert [row["device_no"] for row in client.get("/api/v1/records/s05.kiosk?on=2023-06-30").json()["items"]] == ["A0"]
    # An event that lasts is asked in the same way; what happened and is over cannot be.
    assert 'name="on"' in shown
    refused = client.get("/records/s05.transaction/?on=2023-06-30")
    assert refused.status_code == 400
    assert "没有终止日期" in refused.content.decode()

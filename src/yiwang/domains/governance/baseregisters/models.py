"""Records of S21 一标三实与居住码: addresses, houses, residents, organisations; tasks and declarations of residence.

domain.md §4.5. Each house, resident and organisation hangs on a standard address; each says when somebody last looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yiwang.kernel.records.extend import (
    CodeColumn,
    DateColumn,
    DecimalColumn,
    EventRecord,
    IntegerColumn,
    LinkColumn,
    NameColumn,
    PatternColumn,
    PersonColumn,
    RecordOptions,
    RowFault,
    StateRecord,
    TextColumn,
    UsccColumn,
)
from yiwang.kernel.registers.extend import code_fault
from yiwang.lib.identifiers import Fault

STREET, ROOM = "41", "60"
# Elements that stand alone; what lies deeper hangs on one above it.
TOPMOST = ("41", "42", "43", "44")
# China with its islands (WGS-84 degrees): what lies outside is a slip, in most cases longitude and latitude exchanged.
LONGITUDES, LATITUDES = (73, 136), (3, 54)
EXAMPLE_STREET, EXAMPLE_ROOM = "4415020010014100000000001", "4415020010016000000000001"
EXAMPLE_HOUSE = "441502001001H0000001"


def below_something(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """A building or room hangs on a street, estate, compound or village; nothing hangs on itself."""
    if values["level"] not in TOPMOST and not values["parent_code"]:
        yield RowFault(
            "parent_code",
            Fault(
                "address_parent_missing",
                "建筑物、单元房屋应填所属的街路巷、小区、单位院或自然村。",
                "A building or room needs the street, estate, compound or village that it belongs to.",
            ),
        )
    if values["parent_code"] == values["address_code"]:
        yield RowFault(
            "parent_code", Fault("address_own_parent", "上级地址不能是自己。", "An address is not above itself.")
        )


def point_in_order(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Both coordinates or none, inside China."""
    lon, lat = values["lon"], values["lat"]
    if (lon is None) != (lat is None):
        yield RowFault(
            "lon" if lon is None else "lat",
            Fault("point_half", "经度和纬度应同时填写。", "Longitude and latitude go together."),
        )
    elif lon is not None and not (LONGITUDES[0] <= lon <= LONGITUDES[1] and LATITUDES[0] <= lat <= LATITUDES[1]):
        yield RowFault(
            "lon",
            Fault(
                "point_outside",
                "坐标不在中国范围内，请检查经纬度是否填反。",
                "The point is not in China; look whether longitude and latitude are exchanged.",
            ),
        )


def verified_in_time(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Nobody verified what was not there yet."""
    if values["verified_on"] is not None and values["verified_on"] < values["valid_from"]:
        yield RowFault(
            "verified_on",
            Fault("verified_early", "核实日期早于生效日期。", "The verification is earlier than the beginning."),
        )


def arrival_known(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """The time to declare runs from the arrival."""
    if values["kind"] == "floating" and values["arrived_on"] is None:
        yield RowFault(
            "arrived_on",
            Fault("arrival_missing", "流动人口应填到达日期。", "Who moved here needs the day of arrival."),
        )


def declared_after_arrival(values: Mapping[str, Any]) -> Iterable[RowFault]:
    """Nobody declares before arriving."""
    if values["arrived_on"] is not None and values["arrived_on"] > values["occurred_on"]:
        yield RowFault(
            "arrived_on",
            Fault("arrival_late", "到达日期晚于申报日期。", "The arrival is later than the declaration."),
        )


class Address(StateRecord):
    """An element of the tree of standard addresses 标准地址, by the types of GA/T 2000.32."""

    address_code = PatternColumn(
        _("地址编码"), fault_of=code_fault, max_length=30, example=EXAMPLE_STREET, register="address"
    )
    level = CodeColumn(_("地址类型"), codes="address-level")
    name = TextColumn(_("名称"), max_length=100, example="演示1路")
    full_text = TextColumn(_("地址全称"), max_length=250, example="汕尾市城区新港街道东升社区演示1路")
    parent_code = LinkColumn(_("上级地址编码"), to="s21.address", max_length=30, blank=True, default="")
    lon = DecimalColumn(_("经度"), max_digits=9, decimal_places=6, least=None, null=True, blank=True, help_zh="WGS-84")
    lat = DecimalColumn(_("纬度"), max_digits=9, decimal_places=6, least=None, null=True, blank=True, help_zh="WGS-84")
    verified_on = DateColumn(_("最近核实日期"), null=True, blank=True)

    record = RecordOptions(
        key="address",
        name_en="Standard addresses",
        title="full_text",
        code="address_code",
        columns=("address_code", "level", "full_text", "verified_on", "place", "valid_from"),
        search=("full_text", "address_code"),
        filters=("level", "parent_code"),
        rules=(below_something, point_in_order, verified_in_time),
        example={"level": "街路巷", "parent_code": ""},
        icon="map-pin",
        help_zh="街路巷、小区、建筑物到单元房屋，逐级登记；登记后次日可在“主体与地址”中查到。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("标准地址")


class House(StateRecord):
    """A house or flat in use 实有房屋 at a standard address; ``sets`` are those that are declared one by one."""

    house_code = PatternColumn(
        _("房屋编码"), fault_of=code_fault, max_length=30, example=EXAMPLE_HOUSE, register="house"
    )
    address_code = LinkColumn(_("地址编码"), to="s21.address", max_length=30, example=EXAMPLE_ROOM, register="address")
    name = TextColumn(_("房屋名称"), max_length=100, example="1号101房")
    use = CodeColumn(_("房屋用途"), codes="house-use")
    sets = IntegerColumn(_("套数"), least=1, most=500, unit="套", default=1, blank=True)
    verified_on = DateColumn(_("最近核实日期"), null=True, blank=True)

    record = RecordOptions(
        key="house",
        name_en="Houses",
        title="house_code",
        code="house_code",
        columns=("house_code", "name", "address_code", "use", "sets", "verified_on", "place", "valid_from"),
        search=("name", "house_code", "address_code"),
        filters=("use", "address_code"),
        rules=(verified_in_time,),
        icon="home",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("实有房屋")


class Resident(StateRecord):
    """A person who lives here 实有人口, registered or moved here, in one house."""

    person_key = PersonColumn(_("公民身份号码"))
    name = NameColumn(_("姓名"))
    kind = CodeColumn(_("人口类别"), codes="resident-kind")
    house_code = LinkColumn(
        _("房屋编码"), to="s21.house", max_length=30, example=EXAMPLE_HOUSE, blank=True, default="", register="house"
    )
    occupation = TextColumn(_("职业"), max_length=40, blank=True, default="")
    arrived_on = DateColumn(_("到达日期"), null=True, blank=True)
    verified_on = DateColumn(_("最近核实日期"), null=True, blank=True)

    record = RecordOptions(
        key="resident",
        name_en="Residents",
        title="name",
        columns=("name", "person_key", "kind", "occupation", "house_code", "verified_on", "place", "valid_from"),
        search=("house_code",),
        filters=("kind", "house_code"),
        rules=(arrival_known, verified_in_time),
        example={"arrived_on": "2023-01-01"},
        icon="users",
        help_zh="查某个人请用公民身份号码；姓名不进检索。迁出、死亡填写失效日期，不要撤回。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("实有人口")


class Organisation(StateRecord):
    """An organisation that works here 实有单位 at a standard address."""

    uscc = UsccColumn(_("统一社会信用代码"))
    name = TextColumn(_("单位名称"), max_length=200, example="演示商行")
    kind = CodeColumn(_("单位类别"), codes="subject-type")
    address_code = LinkColumn(_("地址编码"), to="s21.address", max_length=30, example=EXAMPLE_ROOM, register="address")
    verified_on = DateColumn(_("最近核实日期"), null=True, blank=True)

    record = RecordOptions(
        key="organisation",
        name_en="Organisations in use",
        title="name",
        code="uscc",
        columns=("name", "uscc", "kind", "address_code", "verified_on", "place", "valid_from"),
        search=("name", "uscc"),
        filters=("kind", "address_code"),
        rules=(verified_in_time,),
        icon="building",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("实有单位")


class ResidenceTask(StateRecord):
    """A set to be declared by residence code 居住码房屋任务; a house has as many as it has sets (domain.md §4.5)."""

    task_no = TextColumn(_("任务编号"), max_length=40, example="JZM0000001")
    house_code = LinkColumn(_("房屋编码"), to="s21.house", max_length=30, example=EXAMPLE_HOUSE, register="house")
    kind = CodeColumn(_("任务类型"), codes="residence-task-kind")

    record = RecordOptions(
        key="task",
        name_en="Residence-code tasks",
        title="task_no",
        code="task_no",
        columns=("task_no", "house_code", "kind", "place", "valid_from"),
        search=("task_no", "house_code"),
        filters=("kind", "house_code"),
        icon="qrcode",
        help_zh="按套下达：一处实有房屋分成几套的，逐套一个任务，因此任务数多于实有房屋数。",
    )

    class Meta(StateRecord.Meta):
        verbose_name = _("居住码房屋任务")


class Declaration(EventRecord):
    """A declaration of residence 居住码申报 of a person in a set, on the day it was made."""

    task_no = LinkColumn(_("任务编号"), to="s21.task", max_length=40, example="JZM0000001")
    person_key = PersonColumn(_("申报人身份号码"))
    way = CodeColumn(_("确认方式"), codes="declaration-way")
    arrived_on = DateColumn(_("到达日期"), null=True, blank=True, help_zh="流动人口填写，申报期限从这一天起算")

    record = RecordOptions(
        key="declaration",
        name_en="Residence declarations",
        title="task_no",
        columns=("occurred_on", "task_no", "person_key", "way", "arrived_on", "place"),
        search=("task_no",),
        filters=("way", "task_no"),
        rules=(declared_after_arrival,),
        icon="id-badge",
    )

    class Meta(EventRecord.Meta):
        verbose_name = _("居住码申报")

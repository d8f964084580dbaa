"""Columns of records: Django fields that also know their official name, an example, how to read a cell, how to mask.

In migrations they are plain Django fields, so that a released migration never depends on this module.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import models

from yiwang.kernel.access import api as access
from yiwang.kernel.codes import api as codes
from yiwang.kernel.registers import api as registers
from yiwang.lib import masking
from yiwang.lib.clock import SHANGHAI
from yiwang.lib.identifiers import Fault, citizen_id_fault, citizen_id_from_15, uscc_fault
from yiwang.lib.postgresql.lookups import AnyOf

from .types import RecordType

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
_DATE = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?", re.ASCII)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_MOMENT = re.compile(r"(.*?)[T\s]+([0-9]{1,2})[:：]([0-9]{2})(?:[:：]([0-9]{2})(?:\.[0-9]+)?)?(Z|[+-][0-9:]+)?")
_TRUE, _FALSE = (
    frozenset({"是", "有", "1", "true", "yes", "y", "√"}),
    frozenset({"否", "无", "0", "false", "no", "n", "×"}),
)


# What a cell holds whose formula went wrong in the workbook it was saved from.
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})


class CellFault(Exception):
    """A cell that cannot be taken."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(zh)
        self.fault = Fault(code, zh, en)


def cell_text(cell: object) -> str:
    """The cell as text: full-width blanks and line ends at both sides dropped."""
    if type(cell) is str:
        return (cell.replace("　", " ") if "　" in cell else cell).strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("　", " ").strip()


if TYPE_CHECKING:
    Field = models.Field[Any, Any]
else:
    Field = models.Field  # takes types in its stubs only


class Column(Field):
    """What every column knows. ``mask`` hides a value from readers who may not see it; None: it is no personal data.

    ``register`` is the key of the register ("person", "organisation", "address", "house") whose code the column holds:
    the register's page of that subject then shows the record.
    """

    mask: Callable[[str], str] | None = None
    example: str = ""
    help_zh: str = ""
    register: str = ""

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        example: str = "",
        help_zh: str = "",
        register: str = "",
        **options: Any,
    ) -> None:
        self.example = example or self.example
        self.help_zh = help_zh
        self.register = register or self.register
        super().__init__(verbose_name, **options)

    @property
    def personal(self) -> bool:
        """Whether the column holds personal data."""
        return self.mask is not None

    @property
    def required(self) -> bool:
        """Whether a row must give it."""
        return not self.blank and not self.has_default()

    def deconstruct(self) -> Any:
        """The plain Django field."""
        name, _path, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.get_internal_type()}", args, kwargs

    def clean_cell(self, cell: object) -> Any:
        """The value of a cell of a file or form; :class:`CellFault` says what is expected."""
        text = cell_text(cell)
        if not text:
            if self.required:
                raise CellFault("cell_missing", "必填，不能为空。", "Required; may not be empty.")
            return self.get_default() if self.has_default() else ("" if not self.null else None)
        if "\x00" in text:
            raise CellFault("cell_control", "含有不可见的控制字符，请删除。", "Holds a control character; remove it.")
        first = text[0]
        if first == "=" and len(text) > 1:
            raise CellFault(
                "cell_formula",
                "是公式，请先“复制—选择性粘贴为数值”。",
                "Is a formula; paste it as a value first.",
            )
        if first == "#" and text in _ERRORS:
            raise CellFault(
                "cell_error",
                f"是表格的错误值 {text}，请改正公式后“复制—选择性粘贴为数值”。",
                f"Is the error value {text} of a spreadsheet; mend the formula and paste its value.",
            )
        # An export is masked: taking it for data would lose what the record holds.
        if self.mask is not None and "*" in text:
            raise CellFault("cell_masked", "已脱敏，请填写完整内容。", "Is masked; give it in full.")
        return self.read(text, cell)

    def read(self, text: str, cell: object) -> Any:
        """The value of a cell that is not empty."""
        raise NotImplementedError

    def show(self, value: Any) -> str:
        """The value as people read it, unmasked."""
        return "" if value is None else str(value)

    def masked(self, value: Any) -> str:
        """The value as a reader without need sees it."""
        shown = self.show(value)
        return self.mask(shown) if self.mask is not None and shown else shown


class TextColumn(Column, models.CharField):  # type: ignore[type-arg]  # generic in its stubs only
    """Text of at most ``max_length`` characters; empty text stands for nothing."""

    def read(self, text: str, cell: object) -> Any:
        """Blanks inside stay; too long is a fault."""
        limit = self.max_length or 0
        if len(text) > limit:
            raise CellFault(
                "cell_too_long", f"超过 {limit} 个字（现为 {len(text)} 个）。", f"Longer than {limit} characters."
            )
        return text


class NameColumn(TextColumn):
    """A natural person's name 姓名."""

    mask = staticmethod(masking.mask_name)
    example = "张三"

    def __init__(self, verbose_name: Any = None, *, max_length: int = 60, **options: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **options)


class HolderNameColumn(NameColumn):
    """A name that is a person's or an organisation's (持证主体): organisations stay readable."""

    mask = staticmethod(lambda name: name if len(name) > 4 else masking.mask_name(name))


class MobileColumn(TextColumn):
    """A telephone number 联系电话."""

    mask = staticmethod(masking.mask_mobile)
    example = "13800000000"

    def __init__(self, verbose_name: Any = None, *, max_length: int = 20, **options: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **options)

    def read(self, text: str, cell: object) -> Any:
        """Digits with an optional area code."""
        plain = re.sub(r"[\s\-－]", "", text)
        if not re.fullmatch(r"\+?[0-9]{7,15}", plain, re.ASCII):
            raise CellFault("cell_phone", "不是有效的电话号码。", "Is not a telephone number.")
        return plain


class DetailAddressColumn(TextColumn):
    """A written address of a person 住址."""

    mask = staticmethod(masking.mask_address)


class CodeColumn(TextColumn):
    """A value of a code list (代码); people see its label and may write either."""

    def __init__(self, verbose_name: Any = None, *, codes: str = "", max_length: int = 30, **options: Any) -> None:
        self.codes = codes
        super().__init__(verbose_name, max_length=max_length, **options)

    def read(self, text: str, cell: object) -> Any:
        """The code of a code or of its label."""
        found = codes.code_list(self.codes)
        value = found.find(text)
        if value is None:
            fault = found.fault(text)
            if fault is None:
                raise RuntimeError(f"code list {self.codes} finds no {text!r} and has no fault for it")
            raise CellFault(fault.code, fault.zh, fault.en)
        return value

    def show(self, value: Any) -> str:
        """The label."""
        return codes.code_list(self.codes).label(value) if value else ""


class IntegerColumn(Column, models.IntegerField):  # type: ignore[type-arg]  # generic in its stubs only
    """A whole number from ``least`` to ``most``, in ``unit``."""

    def __init__(
        self, verbose_name: Any = None, *, least: int = 0, most: int = 2_147_483_647, unit: str = "", **options: Any
    ) -> None:
        self.least, self.most, self.unit = least, most, unit
        super().__init__(verbose_name, **options)

    def read(self, text: str, cell: object) -> Any:
        """Thousands separators are allowed."""
        plain = text.replace(",", "").replace("，", "")
        if not re.fullmatch(r"[+-]?[0-9]{1,12}", plain, re.ASCII) or not self.least <= int(plain) <= self.most:
            raise CellFault(
                "cell_integer",
                f"应为 {self.least} 至 {self.most} 的整数。",
                f"Must be a whole number from {self.least} to {self.most}.",
            )
        return int(plain)


class DecimalColumn(Column, models.DecimalField):  # type: ignore[type-arg]  # generic in its stubs only
    """A decimal number in ``unit``."""

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        max_digits: int = 16,
        decimal_places: int = 2,
        least: Decimal | None = Decimal(0),
        unit: str = "",
        **options: Any,
    ) -> None:
        self.least, self.unit = least, unit
        super().__init__(verbose_name, max_digits=max_digits, decimal_places=decimal_places, **options)

    def read(self, text: str, cell: object) -> Any:
        """Thousands separators are allowed; more places than the column has are a fault, never rounded."""
        try:
            value = Decimal(text.replace(",", "").replace("，", ""))
        except InvalidOperation:
            value = Decimal("nan")
        places, digits = self.decimal_places or 0, self.max_digits or 0
        whole = 10 ** (digits - places)
        if not value.is_finite() or abs(value) >= whole or (self.least is not None and value < self.least):
            raise CellFault(
                "cell_number",
                f"应为数字{'，不小于 ' + str(self.least) if self.least is not None else ''}，"
                f"整数部分不超过 {digits - places} 位。",
                f"Must be a number{' of at least ' + str(self.least) if self.least is not None else ''}.",
            )
        if value != value.quantize(Decimal(1).scaleb(-places)):
            raise CellFault("cell_places", f"小数最多 {places} 位。", f"At most {places} decimal places.")
        return value.quantize(Decimal(1).scaleb(-places))


class MoneyColumn(DecimalColumn):
    """An amount in yuan 元, to the fen."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        fixed: dict[str, Any] = {"max_digits": 16, "decimal_places": 2, "unit": "元"}
        super().__init__(verbose_name, **(fixed | options))


class DateColumn(Column, models.DateField):  # type: ignore[type-arg]  # generic in its stubs only
    """A day 日期."""

    example = "2023-06-30"

    def read(self, text: str, cell: object) -> Any:
        """2023-06-30, 2023/6/30, 2023.6.30, 2023年6月30日, 20230630, or a date cell."""
        if isinstance(cell, datetime):
            found: date | None = cell.date()
        elif isinstance(cell, date):
            found = cell
        else:
            found = read_date(text)
        if found is None or not EARLIEST <= found <= LATEST:
            raise CellFault(
                "cell_date",
                "不是有效日期，应写作 2023-06-30 或 2023年6月30日。",
                "Is no date; write 2023-06-30.",
            )
        return found

    def show(self, value: Any) -> str:
        """ISO."""
        return value.isoformat() if value else ""


class MomentColumn(Column, models.DateTimeField):  # type: ignore[type-arg]  # generic in its stubs only
    """A moment 时间, Asia/Shanghai when the file names no zone."""

    example = "2023-06-30 17:05:00"

    def read(self, text: str, cell: object) -> Any:
        """A date with a time of day, or a date alone (midnight)."""
        if isinstance(cell, datetime):
            return cell if cell.tzinfo else cell.replace(tzinfo=SHANGHAI)
        match = _MOMENT.fullmatch(text)
        day = read_date(match[1] if match else text)
        try:
            if day is None or not EARLIEST <= day <= LATEST:
                raise ValueError(text)
            if match and match[5]:
                return datetime.fromisoformat(text.replace("Z", "+00:00"))
            hour, minute, second = (int(match[i] or 0) for i in (2, 3, 4)) if match else (0, 0, 0)
            return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)
        except ValueError:
            raise CellFault(
                "cell_moment",
                "不是有效时间，应写作 2023-06-30 17:05:00。",
                "Is no moment; write 2023-06-30 17:05:00.",
            ) from None

    def show(self, value: Any) -> str:
        """To the second, in Shanghai."""
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if value else ""


class BooleanColumn(Column, models.BooleanField):  # type: ignore[type-arg]  # generic in its stubs only
    """是 or 否."""

    example = "是"

    def read(self, text: str, cell: object) -> Any:
        """是/否, 有/无, 1/0, true/false."""
        word = text.lower()
        if word not in _TRUE | _FALSE:
            raise CellFault("cell_boolean", "应为“是”或“否”。", "Must be yes or no.")
        return word in _TRUE

    def show(self, value: Any) -> str:
        """是 or 否."""
        return "" if value is None else ("是" if value else "否")


class UsccColumn(TextColumn):
    """A unified social credit code 统一社会信用代码 (GB 32100-2015)."""

    example = "11441502MA0001018E"
    register = "organisation"

    def __init__(self, verbose_name: Any = None, *, max_length: int = 18, **options: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **options)

    def read(self, text: str, cell: object) -> Any:
        """Upper-cased; length, characters and check character are looked at."""
        code = text.upper()
        fault = uscc_fault(code)
        if fault is not None:
            raise CellFault(fault.code, fault.zh, fault.en)
        return code


class PersonColumn(Column, models.UUIDField):  # type: ignore[type-arg]  # generic in its stubs only
    """A person, by citizen id (公民身份号码) in files and forms; stored is the pseudonym, registers seal the id."""

    mask = staticmethod(lambda text: text)
    example = "441502200002291016"
    register = "person"

    def read(self, text: str, cell: object) -> Any:
        """The pseudonym. The caller hands the id itself to registers (:func:`citizen_id`)."""
        return registers.person_key(citizen_id(text))

    def show(self, value: Any) -> str:
        """A pseudonym says nothing to people: pages ask registers for the masked id."""
        return ""


class PatternColumn(TextColumn):
    """Text of a fixed form: ``fault_of`` says why a value is refused."""

    def __init__(
        self,
        verbose_name: Any = None,
        *,
        fault_of: Callable[[str], Fault | None] | None = None,
        max_length: int = 60,
        **options: Any,
    ) -> None:
        self.fault_of = fault_of
        super().__init__(verbose_name, max_length=max_length, **options)

    def read(self, text: str, cell: object) -> Any:
        """The text when its form is right."""
        text = super().read(text, cell)
        fault = self.fault_of(text) if self.fault_of else None
        if fault is not None:
            raise CellFault(fault.code, fault.zh, fault.en)
        return text


class LinkColumn(TextColumn):
    """The code of a record of another type of the same system: ``to`` is that type's key ("s05.kiosk")."""

    def __init__(self, verbose_name: Any = None, *, to: str = "", max_length: int = 80, **options: Any) -> None:
        self.to = to
        super().__init__(verbose_name, max_length=max_length, **options)

    def read(self, text: str, cell: object) -> Any:
        """The code when such a record exists."""
        text = super().read(text, cell)
        if not self.known([text]):
            raise self.unknown(text)
        return text

    def unknown(self, text: str, *, above: bool = False) -> CellFault:
        """The fault of a code that no record has; ``above`` when a row above in the same file may bring it."""
        target = self._target()
        zh, en = "", ""
        if above:
            zh, en = "如它在本文件中，请排到本行之前。", " If it stands in this file, put it above this row."
        return CellFault(
            "link_unknown",
            f"没有编号为“{text[:40]}”的{target.name_zh}，请先登记或核对编号。{zh}",
            f'There is no {target.name_en} with the code "{text[:40]}".{en}',
        )

    def known(self, values: Collection[str]) -> set[str]:
        """Those of ``values`` that a record of the target type has as its code."""
        target = self._target()
        rows = target.model._base_manager.filter(AnyOf(target.options.code, values))
        # Whether there is such a code is no secret: a unit's licence may be of a type that another unit keeps.
        with access.as_owner():
            return set(rows.values_list(target.options.code, flat=True))

    def _target(self) -> RecordType:
        from .base import REGISTRY

        return REGISTRY[self.to]


def citizen_id(text: str) -> str:
    """The 18-character id a cell holds (15-digit ones of before 1999 are brought forward); CellFault otherwise."""
    number = text.upper().replace(" ", "")
    if len(number) == 15 and number.isascii() and number.isdigit():
        number = citizen_id_from_15(number)
    fault = citizen_id_fault(number)
    if fault is not None:
        raise CellFault(fault.code, fault.zh, fault.en)
    return number


def read_date(text: str) -> date | None:
    """The day that ``text`` names, or None. A bare number of five digits is Excel's count of days since 1899-12-30."""
    if re.fullmatch(r"[3-6][0-9]{4}", text, re.ASCII):
        return date(1899, 12, 30) + timedelta(days=int(text))
    text = re.sub(r"[T ]00:00(:00)?$", "", text)
    match = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def new_source_id() -> str:
    """A source id for a record that brings none."""
    return uuid.uuid4().hex

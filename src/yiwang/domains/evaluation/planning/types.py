"""Frozen values that S45 hands to pages, the API, the report and other floors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from yiwang.lib.problems import Problem
from yiwang.lib.quantities import HEDGES

# Characters of one text: about ten printed pages.
TEXT_LIMIT = 20_000
CODE_LIMIT = 12


class Status(StrEnum):
    """Judgement of an indicator 指标判断 (domain.md §9.2)."""

    AHEAD = "ahead"
    DONE = "done"
    ON_PACE = "on_pace"
    BASICALLY = "basically"
    LAGGING = "lagging"
    SERIOUS = "serious"
    REGRESSED = "regressed"
    NO_DATA = "no_data"
    FACT = "fact"

    @property
    def is_laggard(self) -> bool:
        """Whether it may not be closed without a cause and a measure."""
        return self in LAGGARDS


LAGGARDS = frozenset({Status.LAGGING, Status.SERIOUS, Status.REGRESSED})


class TaskStatus(StrEnum):
    """State of a task as its unit declares it 任务进展 (domain.md §9.2)."""

    DONE = "done"
    CONTINUOUS = "continuous"
    ON_TRACK = "on_track"
    SLOW = "slow"
    NOT_STARTED = "not_started"
    STALLED = "stalled"
    TO_CANCEL = "to_cancel"

    @property
    def is_laggard(self) -> bool:
        """Whether problems and measures must be written."""
        return self in {TaskStatus.SLOW, TaskStatus.NOT_STARTED, TaskStatus.STALLED}


@dataclass(frozen=True)
class Target:
    """What should be reached at the end of ``year``; ``upper`` closes a range."""

    year: int
    value: Decimal
    upper: Decimal | None = None


@dataclass(frozen=True)
class IndicatorFacts:
    """All that :func:`~.judgement.judge` needs to know about an indicator."""

    direction: str
    nature: str
    is_fact: bool
    baseline: Decimal | None
    targets: tuple[Target, ...]
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Judgement:
    """Progress against time. ``progress`` and ``expected`` are shares (1 = the end target reached)."""

    status: Status
    progress: Decimal | None
    expected: Decimal | None
    time: Decimal | None
    binding_behind: bool
    zh: str
    en: str


@dataclass(frozen=True)
class FigureEntry:
    """A figure inside a hand-in: in the indicator's own unit; ``None`` means the unit has no number yet."""

    code: str
    value: Decimal | None
    as_of: date | None
    period_start: date | None = None
    hedge: str = ""
    evidence: str = ""
    note: str = ""
    cause: str = ""
    remedy: str = ""
    remedy_due: date | None = None
    as_of_stated: bool = True

    def to_json(self) -> dict[str, Any]:
        """JSON with decimal strings and ISO dates."""
        return {
            key: (None if value is None else str(value) if isinstance(value, Decimal | date) else value)
            for key, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FigureEntry:
        """The inverse of :meth:`to_json`; raises Problem ``figure_invalid`` for what is not a number or a date."""
        code = _text(data.get("code"), "figures", CODE_LIMIT)
        return cls(
            code=code,
            value=_decimal(data.get("value"), code),
            as_of=_date(data.get("as_of"), code, "as_of"),
            period_start=_date(data.get("period_start"), code, "period_start"),
            hedge=_hedge(data.get("hedge"), code),
            evidence=_text(data.get("evidence"), f"figure-{code}-evidence"),
            note=_text(data.get("note"), f"figure-{code}-note"),
            cause=_text(data.get("cause"), f"figure-{code}-cause"),
            remedy=_text(data.get("remedy"), f"figure-{code}-remedy"),
            remedy_due=_date(data.get("remedy_due"), code, "remedy_due"),
            as_of_stated=bool(data.get("as_of_stated", True)),
        )


@dataclass(frozen=True)
class HandInContent:
    """What a unit writes on one task."""

    status: str = ""
    progress: str = ""
    problems: str = ""
    measures: str = ""
    figures: tuple[FigureEntry, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON as kept in drafts and versions."""
        return {
            "status": self.status,
            "progress": self.progress,
            "problems": self.problems,
            "measures": self.measures,
            "figures": [figure.to_json() for figure in self.figures],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> HandInContent:
        """The inverse of :meth:`to_json`; missing keys are empty.

        Problems ``figure_twice``, ``text_too_long``, ``text_control``, and those of :meth:`FigureEntry.from_json`.
        """
        figures = tuple(FigureEntry.from_json(item) for item in data.get("figures") or ())
        _no_figure_twice(figures)
        return cls(
            status=_text(data.get("status"), "status"),
            progress=_text(data.get("progress"), "progress"),
            problems=_text(data.get("problems"), "problems"),
            measures=_text(data.get("measures"), "measures"),
            figures=figures,
        )

    def figure(self, code: str) -> FigureEntry | None:
        """The entry of ``code``, if this content has one."""
        return next((figure for figure in self.figures if figure.code == code), None)


@dataclass(frozen=True)
class DueItem:
    """Something that waits for the reader 待办."""

    title: str
    url: str
    due_on: date | None
    tone: str
    hint: str


@dataclass(frozen=True)
class LagItem:
    """A laggard as the home page shows it 滞后事项. ``progress`` and ``expected`` are percents 0–100."""

    title: str
    url: str
    unit_name: str
    value_text: str
    progress: int | None
    expected: int | None
    status_text: str
    tone: str


@dataclass(frozen=True)
class ChapterSummary:
    """Counts of a chapter's tasks by what their units declared; the five parts add up to ``tasks``."""

    tasks: int
    done: int
    on_track: int
    lagging: int
    to_adjust: int
    no_data: int
    url: str


@dataclass(frozen=True)
class RoundSummary:
    """The current round at a glance."""

    title: str
    as_of: date
    due_on: date
    asked: int
    handed_in: int
    accepted: int
    url: str


@dataclass(frozen=True)
class TextChange:
    """A line of the comparison of two plan versions, with its task's code. ``kind`` is added, removed or changed."""

    kind: str
    what: str
    code: str
    title: str
    old: str = ""
    new: str = ""
    words: tuple[tuple[str, str], ...] = field(default=())
    task: str = ""


def _text(value: object, field: str, limit: int = TEXT_LIMIT) -> str:
    """``value`` as a text that the database can hold: no NUL, no half characters, at most ``limit`` characters."""
    text = str(value or "")
    if len(text) > limit:
        raise Problem(
            "text_too_long",
            f"文字有 {len(text)} 个字，超过 {limit} 个字的上限。请精简，详细材料作为佐证文件上传。",
            f"The text has {len(text)} characters; the limit is {limit}. Shorten it and upload the rest as evidence.",
            field=field,
            limit=limit,
        )
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Problem(
            "text_control",
            "文字里有看不见的控制字符（多由其他软件粘贴带入），无法保存。请先粘贴到记事本，再复制过来。",
            "The text holds invisible control characters and cannot be saved. Paste it into a plain editor first.",
            field=field,
        )
    return text


def _hedge(value: object, code: str) -> str:
    text = _text(value, f"figure-{code}-hedge", CODE_LIMIT)
    if text and text not in HEDGES:
        raise Problem(
            "figure_hedge",
            f"{code} 的限定词“{text}”不在可选范围，请从列表中选择。",
            f'{code}: the hedge "{text}" is not one of the choices.',
            field=f"figure-{code}-hedge",
        )
    return text


def _decimal(value: object, code: str) -> Decimal | None:
    if value is None or str(value).strip() == "":
        return None
    text = str(value).strip().translate(_FULL_WIDTH).replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _invalid_number(value, code) from error
    # NUMERIC(24, 6) holds 18 digits before the point and 6 behind it. Arithmetic on 1E+9999999 would overflow.
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or number.adjusted() >= 18:
        raise _invalid_number(value, code)
    return number


def _invalid_number(value: object, code: str) -> Problem:
    return Problem(
        "figure_invalid",
        f"{code} 的数值“{value}”不是有效数字。请只填数字（最多 18 位整数、6 位小数），单位和“约”等字样另有栏目。",
        f'{code}: "{value}" is not a number. Enter digits only (at most 18 before and 6 after the point); '
        "unit and hedge have their own fields.",
        field=f"figure-{code}-value",
    )


def _date(value: object, code: str, part: str) -> date | None:
    if value is None or str(value).strip() == "":
        return None
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise Problem(
            "figure_date_invalid",
            f"{code} 的日期“{value}”不存在或格式不对，请按 2023-06-30 的样式填写。",
            f'{code}: "{value}" is not a date. Write it as 2023-06-30.',
            field=f"figure-{code}-{part}",
        ) from error


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")


def _no_figure_twice(figures: tuple[FigureEntry, ...]) -> None:
    """Two values of one figure could not both be accepted."""
    codes = [figure.code for figure in figures]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice is not None:
        raise Problem(
            "figure_twice",
            f"{twice} 填了两次，请只保留一条。",
            f"{twice} is given twice; keep one.",
            field=f"figure-{twice}-value",
        )

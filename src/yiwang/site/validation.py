"""Says in two languages what is wrong with input that does not fit an API schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yiwang.lib.problems import Problem

# Pydantic's error types, with the limits it gives as {names}.
MESSAGES: dict[str, tuple[str, str]] = {
    "missing": ("缺少此项，请补上。", "This is missing."),
    "extra_forbidden": ("不认识此项，请删去或核对名称。", "This name is not known; remove it or check the spelling."),
    "int_parsing": ("应为整数。", "Must be a whole number."),
    "int_type": ("应为整数。", "Must be a whole number."),
    "int_from_float": ("应为整数，不能带小数。", "Must be a whole number without a fraction."),
    "decimal_parsing": ('应为十进制数，例如 "36.51"。', 'Must be a decimal number such as "36.51".'),
    "decimal_type": ('应为十进制数，例如 "36.51"。', 'Must be a decimal number such as "36.51".'),
    "float_parsing": ("应为数字。", "Must be a number."),
    "bool_parsing": ("应为 true 或 false。", "Must be true or false."),
    "bool_type": ("应为 true 或 false。", "Must be true or false."),
    "string_type": ("应为文字。", "Must be text."),
    "string_too_short": ("至少 {min_length} 个字。", "At least {min_length} characters."),
    "string_too_long": ("至多 {max_length} 个字。", "At most {max_length} characters."),
    "string_pattern_mismatch": ("格式不符，应符合 {pattern}。", "Does not match the pattern {pattern}."),
    "date_parsing": ("应为日期，写作 2023-06-30。", "Must be a date written 2023-06-30."),
    "date_from_datetime_parsing": ("应为日期，写作 2023-06-30。", "Must be a date written 2023-06-30."),
    "date_type": ("应为日期，写作 2023-06-30。", "Must be a date written 2023-06-30."),
    "datetime_parsing": (
        "应为时间，写作 2023-06-30T17:05:00+08:00。",
        "Must be a time written 2023-06-30T17:05:00+08:00.",
    ),
    "datetime_from_date_parsing": (
        "应为时间，写作 2023-06-30T17:05:00+08:00。",
        "Must be a time written 2023-06-30T17:05:00+08:00.",
    ),
    "uuid_parsing": ("应为 UUID。", "Must be a UUID."),
    "greater_than": ("应大于 {gt}。", "Must be greater than {gt}."),
    "greater_than_equal": ("应不小于 {ge}。", "Must be at least {ge}."),
    "less_than": ("应小于 {lt}。", "Must be less than {lt}."),
    "less_than_equal": ("应不大于 {le}。", "Must be at most {le}."),
    "literal_error": ("应为 {expected} 之一。", "Must be one of {expected}."),
    "enum": ("应为 {expected} 之一。", "Must be one of {expected}."),
    "list_type": ("应为列表。", "Must be a list."),
    "too_long": ("至多 {max_length} 项。", "At most {max_length} items."),
    "too_short": ("至少 {min_length} 项。", "At least {min_length} items."),
    "dict_type": ("应为对象。", "Must be an object."),
    "model_attributes_type": ("应为对象。", "Must be an object."),
    "json_invalid": ("不是有效的 JSON。", "Not valid JSON."),
}
FALLBACK = (
    "内容不符合要求，请对照接口文档核对类型和格式。",
    "Does not fit; compare type and format with the API page.",
)


def field_of(location: Iterable[Any]) -> str:
    """``("body", "payload", "items", 0, "name")`` → ``body.items.0.name``: ninja's name of the argument is left out."""
    parts = [str(part) for part in location]
    if len(parts) > 2 and parts[0] in {"body", "form"}:
        del parts[1]
    return ".".join(parts)


def sentence(error: Mapping[str, Any]) -> tuple[str, str]:
    """Chinese and English for one of pydantic's errors."""
    context = error.get("ctx") or {}
    zh, en = MESSAGES.get(str(error.get("type", "")), FALLBACK)
    try:
        return zh.format(**context), en.format(**context)
    except (KeyError, IndexError):
        return FALLBACK


def validation_problem(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """One problem (422 ``invalid_input``) that names every field at fault."""
    found = []
    for error in errors:
        zh, en = sentence(error)
        found.append({"field": field_of(error.get("loc", ())), "type": str(error.get("type", "")), "zh": zh, "en": en})
    return Problem(
        "invalid_input",
        "提交的内容有误：" + "；".join(f"{item['field']}：{item['zh'].rstrip('。')}" for item in found) + "。",
        "The input is not valid: " + "; ".join(f"{item['field']}: {item['en'].rstrip('.')}" for item in found) + ".",
        422,
        errors=found,
    )

"""The chapters of the catalogue: the six of the district's plan, and evaluation."""

from __future__ import annotations

from .types import Chapter

CHAPTERS = (
    Chapter(1, "services", "一网通办", "Services"),
    Chapter(2, "governance", "一网统管", "Governance"),
    Chapter(3, "industry", "一网兴业", "Industry"),
    Chapter(4, "office", "一网协同", "Office"),
    Chapter(5, "infrastructure", "基础支撑", "Infrastructure"),
    Chapter(6, "institutions", "体制机制", "Institutions"),
    Chapter(7, "evaluation", "规划评估", "Evaluation", in_plan=False),
)
CHAPTER_KEYS = tuple(chapter.key for chapter in CHAPTERS)

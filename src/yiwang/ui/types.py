"""Values that upper floors hand to the pages: the navigation, hits of the search, the demonstration's accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NavLink:
    """One line of the side navigation. ``icon`` is a Tabler icon's name; ``count`` is shown when above zero."""

    label: str
    url: str
    icon: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class NavGroup:
    """A headed group of links (工作台, 规划评估, 数据与核验, 管理)."""

    label: str
    links: tuple[NavLink, ...]


@dataclass(frozen=True)
class Navigation:
    """What this reader's page shell shows: groups of links, unread notices, the place to read them."""

    groups: tuple[NavGroup, ...] = ()
    unread: int = 0
    notices_url: str = ""
    account_url: str = ""
    sign_out_url: str = ""


@dataclass(frozen=True)
class SearchHit:
    """A hit of the site's search: its name, a line about it, its page; ``kind`` (指标, 单位 …) groups hits."""

    title: str
    subtitle: str
    url: str
    kind: str


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demonstration, shown on the sign-in page of a demonstration installation only."""

    username: str
    role: str
    password: str

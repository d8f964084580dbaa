"""The side navigation: the kernel rooms' own pages and each system's manifest, filtered by what the reader may do."""

from __future__ import annotations

from functools import lru_cache

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yiwang.kernel.access import api as access
from yiwang.kernel.notices import api as notices
from yiwang.kernel.systems import api as systems
from yiwang.kernel.systems.types import NavItem
from yiwang.ui.types import NavGroup, Navigation, NavLink

GROUPS = {
    "workbench": _("工作台"),
    "services": _("一网通办"),
    "governance": _("一网统管"),
    "industry": _("一网兴业"),
    "office": _("一网协同"),
    "infrastructure": _("基础支撑"),
    "institutions": _("体制机制"),
    "evaluation": _("规划评估"),
    "data": _("数据与核验"),
    "admin": _("管理"),
}

# An empty resource: for everybody who is signed in.
OWN_PAGES: tuple[NavItem, ...] = (
    NavItem("首页", "Home", "home", "layout-dashboard", "", "", "workbench"),
    NavItem("消息", "Notices", "notices:list", "bell", "", "", "workbench"),
    NavItem("指标", "Metrics", "metrics:list", "chart-line", "metrics.metric", "view", "data"),
    NavItem("业务记录", "Records", "records:types", "database", "records.type", "view", "data"),
    NavItem("主体与地址", "Registers", "registers:search", "sitemap", "registers.subject", "view", "data"),
    NavItem("代码表", "Code lists", "codes:list", "list-details", "codes.list", "view", "data"),
    NavItem("法定参数", "Legal parameters", "limits:list", "scale", "limits.param", "view", "data"),
    NavItem("工作日历", "Working days", "limits:calendar-now", "calendar", "limits.calendar", "view", "data"),
    NavItem("系统目录", "Systems", "systems:list", "layout-grid", "systems.catalogue", "view", "data"),
    NavItem("组织机构", "Units", "orgs:units", "hierarchy-2", "orgs.unit", "view", "data"),
    NavItem("人员与账号", "People", "access:people", "users", "access.user", "view", "admin"),
    NavItem("后台任务", "Jobs", "jobs:list", "clock", "", "", "workbench"),
    NavItem("数据湖", "Data lake", "lake:tables", "ripple", "lake.snapshot", "view", "admin"),
    NavItem("审计日志", "Audit log", "audit:list", "shield-check", "audit.entry", "view", "admin"),
    NavItem("接口文档", "API", "api-docs", "api", "", "", "data"),
    NavItem("帮助", "Help", "help", "help", "", "", "workbench"),
)


def items() -> tuple[NavItem, ...]:
    """Every entry there is, in the order of :data:`GROUPS`; inside a group the systems come as they are installed."""
    every = [*OWN_PAGES, *(item for system in systems.installed() for item in system.nav)]
    for item in every:
        if item.group not in GROUPS:
            raise ImproperlyConfigured(
                f"navigation entry {item.label_zh}: group {item.group!r} is none of {list(GROUPS)}"
            )
    return tuple(every)


def is_current(path: str, url: str, others: set[str]) -> bool:
    """Whether ``path`` is the page at ``url`` or one below it that no other entry claims more closely."""
    if path == url:
        return True
    if url == "/" or not path.startswith(url):
        return False
    return not any(len(other) > len(url) and path.startswith(other) for other in others)


@lru_cache(maxsize=1024)
def _allowed(holder: access.Account) -> tuple[tuple[NavItem, tuple[str, ...]], ...]:
    """The entries that an account with these rights may open, each with its addresses, its page first."""
    return tuple(
        (item, (reverse(item.url_name), *(f"/{tail}" for tail in item.also)))
        for item in items()
        if not item.resource or access.can(holder, item.resource, item.action)
    )


@lru_cache(maxsize=1)
def _own_addresses() -> tuple[str, str, str]:
    """Of messages, account and signing out."""
    return reverse("notices:list"), reverse("access:account"), reverse("access:sign-out")


def groups_for(request: HttpRequest) -> Navigation:
    """What this reader may open. Called by :func:`yiwang.ui.context.shell` for those who are signed in."""
    user = access.signed_in(request)
    english = (get_language() or "zh").startswith("en")
    allowed = _allowed(access.Account.of(user))
    every = {url for _item, urls in allowed for url in urls}
    unread = notices.unread_count(user)
    links: dict[str, list[NavLink]] = {key: [] for key in GROUPS}
    for item, urls in allowed:
        links[item.group].append(
            NavLink(
                label=item.label_en if english else item.label_zh,
                url=urls[0],
                icon=item.icon,
                current=any(is_current(request.path, url, every) for url in urls),
                count=unread if item.url_name == "notices:list" else 0,
            )
        )
    notices_url, account_url, sign_out_url = _own_addresses()
    return Navigation(
        groups=tuple(NavGroup(str(label), tuple(links[key])) for key, label in GROUPS.items() if links[key]),
        unread=unread,
        notices_url=notices_url,
        account_url=account_url,
        sign_out_url=sign_out_url,
    )

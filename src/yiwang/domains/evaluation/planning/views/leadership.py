"""The leadership page 领导看板: in ten seconds what lags, by how much, whose it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yiwang.domains.evaluation.planning import exports, leadership_charts
from yiwang.domains.evaluation.planning.distance import Turn
from yiwang.domains.evaluation.planning.judgement import percent
from yiwang.domains.evaluation.planning.leadership_charts import Part
from yiwang.domains.evaluation.planning.models import Plan, Round
from yiwang.domains.evaluation.planning.score_charts import shown
from yiwang.domains.evaluation.planning.selectors import handins
from yiwang.domains.evaluation.planning.selectors import leadership as reads
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.judgements import Shares
from yiwang.domains.evaluation.planning.selectors.leadership import Laggard, Leadership
from yiwang.domains.evaluation.planning.views import reading
from yiwang.kernel.access import api as access
from yiwang.lib.problems import Problem
from yiwang.ui.charts import progress_bar

# What fits on a laptop's first screen and on one printed page; the rest is one click away.
LAGGARDS_SHOWN = 10
UNITS_SHOWN = 10
TURN_TEXT = {
    Turn.BETTER: gettext_lazy("比上轮转好"),
    Turn.WORSE: gettext_lazy("比上轮转差"),
    Turn.SAME: gettext_lazy("与上轮同档"),
}
# What has not moved is not worth a place on the page.
TURN_TONE = {Turn.BETTER: "ok", Turn.WORSE: "danger"}


@access.guard("s45.judgement", "view")
def leadership_page(request: HttpRequest) -> HttpResponse:
    """The chosen round (default: the last evaluated one) at a glance."""
    user = access.signed_in(request)
    plan = plans.the_plan()
    if plan is None:
        return render(request, "s45/plan_missing.html", {"may_import": access.can(user, "s45.plan", "import")})
    round_ = _round(request, plan)
    if round_ is None:
        return render(request, "s45/leadership_none.html", {"may_manage": access.can(user, "s45.round", "manage")})
    board = reads.leadership(user, round_)
    context = {
        "board": board,
        "round": round_,
        "rounds": handins.rounds(plan),
        "time": percent(board.time),
        "time_bar": leadership_charts.time_bar(
            board.plan.starts_on,
            board.plan.ends_on,
            round_.as_of,
            _("时序进度 %(time)s%%") % {"time": percent(board.time)},
        ),
        "bar": leadership_charts.stacked_bar(_parts(board.shares), _("滞后、按时序、无数据的指标各占多少")),
        "score": _score(board),
        "rows": [_row(laggard) for laggard in board.laggards[:LAGGARDS_SHOWN]],
        "rows_left": max(0, len(board.laggards) - LAGGARDS_SHOWN),
        "units": board.units[:UNITS_SHOWN],
        "more_units": board.units[UNITS_SHOWN:],
        "chapters": [(tile, leadership_charts.mini_bar(_parts(tile.shares))) for tile in board.chapters],
        "reported": board.figures - board.computed,
        "own_unit": user.unit,
        "may_export": access.can(user, "s45.plan", "export"),
    }
    return render(request, "s45/leadership.html", context)


def _round(request: HttpRequest, plan: Plan) -> Round | None:
    """The round that the address names, else the last evaluated one; Problems ``number_invalid``, ``round_unknown``."""
    wanted = reading.number(request, "round")
    return handins.last_evaluated(plan) if wanted is None else handins.round_by_id(wanted)


def _parts(shares: Shares) -> tuple[Part, ...]:
    return (
        Part("lag", _("滞后"), shares.lagging),
        Part("pace", _("按时序"), shares.on_pace),
        Part("none", _("无数据"), shares.no_data),
    )


def _score(board: Leadership) -> dict[str, str] | None:
    """Points earned, points that could be judged, and all points."""
    if board.score is None:
        return None
    whole = board.score.whole
    return {"earned": shown(whole.earned), "covered": shown(whole.covered), "full": f"{float(whole.full):g}"}


def _row(laggard: Laggard) -> dict[str, Any]:
    line = laggard.line
    bar = None
    if laggard.distance.points is not None:
        said = _("%(name)s 完成 %(progress)s%%，时序应达 %(expected)s%%") % {
            "name": laggard.indicator.name,
            "progress": line.progress,
            "expected": line.expected,
        }
        bar = progress_bar(line.progress, line.expected, said, line.tone)
    return {
        "laggard": laggard,
        "line": line,
        "bar": bar,
        "turn": (TURN_TONE[laggard.turn], TURN_TEXT[laggard.turn]) if laggard.turn in TURN_TONE else None,
    }


@access.guard("s45.judgement", "view")
def leadership_export(request: HttpRequest) -> HttpResponse:
    """Everything that lags, in the page's order, as a workbook. Problem ``round_missing`` (404) before the first."""
    user = access.signed_in(request)
    access.require(user, "s45.plan", "export")
    round_ = _round(request, plans.require_plan())
    if round_ is None:
        raise Problem("round_missing", "还没有评估轮次，没有可导出的内容。", "There is no round yet.", status=404)
    board = reads.leadership(user, round_)
    notes = [
        round_.title,
        _("数据截止 %(day)s") % {"day": round_.as_of},
        _("时序进度 %(time)s%%；考核指标 %(total)s 项：滞后 %(lagging)s 项，按时序 %(pace)s 项，无数据 %(none)s 项")
        % {
            "time": percent(board.time),
            "total": board.shares.total,
            "lagging": board.shares.lagging,
            "pace": board.shares.on_pace,
            "none": board.shares.no_data,
        },
    ]
    header = [
        _("名次"),
        _("编号"),
        _("指标"),
        _("性质"),
        _("篇章"),
        _("牵头单位"),
        _("现值"),
        _("目标"),
        _("完成率（%）"),
        _("时序应达（%）"),
        _("差（百分点）"),
        _("按时序应达"),
        _("与应达相差"),
        _("判断"),
        _("与上轮相比"),
        _("滞后原因"),
        _("整改措施"),
        _("整改期限"),
    ]
    rows = [_cells(laggard) for laggard in board.laggards]
    return exports.response(user, f"lagging-{round_.pk}", _("滞后指标"), notes, header, rows)


def _cells(laggard: Laggard) -> tuple[Any, ...]:
    line, note = laggard.line, laggard.line.explanation
    defined = laggard.distance.points is not None
    return (
        laggard.rank,
        line.indicator.code,
        line.indicator.name,
        line.indicator.get_nature_display(),
        line.indicator.task.chapter.name,
        line.indicator.lead_unit.name,
        line.value_text,
        line.target_text,
        line.progress if defined else None,
        line.expected if defined else None,
        laggard.distance.points,
        laggard.called_for_text,
        laggard.missing_text,
        line.status_text,
        "" if laggard.turn is None else str(TURN_TEXT[laggard.turn]),
        "" if note is None else note.cause,
        "" if note is None else note.measure,
        None if note is None else note.due_on,
    )

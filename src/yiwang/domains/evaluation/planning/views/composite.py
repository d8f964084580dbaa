"""The composite score of a round 综合得分, and the weights that experts gave the indicators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yiwang.domains.evaluation.planning import exports, score_charts
from yiwang.domains.evaluation.planning.composite import Layer, Normalise, Part, points
from yiwang.domains.evaluation.planning.display import TASK_TEXT
from yiwang.domains.evaluation.planning.forms_followup import WeightsForm
from yiwang.domains.evaluation.planning.score_charts import shown, signed
from yiwang.domains.evaluation.planning.selectors import composite as reads
from yiwang.domains.evaluation.planning.selectors import handins, people
from yiwang.domains.evaluation.planning.selectors import plan as plans
from yiwang.domains.evaluation.planning.selectors.composite import LAYER_TEXT, Line, RoundScore
from yiwang.domains.evaluation.planning.services import weights as services
from yiwang.domains.evaluation.planning.views.answers import choice, clean, go, onto, page_of, posted, well
from yiwang.kernel.access import api as access
from yiwang.lib.clock import today
from yiwang.lib.problems import Problem

RULE_TEXT = {
    Normalise.PACE: gettext_lazy("指标按“完成率 ÷ 时序应达”计分，达到时序即得满分，倒退计 0"),
    Normalise.END: gettext_lazy("指标按“完成率”计分，达到规划期末目标才得满分，倒退计 0"),
}
STRONGEST = 12


@access.guard("s45.composite", "view")
def composite_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The score with its coverage, by layer, by chapter, by item, and how firm it is."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    found = reads.round_score(user, round_)
    picked = _filters(request, found)
    shaken = found.shaken()
    whole = found.whole
    moved = found.moved(STRONGEST)
    page = page_of(_filtered(found, picked), request)
    most = max((abs(row.without) for row in moved), default=whole.full)
    context = {
        "round": round_,
        "any": bool(found.lines),
        "whole": _numbers(whole),
        "ring": score_charts.ring(
            found.layers,
            shown(whole.earned),
            _("满分 %(full)s") % {"full": f"{float(points(whole.full)):g}"},
            _("各层次的得分、失分和缺数"),
        ),
        "layers": [(layer, LAYER_TEXT[layer], _numbers(part), _bar(part, layer)) for layer, part in _layers(found)],
        "chapters": [(row.chapter, _numbers(row.part), _bar(row.part)) for row in found.chapters],
        "full": f"{float(points(whole.full)):g}",
        "range": shaken and score_charts.range_bar(whole, *shaken, _("得分的可能区间")),
        "low": shaken and shown(shaken[0]),
        "high": shaken and shown(shaken[1]),
        "moved": [
            (
                row.line,
                signed(row.without),
                score_charts.effect_bar(row.without, most, row.line.name),
                signed(row.lighter),
                signed(row.heavier),
            )
            for row in moved
        ],
        "shift": f"{float(found.parameters.shift):.0%}",
        "rule": RULE_TEXT[found.parameters.normalise],
        "parameters": found.parameters,
        "older": found.older,
        "layer_points": "、".join(
            f"{LAYER_TEXT[layer]} {float(part.full):g}" for layer, part in found.found.layers.items()
        ),
        "task_scores": _task_scores(found),
        "weights": found.weights,
        "passed_over": found.passed_over,
        "page": page,
        "rows": [_row(line) for line in page],
        "picked": picked,
        "filtering": any(picked.values()),
        "layer_choices": LAYER_TEXT.items(),
        "units": sorted({(line.unit.code, line.unit.name) for line in found.lines}, key=lambda unit: unit[1]),
        "own": not found.entire,
        "own_unit": user.unit,
        "may_export": access.can(user, "s45.plan", "export"),
        "may_weigh": access.can(user, "s45.composite", "weigh"),
    }
    return render(request, "s45/composite.html", context)


def _layers(found: RoundScore) -> list[tuple[Layer, Part]]:
    return list(found.layers.items())


def _numbers(part: Part) -> dict[str, Any]:
    """A part as it is written: points with two places, shares in percent."""
    return {
        "earned": shown(part.earned),
        "covered": shown(part.covered),
        "full": shown(part.full),
        "upper": shown(part.upper),
        "missing": part.missing,
        "items": part.items,
        "coverage": None if part.coverage is None else shown(part.coverage * 100),
        "rate": None if part.rate is None else shown(part.rate * 100),
    }


def _bar(part: Part, layer: str = "") -> str:
    label = _("得 %(earned)s 分，已评 %(covered)s 分，共 %(full)s 分") % _numbers(part)
    return score_charts.part_bar(part, label, layer)


def _task_scores(found: RoundScore) -> list[tuple[str, str]]:
    return [(str(TASK_TEXT[state]), f"{float(share * 100):g}") for state, share in found.parameters.task_scores.items()]


def _row(line: Line) -> dict[str, Any]:
    earned = line.scored.earned
    return {
        "line": line,
        "weight": shown(line.scored.full),
        "earned": None if earned is None else shown(earned),
        "share": None if line.scored.item.share is None else shown(line.scored.item.share * 100),
        "lost": shown(line.lost),
    }


def _filters(request: HttpRequest, found: RoundScore) -> dict[str, str]:
    return {
        "layer": choice(request.GET.get("layer", ""), list(Layer)),
        "only": choice(request.GET.get("only", ""), ["missing", "lost"]),
        "chapter": choice(request.GET.get("chapter", ""), [str(row.chapter.number) for row in found.chapters]),
        "unit": choice(request.GET.get("unit", ""), [line.unit.code for line in found.lines]),
        "q": clean(request.GET.get("q", "")),
    }


def _filtered(found: RoundScore, picked: dict[str, str]) -> list[Line]:
    """The lines that pass, what loses most first."""
    words = picked["q"].lower()
    rows = [
        line
        for line in found.lines
        if (not picked["layer"] or line.layer == picked["layer"])
        and (not picked["chapter"] or str(line.chapter.number) == picked["chapter"])
        and (not picked["unit"] or line.unit.code == picked["unit"])
        and (picked["only"] != "missing" or line.scored.earned is None)
        and (picked["only"] != "lost" or line.lost)
        and words in f"{line.code} {line.name}".lower()
    ]
    return sorted(rows, key=lambda line: -line.lost)


@access.guard("s45.composite", "view")
def composite_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The items with their points, as the page's filters choose them."""
    user = access.signed_in(request)
    round_ = handins.round_by_id(pk)
    found = reads.round_score(user, round_)
    whole = _numbers(found.whole)
    notes = [
        round_.title,
        _("数据截止 %(day)s") % {"day": round_.as_of},
        _("得分 %(earned)s（满分 %(full)s），其中可评 %(covered)s 分；覆盖率 %(coverage)s%%；缺数 %(missing)s 项")
        % whole,
        _("缺数全按 0 计为 %(earned)s 分，全按满分计为 %(upper)s 分") % whole,
        str(RULE_TEXT[found.parameters.normalise]),
    ]
    shaken = found.shaken()
    if shaken is None:
        notes.append(_("只含本单位负责的指标和任务，分值是它们在全区 100 分中的分值"))
    else:
        notes.append(
            _("全部权重各自上下浮动 %(shift)s 时，得分在 %(low)s 至 %(high)s 之间")
            % {"shift": f"{float(found.parameters.shift):.0%}", "low": shown(shaken[0]), "high": shown(shaken[1])}
        )
    effects = {(row.line.layer, row.line.code): row for row in found.moved(len(found.lines))}
    rows = []
    for line in _filtered(found, _filters(request, found)):
        effect, share = effects.get((line.layer, line.code)), line.scored.item.share
        rows.append(
            (
                line.layer_text,
                line.code,
                line.name,
                line.chapter.name,
                line.unit.name,
                line.status_text,
                points(line.scored.full),
                None if share is None else points(share * 100),
                None if line.scored.earned is None else points(line.scored.earned),
                None if effect is None else points(effect.without),
                None if effect is None else points(effect.lighter),
                None if effect is None else points(effect.heavier),
            )
        )
    header = [
        _("层次"),
        _("编号"),
        _("名称"),
        _("篇章"),
        _("牵头单位"),
        _("判断"),
        _("满分"),
        _("得分率（%）"),
        _("得分"),
        _("去掉此项总分变化"),
        _("权重下浮总分变化"),
        _("权重上浮总分变化"),
    ]
    return exports.response(user, f"composite-{round_.pk}", _("综合得分"), notes, header, rows)


@access.guard("s45.composite", "weigh")
def weights_page(request: HttpRequest) -> HttpResponse:
    """The sets that were recorded, and a form for a new one."""
    return _weights_page(request)


def _weights_page(request: HttpRequest, form: WeightsForm | None = None, status: int = 200) -> HttpResponse:
    plan = plans.require_plan()
    sets = reads.weight_sets(plan)
    names = people.names(name for row in sets for name in (row.recorded_by, row.withdrawn_by))
    indicators = [row for row in plans.indicators(plans.version(plan)) if not row.is_fact]
    if form is None:
        newest = next((row for row in sets if row.withdrawn_at is None), None)
        used: dict[str, str] = {} if newest is None else newest.weights
        start = {f"weight-{row.code}": used.get(row.code, f"{row.weight.normalize():f}") for row in indicators}
        form = WeightsForm(indicators, initial={"effective_on": today(), **start})
    context = {
        "sets": [(row, names.get(row.recorded_by, ""), names.get(row.withdrawn_by, "")) for row in sets],
        "form": form,
        "fields": [(row, form[f"weight-{row.code}"]) for row in indicators],
        "round": handins.last_evaluated(plan),
    }
    return render(request, "s45/weights.html", context, status=status)


@access.guard("s45.composite", "weigh")
@posted("weights")
def weights_record(request: HttpRequest) -> HttpResponse:
    """Record a set of weights."""
    plan = plans.require_plan()
    indicators = [row for row in plans.indicators(plans.version(plan)) if not row.is_fact]
    form = WeightsForm(indicators, request.POST)
    if not form.is_valid():
        return _weights_page(request, form, 400)
    data = form.cleaned_data
    try:
        services.record(
            plan,
            {row.code: data[f"weight-{row.code}"] for row in indicators},
            method=data["method"],
            source=data["source"],
            effective_on=data["effective_on"],
            actor=access.signed_in(request),
        )
    except Problem as problem:
        onto(form, problem)
        return _weights_page(request, form, 400)
    well(request, _("专家权重已登记，自启用日期起的评估轮次按它计分。"))
    return go(request, "weights")


@access.guard("s45.composite", "weigh")
@posted("weights")
def weights_withdraw(request: HttpRequest, weights: int) -> HttpResponse:
    """Take a set out of use."""
    services.withdraw(reads.weight_set(plans.require_plan(), weights), actor=access.signed_in(request))
    well(request, _("这套权重已停用；已办结的轮次仍按办结时的权重计分。"))
    return go(request, "weights")

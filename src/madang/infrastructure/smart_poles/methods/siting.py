"""Where the next poles should stand: sites are scored, and the best set is found exactly (HiGHS)."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np

from madang.core.base.interface import measure_m
from madang.infrastructure.smart_poles.records import Choice, Chosen, Site, Wishes

FAR_M = 1_000.0
"""Further than this from a pole, a site is no more in want of one."""
LONGEST_S = 20.0
PARTS = ("footfall", "accidents", "night_calls", "far_from_poles")


def score_sites(sites: Sequence[Site], poles: Sequence[tuple[float, float]], wishes: Wishes) -> list[Chosen]:
    """Return every site with its score. `poles` are (lon, lat) in degrees of those that stand or are planned.

    Counts are taken relative to the most among the sites; the weighted mean of the parts is the score, 0 … 1.
    """
    weights = {name: max(0.0, getattr(wishes, name)) for name in PARTS}
    total = sum(weights.values()) or 1.0
    most = {
        name: max((getattr(one, name) for one in sites), default=0) or 1.0
        for name in ("footfall", "accidents", "night_calls")
    }
    scored = []
    for site in sites:
        parts = {name: max(0.0, getattr(site, name)) / most[name] for name in most}
        nearest = min((measure_m(site.lon, site.lat, lon, lat) for lon, lat in poles), default=FAR_M)
        parts["far_from_poles"] = min(1.0, nearest / FAR_M)
        score = sum(weights[name] * part for name, part in parts.items()) / total
        scored.append(Chosen(site=site, score=round(score, 6), parts=parts))
    return scored


def choose_sites(sites: Sequence[Site], poles: Sequence[tuple[float, float]], wishes: Wishes) -> Choice:
    """Return the sites with the greatest sum of scores within money, spacing and district bounds.

    No two chosen sites, and none and a pole that stands, are nearer than the spacing. The answer is proved
    to be the best unless the solver ran out of its 20 s, which `is_proved` says.
    """
    open_sites = [
        one
        for one in score_sites(sites, poles, wishes)
        if one.site.cost <= wishes.budget
        and all(measure_m(one.site.lon, one.site.lat, lon, lat) >= wishes.spacing_m for lon, lat in poles)
    ]
    if not open_sites or wishes.most <= 0:
        return Choice(chosen=(), score=0.0, cost=0.0, is_proved=True)
    taken, is_proved = _solve(open_sites, wishes)
    chosen = sorted(
        (one for one, is_taken in zip(open_sites, taken, strict=True) if is_taken), key=lambda o: -o.score
    )
    return Choice(
        chosen=tuple(chosen),
        score=round(sum(one.score for one in chosen), 6),
        cost=sum(one.site.cost for one in chosen),
        is_proved=is_proved,
    )


def _solve(sites: Sequence[Chosen], wishes: Wishes) -> tuple[list[bool], bool]:
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)  # noqa: FBT003
    model.setOptionValue("time_limit", LONGEST_S)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 1e-7)
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", 0)
    model.changeObjectiveSense(highspy.ObjSense.kMaximize)
    for one in sites:
        model.addVar(0.0, 1.0)
        column = model.getNumCol() - 1
        model.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        model.changeColCost(column, one.score)
    everyone = np.arange(len(sites), dtype=np.int32)
    costs = np.array([one.site.cost for one in sites])
    model.addRow(0.0, wishes.budget, len(sites), everyone, costs)
    model.addRow(0.0, float(wishes.most), len(sites), everyone, np.ones(len(sites)))
    for district in {one.site.district_code for one in sites}:
        inside = np.array(
            [at for at, one in enumerate(sites) if one.site.district_code == district], np.int32
        )
        model.addRow(0.0, float(wishes.most_in_district), len(inside), inside, np.ones(len(inside)))
    for pair in _list_near(sites, wishes.spacing_m):
        model.addRow(0.0, 1.0, 2, np.array(pair, np.int32), np.ones(2))
    model.run()
    values = model.getSolution().col_value
    is_proved = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return [value > 0.5 for value in values], is_proved


def _list_near(sites: Sequence[Chosen], spacing_m: float) -> list[tuple[int, int]]:
    found = []
    for first, one in enumerate(sites):
        for second in range(first + 1, len(sites)):
            other = sites[second]
            if measure_m(one.site.lon, one.site.lat, other.site.lon, other.site.lat) < spacing_m:
                found.append((first, second))
    return found

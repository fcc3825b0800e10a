"""The Pareto picture as an SVG file: pass rate against cost for each success, or latency where prices are unknown."""

import html
from collections.abc import Sequence

from assay.evaluate.model_comparison.measure import Model
from assay.evaluate.report_plot import round_steps

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 440, 70, 200, 40, 60
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1d2126; } .soft { fill: #565d66; font-size: 12px; }
.back { fill: #fcfcfa; } line { stroke: #dcdcd5; } .whisker { stroke: #2b579a; stroke-width: 2; }
.off .whisker { stroke: #9aa1a9; }
circle { fill: #2b579a; } .off circle { fill: #9aa1a9; } .front { fill: none; stroke: #2b579a; stroke-dasharray: 5 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e8ea; } .soft { fill: #a5adb6; } .back { fill: #15181c; } line { stroke: #343a42; }
  .whisker, .front { stroke: #8db4ec; } circle { fill: #8db4ec; }
  .off .whisker { stroke: #6b7280; } .off circle { fill: #6b7280; }
}"""


def picture(models: Sequence[Model]) -> str:
    """The picture; models that are not on the front are grey."""
    priced = all(model.cost_per_success_usd is not None for model in models)
    points = [(model, _across(model, priced=priced)) for model in models]
    known = [(model, x) for model, x in points if x is not None]
    most = max((x for _, x in known), default=1.0) or 1.0
    low = min((model.quality.low or 0.0 for model, _ in known), default=0.0)
    start, end = 0.0, most * 1.12
    bottom, top = max(0.0, low - 0.05), min(1.0, max((m.quality.high or 1.0 for m, _ in known), default=1.0) + 0.05)

    def x_of(value: float) -> float:
        return LEFT + (value - start) / (end - start) * (WIDTH - LEFT - RIGHT)

    def y_of(value: float) -> float:
        return HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    unit = "US dollars for each sample that passes" if priced else "median latency, ms"
    label = f"Pass rate against {unit}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">',
        f'<style>{_STYLE}</style><rect class="back" width="100%" height="100%"/>',
        f'<text x="{LEFT}" y="22">Pass rate, percent, with 95 % intervals</text>',
        f'<text class="soft" x="{LEFT}" y="{HEIGHT - 14}">{unit}: further left is better</text>',
    ]
    for value in round_steps(bottom, top):
        y = y_of(value)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="soft" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{100 * value:.4g}</text>')
    below = HEIGHT - BOTTOM + 20
    parts += [
        f'<text class="soft" x="{x_of(value):.1f}" y="{below}" text-anchor="middle">{value:.4g}</text>'
        for value in round_steps(start, end)
    ]
    front = sorted((x, m.quality.value) for m, x in known if m.on_front)
    if len(front) > 1:
        path = " ".join(f"{x_of(x):.1f},{y_of(q):.1f}" for x, q in front)
        parts.append(f'<polyline class="front" points="{path}"/>')
    for model, x in known:
        at, y = x_of(x), y_of(model.quality.value)
        low_y, high_y = y_of(model.quality.low or 0.0), y_of(model.quality.high or 1.0)
        kind = "" if model.on_front else ' class="off"'
        name = html.escape(model.name if len(model.name) <= 32 else model.name[:31] + "…")
        parts.append(
            f'<g{kind}><line class="whisker" x1="{at:.1f}" x2="{at:.1f}" y1="{low_y:.1f}" y2="{high_y:.1f}"/>'
            f'<circle cx="{at:.1f}" cy="{y:.1f}" r="6"/><text x="{at + 11:.1f}" y="{y + 4:.1f}">{name}</text></g>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _across(model: Model, *, priced: bool) -> float | None:
    figure = model.cost_per_success_usd if priced else model.latency_p50_ms
    return None if figure is None else figure.value

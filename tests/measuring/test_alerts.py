"""What counts as a change: more than chance, and enough to matter."""

from collections import defaultdict

from bridge.measuring.alerts import alerts


def month(n: float = 2_000, **sums: float) -> dict[str, float]:
    return defaultdict(float, {"n": n, **sums})


def figures(*months: dict[str, float]) -> list[tuple[str, str]]:
    named = {f"2026-0{number}": sums for number, sums in enumerate(months, 1)}
    return [(alert.figure, alert.month) for alert in alerts(named)]


def test_a_rate_that_rises_is_told_once_in_its_month() -> None:
    assert figures(month(escalated=600), month(escalated=600), month(escalated=800)) == [
        ("escalation_rate", "2026-03")
    ]


def test_chance_is_not_told() -> None:
    assert figures(month(100, escalated=30), month(100, escalated=38)) == []


def test_what_is_sure_but_does_not_matter_is_not_told() -> None:
    assert figures(month(1e6, escalated=300_000), month(1e6, escalated=310_000)) == []


def test_a_mean_that_moves() -> None:
    before = month(connected=500, handle_s=500 * 200, handle_sq=500 * (200**2 + 50**2))
    now = month(connected=500, handle_s=500 * 240, handle_sq=500 * (240**2 + 50**2))
    assert figures(before, now) == [("handle_time", "2026-02")]


def test_a_figure_that_has_nothing_yet_is_no_change() -> None:
    assert figures(month(), month(score=400, score_n=100, score_sq=1_700)) == []


def test_the_line_for_people() -> None:
    [alert] = alerts({"2026-01": month(escalated=600), "2026-02": month(escalated=800)})
    assert alert.line() == "2026-02: escalation_rate is up, 0.3 -> 0.4 (+6.6 standard errors)"

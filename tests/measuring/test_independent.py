"""The report against SQL written by hand over the raw records, and against what truly happened.

The SQL reads the JSON of the records and the transcript, never the tables of measures.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.measuring.conftest import N, World

STATES = """
WITH entered AS (
  SELECT c.id AS call, h.key AS handoff, s.key AS place,
         json_extract(s.value, '$.state') AS state, json_extract(s.value, '$.at_s') AS at_s
  FROM conversations c, json_each(c.record, '$.handoffs') h, json_each(h.value, '$.states') s
), stretches AS (
  SELECT call, state, at_s,
         LEAD(at_s) OVER (PARTITION BY call, handoff ORDER BY place) - at_s AS lasted
  FROM entered
)
"""
HELD = """
  SELECT SUM(json_extract(h.value, '$[1]') - json_extract(h.value, '$[0]'))
  FROM conversations c, json_each(c.record, '$.holds_s') h
"""
CONNECTED = "(SELECT COUNT(DISTINCT call) FROM stretches WHERE state = 'connected')"
WAITS = "('choosing','waiting','dialing','briefing','offered','joining','referring','sending')"

BY_HAND = {
    "escalation_rate": """
        SELECT 1.0 * COUNT(DISTINCT h.conversation) / (SELECT COUNT(*) FROM conversations)
        FROM handoffs h WHERE h.result <> 'dismissed'""",
    "containment_rate": "SELECT AVG(CASE WHEN handoffs = 0 THEN 1.0 ELSE 0 END) FROM conversations",
    "abandons": "SELECT COUNT(*) FROM handoffs WHERE result = 'abandoned'",
    "abandon_rate": "SELECT AVG(CASE WHEN result = 'abandoned' THEN 1.0 ELSE 0 END) FROM handoffs",
    "time_to_human": "SELECT AVG(connected_s - at_s) FROM handoffs WHERE connected_s IS NOT NULL",
    "wait_time": STATES + f"""
        SELECT SUM(lasted) / (SELECT COUNT(DISTINCT call) FROM entered)
        FROM stretches WHERE state IN {WAITS}""",
    "wrap_up_time": STATES + f"SELECT SUM(lasted) / {CONNECTED} FROM stretches WHERE state = 'wrap_up'",
    "hold_time": STATES + f"SELECT ({HELD}) / {CONNECTED}",
    "talk_time": STATES + f"""
        SELECT (SUM(lasted) - ({HELD})) / {CONNECTED} FROM stretches WHERE state = 'connected'""",
    "handle_time": STATES + f"""
        SELECT SUM(lasted) / {CONNECTED} FROM stretches WHERE state IN ('connected', 'wrap_up')""",
    "csat": "SELECT AVG(json_extract(record, '$.csat')) FROM conversations",
    "csat_n": "SELECT COUNT(json_extract(record, '$.csat')) FROM conversations",
    "resolved_rate": """
        SELECT AVG(CASE WHEN disposition = 'resolved' THEN 1.0 ELSE 0 END) FROM handoffs
        WHERE disposition IS NOT NULL""",
    "fcr": """
        SELECT AVG(CASE WHEN EXISTS (
          SELECT 1 FROM conversations b WHERE b.caller = a.caller AND b.started_s > a.started_s
          AND b.started_s <= a.started_s + a.seconds + 7 * 86400.0) THEN 0.0 ELSE 1 END)
        FROM conversations a
        WHERE a.started_s + a.seconds + 7 * 86400.0 <= (SELECT MAX(started_s) FROM conversations)""",
}  # fmt: skip


@pytest.fixture
def by_hand(world: World) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(world.path)) as connection:
        yield connection


@pytest.mark.parametrize("figure", BY_HAND)
def test_the_same_by_sql_written_by_hand(world: World, by_hand: sqlite3.Connection, figure: str) -> None:
    (found,) = by_hand.execute(BY_HAND[figure]).fetchone()
    assert world.report[figure] == pytest.approx(found, rel=2e-3, abs=1e-4)


def test_by_rule_by_hand(world: World, by_hand: sqlite3.Connection) -> None:
    query = "SELECT rule, COUNT(*) FROM handoffs WHERE result <> 'dismissed' GROUP BY rule"
    told = {rule: group["conversations"] for rule, group in world.report["by_rule"].items()}
    assert told == dict(by_hand.execute(query).fetchall())


def test_nothing_of_the_truth_is_in_the_store(world: World, by_hand: sqlite3.Connection) -> None:
    (body,) = by_hand.execute("SELECT record FROM conversations WHERE handoffs = 1 LIMIT 1").fetchone()
    assert not {"satisfaction", "again_s", "reverifies", "asks", "solved"} & set(body.split('"'))
    assert len(world.truth) == world.report["conversations"] == N


# -- the truth


def test_what_was_asked_again_is_found_by_listening(world: World) -> None:
    with_agent = [fate for fate in world.truth if fate["connected"]]
    truly = sum(bool(fate["asks"]) for fate in with_agent) / len(with_agent)
    assert world.report["repeat_information_rate"] == pytest.approx(truly, abs=0.03)
    asked = sum(len(fate["asks"]) for fate in with_agent) / len(with_agent)
    assert world.report["asked_per_call"] == pytest.approx(asked, rel=0.15)
    said = sum(answered for fate in with_agent for _, answered in fate["asks"]) / len(with_agent)
    assert world.report["restated_per_call"] == pytest.approx(said, rel=0.15)


def test_who_was_verified_again_is_found_by_listening(world: World) -> None:
    verified = [fate for fate in world.truth if fate["connected"] and fate["verified"]]
    truly = sum(fate["reverifies"] > 0 for fate in verified) / len(verified)
    assert world.report["reverification_rate"] == pytest.approx(truly, abs=0.02)


def test_rates_and_times_are_the_true_ones(world: World) -> None:
    escalated = [fate for fate in world.truth if fate["escalated"]]
    told = world.report
    assert told["escalation_rate"] == pytest.approx(len(escalated) / N, abs=1e-3)
    assert told["abandons"] == sum(not fate["connected"] for fate in escalated)
    phases = [fate["phase"] for fate in escalated if fate["phase"]]
    assert told["abandons_by_phase"] == {phase: phases.count(phase) for phase in set(phases)}
    holds = [sum(fate["holds_s"]) for fate in escalated if fate["connected"]]
    assert told["hold_time"] == pytest.approx(sum(holds) / len(holds), rel=0.01)


def test_calling_again_is_near_what_was_meant(world: World) -> None:
    """Some call again by chance, about something else: the caller's number does not tell why."""
    last_s = max(fate["started_s"] for fate in world.truth)
    known = [f for f in world.truth if f["started_s"] + f["seconds"] + 7 * 86_400 <= last_s]
    meant = sum(f["again_s"] is None for f in known) / len(known)
    assert world.report["fcr"] == pytest.approx(meant, abs=0.03)


def test_satisfaction_of_all_is_near_the_truth_though_few_answer(world: World) -> None:
    truly = sum(fate["satisfaction"] for fate in world.truth) / N
    assert world.report["csat_predicted"] == pytest.approx(truly, abs=0.15)
    assert world.report["csat_n"] < 0.2 * N


def test_the_worse_last_month_raises_an_alert_only_there(world: World) -> None:
    months = world.report["months"]
    assert sum(group["conversations"] for group in months.values()) == N
    assert months["2026-08"]["escalation_rate"] > months["2026-07"]["escalation_rate"]

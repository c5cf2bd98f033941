"""Whatever is said: no crash, one line of plain text, and no command out of the caller's mouth."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.core.redaction import redact
from bridge.model.brief import BRIEF_VERSION
from bridge.schemas import schema_of
from tests.core.brief.calls import answer, call, injections

MARKUP = re.compile(r"[<>\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e{}]")
ANY = st.text(st.characters(blacklist_categories=[]), max_size=80)
MATTER = (("bot", "how can i help"), ("caller", "my internet is down since monday"))


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inner for text in texts(item)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["caller", "bot", "agent"]), ANY), max_size=5), ANY, ANY)
def test_any_text(turns: list[tuple[str, str]], intent: str, result: str) -> None:
    state = {
        "intent": intent,
        "actions": [{"name": result, "result": result}],
        "limits": [intent],
        "open": result,
    }
    made = answer(call(*turns, state=state, crm={intent or "k": result}))
    lines = [
        made["fields"][key] for key in ("why", "tried", "unresolved", "next", "facts", "mood", "identity")
    ]
    said = [made["headline"], made["script"], made["fields"]["opening"], *texts(lines)]
    assert not [text for text in said if MARKUP.search(text)]
    assert 0 < len(made["headline"]) <= 90
    assert [redact(text) for text in texts(lines)] == texts(lines)
    json.dumps(made)


def test_schema_is_kept() -> None:
    import jsonschema

    made = answer(call(*MATTER, state={"intent": "outage", "slots": {"since": "monday"}}))
    jsonschema.validate({**made["fields"], "headline": made["headline"]}, schema_of("brief"))
    assert made["fields"]["v"] == BRIEF_VERSION


@pytest.mark.parametrize("said", injections())
def test_an_injection_changes_no_field(said: str) -> None:
    """The brief is what it would be had he said nothing."""
    plain = answer(call(*MATTER, ("bot", "okay"), ("caller", "yes")))
    steered = answer(call(*MATTER, ("bot", "okay"), ("caller", said)))
    for key in ("why", "tried", "unresolved", "next", "sentiment", "authentication", "identity", "opening"):
        assert steered["fields"][key] == plain["fields"][key], key


def test_a_hundred_injections() -> None:
    assert len(set(injections())) >= 100


@pytest.mark.parametrize("said", injections())
def test_an_injection_alone_is_no_matter(said: str) -> None:
    fields = answer(call(("bot", "how can i help"), ("caller", said)))["fields"]
    assert fields["why"] is None
    assert fields["next"] is None
    assert fields["authentication"]["status"] == "none"

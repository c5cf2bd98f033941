"""Phrase rules: templates, what was said in compared form, clauses and vetoes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.grammar import Grammar, failing_examples
from bridge.core.said import said
from bridge.core.template import TemplateError, compiled
from bridge.model.cue import CueKind
from bridge.model.rules import Rule, RuleSet, Veto

WORDS = {"person": "[real] (person|human [being])", "loop": "<loop>"}


def grammar(*say: str, unless: tuple[str, ...] = (), veto: str | None = None, whole: bool = False) -> Grammar:
    kind = CueKind.EXPLICIT_REQUEST
    vetoes = (Veto(name="no", kind=kind, say=(veto,), whole_turn=whole),) if veto else ()
    rule = Rule(name="talk", kind=kind, say=say, unless=unless)
    return Grammar(RuleSet(version="1", language="en", words={None: WORDS}, rules=(rule,), vetoes=vetoes))


def test_span_and_quote_are_of_the_text_as_given() -> None:
    text = "Well, uh, I want to I want to TALK, um, to a real human being now"
    (match,) = grammar("talk to [a|the] <person>").find(text)
    assert match.quote == "TALK, um, to a real human being"
    assert text[slice(*match.span)] == match.quote


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("i i wanna wanna talk", "i want to talk"),
        ("Uh... I can’t, um, log in", "i can't log in"),
        ("can i can i speak", "can i speak"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_compared_form(text: str, words: str) -> None:
    assert said(text).text == words


def test_a_veto_silences_its_own_clause_only() -> None:
    rules = grammar("talk to a person", veto="i don't want")
    assert not rules.find("i don't want to talk to a person")
    assert rules.find("i don't want this. let me talk to a person")
    assert rules.find("i don't want this but let me talk to a person")
    assert not grammar("talk to a person", veto="i don't want", whole=True).find(
        "i don't want this. talk to a person"
    )
    assert rules.free("i don't want this but let me go", CueKind.EXPLICIT_REQUEST) == "but let me go"


def test_a_touching_veto_takes_back_what_it_overlaps_only() -> None:
    kind = CueKind.EXPLICIT_REQUEST
    rule = Rule(
        name="talk", kind=kind, say=("(want|get me) a (person|manager)",), not_as=("get me a person to",)
    )
    veto = Veto(name="no", kind=kind, say=("don't want a person",), touching=True)
    rules = Grammar(RuleSet(version="1", language="en", rules=(rule,), vetoes=(veto,)))
    assert not rules.find("i don't want a person")
    (match,) = rules.find("i don't want a person get me a manager")
    assert match.quote == "get me a manager"
    assert not rules.find("get me a person to sign")
    assert rules.free("no i don't want a person it is fine really", kind) == "it is fine really"
    assert rules.free("i don't want a person thanks", kind) == ""


def test_anything_but_is_one_thought() -> None:
    assert len(said("anything but a robot").clauses()) == 1
    assert len(said("i know but a robot").clauses()) == 2


def test_unless_passes_a_clause_over() -> None:
    rules = grammar("a person", unless=("in person",))
    assert rules.find("a person")
    assert not rules.find("a person comes in person")


def test_open_parts_and_bounds() -> None:
    assert grammar("{start} person {end}").find("person")
    assert not grammar("{start} person {end}").find("person who")
    assert grammar("get {gap} person").find("get me a nice person")
    assert not grammar("get {gap} person").find("get me one and another nice person")
    assert not grammar("son").find("person")


@pytest.mark.parametrize("bad", ["<nobody>", "{nothing}", "(a|b", "<loop>"])
def test_a_wrong_template_is_named(bad: str) -> None:
    with pytest.raises(TemplateError, match="rule 'talk'"):
        grammar(bad)


def test_examples_that_fail_are_told() -> None:
    kind = CueKind.CANCELLATION
    rules = RuleSet(
        version="1", language="en",
        rules=(Rule(name="end", kind=kind, say=("cancel",), examples=("cancel it", "stop it"),
                    source="x.yaml"),),
        vetoes=(Veto(name="how", kind=kind, say=("how do i",), examples=("do i cancel",), source="x.yaml"),),
    )  # fmt: skip
    told = list(failing_examples(rules))
    assert len(told) == 2
    assert "'stop it'" in told[0]
    assert "veto 'how'" in told[1]


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    heard = said(text)
    assert all(0 <= a < b <= len(text) for a, b in zip(heard.starts, heard.ends, strict=True))
    assert " ".join(clause.text for clause in heard.clauses()) == heard.text
    for match in grammar("{word}").find(text):
        assert text[slice(*match.span)] == match.quote


def test_a_match_ends_at_a_word() -> None:
    assert compiled(("go home",), {}).search("go home ")
    assert not compiled(("go home",), {}).search("go homeward ")


def test_a_rule_across_clauses() -> None:
    say, kind = ("on the lease {far} i pay",), CueKind.COMPLEXITY
    rules = (Rule(name="here", kind=kind, say=say), Rule(name="across", kind=kind, say=say, across=True))
    found = Grammar(RuleSet(version="1", language="en", rules=rules)).find("he is on the lease but i pay")
    assert [(match.rule, match.quote) for match in found] == [("across", "on the lease but i pay")]

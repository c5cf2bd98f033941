"""What the caller wants done, in his words turned to the agent: "how do i get it back" -> "explain how to get it back"."""

import re

from bridge.core.brief.clause import shortened

LONGEST = 70
VERB = r"(?!be\b|speak\b|talk\b|say\b|know if i'm talking\b)"
WANTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), step)
    for pattern, step in (
        (r"\b(?:calling|call|asking|ask|question|questions|wondering|curious|information|info|enquir\w+|inquir\w+|check|talk(?:ing)?|speak(?:ing)?|help(?: me)?) (?:to \w+ )?(?:about|on|regarding|with) (?!that\b|this\b|it\b)(.+)", "answer the question about {}"),
        (r"\b(?:wanted|want|like|need|wondering|trying|calling) (?:to )?(?:ask|know|find out|check|see|hear)?\s?(if|whether|why|when|what|where|how|which|who)\b (.+)", "answer {} {}"),
        (r"^how (?:do|can|could|would|should) (?:i|we) (.+)", "explain how to {}"),
        (r"^(?:where's|where is|where are) (.+)", "find out where {} is"),
        (r"\b(?:can|could|would|will) you (?:please |just |maybe )?" + VERB + r"(.+)", "{}"),
        (r"\b(?:can't|couldn't) you (?:just )?(.+)", "{}"),
        (r"\b(?:i|we)(?:'d like| would like| want| wanted| need| needed|'m trying| am trying|'m calling| am calling|'m here|'m looking) to (?:just |please )?" + VERB + r"(.+)", "{}"),
        (r"\b(?:i|we) (?:just )?(?:want|need)(?:ed)? (?:it|that|this) (.+)", "get it {}"),
        (r"\b(?:i|we)(?:'d like| would like| want| need|'m looking for) (?!to\b)(?!you to\b)(.+)", "get the caller {}"),
        (r"\b(?:can|could|may) (?:i|we) (?:please |just |maybe )?" + VERB + r"(.+)", "{}"),
        (r"^((?:is|are|do|does|did|will|would|what|when|why|which|who|am)\b (?!you (?:a|an|real|there)\b).+)", "answer: {}"),
    )
)  # fmt: skip
IMPERATIVE = re.compile(
    r"^(?:then |so |just |please )*((?:refund|cancel|send|take|give|fix|change|check|remove|close|move|book|waive|stop|return|replace|credit|reverse|unlock|"
    r"reset|update|renew|add|transfer|ship|deliver|resend|honou?r|correct) .+)",
    re.I,
)


def want_of(clause: str) -> str:
    """A step for the agent, "" where the clause asks for nothing."""
    if found := IMPERATIVE.match(clause):
        return _to_agent(found[1])
    for pattern, step in WANTS:
        if found := pattern.search(clause):
            return _to_agent(step.format(*found.groups()))
    return ""


def is_question(clause: str) -> bool:
    step = want_of(clause)
    return step.startswith(("answer", "explain", "find out")) or bool(
        re.search(r"\bquestion\b", clause, re.I)
    )


def _to_agent(text: str) -> str:
    """my -> the, me -> the caller: the agent reads it as his own step."""
    text = re.sub(r"\b(?:my|our)\b", "the", text, flags=re.I)
    text = re.sub(r"\b(?:i'm|i am|we're|we are)\b", "the caller is", text, flags=re.I)
    text = re.sub(r"\b(?:me|us|i|we)\b(?!['’])", "the caller", text, flags=re.I)
    text = re.sub(r"\byour\b", "our", text, flags=re.I)
    return shortened(re.sub(r"\bplease\b ?", "", text, flags=re.I).strip(), LONGEST)

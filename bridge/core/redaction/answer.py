"""An answer that is a secret as a whole ("kowalczyk"), unless it is none ("why do you need that")."""

from bridge.core.redaction.given import GIVEN
from bridge.core.redaction.numeral import DIGITS, NATO, OH, TEENS, TENS
from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.phrase import Phrases, words
from bridge.core.redaction.question import Question
from bridge.core.redaction.span import Span
from bridge.core.redaction.token import Token, is_figure, is_word

LEAD = words(
    """
    sure yes yeah yep yup ok okay um uh er erm hmm hm mm well so it's its it is that's that thats would be
    was the answer my name i'm i am think course of alright right hi hello oh ah this here goes called
    certainly absolutely no problem first last middle full maiden mother's mothers mother mom's mum's his
    her their our password word memorable secret and then believe guess just probably should , . : ! - ; ' "
    named surname family given question street address city town live lives in at on email e mail you can
    can't we yeah's spelled spelt pet pet's school teacher dog cat car color colour favorite favourite old
    hint phrase passphrase passcode sir ma'am good great thanks number born with to a an take taking i've
    got have medication condition from grew up used went it'll it'd he's she's he she they
    under husband wife son daughter lets let's see
    """
)
TRAIL = words(
    """
    please thanks thank you very much , . ! ? ; ok okay i think sir ma'am that's it right alright yeah is my
    """
)
STALLS = Phrases(
    """
    hang on; hold on; one moment; one second; one sec; one minute; just a second; just a moment;
    just a minute; just a sec; give me a second; give me a moment; give me a sec; give me a minute;
    bear with me; let me think; let me see; let me check; let me find; let me look; let me get;
    let me grab; wait a second; wait a minute; wait; sorry; pardon; excuse me; good question;
    do you mean; i'd have to; let me have
    """
)
REFUSALS = Phrases(
    """
    i don't know; don't know; i do not know; do not know; not sure; no idea; i have no idea;
    haven't a clue; no clue; can't remember; cannot remember; don't remember; do not remember;
    can't recall; don't recall; forgot; i forget; forgotten; why; what for; what do you need;
    what is that; what's that; what do you mean; what was that; which one; who are you; how do i;
    how would i; how should i; rather not; not going to; won't; refuse; don't want; do not want;
    don't have; do not have; haven't got; never set; never had; didn't set; can you repeat;
    could you repeat; say that again; say again; come again; repeat that; repeat the; didn't hear;
    didn't catch; can i; can you; could you; could i; do i; do you; does it; is it; is that; is there;
    are you; am i; have you; did you; will you; would you; speak to; talk to; a human; a person;
    real person; an agent; representative; operator; someone; somebody; none of your; already told;
    already gave; already said; just told; just gave; just said; i just; i already; never mind;
    forget it; not comfortable; don't feel; not telling; not saying; out loud; not doing;
    not giving; not necessary; private;
    that's personal; i need; i want; i would like; i'd like; i'm calling; i am calling; not allowed;
    on file; in your system; same as; unknown; not applicable; nothing; none; nobody; i lost; i can't;
    i cannot; i couldn't; we don't; hello; hello is anyone; what; huh; where; how; when; who;
    you should have; you have it; you already; no thanks; not yet; not now; no i'm not; no i am not;
    that's not; that is not; the same; doesn't work; not working; isn't working; stop asking; isn't it;
    both; either; neither
    """
)
RESUMES = words(
    """
    it's its is that's was maybe ok okay here yes yeah oh ah
    """
)
CUTS = words(
    """
    and but because calling speaking i'm i'd i i've can could why what how so who where when if
    """
)
STOPS = frozenset({"NAME"})
LONG = 14
"""tokens; beyond, people talk"""


def answer(tokens: list[Token], asked: Question) -> Span | None:
    """The stretch that answers `asked`; None when nothing does."""
    if not asked.whole or not tokens:
        return None
    first, refused = _beyond_stalls(tokens)
    if refused:
        first = _resumed(tokens, first)
    stretch = _trimmed(tokens, first, len(tokens) - 1)
    if stretch is None:
        return None
    first, last = stretch
    first -= asked.type == "PASSWORD" and first > 0 and tokens[first - 1].low in ("a", "an", "the")
    if asked.type in STOPS:
        last = _cut(tokens, first, last)
    if not _plausible(tokens[first : last + 1], asked, refused):
        return None
    return Span(tokens[first].start, tokens[last].end, asked.type)


def _beyond_stalls(tokens: list[Token]) -> tuple[int, bool]:
    """Where the answer may begin, and whether a refusal stands in the way."""
    words = [token.low for token in tokens]
    at, begun = 0, 0
    while at < len(words):
        if length := STALLS.length(words, at):
            at += length
            begun = at
        elif length := REFUSALS.length(words, at):
            return at + length, True
        else:
            at += 1
            if words[at - 1] not in LEAD:
                break
    for place in range(at, min(len(words), at + LONG)):
        if length := REFUSALS.length(words, place):
            return (place + length, True) if _only_talk(tokens[begun:place]) else (begun, False)
    return begun, False


def _only_talk(tokens: list[Token]) -> bool:
    return all(token.low in ORDINARY or token.low in LEAD or not is_word(token) for token in tokens)


def _resumed(tokens: list[Token], at: int) -> int:
    """Behind "i don't know, maybe ..." something may come after all."""
    for place in range(len(tokens) - 1, at - 1, -1):
        if tokens[place].low in RESUMES:
            return place + 1
    return len(tokens)


def _trimmed(tokens: list[Token], first: int, last: int) -> tuple[int, int] | None:
    while first <= last and tokens[first].low in LEAD and tokens[first].low not in GIVEN:
        if (
            len(tokens[first].low) == 1
            and tokens[first].low.isalpha()
            and first < last
            and len(tokens[first + 1].low) == 1
        ):
            break  # letters one by one
        first += 1
    while last >= first and tokens[last].low in TRAIL:
        last -= 1
    return (first, last) if first <= last else None


def _cut(tokens: list[Token], first: int, last: int) -> int:
    """A name ends where talk begins: "sam carter and i'm calling about my bill"."""
    for place in range(first + 1, last + 1):
        single = len(tokens[place].low) == 1
        if tokens[place].low in CUTS and not (single and len(tokens[place - 1].low) == 1):
            return place - 1
    return last


def _plausible(tokens: list[Token], asked: Question, refused: bool) -> bool:
    words = [token for token in tokens if is_word(token) or is_figure(token)]
    unusual = sum(_unusual(token) for token in words)
    if not words:
        return False
    if asked.type == "PASSWORD" and not refused:
        return len(words) <= LONG or unusual * 3 >= len(words)
    if asked.type == "EMAIL":
        return unusual > 0 and (
            {token.low for token in tokens} & {"at", "@", "dot", "."} != set() or unusual * 2 >= len(words)
        )
    return unusual > 0 and unusual * 5 >= len(words) * 2


def _unusual(token: Token) -> bool:
    low = token.low
    number = is_figure(token) or low in DIGITS or low in TEENS or low in TENS or low in OH or low in NATO
    return number or len(low) == 1 or low in GIVEN or low not in ORDINARY

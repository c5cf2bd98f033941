"""Names: said after "my name is" and the like, introduced ("this is aisha bello"), or spelled."""

from bridge.core.redaction.given import GIVEN
from bridge.core.redaction.ordinary import ORDINARY
from bridge.core.redaction.phrase import Phrases, words
from bridge.core.redaction.run import Run
from bridge.core.redaction.span import Span
from bridge.core.redaction.token import Token, is_word

SURE = Phrases(
    """
    name is; name's; names is; name was; first name is; last name is; surname is; surname's;
    family name is; full name is; maiden name is; maiden name was; maiden name; surname; last name;
    first name; full name; name on the card is; name on the account is; name on it is; goes by; go by;
    under the name; under the name of; in the name of; you can call me; everyone calls me;
    just call me; people call me; i'm called; i am called; account holder is; called him;
    married name is; married name; middle name is; middle name; made out to; name it's; name its;
    name's is
    """
)
"""a name follows, whatever it is"""
MAYBE = Phrases(
    """
    this is; it's; i'm; i am; speaking with; speaking to; spoke to; spoke with; talked to; my husband;
    my wife; my son; my daughter; mister; mr; mrs; ms; miss; doctor; dr; my mother; my father;
    my partner; my brother; my sister; that's; thank you; thanks; hello; hi; hey; for; behalf of; name;
    name of; call me
    """
)
"""a name follows if it is known as one"""
CLOSING = frozenset(["speaking", "here", "calling"])
PARTICLES = words(
    """
    de la van der den von bin al el o mc mac da di du le san st santa ben ibn dos del
    """
)
NOT_A_NAME = words(
    """
    wrong spelled misspelled spelt incorrect correct different missing changed still not on the a an my your
    in for of and but is isn't was it that this here right there so no under too what please as at or field
    line badge
    """
)
SMALL = words("um uh er , : is it's just like")
MOST = 4
ACRONYMS = words(
    """
    bbc usa atm pdf vpn faq ceo sim nhs usb dhl ups ibm itv sms gps led lcd dvd rsvp asap hdmi url api pin
    tv pc uk us id it ok ac dc am pm hr nsa irs fbi cia nfl nba suv wifi iban bic swift sos diy eta faqs cfo
    cto csa hsbc rbs tsb bmw vw kfc isp dsl adsl lte imei iccid mms otp cvv cvc ssn dob aka fyi html http
    https www tbd pto doa rma gdpr ccpa pci aaa aarp ymca bbb dmv epa fda hoa ira llc ltd plc inc mri icu
    uti adhd ptsd std bpm usps ctv hbo cnn espn abc nbc cbs
    """
)


def names(tokens: list[Token], runs: list[Run]) -> list[Span]:
    return [*_said(tokens), *_spelled(tokens, runs)]


def _said(tokens: list[Token]) -> list[Span]:
    found: list[Span] = []
    done = -1
    words = [token.low for token in tokens]
    for at in range(len(tokens)):
        if at <= done:
            continue
        length = SURE.length(words, at)
        last = _sure(tokens, at + length) if length else None
        if last is None:
            length = MAYBE.length(words, at)
            last = _known(tokens, at + length) if length else None
        if last is not None:
            first = _past_small(tokens, at + length)
            found.append(Span(tokens[first].start, tokens[last].end, "NAME"))
            done = last
    if done < 0 and (closed := _closed(tokens)):
        found.append(Span(tokens[closed[0]].start, tokens[closed[1]].end, "NAME"))
    return found


def _past_small(tokens: list[Token], at: int) -> int:
    while at < len(tokens) and tokens[at].low in SMALL:
        at += 1
    return at


def _sure(tokens: list[Token], at: int) -> int | None:
    """The last word of a name that must begin at `at`; None for "my name is spelled wrong"."""
    at = _past_small(tokens, at)
    if (
        at >= len(tokens)
        or not is_word(tokens[at])
        or tokens[at].low in NOT_A_NAME
        or len(tokens[at].low) == 1
    ):
        return None
    first = tokens[at].low
    if first in ORDINARY and first not in GIVEN and not _stands_as_name(tokens, at):
        return None
    return _name_end(tokens, at)


def _stands_as_name(tokens: list[Token], at: int) -> bool:
    """An everyday word that is one here ("rich", "will"): a given name or an unusual word goes with it."""
    after = tokens[at + 1 : at + 2]
    return bool(after) and is_word(after[0]) and after[0].low not in ORDINARY


def _known(tokens: list[Token], at: int) -> int | None:
    """The last word of a name that may begin at `at`: its first word is a given name, and it is not talk."""
    at = _past_small(tokens, at)
    if at >= len(tokens) or (tokens[at].low not in GIVEN and not _capitals(tokens, at)):
        return None
    if tokens[at].low in ORDINARY | {
        "may",
        "will",
        "mark",
        "hope",
        "grace",
        "joy",
        "april",
        "june",
        "rich",
        "jack",
        "max",
    }:
        after = tokens[at + 1 : at + 2]
        if not after or not is_word(after[0]) or after[0].low in ORDINARY:
            return None
    return _name_end(tokens, at)


def _capitals(tokens: list[Token], at: int) -> bool:
    """ "I am Meghan Carter": typed text tells a name by its capitals."""
    pair = tokens[at : at + 2]
    return len(pair) == 2 and all(t.case == "C" and t.low not in ORDINARY and len(t.low) > 1 for t in pair)


def _name_end(tokens: list[Token], at: int) -> int:
    last = at
    for place in range(at + 1, min(at + MOST, len(tokens))):
        low = tokens[place].low
        if low in ("-", "'") and tokens[place].glued:
            continue
        if not is_word(tokens[place]) or ("'" in low and low.partition("'")[0] in ORDINARY):
            break
        if (low in ORDINARY and low not in GIVEN and low not in PARTICLES) or low in CLOSING:
            break
        if low in NOT_A_NAME:
            break
        last = place
    return last


def _closed(tokens: list[Token]) -> tuple[int, int] | None:
    """ "robert king speaking", near the beginning."""
    for at in range(1, min(6, len(tokens))):
        for first in (at - 2, at - 1):
            if tokens[at].low in CLOSING and first >= 0 and tokens[first].low in GIVEN:
                return first, at - 1
    return None


def _spelled(tokens: list[Token], runs: list[Run]) -> list[Span]:
    """Three letters and more, one by one, without digits: not a known abbreviation."""
    found: list[Span] = []
    for run in runs:
        if (
            run.digits
            or len(run.code) < 3
            or any(tokens[a.first].low != a.value and len(a.value) > 1 for a in run.atoms)
        ):
            continue
        if run.code in ACRONYMS or (len(run.code) == 3 and not _spelling(tokens, run)):
            continue
        found.append(Span(tokens[run.first].start, tokens[run.last].end, "NAME"))
    return found


def _spelling(tokens: list[Token], run: Run) -> bool:
    before = {token.low for token in tokens[max(run.first - 5, 0) : run.first]}
    return (
        (run.first == 0 and run.last == len(tokens) - 1)
        or bool(
            before
            & {
                "spelled",
                "spelt",
                "spell",
                "spelling",
                "name",
                "surname",
                "it's",
                "that's",
                "letters",
                "initials",
            }
        )
        or any(atom.last > atom.first for atom in run.atoms)
    )

"""What the question before asked for: it says what a bare answer is."""

from typing import NamedTuple

from bridge.core.redaction.label import HARMLESS, QUANTITY, TABLE, Label, labels, table_of
from bridge.core.redaction.phrase import words
from bridge.core.redaction.token import Token, tokens

ASKED: dict[str, str] = {
    "NAME": """
        your name; your full name; whose name; what name; which name; under what name; name is it; name is
        the account; full name; first name; last name; first and last name; surname; family name; middle
        name; given name; your names; maiden name; mothers maiden name; name on the card; name on the
        account; name please; the name; who am i speaking with; who am i speaking to; who am i talking to;
        whom am i speaking with; whom am i speaking to; who is calling; whos calling; name of the account
        holder; account holder; account holders name; cardholder name; cardholders name; spell that; spell
        it; spell your; spell the; spelling of; how do you spell; next of kin; emergency contact;
        beneficiary; spouses name; partners name; childs name; your doctor; doctors name; grandmothers
        name; fathers name; mothers name; fathers middle name; name and; who do i have; name for me; name
        on the policy; name on the booking; passengers name; passenger name; names of; call you; legal
        name; patients name
    """,
    "PASSWORD": """
        password; passwords; pass word; passphrase; pass phrase; memorable word; memorable place;
        memorable name; memorable date; memorable information; memorable answer; secret word; secret
        answer; secret question; secret phrase; security answer; security question; security word;
        security phrase; safe word; code word; codeword; verbal password; telephone password; recovery
        phrase; recovery question; seed phrase; hint; first pet; pets name; name of your pet; first pets
        name; name of your first pet; first school; primary school; high school; elementary school;
        favorite teacher; favourite teacher; first teacher; first car; favorite color; favourite colour;
        favorite colour; favourite color; favorite movie; favourite film; favorite food; favourite food;
        favorite book; favourite book; favorite team; favourite team; favorite place; favourite place;
        best friend; childhood friend; childhood nickname; city you were born; city were you born; town
        were you born; town you were born; place of birth; where were you born; born in; birthplace;
        street you grew up; street did you grow up; where did you grow up; first job; first employer;
        where did you meet; honeymoon; first concert; favorite singer; favourite band; favorite band;
        second letter; third letter; characters of; letters of; characters from; school did you;
        memorable; the answer
    """,
    "ADDRESS": """
        where do you live; where you live; what street; which street; street; city; town; what city; which
        city; your location; where are you living; house; apartment; flat; county; where should we send;
        where shall we send; where do we send; where should we ship; where shall we deliver; where to
        send; town and; city and
    """,
    "DOB": """
        when were you born; when you were born; your birthday; year were you born; your age; how old are
        you
    """,
    "PHONE": """
        how can we reach you; how can i reach you; where can we reach you; number we can; number i can;
        number to reach; number to contact; if we get cut off; get disconnected; number are you calling
        from; calling from; number you are calling; your number; best number; a number; good number
    """,
    "CARD": """
        the long card number; card; digits of the card; payment details; method of payment; payment
        method; card you want to use; digits on the front
    """,
    "PIN": """
        digits of your code; i just sent; we just sent; i texted; we texted; sent to your phone; sent to
        your mobile; sent you; text message; the message; code; six digits; the digits; four digits
    """,
    "SSN": """
        last four of your social; your social; proof of identity; identification number; identification
    """,
    "MEDICAL": """
        medication; medications; medicine; medicines; prescription; prescriptions; condition; conditions;
        diagnosis; diagnosed; allergies; allergic; symptoms; medical; health; illness; disability;
        treatment; what are you taking; disabilities; injuries; injury
    """,
    "LICENCE": """
        registration; vehicle; number plate; which documents
    """,
}  # fmt: skip
QUESTIONS = {word: dict(phrases) for word, phrases in TABLE.items()}
for _word, _phrases in table_of(ASKED).items():
    QUESTIONS.setdefault(_word, {}).update(_phrases)

WHOLE = frozenset({"NAME", "PASSWORD", "ADDRESS", "EMAIL", "MEDICAL"})
"""types whose answer is a secret as a whole"""
REQUEST = words(
    """
    what what's whats which who who's whose whom where when how tell give say enter confirm spell provide
    read verify type need please state repeat share key
    """
)
ASKING = frozenset(["can", "could", "may", "might"])
YES_OR_NO = words(
    """
    do did does have has had is are was were would will shall should am isn't aren't didn't don't haven't
    wouldn't any
    """
)
SUMS = words(
    "many much long old often far amount total balance price cost fee salary income speed rate of year time"
)
SKIPPED = words(
    """
    ok okay and so great thanks thank you alright right perfect now then well um uh sorry
    """
)


class Question(NamedTuple):
    """What a question asks for: its type ("" for nothing we know), and whether any answer is that."""

    type: str
    whole: bool
    request: bool
    types: frozenset[str] = frozenset()
    """all that it asks for: "your date of birth and postcode" """


NOTHING = Question("", False, False)


def question(prompt: str) -> Question:
    """The last thing asked for in `prompt`."""
    said = tokens(prompt)
    if not said:
        return NOTHING
    found = labels(said, QUESTIONS)
    asking = _request(said)
    best = _asked_last(said, found)
    if best is None:
        wanted = any(token.low in REQUEST or token.low == "?" for token in said)
        return Question("", False, asking and wanted)
    types = frozenset(label.type for label in found)
    return Question(best.type, asking and best.type in WHOLE, asking, types)


def _asked_last(said: list[Token], found: list[Label]) -> Label | None:
    """Of "the name on the card", the name; of "your date of birth and postcode", the postcode."""
    sensitive = [label for label in found if label.type not in (HARMLESS, QUANTITY)]
    harmless = [label for label in found if label.type == HARMLESS or _asks_quantity(said, label)]
    if not sensitive:
        return harmless[-1] if harmless else None
    best = sensitive[-1]
    for label in reversed(sensitive[:-1]):
        between = {token.low for token in said[label.last + 1 : best.first]}
        if between & {"on", "of", "for", "from", "in", "is"} and not between & {"and", "then"}:
            best = label
    return best


def _asks_quantity(said: list[Token], label: Label) -> bool:
    """ "how many", "the amount"; but not the "more" of "anything more"."""
    return label.type == QUANTITY and said[label.last].low in SUMS


def _request(said: list[Token]) -> bool:
    """Something is wanted, rather than told or asked with yes or no for an answer."""
    words = [token.low for token in said if token.low[0].isalnum()]
    while words and words[0] in SKIPPED:
        words = words[1:]
    if not words:
        return False
    if words[0] in ASKING:
        return True
    if words[0] in YES_OR_NO and not REQUEST.intersection(words):
        return False
    return bool(REQUEST.intersection(words)) or len(words) <= 8

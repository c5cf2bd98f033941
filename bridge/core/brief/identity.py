"""Who has the caller shown to be? As reported by the bot, else as heard in the bot's words; never by his own claim."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from bridge.core.brief.heard import Act, Heard
from bridge.model.bot import Authentication
from bridge.model.transcript import Utterance

ITEM = re.compile(
    r"\b((?:policy|account|member(?:ship)?|customer|confirmation|booking|order|reservation|case|claim|reference|unit|serial|phone|telephone|mobile|"
    r"card|patient|student|employee|social security|contract|meter|ticket|record locator|tracking|loan|vehicle|licen[sc]e|registration|plate|invoice)"
    r"(?: (?:number|code|id|reference))|(?:account )?pin|password|passcode|date of birth|birth ?date|birthday|(?:full|last|first|sur) ?name|your name|name on \w+ \w+|postcode|"
    r"zip(?: ?code)?|last four(?: digits)?|security (?:question|code|word)|maiden name|booking reference|reference|confirmation|user ?name|email(?: address)?|"
    r"(?:one time|verification) code)\b",
    re.I,
)
NOT_ABOUT_CALLER = re.compile(r"\b(?:new|doctor|child|destination|who is|person you|recipient)\b", re.I)
VERIFIED = re.compile(
    r"\b(?:you(?:'re| are)(?: now| all)? (?:verified|authenticated|confirmed)|(?:i've|i have|we've) (?:verified|authenticated|confirmed) (?:you|your identity|your account)|"
    r"identity (?:is|has been|was) (?:confirmed|verified)|thank(?:s| you) for (?:verifying|confirming)|that matches|(?:verification|authentication) (?:was |is )?(?:successful|complete\w*)|"
    r"(?:successfully|fully) (?:verified|authenticated))\b",
    re.I,
)
FAILED = re.compile(
    r"\b(?:(?:does|did|do)(?:n't| not) match|(?:couldn't|could not|can't|cannot|unable to|not able to|wasn't able to) (?:verify|authenticate|confirm your identity)|"
    r"(?:incorrect|invalid|wrong) (?:pin|password|code|number|answer|date)|(?:pin|password|code|answer) (?:is|was) (?:incorrect|wrong|invalid|not correct)|"
    r"(?:verification|authentication) (?:has )?failed)\b",
    re.I,
)


class Identity(NamedTuple):
    authentication: Authentication
    by: tuple[Utterance, ...] = ()
    heard: bool = False
    given: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """what the bot asked for and the caller gave, or did not"""


def identity_of(reported: Authentication | None, bot: list[Utterance], heard: list[Heard]) -> Identity:
    """The bot's report wins; `heard` says that it rests on what the bot was heard to say."""
    wanted = [(m[1], h) for h in heard if h.act is Act.ASKED and h.answer and (m := _item(h.text))]
    given = [(item, h) for item, h in wanted if h.given]
    items = _names(item for item, _ in given)
    refused = _names(item for item, h in wanted if not h.given)
    if reported is not None and reported.status != "unknown":
        return Identity(reported, given=items, refused=refused)
    by = tuple(u for _, h in given for u in (*h.by, *((h.answer,) if h.answer else ())))
    results = [(u, VERIFIED.search(u.text)) for u in bot if VERIFIED.search(u.text) or FAILED.search(u.text)]
    method = " and ".join(items) or None
    if results:
        turn, verified = results[-1]
        status = "verified" if verified else "failed"
        named = next((m[1].lower() for u in bot if (m := _item(u.text))), None)
        found = Authentication(status=status, method=method or named, by="bot, heard")
        return Identity(found, (*by, turn), True, items, refused)
    if items:
        only = f"{method} only" if len(items) == 1 else method
        found = Authentication(status="partial", method=only, by="bot, heard")
        return Identity(found, by, True, items, refused)
    if reported is not None:
        return Identity(reported)
    return Identity(Authentication(status="none" if bot else "unknown"), (), True, (), refused)


def _names(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.lower().removeprefix("your ") for item in items))


def _item(text: str) -> re.Match[str] | None:
    return None if NOT_ABOUT_CALLER.search(text) else ITEM.search(text)


def told(identity: Identity) -> str:
    """In words, with what was given or refused beyond the method."""
    text = spoken(identity.authentication)
    more = [item for item in identity.given if item not in text]
    parts = [text, f"given: {', '.join(more)}" if more else ""]
    parts.append(f"asked, not given: {', '.join(identity.refused)}" if identity.refused else "")
    return "; ".join(part for part in parts if part)


def spoken(authentication: Authentication) -> str:
    """ "not verified", "verified by pin", "partly verified, unit number only" """
    status, method = authentication.status, authentication.method
    said = {
        "verified": "verified", "partial": "partly verified", "failed": "verification failed", "none": "not verified",
    }.get(status, "verification not known")  # fmt: skip
    if not method or status in ("none", "unknown"):
        return said
    return f"{said}, {method}" if method.endswith(" only") else f"{said} by {method}"

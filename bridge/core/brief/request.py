"""Requests for a person, told apart from the matter the brief is about. Pure; under 0.1 ms a turn.

This decides nothing about the call (`bridge.core.cues.explicit` does): a clause found here is no matter.
"""

import re
from dataclasses import dataclass

PERSON = (
    r"(?:(?:real|actual|live|human|proper|different|another|goddamn|damn|bloody|fucking|freaking|other)\s+)*"
    r"(?:person|people|humans?(?: being)?|agents?|represent(?:ative)?s?|reps?|operators?|advis[oe]rs?|manager|"
    r"supervisor|boss|someone|somebody|some ?body|some one|colleague|specialist|associate|clerk|attendant|expert|"
    r"assistants?|assistance|concierge|whoever\W*s in charge|member of (?:your )?(?:staff|team)|"
    r"staff(?: member)?|consultant|customer (?:services?|care|support|assistance|relations|help)|"
    r"(?:tech(?:nical)?|live|human) (?:support|help|chat)|support|reception(?:ist)?|(?:front|help) ?desk|"
    r"[a-z]+ (?:department|dept|team|desk|service|office|specialist|manager|people))"
)
ANY = r"(?:an?|the|some|any|your|one of your|with an?|to an?|to|with|me)?\s*"
TALK = r"(?:speak(?:ing)?|talk(?:ing)?|talkiing|chat(?:ting)?|communicate)"
MOVE = r"(?:connect|transfer|switch|pass|hand|forward|redirect|route|direct|send|put|patch|get|refer|move)"
CONTACT = (
    rf"{TALK}\s+(?:directly\s+)?(?:to|with|t|w)|"
    r"get (?:me )?(?:through to|(?:a )?hold of|connected (?:to|with)|in touch with)|be (?:connected|transferred) (?:to|with)|"
    rf"{MOVE}\s+(?:me|us|this|it|this call|the call|my call)\s*(?:over |off |through |on |back |directly )*(?:to|with)|transfer to|go back to|wait for|"
    r"(?:get|give|find|fetch|bring|grab|want|need)\s+me|(?:contact|contacting|reach|reaching|phone)"
)
BARE = (
    r"(?:agent|representative|operator|human(?: being)?|person|supervisor|manager|receptionist|real person|"
    r"customer (?:services?|support|care)|[a-z]+ (?:team|department|desk))"
)
MACHINE = (
    r"(?:machine|robot|bot|computer|recording|ai|automated|system|chatbot|voice|program|algorithm|software)"
)

PATTERNS: tuple[tuple[str, str], ...] = (
    ("contact_person", rf"\b(?:{CONTACT})\s+{ANY}{PERSON}\b"),
    ("contact_human", rf"\b(?:{CONTACT})\s+{ANY}(?:real|actual|live|human)\b"),
    ("want_person", rf"\b(?:i (?:just |really |only )*(?:want|need|would like|demand)|i'd like|give me|get me|"
                    rf"may i have|can i (?:have|get)|(?:want|need))\s+(?:help from\s+|to see\s+)?{ANY}"
                    rf"(?:(?:real|actual|live|human|damn|bloody)\s+)*(?:person|human|agent|representative|"
                    rf"operator|rep|supervisor|manager|advisor|someone (?:real|else|human))\b(?!\s+(?:id|number))"),
    ("bare_person", rf"^(?:(?:uh|um|er|hm|please|just|no|ok|okay|yes|yeah|well|hi|hello)\s*[,.]?\s*)*(?:an?\s+|the\s+)?"
                    rf"(?:(?:real|live|human|actual)\s+)*{BARE}"
                    rf"(?:[\s,.!]*(?:please|now|agent|representative|operator|human))*[\s.!?]*$"),
    ("is_anyone_there", r"\b(?:is there|isn't there|are there)\s+(?:also |an? |any )*(?:real |actual |live |human )*"
                        r"(?:persons?|people|humans?|someone|somebody|anyone|anybody|agents?|one)\s+(?:\w+\s+){0,3}"
                        r"(?:i can|i could|to|available|there|who can|working)"),
    ("who_can_i", r"\bwho(?:m)? (?:can|could|should|do|else can) i (?:speak|talk|complain|turn) (?:to|with)"),
    ("not_a_machine", rf"\b(?:don't|do not|not|stop|tired of|sick of|instead of|rather than|hate|refuse to)\s+"
                      rf"(?:want to |wanna |wish to |going to |like )?(?:{TALK}|deal|dealing)\s*"
                      rf"(?:to|with)\s+(?:an?|this|the|you|your)?\s*(?:\w+\s+)?{MACHINE}"),
    ("rather_human", r"\b(?:rather|prefer|better|instead|comfortable)\b.{0,30}\b(?:person|human|someone real|agent)\b"),
    ("escalate", r"\b(?:escalate (?:this|it|me|my)|(?:your|the|a) (?:supervisor|manager),? please\b|"
                 r"tier (?:two|2|three|3)|second (?:level|line) support|next level)"),
    ("back_to_person", rf"\b{MOVE}\s+me\s+back\s+(?:to|with|through)\b|"
                       rf"\b{TALK}\s+(?:to|with)\s+(?:the (?:lady|man|woman|guy|gentleman|person)|her|him)\s+"
                       r"(?:again|before|i (?:spoke|talked)|from)"),
    ("person_please", r"(?:^|[\s,])(?:an? |the )?(?:human|operator|representative|agent|real person|[a-z]+ team),? please\b"),
    ("somebody_else", r"\b(?:can|could|would|will) (?:someone|somebody|a (?:real |live )?(?:person|human)|an agent)\s+"
                      r"(?:else|from|real|human|please|help|take|call|look|assist)\b|"
                      r"\b(?:get|put) (?:someone|somebody|a (?:human|person|manager)|an agent) "
                      r"(?:else |human |real )?(?:on the (?:phone|line)|to (?:help|assist|call))|"
                      r"\bi (?:said|asked for) (?:an? )?(?:agent|human|person|representative|operator|manager)\b"),
    ("any_free", r"\bis (?:any|an|one of (?:the|your)) (?:agent|human|person|representative|operator)s? "
                 r"(?:free|available|there|around)"),
    ("be_transferred", r"\bi(?:'d| would)? (?:want|need|like) to be (?:transferred|connected|put through)\b"),
    ("put_through", r"\b(?:put|patch)\s+me\s+through\b|\b(?:yes|yeah|please)\W+transfer me\b|^transfer me\b"),
)  # fmt: skip

FIGHT = rf"(?!.*\b{MACHINE}\b)"
STILL = r"(?!.*\b(?:i|let me|can i|could i)\s+(?:want|need|would|'d|like|speak|talk|wanna)\b)"

VETOES: tuple[tuple[str, str], ...] = (
    ("negation", rf"\b(?:don't|do not|didn't|doesn't|never|no longer|not) (?:really |actually |even )?(?:need|want|have|wish|"
                 rf"require|asking|trying|ask)(?:ed)? (?:you )?(?:to |for )?.{{0,30}}(?:transfer|person|human|agent|"
                 rf"representative|someone|anyone|anybody|operator|manager|supervisor){FIGHT}"),
    ("negation", rf"\b(?:rather not|please don't|don't|do not|no need to|before you) (?:\w+ )?(?:speak|talk|transfer|"
                 rf"connect|put|escalate|get)\b(?! how){FIGHT}"),
    ("negation", r"\bno need (?:to|for)\b|\bwithout (?:talking|speaking|having to (?:talk|speak)|an? (?:agent|human))\b"),
    ("past", r"^(?!.*\b(?:again|back)\b).*\b(?:i|we|he|she|they)(?:'d|'ve| have| had)? (?:already |just |previously |finally )?(?:spoke|talked|"
             r"spoken|was talking|was speaking|chatted|(?:was|got|been) (?:transferred|connected|told))\b"
             + STILL),
    ("past", r"\b(?:agent|representative|rep|person|lady|guy|someone|manager|supervisor|operator)\s+"
             r"(?:already\s+)?(?:told|said|promised|helped|called|gave|hung up|mentioned|assured|came)\b" + STILL),
    ("third_party", r"\b(?:travel|real estate|estate|insurance|booking|letting|leasing|shipping|free|secret|nearby|"
                    r"collection|local|cleaning|bleaching|user|rental|event|ticket)\s+agents?\b"),
    ("third_party", r"\b(?:my|his|her|their|our)\s+(?:own\s+)?(?:agent|manager|supervisor|boss|landlord|doctor|"
                    r"lawyer|attorney|broker|representative|wife|husband|son|daughter|assistant|friend|mom|dad)\b"),
    ("bot_challenge", r"\b(?:are|r) (?:you|u|ya) (?:an?|even|really|actually)?\s*(?:real|actual|live|human|person|robot|"
                      r"bot|machine|computer|ai)\b(?!.*\b(?:want|need|speak|talk to|transfer|get me)\b)"),
    ("bot_challenge", r"\b(?:am i|is this|you sound) (?:speaking|talking|an?|like)\b"
                      r"(?!.*\b(?:want|need|can i|could i|let me|get me)\b)"),
    ("information", r"\b(?:what|which) (?:time|hours|days|number)\b.*\b(?:agents?|person|people|staff|"
                    r"representatives?|support|service)\b"),
    ("information", r"\bhow (?:long|many|much|big)\b.*\b(?:agents?|people|person|staff|rep\w*|operators?)\b"),
    ("other_sense", r"\b(?:talk|walk) (?:me|us) through\b|\bin person\b(?!.*\b(?:speak|talk)\b)|\bper person\b|"
                    r"\bperson(?:al)? (?:loan|account|details|information|data)\b|\bfind (?:me )?an? "
                    r"(?:\w+ )?(?:agent|advis[oe]r|doctor|person)\b.*\b(?:near|in|around|for)\b"),
)  # fmt: skip

_PATTERNS = tuple((name, re.compile(pattern, re.I)) for name, pattern in PATTERNS)
_VETOES = tuple((name, re.compile(pattern, re.I)) for name, pattern in VETOES)
_SPLIT = re.compile(r"(?<=[.!?;])\s+|\s+but\s+|\s*,?\s+so\s+(?=i\b|can\b|let\b|please\b|just\b)", re.I)


@dataclass(frozen=True, slots=True)
class Hit:
    rule: str
    quote: str
    span: tuple[int, int]


def explicit_request(text: str) -> Hit | None:
    """The first explicit request in `text`, clause by clause: a veto silences only its own clause."""
    start = 0
    for end, following in _clauses(text):
        clause = text[start:end]
        if not any(veto.search(clause) for _, veto in _VETOES):
            for name, pattern in _PATTERNS:
                if found := pattern.search(clause):
                    span = (start + found.start(), start + found.end())
                    return Hit(name, text[slice(*span)].strip(" ,.;"), span)
        start = following
    return None


def _clauses(text: str) -> list[tuple[int, int]]:
    """(end, start of the next) of each clause."""
    cuts = [(m.start(), m.end()) for m in _SPLIT.finditer(text)]
    return [*cuts, (len(text), len(text))]

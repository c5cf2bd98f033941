"""The caller's mood: words, cues, repetitions and voice add up, the last words most. No machine reads a heart:
the brief also says what the value rests on.
"""

import re
from collections import Counter
from typing import NamedTuple

from bridge.core.brief.heard import Act, Heard
from bridge.model.cue import Cue, CueKind
from bridge.model.transcript import Utterance

ENOUGH = 2.0
LOUD_Z = 1.5

SIGNS: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (mood, weight, re.compile(pattern, re.I))
    for mood, weight, pattern in (
        ("distressed", 2.0, r"\b(?:passed away|(?:husband|wife|mother|father|mom|mum|dad|son|daughter|brother|sister|partner) (?:\w+ )?died|scared|afraid|terrified|desperate|crying|in tears|"
                            r"emergency|panick\w*|frightened|heartbroken|funeral|suicid\w*|kill myself|hurt myself|can't breathe|bleeding|homeless|evict\w*|overwhelmed|devastated|begging)\b"),
        ("distressed", 2.0, r"\blost my (?:job|husband|wife|mother|father|mom|mum|dad|son|daughter|home|house)\b|\bi don't know what (?:to do|i)\b|\bplease don't\b|\boh (?:my )?god\b|\bi'm (?:so |really |very )?(?:worried|anxious|stressed|upset)\b"),
        ("distressed", 1.0, r"\b(?:newborn|baby|hospital|surgery|cancer|sick leave|laid off|shut ?off|nothing left|can't (?:pay|afford)|behind on|freezing|stolen|fraud|somebody used|someone used|stranded|injured|accident|please i need|alone|insulin|worried|can't sleep)\b"),
        ("angry", 2.0, r"\b(?:ridiculous|unacceptable|furious|outrageous|disgrac\w+|disgust\w+|useless|incompetent|idiots?|stupid|liars?|lying|that's a lie|crooks?|robbery|thieves|scammers|bullshit|damn|"
                       r"fuck\w*|shit\w*|crap|hell|worst|pathetic|joke|fed up|sick of|sick and tired|had enough|had it with|never again|unbelievable|disaster|nonsense|shame on|rip ?off|garbage|a scam|absurd|insane)\b"),
        ("angry", 1.0, r"\b(?:you people|my lawyer|sue|attorney|report you|how dare|are you serious|are you kidding|terrible|horrible|awful|demand)\b"),
        ("frustrated", 2.0, r"\b(?:told you|already (?:told|said|gave|did|explained|answered|tried|been)|keep (?:saying|telling|asking|repeating|getting|going)|(?:third|fourth|fifth|second|\w+th) time|how many times|"
                            r"frustrat\w+|annoy\w+|going (?:round )?in circles|not listening|(?:isn't|not|wasn't) what i (?:asked|said|want\w*|meant|ordered)|aren't listening|for (?:heaven|god|christ)'?s sake|i just (?:said|told)|you're not understanding|getting nowhere|waste of time|(?:three|four|five|six|several|ten) times)\b"),
        ("frustrated", 1.0, r"\b(?:again|still (?:not|haven't|hasn't|don't|doesn't|isn't|no|waiting|leaking|broken|down)|kept|twice|money back|that's not what|doesn't work either|can't be right|you said|never (?:came|arrived|got|showed|called)|"
                            r"that can't|why not|doesn't even|seriously|nobody (?:told|called|said|answers|bothers)|makes no sense|doesn't make sense|you guys|what's the point|didn't fix|no voucher|^no (?:i|it|that|you|there|i'm)\b|then (?:how|take|what|who)|but (?:it|that|i) (?:isn't|didn't|doesn't|never|already))\b"),
        ("impatient", 2.0, r"\b(?:hurry|come on|right now|asap|as soon as possible|don't have (?:all day|time)|in a (?:rush|hurry)|quick(?:ly|er)?|how much longer|how long (?:is|do|will)|taking (?:so |too )?long|been waiting|been on hold|get on with|move on|in an hour|in ten minutes|running late)\b"),
        ("impatient", 1.0, r"\b(?:just get me|just give me|just connect|just put|today|yes twice|waiting|immediately|urgent\w*)\b"),
        ("positive", 2.0, r"\b(?:great|perfect|lovely|wonderful|excellent|awesome|fantastic|brilliant|appreciate|that's (?:so )?(?:kind|helpful|good))\b"),
    )
)  # fmt: skip
SEVERITY = ("distressed", "angry", "frustrated", "impatient")


class Mood(NamedTuple):
    value: str
    why: str = ""
    by: tuple[Utterance, ...] = ()


def mood_of(turns: list[Utterance], heard: list[Heard], cues: tuple[Cue, ...]) -> Mood:
    """One of positive, neutral, impatient, frustrated, angry, distressed."""
    score: Counter[str] = Counter()
    shown: dict[str, tuple[str, Utterance]] = {}
    for turn in turns:
        for mood, weight, sign in SIGNS:
            if found := sign.search(turn.text):
                score[mood] += weight  # type: ignore[assignment]
                shown.setdefault(mood, (found[0], turn))
        _voice(turn, score)
    _circumstances(heard, cues, score)
    for mood in SEVERITY:
        if score[mood] >= ENOUGH and (mood != "distressed" or score["distressed"] >= score["angry"]):
            return _mood(mood, shown)
    if score["angry"] + score["frustrated"] + score["impatient"] >= ENOUGH:
        return _mood("frustrated" if score["frustrated"] + score["angry"] else "impatient", shown)
    if score["positive"] >= ENOUGH and not sum(score[mood] for mood in SEVERITY):
        return _mood("positive", shown)
    return Mood("neutral")


def _voice(turn: Utterance, score: Counter[str]) -> None:
    """Louder and faster than the caller's own first seconds: half a sign, for a line gets louder too."""
    voice = turn.voice
    if (
        voice
        and (voice.energy_z or 0) > LOUD_Z
        and ((voice.rate_z or 0) > 1 or (voice.pitch_z or 0) > LOUD_Z)
    ):
        score["frustrated"] += 0.5  # type: ignore[assignment]


def _circumstances(heard: list[Heard], cues: tuple[Cue, ...], score: Counter[str]) -> None:
    kinds = {cue.kind for cue in cues}
    score["frustrated"] += 2 * (CueKind.FRUSTRATION in kinds) + (CueKind.REPEATED_FAILURE in kinds)
    score["frustrated"] += 2 * any(h.misheard + (h.act is Act.MISHEARD) * h.times >= 2 for h in heard)


def _mood(value: str, shown: dict[str, tuple[str, Utterance]]) -> Mood:
    if value in shown:
        words, turn = shown[value]
        return Mood(value, words, (turn,))
    return Mood(value)

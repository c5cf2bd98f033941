"""What was said, as rules compare it: lower case, no fillers, no stuttered words, each word with its place.

Recognizers write "i'd", "id" and "I would" for one thing, and people say words twice; rules see one form.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;:,]+", re.UNICODE)
FILLERS = frozenset(
    ("uh", "um", "er", "erm", "ah", "eh", "hm", "hmm", "mm", "mhm", "uhm", "umm", "uhh", "huh")
)
FORMS = {
    "wanna": "want to", "gonna": "going to", "gotta": "got to", "lemme": "let me", "gimme": "give me",
    "dont": "don't", "cant": "can't", "wont": "won't", "didnt": "didn't", "doesnt": "doesn't",
    "isnt": "isn't", "wasnt": "wasn't", "havent": "haven't", "couldnt": "couldn't",
    "wouldnt": "wouldn't", "shouldnt": "shouldn't", "im": "i'm", "ive": "i've", "youre": "you're",
    "thats": "that's", "whats": "what's", "theres": "there's", "cannot": "can't", "kinda": "kind of",
    "ya": "you", "u": "you", "pls": "please", "plz": "please",
}  # fmt: skip
STUTTER = 3
"""so many words in a row may be said again ("i want to i want to speak")"""
ENDS = re.compile(r"[.!?;]")
TURNS = frozenset({"but", "however", "although"})
BEFORE_BUT = frozenset({"anything", "anyone", "anybody", "anywhere", "nothing", "nobody", "none"})
"""then it means "other than": "anything but a robot\""""
CLAUSE_STARTS = frozenset({"i", "i'd", "i'm", "i've", "i'll", "can", "could", "let", "please", "just", "we"})


@dataclass(frozen=True, slots=True)
class Said:
    """`text` has single spaces; `starts`/`ends` give the place of each of its words in the text as given."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    cuts: tuple[int, ...]
    """indices of words at which a clause begins"""

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def clauses(self) -> tuple["Said", ...]:
        bounds = [*dict.fromkeys((0, *self.cuts)), len(self.words)]
        return tuple(self.part(a, b) for a, b in pairwise(bounds) if b > a)

    def part(self, start: int, end: int) -> "Said":
        """Words [start, end)."""
        return Said(self.words[start:end], self.starts[start:end], self.ends[start:end], ())

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the text as given of characters [start, end) of `text`."""
        first = self.text.count(" ", 0, start)
        last = self.text.count(" ", 0, max(end - 1, start))
        return self.starts[first], self.ends[last]


def said(text: str) -> Said:
    """Any text; never raises."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    cuts: list[int] = []
    cut = False
    for token in TOKEN.finditer(text):
        word = token.group().lower().replace("’", "'")
        if not word[0].isalnum():
            cut = cut or bool(ENDS.search(word))
            continue
        if word in FILLERS:
            continue
        if cut or (word in TURNS and not (words and words[-1] in BEFORE_BUT)):
            cuts.append(len(words))
            cut = False
        for part in FORMS.get(word, word).split():
            words.append(part)
            starts.append(token.start())
            ends.append(token.end())
    return _clauses_by_so(_without_stutter(Said(tuple(words), tuple(starts), tuple(ends), tuple(cuts))))


def _without_stutter(heard: Said) -> Said:
    """Words and short phrases said again at once are kept once, the later time."""
    words = heard.words
    kept: list[int] = []
    index = 0
    while index < len(words):
        again = next(
            (
                n
                for n in range(STUTTER, 0, -1)
                if words[index : index + n] == words[index + n : index + 2 * n]
                and index + 2 * n <= len(words)
            ),
            0,
        )
        if again and not any(words[index + k].isdigit() for k in range(again)):
            index += again
            continue
        kept.append(index)
        index += 1
    place = {old: new for new, old in enumerate(kept)}
    cuts = {place[next(k for k in kept if k >= cut)] for cut in heard.cuts if any(k >= cut for k in kept)}
    return Said(
        tuple(words[k] for k in kept),
        tuple(heard.starts[k] for k in kept),
        tuple(heard.ends[k] for k in kept),
        tuple(sorted(cuts)),
    )


def _clauses_by_so(heard: Said) -> Said:
    """Speech has no full stops: "so i'd like ..." begins another thought."""
    extra = {
        k
        for k in range(1, len(heard.words) - 1)
        if heard.words[k] == "so" and heard.words[k + 1] in CLAUSE_STARTS
    }
    return Said(heard.words, heard.starts, heard.ends, tuple(sorted({*heard.cuts, *extra})))

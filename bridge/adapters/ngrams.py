"""What the second opinion looks at: words, their neighbours and their pieces, as numbered features.

Pieces of words (three to five letters) hold where a recognizer mishears: "representativ" is still most of
"representative".
"""

from zlib import crc32

BITS = 16
SIZE = 1 << BITS
"""features share numbers now and then; 65,536 of them lose nothing measurable"""
PIECES_WEIGH = 0.7


def features(text: str) -> dict[int, float]:
    """Feature -> value of a text in compared form. Long and short texts have the same length as vectors."""
    words = text.split()
    found: dict[int, float] = {}
    for mark, weight, grams in (("w", 1.0, _phrases(words)), ("c", PIECES_WEIGH, _pieces(words))):
        for gram in sorted(grams):
            number = crc32((mark + gram).encode()) % SIZE
            found[number] = found.get(number, 0.0) + weight / len(grams) ** 0.5
    return found


def _phrases(words: list[str]) -> set[str]:
    line = ["^", *words, "$"]
    runs = {" ".join(line[i : i + n]) for n in (1, 2, 3) for i in range(len(line) - n + 1)}
    return runs | {f"{line[i]} _ {line[i + 2]}" for i in range(len(line) - 2)}


def _pieces(words: list[str]) -> set[str]:
    padded = [f" {word} " for word in words]
    return {word[i : i + n] for word in padded for n in (3, 4, 5) for i in range(len(word) - n + 1)}

"""Lists of words, and of phrases found by their first word."""


def words(text: str) -> frozenset[str]:
    """The words between blanks."""
    return frozenset(text.split())


class Phrases:
    """Built from text: phrases between semicolons."""

    def __init__(self, text: str) -> None:
        self._by_first: dict[str, list[list[str]]] = {}
        for phrase in text.split(";"):
            parts = phrase.split()
            self._by_first.setdefault(parts[0], []).append(parts)

    def length(self, said: list[str], at: int) -> int:
        """Words of the longest phrase that stands at `at`; 0 for none."""
        listed = self._by_first.get(said[at])
        if not listed:
            return 0
        return max((len(phrase) for phrase in listed if said[at : at + len(phrase)] == phrase), default=0)

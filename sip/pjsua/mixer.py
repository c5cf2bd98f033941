"""Who hears whom: the wanted edges, and the ones the media allows right now."""

from collections.abc import Callable, Iterable

import pjsua2 as pj

from sip.types import Edge

Media = Callable[[str], pj.AudioMedia | None]


class Mixer:
    """Applies edges by difference. `speaker` and `listener` find the media of a name, None while it has none.

    A connection is remembered with the conference slots it was made between: a re-INVITE that gives a leg
    a new slot makes its edges differ, and the next `apply` connects them again.
    """

    def __init__(self, speaker: Media, listener: Media) -> None:
        self._speaker = speaker
        self._listener = listener
        self._wanted: tuple[Edge, ...] = ()
        self._applied: dict[Edge, tuple[int, int]] = {}

    @property
    def wanted(self) -> tuple[Edge, ...]:
        return self._wanted

    def hear(self, edges: Iterable[Edge]) -> None:
        """The whole table of edges, from now on."""
        self._wanted = tuple(dict.fromkeys(edge for edge in edges if edge[0] != edge[1]))
        self.apply()

    def forget(self, name: str) -> None:
        """The media of `name` is gone or new: its connections no longer exist."""
        self._applied = {edge: slots for edge, slots in self._applied.items() if name not in edge}

    def cut(self, name: str) -> None:
        """Take out what only the bridge would go on connecting: a port that is no call's."""
        for edge in [edge for edge in self._applied if name in edge]:
            self._cut(edge)

    def apply(self) -> None:
        """Cut first, then connect, so that nobody hears what is no longer meant for him."""
        possible = {edge: media for edge in self._wanted if (media := self._media(edge)) is not None}
        for edge, slots in list(self._applied.items()):
            media = possible.get(edge)
            if media is None or slots != _slots(media):
                self._cut(edge)
        for edge, media in possible.items():
            if edge not in self._applied:
                media[0].startTransmit(media[1])
                self._applied[edge] = _slots(media)

    def _media(self, edge: Edge) -> tuple[pj.AudioMedia, pj.AudioMedia] | None:
        speaker, listener = self._speaker(edge[0]), self._listener(edge[1])
        return (speaker, listener) if speaker is not None and listener is not None else None

    def _cut(self, edge: Edge) -> None:
        slots = self._applied.pop(edge)
        media = (
            self._speaker(
                edge[0],
            ),
            self._listener(edge[1]),
        )
        if media[0] is None or media[1] is None or _slots((media[0], media[1])) != slots:
            return
        media[0].stopTransmit(media[1])


def _slots(media: tuple[pj.AudioMedia, pj.AudioMedia]) -> tuple[int, int]:
    return media[0].getPortId(), media[1].getPortId()

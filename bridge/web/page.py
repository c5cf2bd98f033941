"""The screen pop: the brief as JSON and as a plain page, complete before the telephone rings."""

from collections import OrderedDict

from jinja2 import Environment, PackageLoader

from bridge.model.brief import Brief
from bridge.model.transfer import Target

KEPT = 200
TEMPLATES = Environment(autoescape=True, loader=PackageLoader("bridge.web"))


class Pages:
    """Keeps `bridge.ports.ScreenPop`: briefs for whoever asks by conversation, before it rings and after."""

    def __init__(self) -> None:
        self._briefs: OrderedDict[str, tuple[str, Brief]] = OrderedDict()

    async def show(self, conversation: str, target: Target, brief: Brief) -> bool:
        """There the moment it is kept: these pages are fetched, so nobody is waited for."""
        self._briefs[conversation] = (target.agent or target.id, brief)
        while len(self._briefs) > KEPT:
            self._briefs.popitem(last=False)
        return True

    def shown(self, conversation: str) -> tuple[str, Brief] | None:
        """To which agent it was shown last, and what."""
        return self._briefs.get(conversation)

    def html(self, conversation: str, brief: Brief) -> str:
        return TEMPLATES.get_template("brief.html").render(b=brief, id=conversation)

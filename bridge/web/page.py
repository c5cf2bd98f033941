"""The screen pop: the brief as JSON and as a plain page, complete before the telephone rings."""

import asyncio
from collections import OrderedDict
from dataclasses import asdict
from typing import Any

from jinja2 import Environment

from bridge.model.brief import Brief
from bridge.model.transfer import Target
from bridge.ports import EventSink

KEPT = 200
PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Handoff {{ id }}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}dt{font-weight:600;margin-top:.6rem}.m{color:#8a4b00}</style></head>
<body><h1>{{ b.headline }}</h1>
<p>Suggested opening: <em>{{ b.opening }}</em></p>
<dl>
<dt>Why escalated</dt><dd>{{ b.reason }}{% if b.quote %}: &ldquo;{{ b.quote }}&rdquo;{% endif %}</dd>
<dt>Why calling</dt><dd>{{ b.why.text if b.why else "not known" }}</dd>
<dt>Tried</dt><dd>{% for t in b.tried %}{{ t.text }}<br>{% else %}nothing{% endfor %}</dd>
<dt>Open</dt><dd>{{ b.unresolved.text if b.unresolved else "not known" }}</dd>
<dt>Next</dt><dd>{{ b.next.text if b.next else "not known" }}</dd>
<dt>Mood</dt><dd>{{ b.sentiment }}</dd>
<dt>Authentication</dt><dd>{{ b.authentication.status }}
{%- if b.authentication.method %} by {{ b.authentication.method }}{% endif %}</dd>
<dt>Facts</dt><dd>{% for f in b.facts %}{{ f.text }}<br>{% else %}none reported{% endfor %}</dd>
</dl>
{% if b.missing %}<p class="m">Missing: {{ b.missing | join(", ") }}</p>{% endif %}
</body></html>""")


class Pages:
    """Keeps `bridge.ports.ScreenPop`. Subscribed pages acknowledge; without any, nobody is waited for."""

    def __init__(self) -> None:
        self._briefs: OrderedDict[str, Brief] = OrderedDict()
        self._subscribers: dict[str, set[asyncio.Queue[dict[str, Any]]]] = {}

    async def show(self, conversation: str, target: Target, brief: Brief) -> bool:
        self.keep(conversation, brief)
        queues = self._subscribers.get(target.id, set())
        shown: asyncio.Event = asyncio.Event()
        for queue in queues:
            queue.put_nowait({"conversation": conversation, "brief": asdict(brief), "shown": shown.set})
        if not queues:
            return False
        await shown.wait()
        return True

    def keep(self, conversation: str, brief: Brief) -> None:
        self._briefs[conversation] = brief
        while len(self._briefs) > KEPT:
            self._briefs.popitem(last=False)

    def brief(self, conversation: str) -> Brief | None:
        return self._briefs.get(conversation)

    def html(self, conversation: str) -> str | None:
        brief = self.brief(conversation)
        return PAGE.render(b=brief, id=conversation) if brief else None

    def watching(self, events: EventSink) -> EventSink:
        """The sink itself; a place for a live feed."""
        return events

"""Random worlds on the twin, in virtual time: whatever people do, the promises hold.

Every agent leg dialled is dropped again, a live caller always hears something, the whisper is the agent's
alone, and each conversation leaves exactly one record in which each handoff has one outcome.
"""

import tempfile
from pathlib import Path
from typing import Any, cast, get_args

from hypothesis import HealthCheck, event, example, given, note, settings
from hypothesis import strategies as st

from bridge.app.browsers import Page
from bridge.app.messages import BotReported, Button, Drafted, Ordered, PassedOn, Supervised
from bridge.config import Agent
from bridge.model.bot import Action, BotState
from bridge.model.handoff import Event
from tests.flow.stage import Stage, agents
from tests.flow.stage import settings as config
from tests.virtual_time import run

ACTIONS = (
    "wait", "long_wait", "caller_requests", "caller_talks", "caller_presses_0", "caller_hangs_up",
    "agent_rings", "agent_answers", "agent_busy", "agent_declines", "agent_hangs_up", "agent_vanishes",
    "key_1", "key_2", "key_3", "key_5", "agent_talks", "agent_holds", "agent_resumes", "bot_reports",
    "order_dismissed", "order_release", "order_hand_back", "order_disposition_set", "refer_refused",
    "page_answers", "page_ends", "page_closes", "page_opens",
    "refer_silent", "refer_late", "pass_on", "supervise_listen", "supervise_coach", "supervise_barge",
    "supervise_leave", "supervisor_answers", "supervisor_busy", "supervisor_hangs_up", "supervisor_vanishes",
    "draft", "finish", *(f"press_{button}" for button in get_args(Button)),
)  # fmt: skip

ACCEPTED = ["caller_requests", "agent_answers", "key_1"]
beginning = st.sampled_from([[], ACCEPTED[:1], ACCEPTED[:2], ACCEPTED])
world = st.builds(list.__add__, beginning, st.lists(st.sampled_from(ACTIONS), min_size=3, max_size=25))
modes = st.sampled_from(["conference", "refer_replaces", "refer"])
QUIET_LIMIT_S = 2.0


class Pages:
    """Ann's page, open or not; it has to be closed at the end."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._page: Page | None = None

    async def open(self) -> None:
        if self._page is None:
            self._page = self._stage.browsers.page("ann", self._hear)
            await self._page.__aenter__()
            self._page.receive({"type": "phone.ready", "ready": True})

    async def _hear(self, message: dict[str, Any]) -> None:
        """Nobody looks at it."""

    async def close(self) -> None:
        page, self._page = self._page, None
        if page is not None:
            await page.__aexit__(None, None, None)

    async def act(self, what: str) -> None:
        legs = [leg for leg in self._stage.ua.legs if leg.startswith("agent")]
        call = {"conversation": "c1", "leg": legs[-1] if legs else "agent-1"}
        if what == "closes":
            await self.close()
        elif what == "opens":
            await self.open()
        elif self._page is not None and what == "answers":
            self._page.receive({"type": "phone.offer", "sdp": "m=audio", **call})
        elif self._page is not None:
            self._page.receive({"type": "phone.end", **call})


def act(stage: Stage, action: str) -> None:
    agent = stage.agent if any(leg.startswith("agent") for leg in stage.ua.legs) else None
    kind, _, rest = action.partition("_")
    if kind == "agent" and agent:
        {
            "rings": agent.ring,
            "answers": agent.answer,
            "busy": lambda: agent.refuse(486),
            "declines": lambda: agent.refuse(603),
            "hangs_up": agent.hang_up,
            "vanishes": agent.vanish,
            "talks": lambda: stage.says("let me see", agent.leg.id),
            "holds": lambda: agent.hold(True),
            "resumes": lambda: agent.hold(False),
        }[rest]()
    elif kind == "key" and agent:
        agent.press(rest)
    elif kind in ("press", "pass", "supervise", "supervisor") or action in ("draft", "finish"):
        at_the_console(stage, kind, rest)
    elif kind == "order":
        stage.conversation.call.inbox.put_nowait(Ordered(Event(rest)))
    elif kind == "refer":
        replies = {"refused": [(603, True)], "silent": [(100, False)], "late": [(100, False), (503, True)]}
        stage.caller.refer_replies = replies[rest]
    elif kind == "caller":
        {
            "requests": lambda: stage.says("please let me talk to a real person"),
            "talks": lambda: stage.says("it is about my invoice of May"),
            "presses_0": lambda: stage.caller.press("0"),
            "hangs_up": stage.caller.hang_up,
        }[rest]()
    elif kind == "bot":
        state = BotState(intent="billing", actions=(Action(name="look_up", result="found", ok=True),))
        stage.conversation.call.inbox.put_nowait(BotReported(state))


def at_the_console(stage: Stage, kind: str, rest: str) -> None:
    legs = [leg for leg in stage.ua.legs if leg.startswith("supervisor")]
    far = stage.ua.far(legs[-1]) if legs else None
    if kind == "press":
        stage.press(cast(Button, rest))
    elif kind == "pass":
        stage.control(PassedOn("bob", "please look at the second charge"))
    elif kind == "supervise":
        mode = None if rest == "leave" else rest
        stage.control(Supervised(cast(Any, mode), "sip:sam@127.0.0.7"))
    elif kind == "supervisor" and far:
        {
            "answers": far.answer,
            "busy": lambda: far.refuse(486),
            "hangs_up": far.hang_up,
            "vanishes": far.vanish,
        }[rest]()
    elif kind in ("draft", "finish"):
        stage.control(Drafted("resolved", "all is well", "right", finished=kind == "finish"))


MUTED = ["caller_requests", "agent_answers", "key_1", "press_mute", "wait", "wait", "wait"]


@example(MUTED, "conference", False, False)
@given(world, modes, st.booleans(), st.booleans())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_promises_hold(actions: list[str], mode: str, same_peer: bool, browser: bool) -> None:
    async def story(tmp: Path) -> Stage:
        people = agents("ann", "bob", mode=mode, fallback_proved=True)
        if browser:
            devices = [{"kind": "browser"}, {"uri": "sip:ann@127.0.0.5"}]
            people[0] = Agent.model_validate({"id": "ann", "mode": mode, "devices": devices})
        async with Stage(tmp, config(agents=people)) as stage:
            pages = Pages(stage)
            await pages.open()
            if same_peer:
                stage.conversation.call.legs.all["caller"].peer = "127.0.0.5:5060"
            await stage.settle(4)
            for action in actions:
                note(f"{stage.state} {action}")
                act(stage, action)
                if action.startswith("page_"):
                    await pages.act(action.removeprefix("page_"))
                await stage.settle({"wait": 1.0, "long_wait": 30.0}.get(action, 0.3))
            stage.caller.hang_up()
            await stage.settle(2)
            for leg, far in stage.ua.fars.items():
                if leg.startswith(("agent", "supervisor")) and not stage.ua.finished:
                    far.hang_up()
            await pages.close()
        return stage

    with tempfile.TemporaryDirectory() as tmp:
        stage = run(story(Path(tmp)))
    (record,) = stage.store.records
    assert all(leg.phase == "ended" for leg in stage.ua.legs.values())
    assert stage.whisper_leaks == 0
    assert stage.coach_leaks == 0
    assert stage.worst_silence <= QUIET_LIMIT_S
    assert len({h.id for h in record.handoffs}) == len(record.handoffs)
    assert not stage.events.of("fault")
    for handoff in record.handoffs:
        event(handoff.outcome.result)

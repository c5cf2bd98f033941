"""What people will do in one walk, drawn from a seed before it begins."""

import random
from dataclasses import dataclass

from bridge.config import Settings

WORDS = {"failed": "nobody is free", "dismissed": "we go on", "waiting": "please wait", "goodbye": "goodbye"}
TIMERS = {
    "proposed_timeout_s": 0.5, "waiting_timeout_s": 1.5, "ring_timeout_s": 1.2, "whisper_timeout_s": 1.0,
    "accept_timeout_s": 1.0, "join_timeout_s": 1.0, "refer_timeout_s": 1.8, "wrap_up_timeout_s": 0.3,
    "returned_timeout_s": 0.8, "pop_wait_s": 0.05, "flush_timeout_s": 0.2,
}  # fmt: skip

BEGINNINGS = (
    (),
    ("escalate",),
    ("escalate", "agent_answers"),
    ("escalate", "agent_answers", "key_1"),
    ("escalate", "agent_busy", "agent_answers", "key_1", "wait"),
    ("escalate", "agent_rings", "agent_answers", "key_1", "wait"),
    ("escalate", "agent_answers", "key_1", "order_release"),
    ("escalate", "agent_answers", "key_1", "order_hand_back"),
    ("bot_refers", "agent_answers", "key_3", "key_1"),
)
ACTIONS = {
    "wait": 5, "long_wait": 2, "escalate": 4, "caller_presses_0": 1, "caller_hangs_up": 1, "caller_holds": 1,
    "caller_resumes": 1, "agent_rings": 1, "agent_early_media": 1, "agent_answers": 5, "agent_busy": 2,
    "agent_declines": 1, "agent_answers_the_cancel": 1, "agent_hangs_up": 2, "agent_goes_silent": 1,
    "agent_dies": 0.3, "agent_holds": 1, "agent_resumes": 1, "key_1": 4, "key_2": 1, "key_3": 1, "key_5": 1,
    "bot_refers": 1, "bot_hangs_up": 0.5, "order_dismissed": 1, "order_release": 2, "order_hand_back": 2,
    "order_disposition_set": 1, "refer_ok": 1, "refer_taken": 1, "refer_fails": 1, "refer_unsaid": 1,
    "refer_refused": 1, "refer_late": 1, "caller_returns": 2, "colleague_takes": 1, "colleague_frees": 2,
}  # fmt: skip
FIRST_REFER = {"refer_ok": 3, "refer_taken": 2, "refer_fails": 1, "refer_unsaid": 1, "refer_refused": 1}
SHORTEST, LONGEST = 3, 14


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` are (seconds to wait before, action)."""

    seed: int
    mode: str
    sip_bot: bool
    after_agent_hangup: str
    steps: tuple[tuple[float, str], ...]

    @property
    def name(self) -> str:
        bot = "sip bot" if self.sip_bot else "built-in bot"
        steps = " ".join(f"{wait:.2f}/{action}" for wait, action in self.steps)
        return f"seed {self.seed}: {self.mode}, {bot}, then {self.after_agent_hangup}: {steps}"

    def settings(self, net: str) -> Settings:
        """Ann by the mode of this walk, then Ben by conference; who is referred to is at the caller's PBX."""
        where = {"conference": f"ann@{net}.11"}.get(self.mode, f"ann@{net}.10")
        ann = {"id": "ann", "uri": f"sip:{where}:5060", "mode": self.mode, "fallback_proved": True}
        return Settings.model_validate(
            {
                "agents": [ann, {"id": "ben", "uri": f"sip:ben@{net}.12:5060"}],
                "bot": {"uri": f"sip:bot@{net}.20:5060", "refer_targets": ["ben"]} if self.sip_bot else {},
                "handoff": {**TIMERS, "after_agent_hangup": self.after_agent_hangup},
                "words": WORDS,
            }
        )


def draw(seed: int) -> Plan:
    dice = random.Random(seed)
    mode = dice.choice(("conference", "refer_replaces", "refer"))
    begin = dice.choice(BEGINNINGS)
    rest = dice.choices(list(ACTIONS), list(ACTIONS.values()), k=dice.randint(SHORTEST, LONGEST))
    refer = dice.choices(list(FIRST_REFER), list(FIRST_REFER.values()))[0]
    steps = tuple((round(dice.choice((0.0, 0.05, 0.1, 0.4)), 2), action) for action in (refer, *begin, *rest))
    return Plan(seed, mode, dice.random() < 0.5, dice.choice(("release", "bot")), steps)

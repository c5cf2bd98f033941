"""Escalations that come of the bot: it is not there, or it sends a REFER."""

from bridge.model.cue import Escalation


def bot_missing(rule: str, at_s: float) -> Escalation:
    return Escalation(reason="bot_limit", rule=rule, quote="", score=1.0, at_s=at_s, source="bridge")


def bot_refers(target: str, permitted: list[str], at_s: float) -> Escalation:
    """A bot's REFER escalates, and reaches only the users of `bot.refer_targets`."""
    user = target.partition(":")[2].partition("@")[0]
    return Escalation(
        reason="bot_limit", rule="bot_refer", quote="", score=1.0, at_s=at_s, source="bot_refer",
        explicit=True, target=user if user in permitted else None,
    )  # fmt: skip

"""Which SIP act joins caller and agent, and why: per target and by rule."""

from bridge.model.transfer import Mode, ModeChoice, Target


def choose_mode(
    target: Target, reason: str, by_reason: dict[str, Mode], assisted: frozenset[str] = frozenset()
) -> ModeChoice:
    """Before dialling: the rule for the reason, then the wish for assist, then the target's own mode.

    Assist is by listening, so it needs the conference. A blind REFER needs a proved fallback, or it may
    lose the caller.
    """
    if reason in by_reason:
        wanted, why = by_reason[reason], f"rule for reason {reason}"
    elif wish := wants_assist(target, reason, assisted):
        return ModeChoice(mode=Mode.CONFERENCE, why=wish)
    else:
        wanted, why = target.mode, f"set for target {target.id}"
    if wanted is not Mode.CONFERENCE and target.kind == "browser":
        return ModeChoice(mode=Mode.CONFERENCE, why=f"{why}: {wanted}, but a browser is no SIP telephone")
    if wanted is Mode.REFER and not target.fallback_proved:
        return ModeChoice(mode=Mode.CONFERENCE, why=f"{why}: refer, but its fallback is not proved")
    if wanted is not Mode.CONFERENCE and not target.can_refer:
        return ModeChoice(mode=Mode.CONFERENCE, why=f"{why}: {wanted}, but its PBX takes no REFER")
    return ModeChoice(mode=wanted, why=why)


def wants_assist(target: Target, reason: str, assisted: frozenset[str]) -> str:
    """Who wants the bridge to go on listening after the join; empty when nobody does."""
    if reason in assisted:
        return f"assist is wanted for reason {reason}"
    return f"target {target.id} wants assist" if target.assist else ""


def confirm_mode(chosen: ModeChoice, caller_peer: str, agent_peer: str) -> ModeChoice:
    """At the accept: an attended REFER needs both dialogs on one peer (RFC 3891)."""
    if chosen.mode is Mode.REFER_REPLACES and caller_peer != agent_peer:
        return ModeChoice(mode=Mode.CONFERENCE, why=f"{chosen.why}, but the legs have different peers")
    return chosen

"""Help for the agent who talks to the caller."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from bridge.config.sections import Section


class KnowledgeBase(Section):
    """Passages of the deployment's handbooks: `handoff knowledge add DIR`."""

    file: Path | None = None
    """the database; default knowledge.db in records.dir"""
    meaning: Literal["auto", "required", "never"] = "auto"
    """search by meaning beside words: auto = where the extra `semantic` is installed"""
    deadline_s: float = Field(default=1.0, gt=0, le=10)
    """passages found later are not shown"""


class Assist(Section):
    on: bool = True
    """hints on the agent's page once he is connected"""
    most_hints: int = Field(default=5, ge=1, le=12)
    """shown at once; the least urgent wait"""
    rules_dir: Path | None = None
    """own checklists and reminders, after ours; a play of the same name replaces ours"""
    in_ear: bool = False
    """the most urgent hints are spoken too, in pauses, to agents whose device is a declared `headset`"""
    dead_air_s: float = Field(default=12.0, ge=3)
    """nobody speaks for so long: the agent is reminded to say what he is doing"""
    pace_words_per_s: float = Field(default=3.6, gt=1)
    """an agent who speaks faster over several turns is told"""
    knowledge: KnowledgeBase = KnowledgeBase()

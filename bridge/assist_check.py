"""`handoff check` of the assist: plays that keep their examples, a knowledge base that can be searched."""

from collections.abc import Iterator

from bridge.adapters.plays_files import PlaysError, load_plays
from bridge.config import ConfigError, Settings
from bridge.core.assist.playbook import failing_examples
from bridge.core.template import TemplateError
from bridge.finding import Finding
from bridge.knowledge.choice import file_of, weights_of


def check_assist(settings: Settings) -> Iterator[Finding]:
    assist = settings.assist
    if not assist.on:
        return
    key = "assist.rules_dir"
    try:
        for line in failing_examples(load_plays(settings.asr.language, assist.rules_dir)):
            yield Finding(
                level="error", key=key, message=f"{line}.", cure="mend the templates or the example"
            )
    except (PlaysError, TemplateError) as error:
        yield Finding(level="error", key=key, message=str(error))
    try:
        weights_of(settings)
    except ConfigError as error:
        yield Finding(level="error", key="assist.knowledge.meaning", message=str(error))
    if assist.knowledge.file and not file_of(settings).exists():
        message = f"{file_of(settings)} is not there: agents are shown no passages."
        yield Finding(
            level="warning", key="assist.knowledge.file", message=message, cure="handoff knowledge add DIR"
        )

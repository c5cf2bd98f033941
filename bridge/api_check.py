"""What `handoff check` has to say of the sections `api` and `webhooks`."""

from collections import Counter
from collections.abc import Iterator

from bridge.adapters.published import EVENTS
from bridge.config import Settings
from bridge.finding import Finding
from bridge.web.auth import is_loopback


def api_findings(settings: Settings) -> Iterator[Finding]:
    api = settings.api
    if (
        api.port
        and not api.tokens
        and not api.secret()
        and not (is_loopback(api.bind) or api.bind == "localhost")
    ):
        message = f"{api.bind} is no address of this machine alone, and whoever reaches it would be admin."
        yield Finding(level="error", key="api.tokens", message=message, cure="handoff token --role admin")
    ids = {agent.id for agent in settings.agents}
    for index, token in enumerate(api.tokens):
        if token.agent is not None and token.agent not in ids:
            message = f"{token.agent} is no agent."
            yield Finding(
                level="error", key=f"api.tokens.{index}.agent", message=message, cure="an id of agents"
            )
    names = Counter(token.name for token in api.tokens)
    for name in (name for name, times in names.items() if times > 1):
        message = f"two tokens are called {name}."
        yield Finding(level="error", key="api.tokens", message=message, cure="one name each, for the log")
    yield from _webhooks(settings)


def _webhooks(settings: Settings) -> Iterator[Finding]:
    known = {*EVENTS, "handoff", "*"}
    names = Counter(hook.name for hook in settings.webhooks)
    for index, hook in enumerate(settings.webhooks):
        key = f"webhooks.{index}"
        if names[hook.name] > 1:
            message = f"two webhooks are called {hook.name}."
            yield Finding(level="error", key=f"{key}.name", message=message, cure="one name each")
        try:
            secret = hook.key()
        except OSError as error:
            message = f"{hook.secret_file}: {error.strerror}."
            yield Finding(level="error", key=f"{key}.secret_file", message=message, cure="make it readable")
            continue
        if len(secret) < 16:
            message = "is missing or short: anybody could sign such messages."
            cure = "16 characters or more, for instance of openssl rand -base64 32"
            yield Finding(level="error", key=f"{key}.secret", message=message, cure=cure)
        if unknown := sorted(set(hook.events) - known):
            message = f"{unknown[0]} is no kind of event."
            cure = f"one of {', '.join(sorted(known))}"
            yield Finding(level="error", key=f"{key}.events", message=message, cure=cure)
        if hook.url.scheme != "https" and not is_loopback(hook.url.host or ""):
            message = "goes over the network in clear text."
            yield Finding(level="warning", key=f"{key}.url", message=message, cure="use https")

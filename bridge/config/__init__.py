"""The configuration: one YAML file, environment, `--set`. Unknown keys are errors with the nearest name.

Precedence: `--set a.b=c` > `HANDOFF_SIP__PORT` > file > default. Secrets: `*_file` keys or environment.
"""

from bridge.config.agents import Agent, AgentDevice
from bridge.config.ami import Ami
from bridge.config.load import ConfigError, Settings, load, run_dir
from bridge.config.outside import Api, Mqtt, Token, Webhook
from bridge.config.sections import Credential, Registration, Sip
from bridge.config.sections import Handoff as HandoffTimers

__all__ = [
    "Agent", "AgentDevice", "Ami", "Api", "ConfigError", "Credential", "HandoffTimers", "Mqtt",
    "Registration", "Settings", "Sip", "Token", "Webhook", "load", "run_dir",
]  # fmt: skip

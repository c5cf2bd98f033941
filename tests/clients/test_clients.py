"""The clients of configs/clients against the real API: Pipecat runs; of LiveKit and AVA what they send."""

import asyncio
import importlib.util
import json
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.clients.model import model
from tests.web.office import Office, bearer, office, token_of

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "configs" / "clients"
TOKENS = {"tokens": [token_of("bot"), token_of("admin")]}


def client_library() -> ModuleType:
    spec = importlib.util.spec_from_file_location("handoff_client", CLIENTS / "handoff.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def brief_of(o: Office) -> dict[str, Any]:
    await o.handoff("dialing")
    answer = await o.client.get(f"/v1/conversations/{o.id}/brief", headers=bearer("admin"))
    brief: dict[str, Any] = answer.json()
    return brief


async def test_the_library_tells_and_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(tmp_path, TOKENS) as o:
        monkeypatch.setenv("HANDOFF_URL", str(o.client.base_url).rstrip("/"))
        monkeypatch.setenv("HANDOFF_TOKEN", "bot")
        library = client_library()
        await library.tell(o.id, {"open": "refund the second charge"})
        await library.ask_for_human(o.id, note="wants a refund")
        assert (await brief_of(o))["unresolved"]["text"] == "refund the second charge"


@pytest.mark.timeout(120)
async def test_a_pipecat_bot_hands_over(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    python = ROOT / ".cache" / "pipecat" / "bin" / "python"
    async with office(tmp_path, TOKENS) as o:
        with model(asked) as url:
            bot = await asyncio.create_subprocess_exec(
                str(python), str(ROOT / "tests/clients/pipecat_bot.py"), o.id,
                env=os.environ | {
                    "MODEL_URL": url, "HANDOFF_URL": str(o.client.base_url).rstrip("/"),
                    "HANDOFF_TOKEN": "bot", "PYTHONPATH": str(CLIENTS),
                },
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            said, complaints = await bot.communicate()
        assert said.decode().strip() == "A person is being called. Say nothing more.", complaints.decode()
        [tool] = [tool["function"] for tool in asked[0]["tools"]]
        assert set(tool["parameters"]["properties"]) == {"reason", "note"}
        assert (await brief_of(o))["unresolved"]["text"] == "refund the second charge"


async def test_what_ava_would_send_escalates(tmp_path: Path) -> None:
    tool = yaml.safe_load((CLIENTS / "ava.yaml").read_text())["in_call_tools"]["hand_to_human"]
    async with office(tmp_path, TOKENS) as o:
        known = {
            "${HANDOFF_URL}": str(o.client.base_url).rstrip("/"), "${HANDOFF_TOKEN}": "bot",
            "{caller_name}": o.id, "{reason}": "bot_limit", "{note}": "wants a refund",
        }  # fmt: skip

        def filled(template: str) -> str:
            return re.sub(r"\$?\{\w+\}", lambda found: known[found[0]], template)

        headers = {name: filled(value) for name, value in tool["headers"].items()}
        answer = await o.client.request(
            tool["method"],
            filled(tool["url"]),
            headers=headers,
            json=json.loads(filled(tool["body_template"])),
        )
        assert answer.status_code == 202
        await o.handoff("dialing")


def test_livekit_and_pipecat_say_the_same() -> None:
    """The same two calls of the library, in the same order."""
    for name in ("livekit_handoff.py", "pipecat_handoff.py"):
        text = (CLIENTS / name).read_text()
        calls = re.findall(r"await (tell|ask_for_human)\((.*)\)", text)
        assert [call for call, _ in calls] == ["tell", "ask_for_human"]
        assert calls[1][1] == "conversation, reason, note"

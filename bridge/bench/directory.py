"""What presence and offers cost a core: `python -m bridge.bench.directory` (`--help` has its arguments).

Every agent's presence changes once a minute, every offer lasts `OFFER_S` and is then made to somebody else;
each change is written as JSON, as for MQTT and the console. Prints one JSON object; exit 1 over `--budget`
(share of a core).
"""

import argparse
import asyncio
import json
import random
import sys
import time

from pydantic import TypeAdapter

from bridge.app.directory import Directory
from bridge.config import Settings
from bridge.model.agent import AgentView
from bridge.model.routing import Need

OFFER_S = 20.0
PRESENCE_S = 60.0
SKILLS = ("billing", "refunds", "technical", "orders")
VIEW = TypeAdapter(AgentView)


def office(agents: int, rng: random.Random) -> Settings:
    """Agents with skills and two telephones each."""
    people = [
        {
            "id": f"agent{number}", "skills": rng.sample(SKILLS, 2),
            "devices": [{"uri": f"sip:{number}@127.0.0.5"}, {"uri": f"sip:9{number}@127.0.0.5"}],
        }
        for number in range(agents)
    ]  # fmt: skip
    rules = {"by_reason": {skill: {"require": [skill]} for skill in SKILLS}}
    return Settings.model_validate({"agents": people, "routing": rules})


async def measure(agents: int, offers: int, seconds: float, seed: int) -> dict[str, float]:
    rng, told = random.Random(seed), 0

    def tell(view: AgentView) -> None:
        nonlocal told
        told += len(VIEW.dump_json(view))

    directory = Directory(office(agents, rng), told=tell)
    made = waited = changes = 0

    async def offer(number: int) -> None:
        nonlocal made, waited
        await asyncio.sleep(rng.random() * OFFER_S)
        while True:
            need = Need(reason=rng.choice(SKILLS), call=f"call{number}", caller=str(rng.randrange(10**6)))
            made += 1
            if (lease := directory.choose(need).lease) is None:
                waited += 1
                place = directory.wait(need)
                try:
                    lease = await place.turn()
                finally:
                    place.leave()
            directory.took(lease, need.caller)
            await asyncio.sleep(OFFER_S)
            directory.release(lease)

    async def come_and_go() -> None:
        nonlocal changes
        while True:
            await asyncio.sleep(PRESENCE_S / agents)
            directory.declare(f"agent{rng.randrange(agents)}", rng.random() < 0.9, source="bench")
            changes += 1

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(offer(number)) for number in range(offers)]
        running.append(tasks.create_task(come_and_go()))
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        for task in running:
            task.cancel()
    return {
        "agents": agents, "offers": offers, "seconds": round(wall, 1), "share_of_core": round(cpu / wall, 4),
        "offers_made": made, "waited": waited, "presence_changes": changes, "told_bytes": told,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bridge.bench.directory")
    parser.add_argument("--agents", type=int, default=500)
    parser.add_argument("--offers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--budget", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = asyncio.run(measure(asked.agents, asked.offers, asked.seconds, asked.seed))
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if found["share_of_core"] > asked.budget else 0


if __name__ == "__main__":
    sys.exit(main())

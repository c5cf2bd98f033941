"""The AsyncAPI file: valid by AsyncAPI's own schema, complete, and true of what is really sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bridge.adapters.published import EVENTS
from bridge.schemas import schema_of

META = json.loads((Path(__file__).parents[1] / "data" / "asyncapi" / "3.0.0.json").read_text())


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return schema_of("asyncapi")


def test_valid_by_the_specification(document: dict[str, Any]) -> None:
    validator = jsonschema.Draft7Validator(META)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)] == []
    broken = {**document, "channels": {"event": {**document["channels"]["event"], "adress": "x"}}}
    assert list(validator.iter_errors(broken))


def references(value: Any) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "$ref":
            yield inner
        elif isinstance(inner, dict | list):
            yield from references(inner)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(references(document))
    assert len(found) > 50
    for reference in found:
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_every_message_has_its_place(document: dict[str, Any]) -> None:
    carried = {name for channel in document["channels"].values() for name in channel["messages"]}
    assert carried == set(document["components"]["messages"])
    assert {model.__name__ for _, model in EVENTS.values()} <= carried
    for channel in document["channels"].values():
        wanted = {part[1:-1] for part in channel["address"].split("/") if part.startswith("{")}
        assert wanted == set(channel["parameters"])


def test_a_message_fits_its_schema(document: dict[str, Any]) -> None:
    model = EVENTS["dialed"][1]
    body = {
        "id": "1", "seq": 1, "ts": "2026-01-01T00:00:00.000Z", "site": "s", "call": "c", "at_s": 0.5,
        "leg": "agent-1", "target": "ann",
    }  # fmt: skip
    schema = {"$ref": "#/components/schemas/Dialed", "components": document["components"]}
    jsonschema.validate(json.loads(model.model_validate(body).model_dump_json(exclude_none=True)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**body, "seq": "one"}, schema)

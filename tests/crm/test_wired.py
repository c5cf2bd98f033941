"""The CRM of the configuration in the parts of a bridge: asked by calls, written to behind their records."""

import shutil
import tempfile
from pathlib import Path

import yaml

from bridge.config import Settings
from bridge.model.crm import CrmQuestion
from bridge.wiring import wire
from tests.crm.server import serving
from tests.crm.test_filing import RECIPE, Crm, until
from tests.store.made import record


async def test_a_bridge_asks_and_writes(tmp_path: Path) -> None:
    crm, run_dir = Crm(), tempfile.mkdtemp(prefix="crm")
    async with serving(crm) as server:
        file = tmp_path / "crm.yaml"
        file.write_text(yaml.safe_dump({"base_url": f"http://127.0.0.1:{server.port}", **RECIPE}))
        bridge = await wire(
            Settings.model_validate(
                {
                    "run_dir": run_dir,
                    "records": {"dir": tmp_path / "records"},
                    "assist": {"on": False},
                    "crm": {"kind": "rest", "file": file},
                }
            )
        )
        for start in bridge.starts:
            start()
        desk = bridge.service._desk
        assert desk.crm
        answer = await desk.crm.lookup(CrmQuestion(conversation="c1", caller="+4930123456"))
        assert answer.status == "found"
        await desk.store.save(record("c1"))
        await until(lambda: bridge.stage.parts["crm_wrap_ups"]() == {"filed": 1, "dropped": 0})
        assert bridge.stage.parts["crm"]() == {"kind": "rest", "connected": True, "found": 1}
        for close in bridge.closes:
            if (closing := close()) is not None:
                await closing
    assert list((tmp_path / "records").glob("????-??-??/c1.json"))
    shutil.rmtree(run_dir)

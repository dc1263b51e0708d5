"""A real small model is asked on the road; what it says is good for little, and is counted."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.road.made_corpus import POSTS
from tirkit.engines.local import LocalEngine
from tirkit.road import load_road, run_road

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def test_smollm2_when_it_is_asked_about_documents_then_every_one_is_counted(
    tmp_path: Path,
) -> None:
    posts = tmp_path / "posts.jsonl"
    rows = [{"id": post.name, "text": post.body} for post in POSTS[:3]]
    posts.write_text("\n".join(map(json.dumps, rows)))
    settings = load_road(
        overrides={"ask.tries": 2, "ask.max_tokens": 120, "ask.sampling.temperature": 0.0}
    )
    engine = LocalEngine("smollm2", parallel=2, context_tokens=4096)
    done = await run_road([posts], tmp_path / "out", engine, settings, until="quality")
    extracted = done[1]
    assert extracted.read == 3
    assert extracted.rows + sum(extracted.dropped.values()) >= 3
    for before, after in pairwise(done):
        assert after.read == before.rows
        assert after.rows + sum(after.dropped.values()) == after.read
    again = await run_road([posts], tmp_path / "out", engine, settings, until="quality")
    assert all(one.already_there for one in again)
    assert [one.as_dict() for one in again] == [one.as_dict() for one in done]

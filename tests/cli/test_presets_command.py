"""`tirkit presets`."""

import json
import tomllib

import pytest
from typer.testing import CliRunner

from tirkit.cli.main import app
from tirkit.config import load_settings, preset_names


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["presets", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_presets_when_listed_then_each_stands_with_its_source() -> None:
    listed = json.loads(run("--json"))
    assert [one["name"] for one in listed] == preset_names()
    assert "2504.16891" in next(one["source"] for one in listed if one["name"] == "aimo2-nemo")
    assert all(name in run() for name in preset_names())


@pytest.mark.parametrize("name", preset_names())
def test_presets_when_one_is_named_then_its_whole_tree_is_printed(name: str) -> None:
    tree = load_settings(name, environment={}).model_dump(mode="json")
    assert json.loads(run(name, "--json")) == tree
    printed = tomllib.loads(run(name))
    assert printed["attempts"] == tree["attempts"]
    assert printed["limits"]["max_turns"] == tree["limits"]["max_turns"]


def test_presets_when_only_what_is_set_is_wanted_then_sources_stand_beside() -> None:
    shown = run("aimo3", "--only-set")
    assert "early_stop" in shown
    assert tomllib.loads(shown)["attempts"] == 8


def test_presets_when_there_is_none_of_that_name_then_it_is_wrong_use() -> None:
    result = CliRunner().invoke(app, ["presets", "aimo9"])
    assert result.exit_code == 2

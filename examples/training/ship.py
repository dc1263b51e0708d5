"""Puts the packed model where it comes with tirkit, with its card, its figures and its logs."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from examples.training.card import model_card
from examples.training.evaluate import TABLE_FILE
from examples.training.log import LOG_FILE
from examples.training.pack import stages_up_to
from examples.training.sample import weights_tag
from examples.training.sft import MODEL_FOLDER
from tirkit.errors import ConfigError

CARD = "README.md"
LOGS = "training"


def ship_model(
    pack: Path, stages: Sequence[Path], evaluations: Sequence[Path], directory: Path
) -> Path:
    """Replace the model in a directory by a packed and measured one.

    Args:
        pack: directory the stage `pack` made.
        stages: directories of all stages in their order; those behind the model are left out.
        evaluations: directories of what was measured; told of are this model's and those of the
            stages before it.
        directory: where to.

    Raises:
        ConfigError: the packed model was not measured.
    """
    stages = stages_up_to(pack, stages)
    trained = {weights_tag(one / MODEL_FOLDER): one.name for one in stages if _is_trained(one)}
    tag = weights_tag(pack)
    tables = {
        f"{one.parent.name} after {trained.get(one.name, one.name)}": (one / TABLE_FILE).read_text(
            encoding="utf-8"
        )
        for one in sorted(evaluations, key=lambda one: one.name != tag)
        if one.name in {*trained, tag} and (one / TABLE_FILE).is_file()
    }
    if not any((one / TABLE_FILE).is_file() for one in evaluations if one.name == tag):
        raise ConfigError(f"the model {tag} in {pack} was not measured: run `evaluate` first")
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(pack, directory)
    (directory / CARD).write_text(model_card(pack, stages, tables), encoding="utf-8")
    for stage in stages:
        if (stage / LOG_FILE).is_file():
            (directory / LOGS).mkdir(exist_ok=True)
            shutil.copyfile(stage / LOG_FILE, directory / LOGS / f"{stage.name}.jsonl")
    return directory


def _is_trained(stage: Path) -> bool:
    return (stage / MODEL_FOLDER / "model.safetensors").is_file()

"""Filters by name, with the numbers of those who published them."""

from dataclasses import dataclass

from tirkit.errors import ConfigError
from tirkit.export.drawing import Drawing
from tirkit.export.filters import (
    Agreed,
    ClosedCells,
    CodeBeforeAnswer,
    Complete,
    FewBoxes,
    Filter,
    FinalHeading,
    NoFailedCell,
    PromptLength,
    RanCode,
    Right,
    SolutionLength,
    WholeLength,
    With,
    Without,
)
from tirkit.export.forms import Form
from tirkit.export.pairing import LeastSimilar, LongestOther, Pairing, ShorterRight

CODE_ERRORS = Without(
    "code_error_text",
    ("Traceback (most recent call last)", "<output cut>", "Timed out", "SyntaxError"),
)
MATPLOTLIB = Without("matplotlib", ("from matplotlib", "import matplotlib"))
VERIFICATION = Without(
    "verification_phrase",
    (
        "Let's verify this with Python",
        "Let's verify this using Python",
        "Let's confirm this with Python",
        "Let's use Python to plot",
        "Let's verify this solution using Python",
        "Let's use Python to verify",
        "Let's confirm this result with some Python",
    ),
)
THINKING = With("no_thinking_tags", ("<think>", "</think>"))
_NEMO = "NeMo-Skills, nemo_skills/training/data_preparation_utils/config/math_sft.yaml (Apache-2.0)"
_OMR = "OpenMathReasoning, arXiv 2504.16891; recipes/openmathreasoning of NeMo-Skills"
_IR = "imagination-research/aimo2, scripts/filter_dpo_data.py and run_filter.sh"
_TRAINED = frozenset({Form.SFT, Form.RL})


@dataclass(frozen=True, slots=True)
class Preset:
    """Filters that belong together.

    Attributes:
        name: how the command line names it.
        forms: what it can be used for.
        tells: what it keeps, in one sentence.
        source: where its numbers come from; "tirkit" for our own.
        filters: attempts pass all of them, in this order.
        pairing: makes pairs of what is left of a problem.
        drawing: draws windows of what is left of a problem.
        once: whether a problem and a text that were there before are left out.
        differs: what is not as in the source, and why.
    """

    name: str
    forms: frozenset[Form]
    tells: str
    source: str
    filters: tuple[Filter, ...] = ()
    pairing: Pairing | None = None
    drawing: Drawing | None = None
    once: bool = False
    differs: str = ""


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("all", _TRAINED, "everything that is fit for training", "tirkit"),
        Preset(
            "right",
            _TRAINED,
            "right answers the model came to by itself, each text once",
            "tirkit",
            (Complete(), Right()),
            once=True,
        ),
        Preset(
            "nemo-sft",
            _TRAINED,
            "right, one box, no failed code or plots, no code to verify, prompt to 1,024 tokens",
            _NEMO,
            (
                Right(),
                FewBoxes(1),
                CODE_ERRORS,
                MATPLOTLIB,
                RanCode(),
                VERIFICATION,
                Agreed(0, 0.0),
                PromptLength(1_024),
            ),
            once=True,
            differs="Code is what was run, not a pair of tags. A prompt's length counts what asks "
            "for code. Nothing is cut off behind the last box: ids stay whole. Contamination is "
            "checked with --against. What is off there by default (boxes, code errors, plots, "
            "verification) is on here.",
        ),
        Preset(
            "nemo-think",
            _TRAINED,
            "texts with thinking tags",
            _NEMO,
            (THINKING,),
        ),
        Preset(
            "nemo-short",
            _TRAINED,
            "solutions of at most 2,048 tokens",
            _NEMO,
            (SolutionLength(2_048),),
        ),
        Preset(
            "openmath-tir",
            _TRAINED,
            "code with its output, right, no answer before code, and a final heading",
            f"{_OMR}, scripts/postprocess_tir_generations.py",
            (RanCode(), ClosedCells(), Right(), CodeBeforeAnswer(), FinalHeading()),
            once=True,
            differs="Right is by the reference, not by a judge. Nothing is cut off behind the "
            "final box. A model's opinion on whether code is novel is not asked.",
        ),
        Preset(
            "numina",
            _TRAINED,
            "right answers all of whose code ran, to 1,024 tokens in all",
            "NuminaMath-TIR; training/configs/stage-2-tir.yaml of project-numina (block_size)",
            (Right(), RanCode(), NoFailedCell(), WholeLength(1_024)),
            once=True,
            differs="Longer attempts are left out there by the trainer, here before.",
        ),
        Preset(
            "imagination-dpo-1",
            frozenset({Form.PREFERENCE}),
            "shortest right against longest other, both over 8,000 characters, ratio below 0.6",
            _IR,
            (Complete(),),
            LongestOther(8_000, 0.6, 2),
        ),
        Preset(
            "imagination-dpo-2",
            frozenset({Form.PREFERENCE}),
            "shortest right over 8,000 characters against the least similar, cosine below 0.83, "
            "ratio below 0.7",
            _IR,
            (Complete(),),
            LeastSimilar(8_000, 0.7, 0.83, 2, 10_000, 8_000),
            differs="Similarity is the cosine of word counts unless another one is given; there it "
            "is that of all-mpnet-base-v2, for which 0.83 was chosen.",
        ),
        Preset(
            "shorter",
            frozenset({Form.PREFERENCE}),
            "shortest right against longest right if below 0.8 of its tokens, else longest wrong",
            "tirkit",
            (Complete(),),
            ShorterRight(0.8),
        ),
        Preset(
            "openmath-genselect",
            frozenset({Form.GENSELECT}),
            "2 to 16 candidates, no more right ones than wrong, 8 windows a problem in 16 tries",
            f"{_OMR}, scripts/genselect/prepare_labeling_data.py",
            drawing=Drawing(2, 16, 4, 8, 16, 60_000),
            differs="Windows over 60,000 characters are left out; there those up to 100,000 are "
            "counted in tokens and kept to 20,000. The completion names a right candidate; there "
            "a model explains its pick and only right picks are kept.",
        ),
    )
}
"""Every preset by its name."""

DEFAULTS = {
    Form.SFT: "right",
    Form.PREFERENCE: "shorter",
    Form.RL: "all",
    Form.GENSELECT: "openmath-genselect",
}
"""The preset of each form where none is asked for."""


def presets_for(form: Form, names: tuple[str, ...]) -> tuple[Preset, ...]:
    """The presets of some names, or the form's own.

    Raises:
        ConfigError: one is unknown or made for something else, or two make pairs.
    """
    chosen = tuple(_named(name, form) for name in dict.fromkeys(names or (DEFAULTS[form],)))
    for kind in ("pairing", "drawing"):
        made = [one.name for one in chosen if getattr(one, kind) is not None]
        if len(made) > 1:
            raise ConfigError(f"filters {' and '.join(made)} cannot both choose: take one")
    return chosen


def _named(name: str, form: Form) -> Preset:
    fitting = [one.name for one in PRESETS.values() if form in one.forms]
    if name not in fitting:
        why = "is not for" if name in PRESETS else "is unknown for"
        raise ConfigError(
            f"filter {name[:80]!r} {why} {form}: use one of {', '.join(sorted(fitting))}"
        )
    return PRESETS[name]

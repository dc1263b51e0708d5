"""An engine that writes reference solutions in the small model's tokens.

Tool output is not made up: each solution is run as an attempt of tirkit, in a real kernel, and its
last turn says what the last code printed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from tokenizers import Tokenizer

from examples.training.family import Instance, Step
from examples.training.wordy import wordy
from tirkit.engines.replay import Piece, Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError, EngineError
from tirkit.types import GenerateRequest

ENDINGS = (
    "The answer is $\\boxed{%s}$.",
    "So the answer is $\\boxed{%s}$.",
    "Therefore the answer is $\\boxed{%s}$.",
)
_END = "<|im_end|>"
_OUTPUT = "```output\n"


def turn_text(step: Step) -> str:
    """What the model writes in a turn with code."""
    return f"{step.text}\n```python\n{step.code}\n```\n"


def last_printed(context: str) -> str:
    """The last line of the last output block.

    Raises:
        EngineError: there is none, or it is empty.
    """
    _, found, block = context.rpartition(_OUTPUT)
    lines = block.rpartition("\n```")[0].splitlines()
    if not found or not lines or not lines[-1].strip():
        raise EngineError("the solution printed nothing to box")
    return lines[-1].strip()


class Solutions:
    """What is written for each problem.

    Args:
        instances: by problem id.
        seed: of the choice among ways to solve.
        wordy_share: part of the solutions that say and do more than they need.
    """

    def __init__(
        self, instances: Mapping[str, Instance], seed: int, wordy_share: float = 0.0
    ) -> None:
        self._instances = instances
        self._seed = seed
        self._wordy_share = wordy_share

    def steps(self, problem_id: str, index: int) -> Sequence[Step]:
        """The turns with code of an attempt."""
        instance = self._instances[problem_id]
        lot = Random(f"solve/{self._seed}/{instance.text}/{index}")
        steps = instance.family.solve(instance.params, lot)
        lot = Random(f"wordy/{self._seed}/{instance.text}/{index}")
        if lot.random() < self._wordy_share:
            return wordy(steps, instance.text, lot)
        return steps

    def turn(self, place: RequestPlace, context: str) -> str:
        """What is written in a turn."""
        steps = self.steps(place.problem_id, place.index)
        if place.turn < len(steps):
            return turn_text(steps[place.turn])
        return self._ending(place) % last_printed(context)

    def direct(self, place: RequestPlace) -> str:
        """The answer without code."""
        return self._ending(place) % self._instances[place.problem_id].answer

    def _ending(self, place: RequestPlace) -> str:
        return Random(f"end/{self._seed}/{place.problem_id}/{place.index}").choice(ENDINGS)


class TeacherEngine(ReplayEngine):
    """Writes solutions, token by token of the small model's tokenizer.

    Args:
        tokenizer: directory of the tokenizer.
        solutions: what is written.
        direct: whether to answer without code.

    Raises:
        ConfigError: it is another tokenizer.
    """

    def __init__(self, tokenizer: Path, solutions: Solutions, *, direct: bool = False) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
        self._plain = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
        self._plain.encode_special_tokens = True
        end = self._tokenizer.token_to_id(_END)
        if end is None:
            raise ConfigError(f"{tokenizer} knows no {_END}: make it with the stage `tokenizer`")
        self._end = end
        self._solutions = solutions
        self._direct = direct
        super().__init__(self._play, name="teacher")

    async def encode(self, text: str, *, special: bool) -> Sequence[int]:
        """Token ids of `text`."""
        return self._ids(text, special=special)

    async def decode(self, ids: Sequence[int]) -> str:
        """Text of `ids`."""
        return str(self._tokenizer.decode(ids, skip_special_tokens=False))

    def _ids(self, text: str, *, special: bool = False) -> list[int]:
        encoder = self._tokenizer if special else self._plain
        return list(encoder.encode(text, add_special_tokens=False).ids)

    def _play(self, request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None, "tirkit's own requests name their attempt"
        if self._direct:
            text = self._solutions.direct(place)
        else:
            text = self._solutions.turn(place, request.prompt_text)
        return Recording((Piece(tuple(self._ids(text)), text), Piece((self._end,), "")))

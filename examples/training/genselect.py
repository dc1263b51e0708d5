"""Stage 3: choose the right one among several of the model's own solutions (GenSelect).

The windows, and how solutions are shown in them, are those of tirkit's `genselect` judge, so what
is learnt is what is asked later. Their make-up follows OpenMathReasoning (arXiv 2504.16891): at
least one right and one wrong solution, and no more right ones than wrong ones.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from transformers import PreTrainedTokenizerBase

from examples.training.rows import Row, is_right
from examples.training.settings import JUDGE_TEXTS, SelectTerms
from tirkit.prompts import JudgeTexts, load_judge_texts
from tirkit.records import RecordedRun
from tirkit.selection.judges import Candidate, Case, Hearing, Tools
from tirkit.types import Problem, Solution

LEAST_WINDOW = 2


def windows_of(solution: Solution, terms: SelectTerms) -> list[tuple[Candidate, ...]]:
    """Windows of one problem: none where its attempts all agree, or none of them is right."""
    problem = solution.problem
    lot = Random(f"windows/{problem.content_hash}")
    case = Case.of(problem, solution.verdict.tally, solution.trajectories)
    right = [one for one in case.candidates if is_right(problem, one.trajectory)]
    wrong = [one for one in case.candidates if not is_right(problem, one.trajectory)]
    windows: dict[tuple[int, ...], tuple[Candidate, ...]] = {}
    for _ in range(terms.windows if right and wrong else 0):
        size = lot.randint(LEAST_WINDOW, terms.window)
        of_right = min(lot.randint(1, size // 2), len(right))
        shown = lot.sample(right, of_right)
        shown += lot.sample(wrong, min(size - of_right, len(wrong)))
        lot.shuffle(shown)
        windows.setdefault(tuple(one.index for one in shown), tuple(shown))
    return list(windows.values())


def select_rows(
    directory: Path, terms: SelectTerms, tokenizer: PreTrainedTokenizerBase
) -> Iterator[Row]:
    """Rows that ask for a choice and name a right solution, from a recorded run; blocks."""
    texts = load_judge_texts(JUDGE_TEXTS)
    for solution in RecordedRun(directory).solutions():
        for number, window in enumerate(windows_of(solution, terms)):
            asked = _question(solution.problem, window, texts, terms.candidate_chars)
            yield _row(solution.problem, number, asked, _pick(solution.problem, window), tokenizer)


def _question(
    problem: Problem, window: Sequence[Candidate], texts: JudgeTexts, candidate_chars: int
) -> str:
    """The question as `genselect` puts it."""
    hearing = Hearing(Tools(texts=texts), tokens=0)
    return texts.fill(
        "select",
        problem=problem.text,
        solutions=hearing.shown(window, candidate_chars),
        count=str(len(window)),
    )


def _pick(problem: Problem, window: Sequence[Candidate]) -> int:
    """The number of a right solution: one of the answer that comes first."""
    places = enumerate(window, 1)
    return next(number for number, one in places if is_right(problem, one.trajectory))


def _row(
    problem: Problem, number: int, asked: str, pick: int, tokenizer: PreTrainedTokenizerBase
) -> Row:
    chat = [{"role": "user", "content": asked}]
    prompt = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    given = tokenizer.encode(prompt, add_special_tokens=False)
    said = tokenizer.encode(f"Judgment: {pick}", add_special_tokens=False)
    said = [*said, tokenizer.eos_token_id]
    told = {"family": "genselect", "tier": 0, "problem": problem.id, "attempt": number}
    return Row([*given, *said], [0] * len(given) + [1] * len(said), told)

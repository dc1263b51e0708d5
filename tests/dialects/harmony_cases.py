"""What each harmony completion must be read as.

Tags such as `<|end|>` are special tokens; «end» is the same text in ordinary ones. `§` marks where
the turn is cut and is not in the text; without it the whole turn is kept.
"""

import re
from dataclasses import dataclass

from tirkit.dialects.events import MalformedKind
from tirkit.dialects.harmony.tokens import SPECIAL
from tirkit.types import FinishReason

CUT = MalformedKind.TRUNCATED_CODE
FAKE = MalformedKind.HALLUCINATED_OUTPUT
EMPTY = MalformedKind.EMPTY_CODE
BROKEN = MalformedKind.BROKEN_CALL
LENGTH = FinishReason.LENGTH

CALL = "<|channel|>analysis to=python code<|message|>"
THINK = "<|channel|>analysis<|message|>Let me see.<|end|><|start|>assistant"
FINAL = "<|channel|>final<|message|>"


@dataclass(frozen=True)
class Case:
    """One completion. Exactly one of code, malformed and final is expected."""

    name: str
    marked: str
    code: str | None = None
    malformed: MalformedKind | None = None
    final: str | None = None
    reason: FinishReason = FinishReason.STOP
    channel: str = "analysis"

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """Text, and whether it is a special token, in turn."""
        split = SPECIAL.split(self.marked.replace("§", ""))
        spelled = [
            (part if number % 2 else re.sub("«(.*?)»", r"<|\1|>", part), number % 2 == 1)
            for number, part in enumerate(split)
        ]
        return [part for part in spelled if part[0]]

    @property
    def end(self) -> int | None:
        """Characters to keep; None for all."""
        before, found, _ = self.marked.partition("§")
        return len(before) if found else None


WELL_FORMED = [
    Case("a call", f"{CALL}print(1)<|call|>", "print(1)"),
    Case("thought before", f"{THINK}{CALL}print(1)<|call|>", "print(1)"),
    Case(
        "on commentary",
        "<|channel|>commentary to=python code<|message|>x<|call|>",
        "x",
        channel="commentary",
    ),
    Case(
        "recipient in the role slot",
        " to=python<|channel|>analysis code<|message|>print(1)<|call|>",
        "print(1)",
    ),
    Case(
        "role slot after a thought",
        f"{THINK} to=python<|channel|>commentary code<|message|>1<|call|>",
        "1",
        channel="commentary",
    ),
    Case("constrained", "<|channel|>analysis to=python <|constrain|>code<|message|>1<|call|>", "1"),
    Case(
        "constrained, role slot",
        " to=python<|channel|>analysis <|constrain|>code<|message|>1<|call|>",
        "1",
    ),
    Case("ended by return", f"{CALL}print(1)<|return|>", "print(1)"),
    Case("no content type", "<|channel|>analysis to=python<|message|>1<|call|>", "1"),
    Case(
        "several lines",
        f"{CALL}x = 1\n\nfor i in range(3):\n    x += i\nx<|call|>",
        "x = 1\n\nfor i in range(3):\n    x += i\nx",
    ),
    Case("answer", f"{FINAL}So it is \\boxed{{5}}.<|return|>", final="So it is \\boxed{5}."),
    Case("thought and answer", f"{THINK}{FINAL}\\boxed{{0}}<|return|>", final="\\boxed{0}"),
    Case(
        "preamble, then a call",
        f"<|channel|>commentary<|message|>I will compute.<|end|><|start|>assistant{CALL}1<|call|>",
        "1",
    ),
    Case("two thoughts", f"{THINK}{THINK}{FINAL}5<|return|>", final="5"),
    Case("box in the thought", "<|channel|>analysis<|message|>\\boxed{7}<|return|>", final=""),
    Case("non-ASCII code", f"{CALL}s = 'é∑🙂'<|call|>", "s = 'é∑🙂'"),
]

VARIANTS = [
    Case("code word first", "<|channel|>analysis code to=python<|message|>1<|call|>", "1"),
    Case(
        "no space", "<|channel|>commentaryto=python<|message|>1<|call|>", "1", channel="commentary"
    ),
    Case(
        "functions.python",
        "<|channel|>commentary to=functions.python <|constrain|>json"
        '<|message|>{"code": "print(1)"}<|call|>',
        "print(1)",
        channel="commentary",
    ),
    Case("python_execute", "<|channel|>analysis to=python_execute code<|message|>1<|call|>", "1"),
    Case("JSON body", f'{CALL}{{"code": "x = 1\\nx"}}<|call|>', "x = 1\nx"),
    Case("JSON with real newlines", f'{CALL}{{"code": "x = 1\nx"}}<|call|>', "x = 1\nx"),
    Case("JSON, other name", f'{CALL} {{"input": "1"}} <|call|>', "1"),
    Case("a set display", f"{CALL}{{1, 2}}<|call|>", "{1, 2}"),
    Case("a dict display", f'{CALL}{{"a": 1}}<|call|>', '{"a": 1}'),
    Case("fence in the body", f"{CALL}```python\nx = 1\nx\n```<|call|>", "x = 1\nx\n"),
    Case("stopped at another token", f"{CALL}print(1)", "print(1)"),
    Case("stopped at end of text", f"{CALL}print(1)<|endoftext|>", "print(1)"),
    Case("ended by end", f"{CALL}1<|end|>§<|start|>assistant", "1"),
    Case(
        "ended by end, then a made-up result",
        f"{CALL}1<|end|>§<|start|>python to=assistant<|channel|>analysis<|message|>1<|end|>",
        "1",
    ),
    Case(
        "two recipients", " to=browser<|channel|>analysis to=python code<|message|>1<|call|>", "1"
    ),
    Case("no channel", " to=python<|message|>1<|call|>", "1"),
    Case("unknown channel", "<|channel|>plan to=python<|message|>1<|call|>", "1"),
    Case("call on final", "<|channel|>final to=python code<|message|>1<|call|>", "1"),
    Case(
        "nested channel after a thought",
        "<|channel|>analysis<|message|>Hm<|channel|>analysis to=python code<|message|>1<|call|>",
        "1",
    ),
    Case("nested final", f"<|channel|>analysis<|message|>Hm{FINAL}5<|return|>", final="5"),
    Case(
        "channel right after end",
        f"<|channel|>analysis<|message|>Hm<|end|>{FINAL}5<|return|>",
        final="5",
    ),
    Case(
        "start without end",
        f"<|channel|>analysis<|message|>Hm<|start|>assistant{FINAL}5<|return|>",
        final="5",
    ),
    Case("start twice", f"<|start|>assistant<|start|>assistant{CALL}1<|call|>", "1"),
    Case(
        "garbage between messages",
        f"<|channel|>analysis<|message|>Hm<|end|>garbage<|start|>assistant{FINAL}5<|return|>",
        final="5",
    ),
    Case("final json", "<|channel|>final json<|message|>{}<|return|>", final="{}"),
    Case("final to a stranger", "<|channel|>final to=json<|message|>{}<|return|>", final="{}"),
    Case(
        "final <|constrain|>json",
        "<|channel|>final <|constrain|>json<|message|>{}<|return|>",
        final="{}",
    ),
    Case(
        "to the user",
        f"<|channel|>commentary to=user<|message|>Hi<|end|><|start|>assistant{FINAL}5<|return|>",
        final="5",
    ),
    Case("final ended by end", f"{FINAL}5<|end|>", final="5"),
    Case("final ended by call", f"{FINAL}5<|call|>", final="5"),
    Case("final and on", f"{FINAL}5<|start|>assistant{FINAL}6<|return|>", final="5"),
    Case("final without end", f"{FINAL}5", final="5"),
    Case("final cut", f"{FINAL}\\boxed{{5}} since", final="\\boxed{5} since", reason=LENGTH),
    Case("message twice", f"{FINAL}5<|message|>6<|return|>", final="56"),
    Case(
        "constrain in a thought",
        f"<|channel|>analysis<|message|>a<|constrain|>b<|end|><|start|>assistant{FINAL}5<|return|>",
        final="5",
    ),
    Case(
        "channel word in the role slot",
        "<|end|><|start|>assistant final<|message|>5<|return|>",
        final="5",
    ),
    Case("message before anything", "<|message|>Hm<|end|><|message|>Hm<|return|>", final=""),
]

PLAIN_TEXT = [
    Case("written end in code", f"{CALL}print('«end»')<|call|>", "print('<|end|>')"),
    Case(
        "written call in code",
        f"{CALL}print('«call»«return»')<|call|>",
        "print('<|call|><|return|>')",
    ),
    Case(
        "written header in a thought",
        "<|channel|>analysis<|message|>«start»assistant«channel»analysis to=python code«message»"
        "1«call»<|end|><|start|>assistant<|channel|>final<|message|>5<|return|>",
        final="5",
    ),
    Case(
        "written final in a thought",
        "<|channel|>analysis<|message|>«channel»final«message»\\boxed{9}«return»<|return|>",
        final="",
    ),
    Case("all of it written out", "«channel»analysis to=python code«message»1«call»", final=""),
    Case("written constrain", f"{CALL}# «constrain»<|call|>", "# <|constrain|>"),
    Case(
        "written end of text in a header",
        "<|channel|>analysis to=python«endoftext»<|message|>1<|call|>",
        "1",
    ),
]

MALFORMED = [
    Case("cut in the body", f"{CALL}print(1", malformed=CUT, reason=LENGTH),
    Case("cut at the end of the body", f"{CALL}print(1)", malformed=CUT, reason=LENGTH),
    Case(
        "cut in another tool's body",
        "<|channel|>commentary to=browser.search<|message|>x",
        malformed=CUT,
        reason=LENGTH,
        channel="commentary",
    ),
    Case("cut in the header", "<|channel|>analysis to=python code", final="", reason=LENGTH),
    Case(
        "cut behind the header's role",
        "<|channel|>analysis<|message|>x<|end|><|start|>assistant",
        final="",
        reason=LENGTH,
    ),
    Case("cut in the recipient", "<|channel|>analysis to=pyth", final="", reason=LENGTH),
    Case("nothing", "", final="", reason=LENGTH),
    Case("nothing, stopped", "", final=""),
    Case("return at once", "<|return|>", final=""),
    Case("call at once", "<|call|>", malformed=BROKEN),
    Case("header without a body", "<|channel|>analysis to=python code<|call|>", malformed=BROKEN),
    Case("header, then return", "<|channel|>analysis to=python code<|return|>", final=""),
    Case(
        "thought sent as a call", "<|channel|>analysis<|message|>print(1)<|call|>", malformed=BROKEN
    ),
    Case("code to nobody", "<|channel|>analysis code<|message|>print(1)<|call|>", malformed=BROKEN),
    Case(
        "code to json",
        "<|channel|>commentary to=json<|message|>print(1)<|call|>",
        malformed=BROKEN,
        channel="commentary",
    ),
    Case(
        "unknown tool",
        '<|channel|>commentary to=browser.search<|message|>{"q": 1}<|call|>',
        malformed=BROKEN,
        channel="commentary",
    ),
    Case(
        "unknown tool, end",
        "<|channel|>commentary to=container.exec<|message|>ls<|end|>§<|start|>x",
        malformed=BROKEN,
        channel="commentary",
    ),
    Case(
        "not quite python",
        "<|channel|>analysis to=pythons code<|message|>1<|call|>",
        malformed=BROKEN,
    ),
    Case(
        "a recipient of hostile length",
        f"<|channel|>analysis to={'x' * 5000}<|message|>1<|call|>",
        malformed=BROKEN,
    ),
    Case("empty body", f"{CALL}<|call|>", malformed=EMPTY),
    Case("blank body", f"{CALL} \n\n<|call|>", malformed=EMPTY),
    Case("empty JSON code", f'{CALL}{{"code": " "}}<|call|>', malformed=EMPTY),
    Case("broken JSON", f'{CALL}{{"code": "print(1)<|call|>', malformed=BROKEN),
    Case("JSON too deep", f'{CALL}{{"code": {"[" * 200_000}<|call|>', malformed=BROKEN),
    Case(
        "made-up result",
        "<|channel|>analysis<|message|>Hm<|end|>§<|start|>python to=assistant<|channel|>analysis"
        "<|message|>42<|end|>",
        malformed=FAKE,
    ),
    Case("made-up result at once", "§<|start|>python to=assistant<|message|>42", malformed=FAKE),
    Case(
        "made-up user",
        "<|channel|>analysis<|message|>Hm§<|start|>user<|message|>Thanks<|end|>",
        malformed=FAKE,
    ),
    Case(
        "made-up system",
        "<|channel|>analysis<|message|>Hm<|end|>§<|start|>system<|message|>You",
        malformed=FAKE,
    ),
    Case(
        "channel in the body",
        f"{CALL}print(1)§<|channel|>final<|message|>5<|return|>",
        malformed=CUT,
    ),
    Case(
        "start in the body", f"{CALL}print(1)§<|start|>assistant{FINAL}5<|return|>", malformed=CUT
    ),
    Case("message in the body", f"{CALL}print(1)§<|message|>2<|call|>", malformed=CUT),
    Case("constrain in the body", f"{CALL}print(1)§<|constrain|>2<|call|>", malformed=CUT),
]

CASES = [*WELL_FORMED, *VARIANTS, *PLAIN_TEXT, *MALFORMED]

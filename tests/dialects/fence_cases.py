"""What each turn text must be read as. `§` marks where the turn ends and is not in the text."""

from dataclasses import dataclass

from tirkit.dialects import MalformedKind
from tirkit.dialects.fence_parser import RunAt
from tirkit.types import FinishReason

CUT = MalformedKind.TRUNCATED_CODE
FAKE = MalformedKind.HALLUCINATED_OUTPUT
EMPTY = MalformedKind.EMPTY_CODE
STOP = FinishReason.STOP
LENGTH = FinishReason.LENGTH


@dataclass(frozen=True)
class Case:
    """One turn. Exactly one of code, malformed and final is expected."""

    name: str
    marked: str
    code: str | None = None
    malformed: MalformedKind | None = None
    final: str | None = None
    run_at: RunAt = "fence"
    thinking: bool = False
    reason: FinishReason = STOP
    prompt: str = ""
    prefix: str = ""
    stop: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.marked.replace("§", "")

    @property
    def end(self) -> int:
        return self.marked.index("§")


OPENERS = [
    Case("plain", "Let me.\n```python\nprint(1)\n```\n§more", "print(1)"),
    Case("py", "```py\nprint(1)\n```\n§", "print(1)"),
    Case("upper case", "```Python\nprint(1)\n```\n§", "print(1)"),
    Case("python3", "```python3\nprint(1)\n```\n§", "print(1)"),
    Case("ipython", "```ipython\n1\n```\n§", "1"),
    Case("python with a version", "```python3.11\n1\n```\n§", "1"),
    Case("braces", "```{python}\n1\n```\n§", "1"),
    Case("class braces", "```{.python .numberLines}\n1\n```\n§", "1"),
    Case("attributes", '```python title="a.py"\n1\n```\n§', "1"),
    Case("space before the word", "``` python\n1\n```\n§", "1"),
    Case("spaces behind", "```python  \n1\n```  \n§", "1"),
    Case("windows newlines", "```python\r\nx = 1\r\nx\r\n```\r\n§", "x = 1\nx"),
    Case("tildes", "~~~python\n1\n~~~\n§", "1"),
    Case("four backticks", "````python\nx = 1\n```\n1\n````\n§", "x = 1\n```\n1"),
    Case("longer closer", "```python\n1\n`````\n§", "1"),
    Case("indented", "   ```python\n   if x:\n       y\n   ```\n§", "if x:\n    y"),
    Case("in a list", "1. so\n    ```python\n    if x:\n        y\n    ```\n§", "if x:\n    y"),
    Case("tab indented", "\t```python\n\tif x:\n\t\ty\n\t```\n§", "if x:\n\ty"),
    Case("less indented inside", "    ```python\n  x\n```\n§", "x"),
    Case("glued to text", "So:```python\n1\n```\n§", "1"),
    Case("glued to a tag", "<think>a</think>```python\n1\n```\n§", "1"),
    Case("glued list", "1. ```python\n1\n```\n§", "1"),
    Case(
        "mention in a sentence", "use ```python code``` here\n", final="use ```python code``` here"
    ),
    Case("mention ends the line", "as in ```python code```\n5", final="as in ```python code```\n5"),
    Case("inline on its own line", "```python print(1)```\n5", final="```python print(1)```\n5"),
    Case("two backticks", "``python\n1\n``\n", final="``python\n1\n``"),
    Case("other language", "```text\n7\n```\n", final="7"),
    Case("console is not code", "```pycon\n>>> 1\n```\n", final=">>> 1"),
    Case("python inside text", "```text\n```python\n1\n```\nend", final="```python\n1\nend"),
    Case("python inside bare", "```\n```python\n1\n```\nend", final="```python\n1\nend"),
    Case(
        "python in long text",
        "````md\n```python\n1\n```\n````\nend",
        final="```python\n1\n```\nend",
    ),
    Case("python behind text", "```text\na\n```\n```python\n1\n```\n§", "1"),
    Case("glued behind text", "```text\na\n``````python\n1\n```\n§", "1"),
    Case("glued bare is no fence", "a```\n```python\n1\n```\n§", "1"),
    Case("tilde does not close backticks", "```python\n1\n~~~\n2\n```\n§", "1\n~~~\n2"),
]

CLOSERS = [
    Case("at the end of the stream", "```python\n1\n```§", "1"),
    Case("two blocks", "```python\n1\n```\n§and\n```python\n2\n```\n", "1"),
    Case("adjacent blocks", "```python\n1\n```\n§```python\n2\n```\n", "1"),
    Case("glued closer", "```python\nprint(1)```\n§", "print(1)"),
    Case("glued closer behind a space", "```python\nprint(1) ```\n§", "print(1) "),
    Case("glued behind a comment", "```python\n1  # one```\n§", "1  # one"),
    Case("fence in a comment", "```python\n# ```\n1\n```\n§", "# ```\n1"),
    Case("pair in a comment", "```python\n1  # a ```b```\n```\n§", "1  # a ```b```"),
    Case("glued to output", "```python\n1\n```§```output\n1\n```\n", "1"),
    Case("glued to python", "```python\n1\n```§```python\n2\n```\n", "1"),
    Case("all glued", "```python\nprint(1)```§```output\n1\n", "print(1)"),
    Case("never closed, output follows", "```python\n1\n§```output\n1\n```\n", "1"),
    Case("never closed, python follows", "```python\n1\n§```python\n2\n```\n", "1"),
    Case("run too short for two fences", "```python\n1\n§````output\n5\n", "1"),
    Case("output glued to code", "```python\nprint(1)§```output\n1\n", "print(1)"),
    Case("text fence is content", "```python\n1\n```text\n2\n```\n§", "1\n```text\n2"),
    Case("blank lines kept", "```python\n\nx\n\n```\n§", "\nx\n"),
    Case("empty", "```python\n```\n§", malformed=EMPTY),
    Case("blank", "a\n```python\n  \n\n```\n§", malformed=EMPTY),
    Case("cut in code", "a\n```python\nprint(1§", malformed=CUT, reason=LENGTH),
    Case("cut behind a line", "```python\nprint(1)\n§", malformed=CUT, reason=LENGTH),
    Case("cut in the closer", "```python\n1\n``§", malformed=CUT, reason=LENGTH),
    Case("cut behind the closer", "```python\n1\n```§", malformed=CUT, reason=LENGTH),
    Case("cut in the opener", "a\n```python§", malformed=CUT, reason=LENGTH),
    Case("stopped in code", "```python\nprint(1)§", malformed=CUT),
    Case("cut in prose", "a\n```pyth", final="a", reason=LENGTH),
]

STRINGS = [
    Case("one-line string", '```python\nprint("```")\n```\n§', 'print("```")'),
    Case("string ends the line", "```python\nx = '```'\n```\n§", "x = '```'"),
    Case("triple quotes", "```python\nx = '''\n```\n'''\n```\n§", "x = '''\n```\n'''"),
    Case("triple double", '```python\nx = """\n```\n"""\n```\n§', 'x = """\n```\n"""'),
    Case("raw prefix", "```python\nx = r'''\\\n```\n'''\n```\n§", "x = r'''\\\n```\n'''"),
    Case("escaped quotes", "```python\nx = '''\\'''\n```\n'''\n```\n§", "x = '''\\'''\n```\n'''"),
    Case("quotes in a comment", "```python\n1  # '''\n```\n§", "1  # '''"),
    Case("quotes in a string", "```python\nx = \"'''\"\n```\n§", "x = \"'''\""),
    Case("apostrophe", "```python\nx = 'it\n```\n§", "x = 'it"),
    Case("continued string", "```python\nx = 'a\\\n```\\\n'\n```\n§", "x = 'a\\\n```\\\n'"),
    Case(
        "examples in a docstring",
        "```python\n'''\n```python\n1\n```\n```python\n2\n```\n'''\n3\n```\n§",
        "'''\n```python\n1\n```\n```python\n2\n```\n'''\n3",
    ),
    Case("glued fence in a string", "```python\nx = '''a```\n'''\n```\n§", "x = '''a```\n'''"),
    Case(
        "two strings with fences",
        "```python\n'''\n```\n'''\nx = '''\n```python\n```\n'''\n1\n```\n§",
        "'''\n```\n'''\nx = '''\n```python\n```\n'''\n1",
    ),
    Case(
        "block in a block in a docstring",
        "```python\n'''\n```\nx\n```\n```text\n```python\n```\n'''\n2\n```\n§",
        "'''\n```\nx\n```\n```text\n```python\n```\n'''\n2",
    ),
    Case(
        "never closed, pair inside",
        "```python\n'''\n```text\na\n```\n```\n§b\n```python\n1\n```\n",
        "'''\n```text\na\n```",
    ),
    Case("never closed string", "```python\nx = '''a\n```\n§So.", "x = '''a"),
    Case("never closed, cut", "```python\nx = '''a\n```\n§So", "x = '''a", reason=LENGTH),
    Case("never closed, output", "```python\nx = '''a\n```\n§```output\n1\n", "x = '''a"),
    Case("never closed, new block", "```python\n'''\n```\n§a\n```python\n1\n```\n", "'''"),
    Case("never closed, no fence", "```python\nx = '''a\nb§", malformed=CUT),
]

OUTPUTS = [
    Case("invented output", "It is\n§```output\n5\n```\n", malformed=FAKE),
    Case("invented at the end", "It is\n§```output", malformed=FAKE),
    Case("invented and glued", "It is§```output\n5\n", malformed=FAKE),
    Case("output inside text", "```text\n```output\n5\n```\nend", final="```output\n5\nend"),
    Case("invented, at output", "§```output\n5\n```\n", malformed=FAKE, run_at="output"),
    Case("at output", "```python\n1\n```\n```output\n§1\n```\n", "1", run_at="output"),
    Case("at output, blank line", "```python\n1\n```\n\n```output\n§", "1", run_at="output"),
    Case("at output, prose between", "```python\n1\n```\nRun:\n```output\n§", "1", run_at="output"),
    Case("at output, end of stream", "```python\n1\n```\n```output§", "1", run_at="output"),
    Case("at output, none comes", "```python\n1\n```\n§The end.", "1", run_at="output"),
    Case("at output, closer ends it", "```python\n1\n```§", "1", run_at="output"),
    Case("at output, glued", "```python\n1``````output\n§", "1", run_at="output"),
    Case("at output, never closed", "```python\n1\n```output\n§", "1", run_at="output"),
    Case(
        "at output, two blocks",
        "```python\nx = 1\n```\nthen\n```python\nx\n```\n```output\n§1",
        "x = 1\nx",
        run_at="output",
    ),
    Case(
        "at output, one is blank",
        "```python\n```\n```python\nx\n```\n```output\n§",
        "x",
        run_at="output",
    ),
    Case("at output, all blank", "```python\n```\n```output\n§", malformed=EMPTY, run_at="output"),
    Case(
        "at output, second is cut",
        "```python\n1\n```\n```python\n2§",
        malformed=CUT,
        run_at="output",
        reason=LENGTH,
    ),
    Case(
        "at output, string never closed",
        "```python\n'''\n```\n```output\n§",
        "'''",
        run_at="output",
    ),
    Case(
        "at output, other block read again",
        "```python\n'''\n```\n§```text\n```output\n",
        "'''",
        run_at="output",
    ),
    Case(
        "at output, text read again",
        "```python\n'''\n```\na\n```python\n2\n```\n```output\n§",
        "'''\n2",
        run_at="output",
    ),
]

THINKING = [
    Case("stop text in it", "<think>\nStop:\n</think>\n5", final="5", stop=("Stop:",)),
    Case("code in thinking", "<think>\n```python\n1\n```\n</think>\n5", final="5"),
    Case("output in thinking", "<think>\n```output\n1\n```\n</think>\n5", final="5"),
    Case("code behind it", "<think>\nhm\n</think>\n```python\n1\n```\n§", "1"),
    Case("open block in it", "<think>\n```text\nhm\n</think>\n```python\n1\n```\n§", "1"),
    Case("never closed", "<think>\nit is \\boxed{5}", final=""),
    Case(
        "opened by the prompt", "```python\n1\n```\n</think>\n5", final="5", prompt="a\n<think>\n"
    ),
    Case("prompt, never closed", "\\boxed{5}", final="", prompt="<think>"),
    Case("prompt closed it", "5", final="5", prompt="<think>\n\n</think>\n\n"),
    Case("stray closing tag", "draft \\boxed{1}\n</think>\n5", final="5"),
    Case("twice", "<think>a</think>b<think>c</think>d", final="d"),
    Case("reopened", "<think>a</think>b<think>c", final=""),
    Case("tag in code", "```python\nx = '<think>'\n```\n§", "x = '<think>'"),
    Case("allowed", "<think>\n```python\n1\n```\n§</think>", "1", thinking=True),
    Case("allowed, prompt", "```python\n1\n```\n§", "1", thinking=True, prompt="<think>\n"),
    Case(
        "allowed, block left open",
        "<think>\n```python\n1\n</think>\n5",
        final="5",
        thinking=True,
    ),
    Case(
        "unrun code before a stray tag",
        "```python\n1\n```\n</think>\n5",
        final="5",
        run_at="output",
    ),
]

PROMPTS = [
    Case("prefix opens a block", "1)\n```\n§", "1)", prompt="Q\n```py\n", prefix="```py\n"),
    Case("prefix ends in a fence", "python\n1\n```\n§", "1", prompt="Q\n```", prefix="```"),
    Case(
        "prefix begins code", "1)\n```\n§", "x\nf(1)", prompt="```py\nx\nf(", prefix="```py\nx\nf("
    ),
    Case("prefix begins an output", "§output\n5\n", malformed=FAKE, prompt="Q: ```", prefix="```"),
    Case("prefix, cut", "1§", malformed=CUT, prompt="```py\n", prefix="```py\n", reason=LENGTH),
    Case("prefix not there", "1\n```\n", final="1", prompt="Q\n", prefix="```py\n"),
    Case("prefix thinks", "a\n</think>\n5", final="5", prompt="Q\n<think>\n", prefix="<think>\n"),
    Case("prefix speaks", "is 5", final="It is 5", prompt="Q\nIt ", prefix="It "),
    Case(
        "prefix holds a block", "5", final="5", prompt="```py\n1\n```\n", prefix="```py\n1\n```\n"
    ),
    Case("prompt ends in a block of its own", "5", final="5", prompt="Like:\n```python\n"),
    Case("prompt ends in output", "1\n```python\n2\n```\n§", "2", prompt="```output\n1\n```\n"),
    Case("stop text", "So 5.\n\nProblem: another\n", final="So 5.", stop=("Problem:",)),
    Case("stop text at the end", "So 5.\nProblem: an", final="So 5.", stop=("Problem:",)),
    Case("stop text inside a line", "The Problem: 5", final="The Problem: 5", stop=("Problem:",)),
    Case("stop text in code", "```py\nProblem: 1\n```\n§", "Problem: 1", stop=("Problem:",)),
    Case(
        "stop text with unrun code",
        "```py\n1\n```\n§Problem: x\n",
        "1",
        stop=("Problem:",),
        run_at="output",
    ),
    Case("nothing", "", final=""),
    Case("prose", "The answer is\n\n\\boxed{5}.\n", final="The answer is\n\n\\boxed{5}."),
]

CASES = [*OPENERS, *CLOSERS, *STRINGS, *OUTPUTS, *THINKING, *PROMPTS]

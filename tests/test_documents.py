"""Every Python block of the documentation runs, page by page, in one namespace per page."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
async def test_page_when_its_blocks_run_then_none_fails(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.read_text()  # noqa: ASYNC240 - small
    namespace: dict[str, Any] = {"__name__": "__main__"}
    fences = re.findall(r"^```python", text, re.MULTILINE)
    assert len(fences) == len(BLOCK.findall(text)), "a block that would not run"
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        source = "\n" * line + match[1]
        code = compile(source, str(page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if code.co_flags & inspect.CO_COROUTINE:
            await eval(code, namespace)
        else:  # as a script: it may start a loop of its own
            await anyio.to_thread.run_sync(exec, code, namespace)


def test_pages_when_counted_then_most_show_code_that_runs() -> None:
    silent = {name(page) for page in PAGES if not BLOCK.search(page.read_text())}
    assert silent <= {"README.md", "docs/cli.md", "docs/benchmarks.md", "docs/engines-vllm.md"}


def test_pages_when_a_room_exists_then_it_is_named_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text()
    for page in PAGES:
        if page.parent.name == "docs":
            assert page.name in navigation, f"{name(page)} is not in mkdocs.yml"

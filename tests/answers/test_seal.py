"""What a child may not do once its libraries are loaded, each tried out in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = """
import runpy, sys
from pathlib import Path
import tirkit.answers.worker as room
runpy.run_path(str(Path(room.__file__).with_name("__main__.py")))["_bare_packages"]()
from tirkit.answers.worker import decide, evaluators, seal
import os, socket, subprocess, math_verify, sympy, sympy.parsing
from math_verify.parser import ExprExtractionConfig
seal.limit(512)
seal.seal(*evaluators.EVALUATORS)
path = sys.argv[1]
try:
    print("done", {attempt})
except BaseException as failure:
    print(type(failure).__name__, failure)
"""
ATTEMPTS = {
    "sympify": "sympy.sympify(f\"open('{path}', 'w')\")",
    "parse_expr": "sympy.parsing.parse_expr(f\"open('{path}', 'w')\")",
    "parse_expr of the module": "sympy.parsing.sympy_parser.parse_expr('1+1')",
    "Number": "sympy.Number(f\"open('{path}', 'w')\")",
    "eval": "eval(f\"open('{path}', 'w')\")",
    "exec": "exec('import os')",
    "compile": "compile('1', 'x', 'eval')",
    "monomial code that is none": "compile('def monomial_mul(A, B):\\n    open', 'x', 'exec')",
    "open for writing": "open(path, 'w')",
    "open for appending": "open(path, 'ab')",
    "os.open": "os.open(path, os.O_WRONLY | os.O_CREAT)",
    "mkdir": "os.mkdir(path)",
    "symlink": "os.symlink('/', path)",
    "socket": "socket.socket()",
    "connect": "socket.create_connection(('127.0.0.1', 9))",
    "subprocess": "subprocess.run(['touch', path])",
    "system": "os.system(f'touch {path}')",
    "fork": "os.fork()",
    "kill": "os.kill(os.getppid(), 0)",
    "memory": "len(bytearray(1 << 30))",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_child_when_sealed_then_may_not(attempt: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    run = subprocess.run(
        [sys.executable, "-c", BEGIN.replace("{attempt}", attempt), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert run.stdout.startswith(("ForbiddenError", "SympifyError", "MemoryError")), run.stdout
    assert list(tmp_path.iterdir()) == []


def test_child_when_sealed_then_math_verify_parses_no_plain_expression(tmp_path: Path) -> None:
    attempt = "math_verify.parse('2+3*4', [ExprExtractionConfig()], parsing_timeout=None)"
    run = subprocess.run(
        [sys.executable, "-c", BEGIN.replace("{attempt}", attempt), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert run.stdout == "done []\n"

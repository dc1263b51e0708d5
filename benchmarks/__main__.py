"""Run all benchmarks, or those named: `python -m benchmarks [NAME ...]`."""

import subprocess
import sys

NAMES = (
    "loop_cost",
    "async_vs_lockstep",
    "engine_overhead",
    "nano_vllm",
    "kernels",
    "execute_while_streaming",
    "answers",
    "stopping",
    "open_records",
    "replay_traces",
)


def main() -> int:
    wanted = sys.argv[1:] or list(NAMES)
    unknown = set(wanted) - set(NAMES)
    if unknown:
        print(f"benchmarks: no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return 2
    # One process each: what one loads must not slow the next.
    return max(
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
        for name in wanted
    )


if __name__ == "__main__":
    sys.exit(main())

"""The original tool's module name: `load_v_score_run`, and `compute …` handed on to vscore.

python py/compute_v_scores.py compute --model gemma-2b …
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Replace this process by `vscore` with these arguments; returns only if it cannot."""
    command = ROOT / "node_modules" / ".bin" / "vscore"
    if not command.exists():
        sys.stderr.write(f"{command} is missing. Run: npm run setup\n")
        return 3
    os.execv(command, [str(command), *arguments])


# Before anything is imported: vscore finds its own Python, this one may lack torch.
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

sys.path.insert(0, str(ROOT))

from score import RunMeta, load_v_score_run  # noqa: E402

__all__ = ["RunMeta", "load_v_score_run", "main"]

"""Imports beside other work, and what they leave out."""

import subprocess
import sys
from pathlib import Path

PY = Path(__file__).resolve().parents[3] / "py"


def run(script: str) -> str:
    """In a process of its own: what is imported stays."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(PY), "PATH": ""},
        check=True,
    )
    return done.stdout


def test_they_are_imported_once_by_whoever_comes_first():
    told = run(
        "import sys, threading\n"
        "from vscore_engine import warm_up\n"
        "warm_up.begin(); warm_up.begin()\n"
        "print([thread.name for thread in threading.enumerate()].count('imports'))\n"
        "warm_up.import_sae_lens()\n"
        "print('sae_lens' in sys.modules, threading.active_count() > 1)\n"
    )
    assert told.split("\n")[0] == "1"
    assert told.split("\n")[1].startswith("True")


def test_a_library_that_cannot_be_imported_is_the_fault_of_who_needs_it(tmp_path):
    (tmp_path / "transformers").mkdir()
    (tmp_path / "transformers" / "__init__.py").write_text("raise OSError('half installed')\n")
    told = run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from vscore_engine import warm_up\n"
        "warm_up.begin()\n"
        "try:\n"
        "    warm_up.import_sae_lens()\n"
        "except OSError as error:\n"
        "    print(error)\n"
    )
    assert told == "half installed\n"

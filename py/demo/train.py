"""Rebuild the demo: tokenizer, language model, SAEs and transcoder (evaluate.py measures them).

    python py/demo/train.py [--out DIR]

Everything comes from the committed text, with fixed seeds and step counts: on one machine and
with the same library versions the same bytes come out.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# Threads that wait must sleep, not spin: else a shared machine is several times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TQDM_DISABLE", "1")  # sae_lens draws bars

import torch

from demo.packing import balanced_rows, row_sources, training_rows
from demo.progress import say
from demo.text import DEMO, read_training_text
from demo.tokenizer import save_tokenizer, train_tokenizer

SEED = 7
SAE_ROWS = 110  # per language: 14 000 tokens


def train_language_model_and_tokenizer(out: Path) -> None:
    """Write `model` below `out`."""
    from demo.language_model import (
        ROWS_PER_STEP,
        STEPS,
        new_model,
        save_language_model,
        train_language_model,
    )

    text = read_training_text()
    tokenizer = train_tokenizer(text, SEED)
    rows = training_rows(row_sources(text, tokenizer, SEED), STEPS * ROWS_PER_STEP, SEED)
    model = new_model(tokenizer, SEED)
    train_language_model(model, rows)
    shutil.rmtree(out / "model", ignore_errors=True)
    save_language_model(model, out / "model")
    save_tokenizer(tokenizer, out / "model")


def train_dictionaries(out: Path) -> None:
    """Write `saes` and `transcoders` below `out`, for the model that is there.

    The model is read back, with its weights rounded to fp16: the dictionaries are trained on what
    people will load.
    """
    # sae_lens takes seconds to import, so this comes only when it is needed.
    from transformers import AutoTokenizer, Qwen3ForCausalLM

    from demo.dictionaries import (
        SAE_LAYERS,
        TRANSCODER_LAYER,
        activations,
        save_dictionary,
        train_sae,
        train_transcoder,
    )

    tokenizer = AutoTokenizer.from_pretrained(out / "model")
    model = Qwen3ForCausalLM.from_pretrained(out / "model", dtype=torch.float32).eval()
    sources = row_sources(read_training_text(), tokenizer, SEED)
    values = activations(model, balanced_rows(sources, SAE_ROWS))
    for layer in SAE_LAYERS:
        sae = train_sae(values[f"blocks.{layer}.hook_resid_post"], layer, SEED)
        save_dictionary(sae, out / "saes" / f"layer_{layer}")
    hooks = f"blocks.{TRANSCODER_LAYER}"
    transcoder = train_transcoder(
        values[f"{hooks}.mlp.hook_in"], values[f"{hooks}.hook_mlp_out"], SEED
    )
    save_dictionary(transcoder, out / "transcoders" / f"layer_{TRANSCODER_LAYER}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Rebuild the demo model; evaluate.py measures it.")
    parser.add_argument("--out", type=Path, default=DEMO, help="folder to write to")
    arguments = parser.parse_args()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    start = time.monotonic()
    train_language_model_and_tokenizer(arguments.out)
    train_dictionaries(arguments.out)
    say(f"trained in {time.monotonic() - start:.0f} s; py/demo/evaluate.py measures it")


if __name__ == "__main__":
    main()

"""The demo's tokenizer: byte-level BPE of 4096 entries, trained on a balanced sample."""

import json
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from demo.languages import LANGUAGES
from demo.text import TrainingRow

VOCABULARY = 4096
CONTEXT = 512  # tokens
SPECIAL_TOKENS = {"pad_token": "<pad>", "bos_token": "<bos>", "eos_token": "<eos>"}
DECLARATION_BYTES = 30_000
MANUAL_BYTES = 60_000


def balanced_sample(rows: list[TrainingRow], seed: int) -> list[str]:
    """Per language some of the declaration and of the manuals, counted in UTF-8 bytes.

    A language without manuals, or a script that is alone in having its bytes, is the poorer for
    an even share; Thai and Arabic get more of what they have.
    """
    draw = random.Random(seed)
    sample: list[str] = []
    for code in LANGUAGES:
        own = [row for row in rows if row["language"] == code]
        draw.shuffle(own)
        widen = 1.5 if code in ("tha_Thai", "arb_Arab") else 1.0
        for is_declaration, budget in ((True, DECLARATION_BYTES), (False, MANUAL_BYTES)):
            left = budget * widen
            for row in own:
                if (row["source"] == "declaration") == is_declaration and left > 0:
                    sample.append(row["text"])
                    left -= len(row["text"].encode())
    return sample


def train_tokenizer(rows: list[TrainingRow], seed: int) -> PreTrainedTokenizerFast:
    """Every encoded text begins with <bos>; `decode(encode(text))` gives the text back."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL_TOKENS.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(balanced_sample(rows, seed), trainer)
    bos = SPECIAL_TOKENS["bos_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A",
        pair=f"{bos} $A $B",
        special_tokens=[(bos, tokenizer.token_to_id(bos))],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
        padding_side="right",
        **SPECIAL_TOKENS,
    )


def save_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """As `save_pretrained`, but under the class name that older transformers know too."""
    tokenizer.save_pretrained(folder)
    config_file = folder / "tokenizer_config.json"
    config = json.loads(config_file.read_text("utf-8"))
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    for private in ("backend", "is_local", "local_files_only"):
        config.pop(private, None)
    config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", "utf-8")

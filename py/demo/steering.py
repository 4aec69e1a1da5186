"""Steering by mean differences: how much is written in the target language.

`SETTINGS` are tried on `dev` prompts; the one that `choose` takes is measured on `devtest` prompts.
Vectors come from `dev` texts throughout.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import product
from statistics import mean
from typing import Any

import torch
from torch import Tensor

from demo.artefacts import LAYER, SEED, TEXTS, Demo, sample
from demo.capture import residuals
from demo.identify import is_identifiable, is_in_language
from demo.interventions import CONTINUATION, Gate, continuations, prompt_of
from demo.progress import say
from demo.text import evaluation_texts

DEV_PROMPTS = 6  # per language, for each of the settings
PROMPTS = 10  # per language, on devtest; Thai and Azerbaijani have no more
ROWS = 600  # continuations generated at a time

LAYERS = ((1,), (2,), (3,), (1, 2, 3))
ALPHAS = (1.0, 1.25, 1.5, 2.0)
SKIPPED = (0, 4)
RULE = (
    "the highest mean share on dev prompts, rounded to two decimals; ties go to the smaller alpha, "
    "then to fewer layers, then to means over all tokens, then to the lower layer"
)

# layer -> feature pairs by language
Features = dict[int, dict[str, list[int]]]


@dataclass(frozen=True)
class Setting:
    """Where, how strongly and with which means; `skipped` tokens of a text are not averaged."""

    layers: tuple[int, ...]
    alpha: float
    skipped: int

    @property
    def name(self) -> str:
        return f"{self.where}, alpha {self.alpha:g}"

    @property
    def where(self) -> str:
        means = f", means without the first {self.skipped} tokens" if self.skipped else ""
        return f"{'layer' if len(self.layers) == 1 else 'layers'} {self.layers_text}{means}"

    @property
    def layers_text(self) -> str:
        return ", ".join(map(str, self.layers))


SETTINGS = tuple(Setting(*values) for values in product(LAYERS, ALPHAS, SKIPPED))
PLAIN = Setting((LAYER,), 1.0, 0)  # reported beside the one chosen


@dataclass(frozen=True)
class Case:
    """A prompt in one language, to be continued in another."""

    source: str
    target: str
    prompt: str


def cases(texts: dict[str, list[str]], codes: list[str], count: int) -> list[Case]:
    """`count` prompts of every language, towards every other language."""
    return [
        Case(source, target, prompt_of(text))
        for target in codes
        for source in codes
        for text in sample(texts[source], count)
        if source != target
    ]


def own_cases(texts: dict[str, list[str]], codes: list[str], count: int) -> list[Case]:
    """The same prompts, to be continued in their own language."""
    return [
        Case(code, code, prompt_of(text)) for code in codes for text in sample(texts[code], count)
    ]


def choose(shares: dict[Setting, float]) -> Setting:
    """The setting that `RULE` picks."""
    return min(
        shares,
        key=lambda s: (-round(shares[s], 2), s.alpha, len(s.layers), s.skipped, s.layers),
    )


class Steering:
    """Mean differences of the demo's languages, and continuations steered by them."""

    def __init__(self, demo: Demo, features: Features) -> None:
        self._demo = demo
        self._features = features
        self.codes = [code for code in demo.languages if is_identifiable(code)]
        texts = evaluation_texts("dev")
        self._centres = {
            skipped: {code: self._means(texts[code], skipped) for code in self.codes}
            for skipped in SKIPPED
        }

    def _means(self, texts: list[str], skipped: int) -> dict[int, Tensor]:
        model, tokenizer = self._demo.model, self._demo.tokenizer
        streams = residuals(model, tokenizer, sample(texts, TEXTS), (1, 2, 3), skipped)
        return {layer: values.mean(0) for layer, values in streams.items()}

    def _difference(self, setting: Setting, case: Case, layer: int) -> Tensor:
        centre = self._centres[setting.skipped]
        return setting.alpha * (centre[case.target][layer] - centre[case.source][layer])

    def vectors(self, setting: Setting, chunk: list[Case]) -> dict[int, Tensor]:
        """Layer -> [cases, d]."""
        return {
            layer: torch.stack([self._difference(setting, case, layer) for case in chunk])
            for layer in setting.layers
        }

    def source_features_fire(self, chunk: list[Case]) -> Gate:
        """Open where one of the source's two top features of that layer is active."""

        def gate(layer: int, hidden: Tensor) -> Tensor:
            pairs = torch.tensor([self._features[layer][case.source] for case in chunk])
            coded = self._demo.saes[layer].encode(hidden)  # [cases, position, features]
            index = pairs.unsqueeze(1).expand(-1, coded.shape[1], -1)
            return coded.gather(-1, index).gt(0).any(-1)

        return gate

    def steered(self, setting: Setting, of: list[Case], gated: bool = False) -> list[str]:
        return self._run(
            of,
            lambda chunk: self.vectors(setting, chunk),
            self.source_features_fire if gated else None,
        )

    def unsteered(self, of: list[Case]) -> list[str]:
        return self._run(of, lambda _chunk: {})

    def at_random(self, setting: Setting, of: list[Case]) -> list[str]:
        """One random direction per case, in every layer as long as the mean difference there."""
        generator = torch.Generator().manual_seed(SEED)

        def noise(chunk: list[Case]) -> dict[int, Tensor]:
            meant = self.vectors(setting, chunk)
            shape = next(iter(meant.values())).shape
            unit = torch.nn.functional.normalize(torch.randn(shape, generator=generator), dim=1)
            return {layer: unit * own.norm(dim=1, keepdim=True) for layer, own in meant.items()}

        return self._run(of, noise)

    def _run(
        self,
        of: list[Case],
        vectors: Callable[[list[Case]], dict[int, Tensor]],
        gate: Callable[[list[Case]], Gate] | None = None,
    ) -> list[str]:
        outputs: list[str] = []
        for start in range(0, len(of), ROWS):
            chunk = of[start : start + ROWS]
            outputs += continuations(
                self._demo.model,
                self._demo.tokenizer,
                [case.prompt for case in chunk],
                vectors(chunk),
                gate(chunk) if gate else None,
            )
        return outputs


def share_by_target(outputs: list[str], of: list[Case]) -> dict[str, float]:
    """Target -> share of its continuations that are in it."""
    hits: dict[str, list[bool]] = {}
    for output, case in zip(outputs, of, strict=True):
        hits.setdefault(case.target, []).append(is_in_language(output, case.target))
    return {target: mean(own) for target, own in hits.items()}


def distinct_tokens(tokenizer: Any, outputs: Iterable[str]) -> float:
    """Mean share of a continuation's tokens that are not repetitions within it."""
    encoded = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in outputs]
    return mean(len(set(ids)) / len(ids) for ids in encoded if ids)


def judge_ceiling(demo: Demo, codes: list[str]) -> dict[str, dict[str, float]]:
    """How often real text is judged right: what follows the prompt in every devtest paragraph that
    is long enough, cut to the length of a continuation."""
    tokenizer = demo.tokenizer
    found = {}
    for code in codes:
        rests = [text[len(prompt_of(text)) :] for text in demo.devtest[code]]
        encoded = [tokenizer(rest, add_special_tokens=False)["input_ids"] for rest in rests]
        cut = [tokenizer.decode(ids[:CONTINUATION]) for ids in encoded if len(ids) >= CONTINUATION]
        found[code] = {
            "share": mean(is_in_language(text, code) for text in cut),
            "paragraphs": len(cut),
        }
    return found


def tried_on_dev(steering: Steering) -> dict[Setting, float]:
    """Mean share over targets for all settings, on dev prompts."""
    of = cases(evaluation_texts("dev"), steering.codes, DEV_PROMPTS)
    shares = {}
    for setting in SETTINGS:
        shares[setting] = mean(share_by_target(steering.steered(setting, of), of).values())
        say(f"dev: {setting.name}: {shares[setting]:.3f}")
    return shares


@torch.no_grad()
def steering(demo: Demo, features: Features) -> dict[str, Any]:
    """The choice on dev prompts, and shares of continuations in the target language on devtest
    prompts, over all pairs of languages that can be told apart offline."""
    steer = Steering(demo, features)
    tried = tried_on_dev(steer)
    chosen = choose(tried)
    of = cases(demo.devtest, steer.codes, PROMPTS)
    own = own_cases(demo.devtest, steer.codes, PROMPTS)
    outputs = {
        "steered": steer.steered(chosen, of),
        "plain": steer.steered(PLAIN, of),
        "unsteered": steer.unsteered(of),
        "gated_by_source_features": steer.steered(chosen, of, gated=True),
        "random_vector": steer.at_random(chosen, of),
    }
    shares = {name: share_by_target(texts, of) for name, texts in outputs.items()}
    shares["unsteered_stays_in_own_language"] = share_by_target(steer.unsteered(own), own)
    ceiling = judge_ceiling(demo, steer.codes)
    shares["judge_ceiling"] = {code: row["share"] for code, row in ceiling.items()}
    return {
        "how": f"mean(target) - mean(source) added at every position; {PROMPTS} prompts a language "
        f"towards each other language, greedy, {CONTINUATION} tokens",
        "setting": {**asdict(chosen), "name": chosen.name},
        "plain_setting": {**asdict(PLAIN), "name": PLAIN.name},
        "rule": RULE,
        "dev_prompts": DEV_PROMPTS,
        "dev": {
            place: {f"{s.alpha:g}": share for s, share in tried.items() if s.where == place}
            for place in dict.fromkeys(setting.where for setting in SETTINGS)
        },
        "distinct_tokens": {
            name: distinct_tokens(demo.tokenizer, texts) for name, texts in outputs.items()
        },
        **{f"mean_{name}": mean(values.values()) for name, values in shares.items()},
        "languages": {
            code: {
                **{name: values[code] for name, values in shares.items()},
                "judged_paragraphs": ceiling[code]["paragraphs"],
            }
            for code in steer.codes
        },
    }

"""Writes the measured numbers of evaluation.json into MODEL_CARD.md, between two markers."""

import json
from pathlib import Path
from typing import Any

BEGIN = "<!-- measured: written by evaluate.py -->"
END = "<!-- end of measured -->"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]
    return [*lines, ""]


def _detection_table(found: dict[str, Any]) -> list[str]:
    layers = found["detection"]
    rows = [
        [
            code,
            found["texts"][code],
            *(f"{layers[layer]['languages'][code]['token_auroc']:.3f}" for layer in layers),
            f"{found['detection_udhr_layer_2']['languages'][code]['token_auroc']:.3f}",
            f"{row['fires_on_own']:.0%}",
            f"{row['fires_on_others']:.1%}",
            ", ".join(map(str, row["features"])),
        ]
        for code, row in layers["layer_2"]["languages"].items()
    ]
    rows.append(
        [
            "**mean**",
            "",
            *(f"**{layer['mean_token_auroc']:.3f}**" for layer in layers.values()),
            f"**{found['detection_udhr_layer_2']['mean_token_auroc']:.3f}**",
            f"{layers['layer_2']['mean_fires_on_own']:.0%}",
            f"{layers['layer_2']['mean_fires_on_others']:.1%}",
            f"{layers['layer_2']['distinct_top_features']} distinct of {len(rows)}",
        ]
    )
    head = ["language", "texts", "layer 1", "layer 2", "layer 3", "layer 2, udhr"]
    return _table([*head, "fires on own", "on others", "top features, layer 2"], rows)


def _ablation_table(found: dict[str, Any]) -> list[str]:
    rows = [
        [
            code,
            f"{row['cross_entropy']:.2f}",
            f"{row['own_rise']:+.2f}",
            f"{row['others_mean_rise']:+.3f}",
            f"{row['others_max_rise']:+.2f} {row['others_max_language']}",
            f"{row['two_random_features_rise']:+.3f}",
            f"{row['ratio']:.0f}×",
        ]
        for code, row in found["ablation"]["languages"].items()
    ]
    return _table(
        ["language", "loss", "own", "others' mean", "others' max", "two random", "own / others"],
        rows,
    )


def _steering_table(steering: dict[str, Any]) -> list[str]:
    names = (
        "steered",
        "plain",
        "unsteered",
        "gated_by_source_features",
        "random_vector",
        "unsteered_stays_in_own_language",
        "judge_ceiling",
    )
    rows = [
        [code, *(f"{row[name]:.2f}" for name in names)]
        for code, row in steering["languages"].items()
    ]
    rows.append(["**mean**", *(f"**{steering[f'mean_{name}']:.2f}**" for name in names)])
    head = ["target", "steered", steering["plain_setting"]["name"], "unsteered", "gated"]
    return _table([*head, "random vector", "unsteered: stays", "judge, real text"], rows)


def _tried_table(steering: dict[str, Any]) -> list[str]:
    alphas = list(next(iter(steering["dev"].values())))
    rows = [
        [place, *(f"{shares[alpha]:.3f}" for alpha in alphas)]
        for place, shares in steering["dev"].items()
    ]
    return _table(["dev prompts", *(f"alpha {alpha}" for alpha in alphas)], rows)


def _steering_section(steering: dict[str, Any]) -> list[str]:
    distinct = steering["distinct_tokens"]
    return [
        f"How: {steering['how']}. Setting: **{steering['setting']['name']}**, chosen on "
        f"{steering['dev_prompts']} dev prompts a language: {steering['rule']}. The numbers are of "
        "devtest prompts; prompts are cut at a space where the script has spaces, and only what "
        "follows them is judged. Gated and random vector: at the setting chosen; the random one is "
        "as long as the mean difference. Judge, real text: the share of devtest paragraphs, "
        "from where a prompt would end and as long as a continuation, that the judge puts right.",
        "",
        *_steering_table(steering),
        f"Distinct tokens within a continuation: steered {distinct['steered']:.2f}, "
        f"{steering['plain_setting']['name']} {distinct['plain']:.2f}, "
        f"unsteered {distinct['unsteered']:.2f}, random vector {distinct['random_vector']:.2f}.",
        "",
        *_tried_table(steering),
    ]


def measured(found: dict[str, Any]) -> str:
    """The section between the markers."""
    layer = found["detection"]["layer_2"]
    dictionaries = [
        [
            name,
            f"{row['explained_variance']:.3f}",
            f"{row['active_per_token']:.1f}",
            str(row["never_active"]),
        ]
        for name, row in found["reconstruction"].items()
    ]
    lines = [
        "### Finding a language: token AUROC of its top feature",
        "",
        *_detection_table(found),
        f"Random directions instead of features: {layer['mean_random_direction_auroc']:.2f}.",
        "",
        "### Ablating it: rise of the cross-entropy, nats per token",
        "",
        f"How: {found['ablation']['how']}. Median over languages: "
        f"**{found['ablation']['median_own_rise']:+.2f}** on the language itself, "
        f"**{found['ablation']['median_ratio']:.0f} times** the mean over the others; "
        f"two random features {found['ablation']['median_two_random_features_rise']:+.3f}.",
        "",
        *_ablation_table(found),
        "### Steering: share of continuations in the target language",
        "",
        *_steering_section(found["steering"]),
        "### Dictionaries",
        "",
        *_table(["folder", "explained variance", "active per token", "never active"], dictionaries),
    ]
    return "\n".join(lines)


def with_measured(card: str, found: dict[str, Any]) -> str:
    """The card with its measured section replaced."""
    before, rest = card.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{measured(found)}\n{END}{after}"


def update_card(folder: Path) -> None:
    """A folder without a card gets none."""
    card = folder / "MODEL_CARD.md"
    if card.exists():
        found = json.loads((folder / "evaluation.json").read_text("utf-8"))
        card.write_text(with_measured(card.read_text("utf-8"), found), "utf-8")

"""The jobs of steering, against passes with hooks put in by hand, one text at a time."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from short_texts import SHARDS, TEXTS

ALONE = [{"shard": at, "texts": [at]} for at in range(len(TEXTS))]
LABELS = [" cat", " mat", " le chat"]
# Features of layer 1 that fire on some of these tokens.
FEATURES = [12, 17, 39]
NONE = {"alpha": 1.0, "layers": []}


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    path = tmp_path_factory.mktemp("bank") / "bank.safetensors"
    generator = torch.Generator().manual_seed(3)
    save_file(
        {f"layer.{layer}": torch.randn(32, generator=generator) * 2 for layer in range(4)}, path
    )
    return path


@pytest.fixture(scope="module")
def engine(loaded_engine):
    return loaded_engine


def setting(layers, alpha=1.0, gate=None):
    return {
        "alpha": alpha,
        "layers": [{"layer": at, "vector": f"layer.{at}", "gate": gate} for at in layers],
    }


def results(engine, job, bank, settings, shards=SHARDS, **more):
    request = {"texts": "eng", "shards": shards, "settings": settings, "positions": "counted"}
    frames = engine.run(job, **{**request, "bank": str(bank), **more})
    if frames[-1].kind == "error":
        return frames[-1].json
    return [frame for frame in frames if frame.kind == "result"]


def losses(engine, bank, settings, shards=SHARDS, **more):
    """f64 [settings, texts] in the order of TEXTS."""
    found = np.full((len(settings), len(TEXTS)), np.nan)
    for frame in results(engine, "steered_losses", bank, settings, shards, **more):
        found[:, frame.tensors["text"]] = frame.tensors["loss"]
    return found


def labels(engine, bank, settings, shards=SHARDS, **more):
    """First and total f64 [settings, texts, labels], and tokens of each label."""
    first, total = np.full((2, len(settings), len(TEXTS), len(LABELS)), np.nan)
    counts = None
    for frame in results(engine, "label_losses", bank, settings, shards, labels=LABELS, **more):
        first[:, frame.tensors["text"]] = frame.tensors["first"]
        total[:, frame.tensors["text"]] = frame.tensors["total"]
        counts = frame.tensors["label_tokens"]
    return first, total, counts


def written(engine, bank, settings, shards=SHARDS, cache=True, tokens=12, **more):
    """[setting][text] -> ids."""
    found = [[None] * len(TEXTS) for _ in settings]
    more = {"max_new_tokens": tokens, "cache": cache, **more}
    for frame in results(engine, "continuations", bank, settings, shards, **more):
        for row, own in zip(found, frame.json, strict=True):
            for at, each in zip(frame.tensors["text"], own, strict=True):
                row[at] = each["tokens"]
    return found


def by_hand(tiny, bank, layers, alpha, text, ids_after=()):
    """Logits [tokens, vocabulary] of a plain pass with hooks written here."""
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    vectors = load_file(bank)
    model = AutoModelForCausalLM.from_pretrained(tiny / "model", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny / "model")
    ids = torch.tensor([tokenizer(text)["input_ids"] + list(ids_after)])

    def adder(vector):
        def add(module, args, out):
            hidden = (out[0] if isinstance(out, tuple) else out).clone()
            hidden[:, 1:] += alpha * vector
            return (hidden, *out[1:]) if isinstance(out, tuple) else hidden

        return add

    for layer in layers:
        model.model.layers[layer].register_forward_hook(adder(vectors[f"layer.{layer}"]))
    with torch.no_grad():
        return model(input_ids=ids).logits[0], ids[0], tokenizer


def test_losses_are_those_of_hooks_put_in_by_hand(engine, tiny, bank):
    found = losses(engine, bank, [setting([1, 2], 0.5)])[0]
    for at, text in enumerate(TEXTS):
        logits, ids, _ = by_hand(tiny, bank, [1, 2], 0.5, text)
        expected = torch.nn.functional.cross_entropy(logits[:-1], ids[1:], reduction="sum")
        assert found[at] == pytest.approx(float(expected), rel=1e-4)


def test_labels_are_predicted_as_behind_the_prompt_by_hand(engine, tiny, bank):
    first, total, counts = labels(engine, bank, [setting([1], 0.5)])
    for at, text in enumerate(TEXTS):
        for place, label in enumerate(LABELS):
            tokenizer = by_hand(tiny, bank, [], 0, text)[2]
            after = tokenizer(label)["input_ids"][1:]
            logits, ids, _ = by_hand(tiny, bank, [1], 0.5, text, after)
            each = torch.nn.functional.cross_entropy(
                logits[:-1], ids[1:], reduction="none"
            ).tolist()[-len(after) :]
            assert counts[place] == len(after)
            assert first[0, at, place] == pytest.approx(each[0], rel=1e-4)
            assert total[0, at, place] == pytest.approx(sum(each), rel=1e-4)


def test_continuations_are_the_most_probable_tokens_one_by_one(engine, tiny, bank):
    found = written(engine, bank, [setting([1], 0.5)], tokens=6)[0]
    for at, text in enumerate(TEXTS):
        after = []
        for _ in range(6):
            logits = by_hand(tiny, bank, [1], 0.5, text, after)[0]
            after.append(int(logits[-1].argmax()))
        stop = after.index(1) if 1 in after else 6
        assert found[at] == after[:stop]


GATE = {"features": FEATURES, "threshold": 0.0}
LEARNED = {"features": FEATURES, "weight": [0.3, -0.2, 0.1], "bias": -0.5}
ALL = [NONE, setting([1]), setting([1, 2]), setting([1], gate=GATE), setting([1], gate=LEARNED)]


def test_with_alpha_zero_every_method_is_the_model_as_it_is(engine, bank):
    still = [{**each, "alpha": 0.0} for each in ALL]
    found = losses(engine, bank, still)
    first, total, _ = labels(engine, bank, still)
    texts = written(engine, bank, still)
    for at in range(1, len(still)):
        assert np.array_equal(found[at], found[0])
        assert np.array_equal(first[at], first[0])
        assert np.array_equal(total[at], total[0])
        assert texts[at] == texts[0]


def test_a_gate_that_never_opens_is_no_steering_and_one_that_always_does_is_plain(engine, bank):
    never = {"features": FEATURES, "threshold": 1e30}
    always = {"features": FEATURES, "threshold": -1.0}
    settings = [NONE, setting([1], gate=never), setting([1]), setting([1], gate=always)]
    found = losses(engine, bank, settings)
    first, _, _ = labels(engine, bank, settings)
    texts = written(engine, bank, settings)
    for one, other in ((0, 1), (2, 3)):
        assert np.array_equal(found[one], found[other])
        assert np.array_equal(first[one], first[other])
        assert texts[one] == texts[other]
    assert not np.allclose(found[0], found[2])
    gated = losses(engine, bank, [setting([1], gate=GATE)])
    assert not np.allclose(gated[0], found[0])
    assert not np.allclose(gated[0], found[2])


def test_batches_change_nothing(engine, bank):
    assert np.allclose(losses(engine, bank, ALL), losses(engine, bank, ALL, ALONE), rtol=1e-5)
    together, alone = labels(engine, bank, ALL), labels(engine, bank, ALL, ALONE)
    assert np.allclose(together[0], alone[0], rtol=1e-5)
    assert np.allclose(together[1], alone[1], rtol=1e-5)
    assert written(engine, bank, ALL) == written(engine, bank, ALL, ALONE)


def test_kept_keys_and_values_change_no_token(engine, bank):
    with_cache = written(engine, bank, ALL, tokens=20)
    assert with_cache == written(engine, bank, ALL, tokens=20, cache=False)
    assert with_cache[0] != with_cache[1]


def test_steering_at_all_positions_differs_where_it_reaches_the_first(engine, bank):
    plain = setting([1])
    assert not np.allclose(
        losses(engine, bank, [plain]), losses(engine, bank, [plain], positions="all")
    )


def hidden(engine, shards=SHARDS, special="drop", first="drop", layers=(1, 3)):
    more = {"layers": list(layers), "special_tokens": special, "first_token": first}
    frames = engine.run("hidden_sums", texts="eng", shards=shards, **more)
    if frames[-1].kind == "error":
        return frames[-1].json
    sums, tokens = np.zeros((len(layers), len(TEXTS), 32)), np.zeros(len(TEXTS), int)
    for frame in frames:
        if frame.kind == "result":
            tokens[frame.tensors["text"]] = frame.tensors["tokens"]
            for at, layer in enumerate(layers):
                sums[at, frame.tensors["text"]] = frame.tensors[f"layer.{layer}"]
    return sums, tokens


@pytest.mark.parametrize(
    ("special", "first", "skipped"), [("drop", "drop", 1), ("keep", "keep", 0)]
)
def test_hidden_states_are_summed_over_the_tokens_that_count(engine, tiny, special, first, skipped):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    sums, tokens = hidden(engine, special=special, first=first)
    assert np.allclose(sums, hidden(engine, ALONE, special, first)[0], rtol=1e-4, atol=1e-4)
    model = AutoModelForCausalLM.from_pretrained(tiny / "model", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tiny / "model")
    seen = {}
    for layer in (1, 3):
        model.model.layers[layer].register_forward_hook(
            lambda module, args, out, layer=layer: seen.__setitem__(
                layer, out[0] if isinstance(out, tuple) else out
            )
        )
    for at, text in enumerate(TEXTS):
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            model(input_ids=ids)
        assert tokens[at] == ids.shape[1] - skipped
        for place, layer in enumerate((1, 3)):
            own = seen[layer].reshape(-1, 32)[skipped:].double().sum(0).numpy()
            assert np.allclose(sums[place, at], own, rtol=1e-4, atol=1e-4)


def test_gates_are_counted_where_features_fire(engine):
    frames = engine.run(
        "gate_rates",
        texts="eng",
        shards=SHARDS,
        gates=[
            {"layer": 1, "gate": {"features": FEATURES, "threshold": 0.0}},
            {"layer": 3, "gate": {"features": [4], "threshold": 0.0}},
            {"layer": 3, "gate": {"features": [4], "weight": [0.0], "bias": 0.0}},
        ],
    )
    fired, tokens = np.zeros((3, len(TEXTS))), np.zeros(len(TEXTS), int)
    for frame in frames:
        if frame.kind == "result":
            fired[:, frame.tensors["text"]] = frame.tensors["open"]
            tokens[frame.tensors["text"]] = frame.tensors["tokens"]
    expected = np.zeros((2, len(TEXTS)), int)
    for layer, place, features in ((1, 0, FEATURES), (3, 1, [4])):
        for frame in engine.run(
            "extract", language="eng", layers=[layer], shards=SHARDS, tokens=False
        ):
            if frame.kind != "activations":
                continue
            rows = frame.tensors
            ends = np.cumsum(rows["tokens"])
            for token in range(len(rows["position"])):
                span = slice(int(rows["indptr"][token]), int(rows["indptr"][token + 1]))
                text = rows["text"][int(np.searchsorted(ends, token, side="right"))]
                fires = np.isin(rows["feature"][span], features) & (rows["value"][span] > 0)
                expected[place, text] += rows["role"][token] == 0 and fires.any()
    assert np.array_equal(fired[:2], expected)
    # One that was not trained yet is half open.
    assert np.array_equal(fired[2], tokens / 2)
    assert 0 < fired[0].sum() < tokens.sum()


def learn(engine, bank, prompt_shards=SHARDS, collateral=SHARDS, **more):
    asked = {
        **{"prompts": "eng", "prompt_shards": prompt_shards, "label": " le", "layer": 1},
        **{"features": FEATURES, "vector": "layer.1", "bank": str(bank), "alpha": 1.0},
        **{"collateral": [{"texts": "eng", "shards": collateral}], "positions": "counted"},
        **{"collateral_weight": 0.2, "learning_rate": 0.1, "epochs": 12, **more},
    }
    return engine.run("learn_gate", **asked)[-2].json


def test_a_gate_learns_and_in_any_batches_the_same(engine, bank):
    found = learn(engine, bank)
    assert found["losses"][-1] < found["losses"][0] - 0.01
    assert len(found["losses"]) == 13
    again = learn(engine, bank, ALONE, ALONE)
    assert found["weight"] == pytest.approx(again["weight"], abs=1e-3)


def test_a_strength_at_which_losses_overflow_is_named(engine, bank, tmp_path):
    huge = tmp_path / "huge.safetensors"
    save_file({f"layer.{at}": torch.full((32,), 3e38) for at in range(4)}, huge)
    for job, more in (("steered_losses", {}), ("label_losses", {"labels": LABELS})):
        error = results(engine, job, huge, [NONE, setting([1, 2], 100.0)], **more)
        assert error["kind"] == "request"
        assert "at strength 100 at layers 1, 2, losses are NaN" in error["message"]
        assert "Lower --alpha." in error["message"]
    assert not np.isnan(losses(engine, huge, [NONE])).any()


def test_a_gate_whose_training_overflows_names_what_trains_it(engine, bank):
    asked = {"learning_rate": 0.1, "collateral_weight": 1e39, "epochs": 2}
    with_gate = {
        **{"prompts": "eng", "prompt_shards": SHARDS, "label": " le", "layer": 1},
        **{"features": FEATURES, "vector": "layer.1", "bank": str(bank), "alpha": 1.0},
        **{"collateral": [{"texts": "eng", "shards": SHARDS}], "positions": "counted", **asked},
    }
    error = engine.run("learn_gate", **with_gate)[-1].json
    assert error["kind"] == "request"
    assert "Lower --learned-lr or --learned-collateral-weight" in error["message"]


def test_what_was_not_prepared_or_does_not_fit_is_refused(engine, bank, tmp_path):
    def message(job, settings, vectors=bank, **more):
        return results(engine, job, vectors, settings, **more)["message"]

    assert "not tokenized" in message("steered_losses", [NONE], texts="fra")
    assert "not loaded" in message("steered_losses", [setting([0], gate=GATE)])
    assert "layers 0 to 3" in hidden(engine, layers=(1, 4))["message"]
    assert "has no tokens" in message("label_losses", [NONE], labels=[""])
    assert "reads 64" in message("continuations", [NONE], max_new_tokens=60, cache=True)
    narrow = tmp_path / "narrow.safetensors"
    save_file({"layer.1": torch.ones(5)}, narrow)
    assert "32 finite numbers" in message("steered_losses", [setting([1])], narrow)

"""The jobs of steering, by their names."""

from collections.abc import Callable

from vscore_engine.continuations import continuations
from vscore_engine.gate_rates import gate_rates
from vscore_engine.hidden_states import hidden_sums
from vscore_engine.identification import label_losses
from vscore_engine.learned_gates import learn_gate
from vscore_engine.passes import Edit, send_losses
from vscore_engine.steer_settings import Bench, Setting, settings_of


def steered_losses(bench: Bench) -> int:
    """Send the losses of texts under every setting: frames as of `send_losses`.

    Parameters: `texts` (a name), `shards`, and those of `settings_of`.
    """

    def edit_of(setting: Setting) -> Edit:
        return lambda texts: setting.over(bench.loaded, texts)

    texts = bench.texts(bench.job.params["texts"])
    edits = [edit_of(setting) for setting in settings_of(bench)]
    return send_losses(bench.job, bench.loaded, texts, edits, bench.sender, "other languages")


STEER_JOBS: dict[str, Callable[[Bench], int]] = {
    "hidden_sums": hidden_sums,
    "gate_rates": gate_rates,
    "steered_losses": steered_losses,
    "label_losses": label_losses,
    "continuations": continuations,
    "learn_gate": learn_gate,
}

"""Which prompts steering starts from, and how its setting is chosen."""

import pytest
import torch

pytest.importorskip("py3langid")
pytest.importorskip("sae_lens")

from demo.interventions import added, prompt_of
from demo.steering import Setting, cases, choose, own_cases


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Undo the last action of all that were done.", "Undo the last action of"),
        ("Mailing-Listen sind E-Mail-basierte Diskussionsgruppen-im-Netz.", "Mailing-Listen"),
        ("界面不会完美的，总有其他的地方可以改进。", "界面不会完美的，总有其他"),
        ("ข้อความนี้ไม่มีช่องว่าง", "ข้อความนี้ไม่"),
    ],
)
def test_prompts_end_at_spaces_or_whole_characters(text: str, expected: str) -> None:
    assert prompt_of(text) == expected


def test_ties_go_to_the_smaller_alpha_then_to_fewer_layers_then_to_all_tokens() -> None:
    weaker, stronger = Setting((1,), 1.0, 4), Setting((1,), 1.5, 0)
    assert choose({stronger: 0.91, weaker: 0.91}) == weaker
    assert choose({stronger: 0.93, weaker: 0.91}) == stronger
    assert choose({stronger: 0.914, weaker: 0.911}) == weaker
    everywhere, one, without = Setting((1, 2, 3), 1.0, 0), Setting((2,), 1.0, 0), weaker
    assert choose({everywhere: 0.9, without: 0.9, one: 0.9}) == one


def test_cases_go_from_every_language_to_every_other() -> None:
    texts = {"eng_Latn": ["one two three four five six"], "rus_Cyrl": ["а б в г д е ж"]}
    found = cases(texts, list(texts), 10)
    assert [(case.source, case.target) for case in found] == [
        ("rus_Cyrl", "eng_Latn"),
        ("eng_Latn", "rus_Cyrl"),
    ]
    assert found[1].prompt == "one two three four five"
    assert all(case.source == case.target for case in own_cases(texts, list(texts), 10))


def test_a_closed_gate_leaves_the_stream_as_it_is() -> None:
    hidden, vectors = torch.zeros(2, 3, 4), torch.ones(2, 4)
    assert torch.equal(added(1, vectors, None)(hidden), torch.ones(2, 3, 4))

    def first_position(_layer: int, stream: torch.Tensor) -> torch.Tensor:
        return torch.arange(stream.shape[1]).eq(0).expand(stream.shape[:2])

    edited = added(1, vectors, first_position)(hidden)
    assert edited[:, 0].eq(1).all()
    assert edited[:, 1:].eq(0).all()

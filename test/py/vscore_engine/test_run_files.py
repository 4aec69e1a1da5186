"""Score files: safetensors <-> .pt."""

import os
import zipfile

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from vscore_engine.errors import EngineError
from vscore_engine.run_files import INDEX, VALUE, read_pt, write_pt, write_tensor


@pytest.fixture
def scores(tmp_path):
    rng = np.random.default_rng(0)
    tensors = {}
    for layer, features in ((5, 7), (2, 4)):
        order = [rng.permutation(features) for _ in range(3)]
        tensors[f"layer.{layer}.index"] = np.stack(order).astype(np.int32)
        values = -np.sort(-rng.normal(size=(3, features)))
        tensors[f"layer.{layer}.value"] = values.astype(np.float32)
    file = tmp_path / "v_scores.safetensors"
    save_file(tensors, file)
    return file, tensors


def test_written_file_is_what_the_steering_code_expects(scores, tmp_path):
    source, tensors = scores
    write_pt(source, tmp_path / "v.pt", [5, 2])
    content = torch.load(tmp_path / "v.pt", weights_only=True)
    assert list(content) == ["layers"]
    assert list(content["layers"]) == ["5", "2"]
    for layer in ("5", "2"):
        entry = content["layers"][layer]
        assert list(entry) == [INDEX, VALUE]
        assert (entry[INDEX].dtype, entry[VALUE].dtype) == (torch.int64, torch.float32)
        assert np.array_equal(entry[INDEX].numpy(), tensors[f"layer.{layer}.index"])
        assert np.array_equal(entry[VALUE].numpy(), tensors[f"layer.{layer}.value"])


def test_bytes_do_not_depend_on_the_name(scores, tmp_path):
    source, _ = scores
    (tmp_path / "other").mkdir()
    names = ["v_scores.pt", "tmp-8231.part", "other/x"]
    for name in names:
        write_pt(source, tmp_path / name, [5, 2])
    first, *rest = [(tmp_path / name).read_bytes() for name in names]
    assert rest == [first, first]


def test_there_and_back(scores, tmp_path):
    source, tensors = scores
    write_pt(source, tmp_path / "v.pt", [5, 2])
    told = read_pt(tmp_path / "v.pt", tmp_path / "back.safetensors")
    assert told == {"layers": [5, 2], "languages": 3, "features": {"5": 7, "2": 4}}
    back = load_file(tmp_path / "back.safetensors")
    assert back.keys() == tensors.keys()
    for name, array in tensors.items():
        assert back[name].dtype == array.dtype
        assert np.array_equal(back[name], array)


def test_writing_what_is_not_there(scores, tmp_path):
    source, _ = scores
    with pytest.raises(EngineError, match="no scores of layer 3"):
        write_pt(source, tmp_path / "v.pt", [3])
    with pytest.raises(EngineError, match="There is no file"):
        write_pt(tmp_path / "none", tmp_path / "v.pt", [5])
    (tmp_path / "bad").write_bytes(b"\x08\0\0\0\0\0\0\0notjson!")
    with pytest.raises(EngineError, match="cannot be read") as caught:
        write_pt(tmp_path / "bad", tmp_path / "v.pt", [5])
    assert caught.value.kind == "request"
    assert not (tmp_path / "v.pt").exists()


def test_a_tensor_alone_is_int64_or_float32_of_its_own_memory(scores, tmp_path):
    source, tensors = scores
    for key, dtype in (("index", torch.int64), ("value", torch.float32)):
        name = f"layer.2.{key}"
        write_tensor(source, tmp_path / "layer_2.pt", name)
        read = torch.load(tmp_path / "layer_2.pt", weights_only=True)
        assert read.dtype == dtype
        assert read.is_contiguous()
        assert read.untyped_storage().nbytes() == read.numel() * read.element_size()
        assert np.array_equal(read.numpy(), tensors[name])
        write_tensor(source, tmp_path / ".layer_2.pt.0a1b2c3d.unfinished", name)
        again = (tmp_path / ".layer_2.pt.0a1b2c3d.unfinished").read_bytes()
        assert again == (tmp_path / "layer_2.pt").read_bytes()


def test_a_tensor_that_is_not_there(scores, tmp_path):
    with pytest.raises(EngineError, match=r"no tensor layer\.3\.index\. One of layer") as caught:
        write_tensor(scores[0], tmp_path / "x.pt", "layer.3.index")
    assert caught.value.kind == "request"
    assert not (tmp_path / "x.pt").exists()


def good() -> dict:
    index = torch.stack([torch.randperm(4), torch.randperm(4)])
    return {INDEX: index, VALUE: torch.zeros(2, 4)}


def changed(**changes) -> dict:
    return {"layers": {"0": {**good(), **changes}}}


BAD = {
    "a list": [1, 2],
    "another top-level key": {"layers": {"0": good()}, "more": 1},
    "no layers": {"layers": {}},
    "layers is a tensor": {"layers": torch.zeros(2)},
    "a layer's name": {"layers": {"zero": good()}},
    "the same layer twice": {"layers": {"0": good(), "00": good()}},
    "a missing key": {"layers": {"0": {INDEX: good()[INDEX]}}},
    "a further key": {"layers": {"0": {**good(), "more": torch.zeros(1)}}},
    "no tensor": changed(**{VALUE: [1.0]}),
    "one dimension": changed(**{INDEX: torch.arange(4), VALUE: torch.zeros(4)}),
    "other shapes": changed(**{VALUE: torch.zeros(2, 5)}),
    "empty": changed(**{INDEX: torch.zeros(0, 4).long(), VALUE: torch.zeros(0, 4)}),
    "float indices": changed(**{INDEX: torch.zeros(2, 4)}),
    "integer values": changed(**{VALUE: torch.zeros(2, 4).long()}),
    "NaN": changed(**{VALUE: torch.full((2, 4), float("nan"))}),
    "infinity": changed(**{VALUE: torch.full((2, 4), float("inf"))}),
    "an index out of range": changed(**{INDEX: torch.tensor([[0, 1, 2, 4]] * 2)}),
    "a negative index": changed(**{INDEX: torch.tensor([[0, 1, 2, -1]] * 2)}),
    "an index twice": changed(**{INDEX: torch.tensor([[0, 1, 2, 2]] * 2)}),
    "double precision": changed(**{VALUE: torch.full((2, 4), 1e300, dtype=torch.float64)}),
    "a sparse tensor": changed(**{VALUE: torch.zeros(2, 4).to_sparse()}),
    "a tensor without numbers": changed(**{VALUE: torch.zeros(2, 4, device="meta")}),
    "values that rise": changed(**{VALUE: torch.tensor([[3.0, 2.0, 1.0, 2.0]] * 2)}),
    "a view of less": changed(**{VALUE: torch.zeros(1).expand(2, 4)}),
    "other numbers of languages": {
        "layers": {"0": good(), "1": {key: value[:1] for key, value in good().items()}}
    },
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused(name, tmp_path):
    torch.save(BAD[name], tmp_path / "v.pt")
    with pytest.raises(EngineError, match="is no score file") as caught:
        read_pt(tmp_path / "v.pt", tmp_path / "out")
    assert caught.value.kind == "request"
    assert not (tmp_path / "out").exists()


class Code:
    """Runs a command when unpickled the careless way."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


def test_code_in_a_file_is_never_run(tmp_path):
    torch.save({"layers": Code(tmp_path / "ran")}, tmp_path / "v.pt")
    with pytest.raises(EngineError) as caught:
        read_pt(tmp_path / "v.pt", tmp_path / "out")
    assert caught.value.kind == "request"
    assert not (tmp_path / "ran").exists()


class Large:
    """Asks for memory by a name that weights_only has nothing against."""

    def __reduce__(self):
        return bytearray, (1 << 40,)


@pytest.mark.parametrize(
    "value", [Large(), bytearray(10), set(), torch.nn.Parameter(torch.ones(1))]
)
def test_other_names_than_those_of_plain_tensors_are_not_even_unpickled(value, tmp_path):
    torch.save({"layers": value}, tmp_path / "v.pt")
    with pytest.raises(EngineError, match="more than tensors") as caught:
        read_pt(tmp_path / "v.pt", tmp_path / "out")
    assert caught.value.kind == "request"


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken"])
def test_what_is_no_archive(content, tmp_path):
    (tmp_path / "v.pt").write_bytes(content)
    with pytest.raises(EngineError) as caught:
        read_pt(tmp_path / "v.pt", tmp_path / "out")
    assert caught.value.kind == "request"
    with pytest.raises(EngineError):
        read_pt(tmp_path / "missing.pt", tmp_path / "out")


def test_archives_of_today_alone_that_are_as_large_as_they_say(tmp_path):
    content = {"layers": {"0": good()}}
    torch.save(content, tmp_path / "old", _use_new_zipfile_serialization=False)
    with pytest.raises(EngineError, match=r"no archive as torch\.save writes them"):
        read_pt(tmp_path / "old", tmp_path / "out")
    torch.save(content, tmp_path / "new")
    with (
        zipfile.ZipFile(tmp_path / "new") as plain,
        zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for record in plain.infolist():
            packed.writestr(record.filename, plain.read(record) + bytes(100_000))
    with pytest.raises(EngineError, match="bytes would unpack to"):
        read_pt(tmp_path / "bomb", tmp_path / "out")


def test_whole_number_keys_and_half_precision_are_understood(tmp_path):
    entry = good()
    torch.save(
        {"layers": {3: {INDEX: entry[INDEX].int(), VALUE: entry[VALUE].half()}}}, tmp_path / "v"
    )
    assert read_pt(tmp_path / "v", tmp_path / "out")["layers"] == [3]
    assert load_file(tmp_path / "out")["layer.3.value"].dtype == np.float32

"""Arrays and scalars of numpy, and those whose parts do not fit each other."""

import pickle

import numpy as np
import pytest

from pickled_calls import Calls
from vscore_engine.pickled_numbers import PendingArray, Refused
from vscore_engine.restricted_pickle import read_plain


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(24, dtype=">i4").reshape(2, 3, 4)[:, ::2],
        np.array([True, False]),
        np.array([1, 2], np.uint8),
        np.array([0.5, np.nan, -np.inf], np.float16),
        np.zeros((0, 3)),
        np.array(3.25, np.float32),
    ],
    ids=lambda a: f"{a.dtype}{a.shape}",
)
def test_arrays_of_numbers(array, protocol):
    found = read_plain(pickle.dumps({"x": array}, protocol))["x"]
    assert isinstance(found, PendingArray)
    assert found.array.dtype == array.dtype
    np.testing.assert_array_equal(found.array, array)


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_numbers_of_numpy_are_plain_numbers(protocol):
    numbers = [np.float64(0.1), np.float32(0.5), np.int64(-7), np.uint8(200), np.bool_(True)]
    found = read_plain(pickle.dumps(numbers, protocol))
    assert found == [0.1, 0.5, -7, 200, True]
    assert [type(number) for number in found] == [float, float, int, int, bool]


def test_arrays_as_numpy_1_names_them():
    content = pickle.dumps([np.arange(3.0), np.float64(2)], 3)
    assert b"numpy._core.multiarray" in content
    found = read_plain(content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    assert found[0].array.tolist() == [0, 1, 2]
    assert found[1] == 2


def array_with(shape, code="f8", data=b"", order="<"):
    """A pickle of an array whose parts need not fit each other."""
    return pickle.dumps(
        Calls(np._core.numeric._frombuffer, data, np.dtype(order + code), shape, "C"), 4
    )


MISFITS = {
    "a shape with more than there is": (array_with((1 << 20,), data=b"x" * 8), "8 bytes as f8"),
    "a shape of nothing, endlessly": (array_with((1 << 40, 0)), "elements"),
    "a negative shape": (array_with((-1,), data=b"x" * 8), "whole numbers"),
    "a shape of many dimensions": (array_with((1,) * 60, data=b"x" * 8), "whole numbers"),
    "content that is a list": (array_with((1,), data=[1.0]), "a list, not bytes"),
    "a dtype of another kind": (array_with((1,), "O", b"x" * 8, "="), "O8"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_parts_that_do_not_fit_are_refused(name):
    content, told = MISFITS[name]
    with pytest.raises(Refused, match=told):
        read_plain(content)

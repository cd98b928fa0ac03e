"""Frozen values made quickly behave as those that dataclasses make."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from kg.frozen import quick


@dataclass(frozen=True, slots=True)
class Plain:
    one: int
    other: str = "x"
    rest: tuple[int, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    one: int
    other: str = "x"
    rest: tuple[int, ...] = ()


def test_a_quick_value_is_made_as_any_other() -> None:
    for arguments, named in (((1,), {}), ((1, "y"), {"rest": (2,)}), ((), {"rest": (), "one": 3})):
        one, other = Plain(*arguments, **named), Quick(*arguments, **named)
        assert repr(one).removeprefix("Plain") == repr(other).removeprefix("Quick")
        assert hash(one) == hash(other)
    assert list(inspect.signature(Plain).parameters) == list(inspect.signature(Quick).parameters)


def test_a_quick_value_is_frozen_comparable_and_can_be_sent() -> None:
    value = Quick(1, "y")
    assert value == Quick(1, "y") != Quick(2, "y")
    assert replace(value, one=2) == Quick(2, "y")
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
    with pytest.raises(FrozenInstanceError):
        value.one = 2  # type: ignore[misc]


@pytest.mark.parametrize("arguments", [(), (1, "y", (), 4)])
def test_a_quick_value_takes_its_fields_and_no_more(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="argument"):
        Quick(*arguments)  # type: ignore[arg-type]


def test_a_class_that_does_more_than_hold_its_fields_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Made:
        one: list[int] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Checked:
        one: int

        def __post_init__(self) -> None:
            raise AssertionError

    for cls in (Made, Checked):
        with pytest.raises(TypeError, match="is more than its fields"):
            quick(cls)

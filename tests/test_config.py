"""A configuration is checked, layered, and comes back from its file as it was."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from convlens import options, recipes
from convlens.config import RunConfig, read_toml, resolve
from convlens.errors import ConfigError

RECIPES = [recipes.swift, recipes.lecture, recipes.own_network]


@st.composite
def configurations(draw: st.DrawFn) -> RunConfig:
    share = st.floats(0, 1, exclude_max=True)
    positive = st.floats(0, exclude_min=True, allow_infinity=False)
    length = draw(st.sampled_from(["minutes", "epochs"]))
    fields: dict[str, st.SearchStrategy[Any]] = {
        "data": st.text(st.characters(codec="utf-8")),
        "size": st.integers(8, 256),
        "network": st.sampled_from(["swift", "lecture", "nets.py:Net", 'odd "name"\\ net.py:Net']),
        "dropout": share,
        length: positive if length == "minutes" else st.integers(1, 10**6),
        "steps": st.none() | st.integers(1, 10**9),
        "batch_size": st.integers(1, 10**6),
        "optimizer": st.sampled_from(options.OPTIMIZERS),
        "learning_rate": positive,
        "schedule": st.sampled_from(options.SCHEDULES),
        "weight_decay": st.floats(0, allow_infinity=False),
        "average": share,
        "flip": st.booleans(),
        "shift": st.integers(0, 10),
        "mirror": st.booleans(),
        "seed": st.integers(0, 2**63 - 1),
        "device": st.sampled_from(options.DEVICES),
        "threads": st.none() | st.integers(1, 256),
    }
    return resolve({name: draw(strategy) for name, strategy in fields.items()})


@given(configurations())
def test_a_configuration_comes_back_from_its_toml(config: RunConfig) -> None:
    assert RunConfig(**tomllib.loads(config.to_toml())) == config


@given(configurations())
def test_resolving_a_configuration_again_changes_nothing(config: RunConfig) -> None:
    assert resolve(tomllib.loads(config.to_toml())) == config


@pytest.mark.parametrize("make", RECIPES)
def test_a_recipe_is_complete(make: Any) -> None:
    assert RunConfig(**make()).model_dump(include=set(make())) == make()


@pytest.mark.parametrize("make", RECIPES)
def test_a_recipe_sets_what_the_network_decides_and_nothing_else(make: Any) -> None:
    required = {name for name, field in RunConfig.model_fields.items() if field.is_required()}
    assert make().keys() == required | {"dropout", "skip"}


def test_each_network_has_its_own_recipe() -> None:
    assert recipes.recipe("swift", "fashion-mnist") == recipes.swift()
    assert recipes.recipe("swift", "photos") == recipes.swift_on_own_pictures()
    assert recipes.recipe("lecture", "photos") == recipes.lecture()
    assert recipes.recipe("nets.py:Net", "fashion-mnist") == recipes.own_network()


def test_without_options_it_is_swift_on_fashion_mnist() -> None:
    config = resolve()
    assert (config.network, config.data, config.seed) == ("swift", "fashion-mnist", 0)
    assert config.optimizer == recipes.swift()["optimizer"]


def test_an_own_network_is_not_augmented() -> None:
    config = resolve({"network": "nets.py:Net"})
    assert (config.flip, config.shift, config.erase, config.mirror) == (False, 0, 0, False)


def test_later_layers_win() -> None:
    config = resolve({"network": "lecture", "batch_size": 10, "seed": 1}, {"batch_size": 20}, {"seed": 2})
    assert (config.batch_size, config.seed) == (20, 2)


def test_an_option_wins_over_the_recipe_of_a_network_named_later() -> None:
    config = resolve({"learning_rate": 0.25}, {"network": "lecture"})
    assert config.learning_rate == 0.25
    assert config.schedule == recipes.lecture()["schedule"]


def test_none_means_not_set() -> None:
    assert resolve({"batch_size": 10}, {"batch_size": None}).batch_size == 10


@pytest.mark.parametrize("given_later", [{"minutes": 3.0}, {"epochs": 4}, {"steps": 5}])
def test_a_length_replaces_every_length_of_earlier_layers(given_later: dict[str, Any]) -> None:
    config = resolve({"minutes": 2.0, "steps": 900}, given_later)
    lengths = {"minutes": config.minutes, "epochs": config.epochs, "steps": config.steps}
    assert lengths == {"minutes": None, "epochs": None, "steps": None} | given_later


def test_a_layer_without_a_length_keeps_the_one_before() -> None:
    config = resolve({"minutes": 2.0, "steps": 900}, {"seed": 3})
    assert (config.minutes, config.steps) == (2.0, 900)


def test_minutes_and_epochs_together_are_refused() -> None:
    with pytest.raises(ConfigError, match="minutes and epochs exclude each other"):
        resolve({"minutes": 1.0, "epochs": 1})


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("batchsize", "batch_size"),
        ("batch", "batch_size"),
        ("learningrate", "learning_rate"),
        ("epoch", "epochs"),
        ("scheduler", "schedule"),
        ("optimiser", "optimizer"),
        ("drop_out", "dropout"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(key: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f"no option '{key}'; the nearest is '{nearest}'"):
        resolve({key: 1})


def test_a_key_may_be_spelt_as_on_the_command_line() -> None:
    assert resolve({"batch-size": 10}).batch_size == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"minutes": 0.0},
        {"minutes": float("inf")},
        {"epochs": 0},
        {"epochs": 1.5},
        {"epochs": True},
        {"steps": -1},
        {"batch_size": "16"},
        {"batch_size": 0},
        {"optimizer": "lion"},
        {"schedule": "linear"},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"weight_decay": -1e-9},
        {"flip": 1},
        {"shift": -1},
        {"size": 7},
        {"size": 513},
        {"seed": -1},
        {"seed": 2**63},
        {"device": "tpu"},
        {"threads": 0},
        {"network": 5},
    ],
    ids=lambda wrong: str(wrong)[1:-1],
)
def test_a_value_that_does_not_fit_is_told_by_name_in_one_sentence(wrong: dict[str, Any]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(ConfigError) as caught:
        resolve(wrong)
    message = str(caught.value)
    assert message.startswith(f"{name} = {value!r} does not fit: ")
    assert message.endswith(".")
    assert "\n" not in message


def test_whole_numbers_are_taken_where_fractions_are_meant() -> None:
    assert resolve({"learning_rate": 1, "minutes": 2}).learning_rate == 1.0


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        resolve().seed = 1


def test_options_are_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "options.toml"
    path.write_text('network = "lecture"\nepochs = 2\n')
    assert read_toml(path) == {"network": "lecture", "epochs": 2}


@pytest.mark.parametrize("content", [b"epochs =", b"\xff\xfe", b"a = 1\na = 2"])
def test_a_file_that_is_not_toml_is_a_configuration_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "options.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"options\.toml is not a TOML file"):
        read_toml(path)


def test_a_file_that_cannot_be_read_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_toml(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_toml(tmp_path)


def test_a_table_in_the_file_is_an_unknown_key() -> None:
    with pytest.raises(ConfigError, match="no option 'train'"):
        resolve({"train": {"epochs": 2}})


@pytest.mark.parametrize(
    ("wrong", "near"), [("lectur", "the nearest is 'lecture'"), ("resnet18", "there are swift, lecture")]
)
def test_an_unknown_network_is_told_before_anything_is_loaded(wrong: str, near: str) -> None:
    with pytest.raises(ConfigError, match=near):
        resolve({"network": wrong})

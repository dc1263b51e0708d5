"""Settings: the order they are put together in, and what is refused."""

from pathlib import Path

import pytest

from tirkit.config import Settings, load_settings, parse_value, preset_names
from tirkit.dialects import dialect_from_name
from tirkit.errors import ConfigError

NO_ENVIRONMENT: dict[str, str] = {}


@pytest.mark.parametrize("preset", preset_names())
def test_preset_when_loaded_then_it_is_whole_and_says_where_it_comes_from(preset: str) -> None:
    settings = load_settings(preset, environment=NO_ENVIRONMENT)
    assert settings.preset == preset
    assert settings.source
    assert settings.policy().attempts == settings.attempts
    for chosen, prompt, _share in settings.dialect.each():
        assert dialect_from_name(chosen.name, prompt=prompt).name == chosen.name


def test_settings_when_given_everywhere_then_the_last_word_wins(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('preset = "tiny"\nattempts = 3\n[limits]\nmax_turns = 5\nmax_cells = 2\n')
    settings = load_settings(
        "default",
        file=file,
        environment={"TIRKIT_LIMITS__MAX_TURNS": "6", "TIRKIT_SEED": "9", "TIRKIT_CACHE": "/c"},
        overrides={"seed": 10},
    )
    assert settings.preset == "tiny"
    assert settings.attempts == 3
    assert settings.limits.max_turns == 6
    assert settings.limits.max_cells == 2
    assert settings.limits.max_turn_tokens == load_settings("tiny").limits.max_turn_tokens
    assert settings.seed == 10


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("0.5", 0.5),
        ("true", True),
        ("[1, 2]", [1, 2]),
        ("when_agreed(4)", "when_agreed(4)"),
    ],
)
def test_value_when_read_then_it_has_tomls_type(text: str, value: object) -> None:
    assert parse_value(text) == value


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"TIRKIT_ATTEMPT": "3"}, "attempt"),
        ({"TIRKIT_ATTEMPTS": "-3"}, "attempts is -3"),
        ({"TIRKIT_SEED__X": "3"}, "seed"),
    ],
)
def test_environment_when_wrong_then_the_error_names_the_setting(
    environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings(environment=environment)


def test_path_when_it_goes_through_a_value_then_the_error_says_so() -> None:
    with pytest.raises(ConfigError, match="'seed' has no settings of its own"):
        load_settings(overrides={"seed": 1, "seed.x": 2}, environment=NO_ENVIRONMENT)


def test_file_when_it_is_no_settings_then_the_error_names_it(tmp_path: Path) -> None:
    for content, message in (
        (b"a = = 1", "not TOML"),
        (b"\xff", "not TOML"),
        (b"#" * 2_000_000, "bytes"),
    ):
        file = tmp_path / "x.toml"
        file.write_bytes(content)
        with pytest.raises(ConfigError, match=message):
            load_settings(file=file)


def test_settings_when_dumped_then_they_load_again() -> None:
    settings = load_settings("numina", environment=NO_ENVIRONMENT)
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings


def test_stop_rule_when_time_is_limited_then_it_is_part_of_it() -> None:
    settings = load_settings(overrides={"problem_seconds": 60}, environment=NO_ENVIRONMENT)
    assert str(settings.stop_rule()) == f"{load_settings().stop_rule()} | after_seconds(60.0)"


def test_kernels_when_set_everywhere_then_the_last_word_wins(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(
        '[kernels]\nbackend = "fork"\nconfinement = "require:3"\npreload = ["numpy"]\n'
        "[kernels.limits]\nmemory_bytes = 1_000_000_000\nallow_processes = true\n"
    )
    settings = load_settings(
        file=file,
        environment={"TIRKIT_KERNELS__LIMITS__MEMORY_BYTES": "2000000000"},
        overrides={"kernels.confinement": "require:2"},
    )
    kernels = settings.kernels
    assert (kernels.backend, kernels.confinement) == ("fork", "require:2")
    assert kernels.preload == ("numpy",)
    assert kernels.limits.memory_bytes == 2_000_000_000
    assert kernels.limits.allow_processes


def test_kernels_when_they_have_no_seed_then_they_follow_the_run() -> None:
    run = load_settings(overrides={"seed": 7}, environment=NO_ENVIRONMENT)
    assert run.kernel_settings().seed == 7
    own = load_settings(overrides={"seed": 7, "kernels.seed": 0}, environment=NO_ENVIRONMENT)
    assert own.kernel_settings().seed == 0


def test_prompt_when_it_is_a_list_then_each_has_its_share_and_settings(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text(
        '[dialect]\nrun_at = "output"\nprompt = ["default", '
        '{ prompt = "plain", share = 8, settings = { run_at = "fence" } }]\n'
    )
    settings = load_settings(file=file, environment=NO_ENVIRONMENT)
    each = [(one.run_at, prompt, share) for one, prompt, share in settings.dialect.each()]
    assert each == [("output", "default", 1.0), ("fence", "plain", 8.0)]
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings


def test_prompt_when_it_comes_from_the_environment_then_may_be_a_list() -> None:
    settings = load_settings(environment={"TIRKIT_DIALECT__PROMPT": '["default", "plain"]'})
    assert [prompt for _, prompt, _ in settings.dialect.each()] == ["default", "plain"]


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (5, "dialect.prompt"),
        ([], "at least 1 item"),
        ([1], "dialect.prompt.mix.0"),
        ([{"prompt": "default", "share": 0}], "prompt.mix.0.share'.*greater than 0"),
        ([{"share": 2}], "prompt.mix.0.prompt'.*required"),
        ([{"prompt": "a", "settings": {"run": 1}}], "dialect fenced has no setting 'run'"),
        ([{"prompt": "a", "settings": {"prompt": "b"}}], "has a prompt in its settings"),
    ],
)
def test_prompt_when_the_mix_is_wrong_then_the_error_says_where(
    prompt: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings(overrides={"dialect.prompt": prompt}, environment=NO_ENVIRONMENT)

"""Settings: sources, mistakes named with the nearest spelling, units, and the printed defaults."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.errors import SettingsWrong
from app.settings import Settings, defaults_text, keys, load, shipped


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_environment_wins_over_file_and_each_source_is_named(tmp_path: Path):
    file = write(tmp_path, '[wecom.bot]\nid = "from-file"\nheartbeat_s = 5\n')
    settings, sources = load(file, {"CHARGEHAND_WECOM__BOT__ID": "from-env"})
    assert settings.wecom.bot.id == "from-env"
    assert settings.wecom.bot.heartbeat_s == 5
    assert sources == {"wecom.bot.id": "CHARGEHAND_WECOM__BOT__ID", "wecom.bot.heartbeat_s": str(file)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[wecom.bot]\nhartbeat_s = 3", "did you mean 'wecom.bot.heartbeat_s'?"),
        ("[wecom.bto]\nid = 'x'", "did you mean 'wecom.bot'?"),
        ("[planning]\nsolve_s = '3 kg'", "needs one of the units ms, s, min, h, d"),
        ("[planning]\nsolve_s = -1", "greater than or equal to 0"),
        ("[wecom.bot]\nurl = 'ws://plant.example:80'", "plain ws:// is for loopback only"),
        ("[plant]\ntime_zone = 'Asia/Kwaichung'", "no time zone"),
        ("[wecom.bot]\nframe_max_bytes = '4 MB'", "needs one of the units B, KiB, MiB, GiB"),
        ("log_level = ", "not TOML"),
        ("[metrics]\nlisten = 'everywhere'", "metrics.listen"),
        ("[wecom.app]\nproxy = 'http://name:word@proxy.example:3128'", "wecom.app.proxy"),
        ("[wecom.webhook]\nurl = 'http://qyapi.example'", "plain http:// is for loopback only"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_what_to_write(tmp_path: Path, text: str, sentence: str):
    file = write(tmp_path, text)
    with pytest.raises(SettingsWrong) as caught:
        load(file, {})
    assert sentence in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(SettingsWrong, match="No such file"):
        load(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    ("value", "seconds"), [("250 ms", 0.25), ("30 s", 30), ("5min", 300), ("2 h", 7200), (7, 7), ("1.5", 1.5)]
)
def test_durations_take_units(tmp_path: Path, value: object, seconds: float):
    file = write(tmp_path, f"[planning]\nsolve_s = {value!r}")
    assert load(file, {})[0].planning.solve_s == seconds


@given(st.text(max_size=20))
def test_any_text_for_a_duration_is_a_value_or_a_clear_no(value: str):
    said = ""
    try:
        settings, _ = load(None, {"CHARGEHAND_PLANNING__SOLVE_S": value})
        assert settings.planning.solve_s >= 0
    except SettingsWrong as fault:
        said = str(fault)
    assert not said or "planning.solve_s" in said


def test_every_setting_says_what_it_is():
    for key, info in keys().items():
        assert info.description, key
        assert info.description.endswith("."), key


def test_defaults_need_no_file():
    assert load(None, {})[0] == Settings()


def test_the_shipped_defaults_are_the_ones_of_the_code(tmp_path: Path):
    """Made anew by `python -c "from app.settings import *; print(defaults_text(), end='')"`."""
    text = (shipped("config") / "defaults.toml").read_text(encoding="utf-8")
    assert text == defaults_text()
    assert load(write(tmp_path, text), {})[0] == Settings()


def test_weights_lie_with_the_data_or_before_there_are_any_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    settings, _ = load(None, {"CHARGEHAND_DATA_DIR": str(tmp_path / "data")})
    assert settings.weights_dir == tmp_path / "cache" / "chargehand" / "models"
    settings.data_dir.mkdir()
    assert settings.weights_dir == tmp_path / "data" / "models"
    named, _ = load(None, {"CHARGEHAND_MODEL__CACHE_DIR": str(tmp_path / "own")})
    assert named.weights_dir == tmp_path / "own"


def test_the_app_and_the_webhook_are_off_until_switched_on():
    wecom = Settings().wecom
    assert [wecom.app.enabled, wecom.app.listen_directly, wecom.webhook.enabled] == [False] * 3

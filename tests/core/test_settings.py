"""Settings: file, variables and flags in rising order; every mistake is told where it was written."""

import os
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.settings import SAMPLE, Settings, SettingsError
from pipeline.core.settings_file import keys_and_values, load_settings, source_of, sources_of
from pipeline.core.settings_toml import settings_as_toml


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "bma-projects.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_file_variables_and_flags_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {}) == Settings()


def test_the_file_in_the_working_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "[fetch]\nrate = 0.5\n")
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {}).fetch.rate == 0.5


def test_flags_stand_above_variables_and_variables_above_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "source = 'bs2568'\n[fetch]\nrate = 0.5\nattempts = 5\ntimeout = 9\n")
    variables = {"BMA_FETCH_RATE": "0.25", "BMA_FETCH_ATTEMPTS": "4", "HOME": "/"}
    settings = load_settings(file, variables, {"fetch.rate": 2.0, "fetch.attempts": None, "source": None})
    assert (settings.fetch.rate, settings.fetch.attempts, settings.fetch.timeout) == (2.0, 4, 9.0)
    assert settings.source == "bs2568"


def test_a_new_source_needs_nothing_but_its_address(tmp_path: Path) -> None:
    file = written(
        tmp_path, '[sources.bs2570]\nbase_url = "https://example.org/index.php"\nalso_at = ["https://b.org/i"]\n'
    )
    source = source_of(load_settings(file, {}), "bs2570")
    assert source.base_url == "https://example.org/index.php"
    assert source.also_at == ("https://b.org/i",)
    assert not source.is_invented


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[fetch]\nrat = 1\n", 2, "unknown setting 'fetch.rat'"),
        ("speed = 1\n", 1, "unknown setting 'speed'"),
        ("[fetsch]\nrate = 1\n", 2, "unknown setting 'fetsch.rate'"),
        ("[empty]\n", 1, "unknown setting 'empty'"),
        ("[fetch]\n\n# comment\nrate = 'fast'\n", 4, "must be number"),
        ("[fetch]\nattempts = 1.5\n", 2, "must be whole number"),
        ("[fetch]\nattempts = true\n", 2, "must be whole number"),
        ("[fetch]\nattempts = 0\n", 2, "must be above 0"),
        ("[fetch]\nrate = -1\n", 2, "cannot be negative"),
        ("[fetch]\nrate = nan\n", 2, "finite"),
        ("[fetch]\nrate = inf\n", 2, "finite"),
        ("[fetch]\nnight_window = '22-5'\n", 2, "22:00-05:30"),
        ("[fetch]\nnight_window = '22:00-25:00'\n", 2, "22:00-05:30"),
        ("[fetch]\ntime_zone = 'Bangkok'\n", 2, "Asia/Bangkok"),
        ("[fetch]\ntime_zone = '../../etc/passwd'\n", 2, "Asia/Bangkok"),
        ("[parse]\ncluster = 'scheduler:8786'\n", 2, "tcp://host:8786"),
        ("[parse]\ncluster = 'tcp://scheduler'\n", 2, "tcp://host:8786"),
        ("[fetch]\ncontact = 'ติดต่อ'\n", 2, "in ASCII"),
        ('[fetch]\ncontact = "me\\nX-Header: 1"\n', 2, "in ASCII"),
        (f"[fetch]\nrate = {'9' * 400}\n", 2, "must be number"),
        (f"[build]\nkeep_releases = {'9' * 400}\n", 2, "too large"),
        ("[build]\nthreads = 100000\n", 2, "1024 at most"),
        ("[build]\nmemory_limit = '0.0GB'\n", 2, "3GB"),
        ("[build]\ntemp_directory = ''\n", 2, "must be path"),
        ("data_dir = ''\n", 1, "must be path"),
        ('data_dir = "a\\u0000b"\n', 1, "must be path"),
        ("[build]\nmemory_limit = 'lots'\n", 2, "3GB"),
        ("[build]\nkeep_releases = 0\n", 2, "above 0"),
        ("[gate]\npages_failed_share = 1.5\n", 2, "between 0 and 1"),
        ('[gate]\nvolatile_fields = ["name"]\n', 2, "use one of rationale"),
        ("[alarm]\nurl = 'hc-ping.com/x'\n", 2, "https://host/path"),
        ("[sources.'Über']\nbase_url = 'https://a.org'\n", 1, "is not a source id"),
        ("[sources.all]\nbase_url = 'https://a.org'\n", 2, "is not a source id"),
        ("[sources.a]\nbase_url = 'https://u:secret@a.org/i'\n", 2, "without name and password"),
        ("[sources.a]\nbase_url = 'ftp://a.org/i'\n", 2, "https://host/path/index.php"),
        ("[sources.a]\nbase_url = 'https://a.org/i?r=x'\n", 2, "https://host/path/index.php"),
        ("[sources.a]\nbase_url = 'https://a.org'\n", 2, "https://host/path/index.php, with the name of the script"),
        ("[sources.a]\n\nbase_url = 'https://a.org/frontend/web/'\n", 3, "sources.a.base_url is impossible"),
        ("[sources.a]\nalso_at = ['https://a.org/frontend/web/']\n", 2, "sources.a.also_at is impossible"),
        ("[sources.a]\nconnect_to = 'here'\n", 2, "host:port"),
        ("[sources.a]\nalso_at = [1]\n", 2, "list of texts"),
        ("[sources.a]\nalso_at = ['https://a.org/i', 'https://u:secret@b.org/i']\n", 2, "https://host/path/index.php"),
        ("[sources.a]\nsource_id = 'b'\n", 2, "unknown setting"),
        ("[fetch.rate]\nx = 1\n", 2, "unknown setting"),
        (f"fetch.rate.{'a.' * 3000}a = 1\n", 1, "unknown setting"),
        ("fetch = 1\n", 1, "unknown setting 'fetch'"),
        ("[sources]\na = 1\n", 2, "unknown setting 'sources.a'"),
        ("[sources.a]\nrate = 1\nbackoff = -1\n", 3, "cannot be negative"),
        ("[alarm]\nurl = ['secret']\n", 2, "must be text"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file, {})
    said = str(caught.value)
    assert said.startswith(f"{file}, line {line}: ")
    assert words in said
    assert "secret" not in said
    assert "\n" not in said


@pytest.mark.parametrize("text", ["rate = ", "[fetch\n", "a = 1\na = 2\n", f"a = {'9' * 5000}", f"a = {'[' * 3000}"])
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="is not TOML"):
        load_settings(written(tmp_path, text), {})


def test_a_file_of_other_bytes_is_told(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is not TOML"):
        load_settings(file, {})


def test_a_mistake_is_told_also_where_something_else_overrides_it(tmp_path: Path) -> None:
    file = written(tmp_path, "[fetch]\nrate = 'fast'\n")
    with pytest.raises(SettingsError, match=r"line 2: fetch\.rate"):
        load_settings(file, {"BMA_FETCH_RATE": "1"})


def test_no_limit_at_all_is_only_for_a_server_of_ones_own(tmp_path: Path) -> None:
    file = written(tmp_path, "source = 'bs2568'\n[fetch]\nrate = 0\n")
    with pytest.raises(SettingsError, match=r"bs2568: rate 0 means no limit.*connect_to"):
        source_of(load_settings(file, {}))
    with pytest.raises(SettingsError, match="rate 0 means no limit"):
        sources_of(load_settings(file, {"BMA_SOURCE": "all"}))
    assert source_of(load_settings(file, {}, {"sources.bs2568.rate": 0.5})).rate == 0.5
    assert source_of(load_settings(file, {}, {"sources.bs2568.connect_to": "127.0.0.1:8080"})).rate is None
    assert source_of(load_settings(file, {}, {"source": "sample"})).is_invented


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "nowhere.toml", {})


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(SettingsError, match=r"cannot be read .Is not a file"):
        load_settings(tmp_path / "pipe.toml", {})


def test_a_source_without_address_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"sources\.x\.base_url is missing"):
        load_settings(written(tmp_path, "[sources.x]\ntitle = 'x'\n"), {})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BMA_FETCH_RAT", "1", "no such setting"),
        ("BMA_FETCH_RATE", "fast", "must be number"),
        ("BMA_FETCH_RATE", "-1", "negative"),
        ("BMA_DATA_DIR", "", "must be path"),
        ("BMA_BUILD_PUBLISH_USER_NAMES", "yes", "true or false"),
        ("BMA_SOURCES_SAMPLE_BASE_URL", "nowhere", "https://host/path/index.php"),
    ],
)
def test_a_mistake_in_a_variable_names_the_variable(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {name: value})
    assert str(caught.value).startswith(name)
    assert words in str(caught.value)


def test_a_mistake_in_a_flag_names_the_flag() -> None:
    with pytest.raises(SettingsError, match=r"^--notify-url: "):
        load_settings(None, {}, {"alarm.url": "nowhere"})
    with pytest.raises(SettingsError, match=r"^--base-url: "):
        load_settings(None, {}, {"sources.sample.base_url": "nowhere"})
    with pytest.raises(SettingsError, match="without what follows a question mark"):
        load_settings(None, {}, {"sources.sample.base_url": "https://city.test/index.php?r=site%2Findex"})


def test_the_pace_of_the_sample_holds_at_its_own_address_alone(tmp_path: Path) -> None:
    own = source_of(load_settings(None, {}))
    assert (own.rate, own.concurrency, own.is_revisited_always) == (500.0, 4, True)
    address = {"sources.sample.base_url": "https://city.test/index.php"}
    file = written(tmp_path, "[sources.sample]\nbase_url = 'https://city.test/index.php'\n")
    for there in (
        load_settings(None, {}, address),
        load_settings(None, {"BMA_SOURCES_SAMPLE_BASE_URL": "https://city.test/index.php"}),
        load_settings(file, {}),
    ):
        source = source_of(there)
        assert (source.rate, source.concurrency, source.backoff) == (None, None, None)
        assert not source.is_revisited_always
    set_by_hand = source_of(load_settings(None, {}, {**address, "sources.sample.rate": 2.0}))
    assert (set_by_hand.rate, set_by_hand.concurrency) == (2.0, None)


def test_a_variable_can_say_none_or_several_addresses() -> None:
    name = "BMA_SOURCES_BS2568_ALSO_AT"
    assert source_of(load_settings(None, {name: ""}), "bs2568").also_at == ()
    two = source_of(load_settings(None, {name: "https://a.org/i, https://b.org/i"}), "bs2568")
    assert two.also_at == ("https://a.org/i", "https://b.org/i")


def test_variables_reach_every_setting() -> None:
    names = {f"BMA_{key.replace('.', '_').upper()}" for key, value in keys_and_values(Settings()) if value is not None}
    values = {
        f"BMA_{key.replace('.', '_').upper()}": ",".join(value)
        if isinstance(value, tuple)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
        for key, value in keys_and_values(Settings())
        if value is not None and value != ()
    }
    assert load_settings(None, values) == Settings()
    assert values.keys() <= names


def test_the_printed_settings_can_be_read_back(tmp_path: Path) -> None:
    text = "\n".join(settings_as_toml(Settings()))
    tomllib.loads(text)
    assert load_settings(written(tmp_path, text), {}) == Settings()


def test_printed_settings_keep_secrets_to_themselves() -> None:
    settings = load_settings(None, {"BMA_ALARM_URL": "https://hc.example/uuid-1234", "BMA_ALARM_COMMAND": "mail me"})
    text = "\n".join(settings_as_toml(settings))
    assert "uuid-1234" not in text
    assert "mail me" not in text


def test_the_reason_of_every_threshold_stands_beside_it() -> None:
    lines = [line for line in settings_as_toml(Settings()) if line.startswith(("pages_", "labels_", "values_"))]
    assert lines
    assert all("  # " in line for line in lines)


def test_several_sources_or_all_that_are_not_invented() -> None:
    assert [source.source_id for source in sources_of(Settings(source="bs2568, sample"))] == ["bs2568", "sample"]
    every = sources_of(Settings(source="all"))
    assert SAMPLE not in every
    assert len(every) > 1


@pytest.mark.parametrize("source", ["nowhere", "sample,nowhere", "", "../x"])
def test_an_unknown_source_is_told_with_the_known_ones(source: str) -> None:
    with pytest.raises(SettingsError, match=r"unknown source.*bmavisions"):
        sources_of(Settings(source=source))


@given(text=st.text())
def test_any_file_gives_settings_or_one_clear_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    with suppress(SettingsError):
        assert load_settings(file, {})

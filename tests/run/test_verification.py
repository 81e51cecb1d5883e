"""Every file under data/ is vouched for: what rotted, went or was added is told, and what can be made again heals."""

import datetime as dt
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.archive.fetch_log import Outcome
from pipeline.archive.page_outcome import FetchOutcome, capture_row
from pipeline.archive.segments import ArchiveWriter
from pipeline.archive.warc import Capture
from pipeline.build.salt import SALT_FILE
from pipeline.core.settings import Settings
from pipeline.run.lock import data_dir_lock
from pipeline.run.verification import verify_data
from tests.cli.command import assert_one_line, bma, bma_here
from tests.quick import quick

KINDS = {
    "fetch logs": "raw/*.fetches.parquet",
    "WARC files": "raw/*.warc.gz",
    "listings": "raw/*.listing.parquet",
    "partitions": "parsed/*/*",
    "run records": "runs/*.json",
    "releases": "curated/releases/*/*",
    "the salt": "user-names.salt",
}


def tables(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the latest release says, but for its own run."""
    release = (data / "curated" / "latest").resolve()
    names = sorted(path.stem for path in release.glob("*.parquet") if path.stem != "runs")
    return {name: duckdb.read_parquet(str(release / f"{name}.parquet")).fetchall() for name in names}


def flips(data: Path, n_each: int, seed: int) -> Iterator[tuple[Path, bytes, bytes]]:
    """Files of every kind with one bit changed, one after the other; each is put back afterwards."""
    dice = random.Random(seed)
    for pattern in KINDS.values():
        files = sorted(path for path in data.glob(pattern) if path.is_file() and path.stat().st_size)
        for _ in range(n_each):
            path = dice.choice(files)
            before = path.read_bytes()
            changed = bytearray(before)
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
            mode = path.stat().st_mode
            path.chmod(0o644)
            path.write_bytes(changed)
            yield path, before, bytes(changed)
            path.write_bytes(before)
            path.chmod(mode)


def assert_flips_are_told(data: Path, n_each: int, seed: int) -> None:
    settings = Settings(data_dir=data)
    assert verify_data(settings).problems == ()
    for path, before, changed in flips(data, n_each, seed):
        problems = verify_data(settings).problems
        is_named = any(path.name in problem or str(path.parent) in problem for problem in problems)
        assert is_named or says_the_same(path, before, changed), (path, problems)


def says_the_same(path: Path, before: bytes, changed: bytes) -> bool:
    """Whether the flip is in the name of the check or in white space, so that nothing else of the file changed."""
    if path.name == SALT_FILE:
        return before.split() == changed.split()
    if path.suffix != ".json" or "curated" in path.parts:
        return False
    try:
        one, two = json.loads(before), json.loads(changed)
    except ValueError:
        return False
    digest = one.pop("sha256")
    return bool({name: value for name, value in two.items() if value != digest} == one)


@pytest.fixture
def two_own_nights(two_nights: Path, tmp_path: Path) -> Path:
    """A copy to flip bits in: a test beside this one may copy two_nights at that moment."""
    return Path(shutil.copytree(two_nights, tmp_path / "own", symlinks=True))


def test_a_flipped_bit_in_any_file_is_told(two_own_nights: Path) -> None:
    assert_flips_are_told(two_own_nights, 2, seed=24)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(7))
def test_600_flipped_bits_over_every_kind_of_file_are_told(two_own_nights: Path, seed: int) -> None:
    assert_flips_are_told(two_own_nights, 13, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_run_after_flipped_bits_heals_or_refuses_and_changes_no_value(
    two_own_nights: Path, tmp_path: Path, seed: int
) -> None:
    known = tables(two_own_nights)
    for number, (path, _, changed) in enumerate(flips(two_own_nights, 3, seed)):
        data = tmp_path / str(number)
        shutil.copytree(two_own_nights, data, symlinks=True)
        spoiled = data / path.relative_to(two_own_nights)
        assert spoiled.read_bytes() == changed
        done = bma_here("build", "--data-dir", data)
        assert "Traceback" not in done.stderr
        if done.returncode == 0:
            assert tables(data) == known, path
        else:
            assert "restore" in done.stderr, done.stderr
        shutil.rmtree(data)


def test_a_quiet_night_and_its_log_are_missed(two_nights: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))
    newest = max((data / "raw").glob("*.fetches.parquet"))
    newest.unlink()
    done = bma_here("verify", "--data-dir", data)
    assert done.returncode == 1
    assert f"{newest.name.removesuffix('.fetches.parquet')}: the segment is gone" in done.stdout
    assert_one_line(bma_here("build", "--data-dir", data), 1, "restore that from a copy of data/raw")


JUNK = (
    "notes.txt",
    ".hidden",
    "raw/notes.txt",
    "raw/.hidden",
    "raw/20260101T000000Z-sample(1).fetches.parquet",
    "raw/20260101T000000Z-sample.warc.gz (1).open",
    "parsed/x",
    "parsed/x@y",
    "parsed/20260101T000000Z-sample@0123456789ab",
    "runs/list.txt",
    "runs/.hidden",
    "curated/old.zip",
    "curated/.hidden",
    "curated/releases/old.zip",
    "curated/refused/20260101T000000Z",
    "curated/latest/extra.parquet",
)


@pytest.mark.parametrize(
    "junk", [*JUNK[::5], *[pytest.param(one, marks=pytest.mark.slow) for one in JUNK if one not in JUNK[::5]]]
)
def test_a_file_of_nobody_is_named(sample_copy: Path, junk: str) -> None:
    (sample_copy / junk).parent.mkdir(exist_ok=True)
    (sample_copy / junk).write_text("x")
    done = bma_here("verify", "--data-dir", sample_copy)
    assert done.returncode == 1
    assert Path(junk).name in done.stdout
    assert "move it away" in done.stdout


@pytest.mark.parametrize(
    "made", [os.mkfifo, pytest.param(Path.mkdir, marks=pytest.mark.slow)], ids=["pipe", "directory"]
)
@pytest.mark.parametrize(
    "pattern",
    [
        "raw/*.warc.gz",
        "curated/releases/*/*",
        *[
            pytest.param(one, marks=pytest.mark.slow)
            for one in [*KINDS.values(), ".lock.json", "curated/rolled-back.json", "raw/lost-segments.txt"]
            if one not in ("raw/*.warc.gz", "curated/releases/*/*")
        ],
    ],
)
def test_what_is_a_pipe_or_a_directory_in_the_place_of_a_file_is_named_and_never_waited_for(
    sample_copy: Path, pattern: str, made: Callable[[Path], None]
) -> None:
    path = next((path for path in sorted(sample_copy.glob(pattern)) if path.is_file()), sample_copy / pattern)
    path.unlink(missing_ok=True)
    made(path)
    before = tables(sample_copy) if "releases" not in path.parts else None
    done = bma_here("verify", "--data-dir", sample_copy)
    assert path.name == ".lock.json" or (done.returncode == 1 and path.name in done.stdout), done.stdout
    done = bma_here("build", "--data-dir", sample_copy)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or path.name.partition(".")[0] in done.stderr, done.stderr
    assert before in (None, tables(sample_copy))


def test_a_copy_of_a_segment_record_or_release_under_another_name_is_told_and_counts_for_nothing(
    sample_copy: Path,
) -> None:
    before = tables(sample_copy)
    log = next((sample_copy / "raw").glob("*.fetches.parquet"))
    copies = [
        log.with_name(f"{log.name.removesuffix('.fetches.parquet')}(1).fetches.parquet"),
        log.with_name("20250101T000000Z-other.fetches.parquet"),
    ]
    for copy in copies:
        shutil.copyfile(log, copy)
    record = next((sample_copy / "runs").glob("*.json"))
    copies.append(Path(shutil.copyfile(record, record.with_name("20250101T000000Z.json"))))
    release = (sample_copy / "curated" / "latest").resolve()
    copies += [
        Path(shutil.copytree(release, release.with_name(name))) for name in ("20250101T000000Z", f"{release.name} (1)")
    ]
    told = bma_here("verify", "--data-dir", sample_copy).stdout
    for copy in copies:
        assert copy.name in told
    copies[1].unlink()
    done = bma_here("build", "--data-dir", sample_copy)
    assert done.returncode == 0, done.stderr
    assert tables(sample_copy) == before
    assert "the record of run" in done.stderr


def test_a_checkout_that_keeps_its_empty_directories_is_whole(sample_copy: Path) -> None:
    for directory in ("raw", "curated"):
        (sample_copy / directory / ".gitkeep").touch()
    done = bma_here("verify", "--data-dir", sample_copy)
    assert done.returncode == 0, done.stdout


def test_a_segment_of_a_source_that_nobody_knows_is_named(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    with ArchiveWriter(raw, "20260101T000000Z", "bs1", about={}) as archive:
        capture = Capture("http://x.invalid/", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), b"x", status=200)
        verdict = FetchOutcome(Outcome.FAILED, None, None, "x", can_heal=False)
        archive.append(capture_row(archive, None, capture.url, capture, verdict, repeats=None, attempts=1), capture)
    told = bma_here("verify", "--data-dir", tmp_path).stdout
    assert (
        "neither it nor the settings know source bs1; set [sources.bs1] in bma-projects.toml, or give the segment"
        in told
    )
    assert "add the line `20260101T000000Z-bs1 WHY`" in told


def test_run_records_that_are_gone_are_named_and_noted_once(two_nights: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))
    before = tables(data)
    shutil.rmtree(data / "runs")
    told = bma_here("verify", "--data-dir", data)
    assert told.returncode == 1
    assert "1 other run record are gone, though segments or releases of these runs are there; restore" in told.stdout
    done = bma_here("build", "--data-dir", data)
    assert done.returncode == 0, done.stderr
    assert "noted, and known only by the fetch logs" in done.stderr
    assert tables(data) == before
    assert bma_here("verify", "--data-dir", data).returncode == 0
    assert "gone" not in bma_here("parse", "--data-dir", data).stderr


@pytest.mark.slow
def test_a_discovery_leaves_a_record_of_its_run_so_that_nothing_is_missing(two_nights: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))
    for options in (("--plan",), ()):
        done = bma_here("discover", *options, "--data-dir", data)
        assert done.returncode == 0, done.stderr
    records = [json.loads(path.read_text()) for path in sorted((data / "runs").glob("*.json"))[-2:]]
    assert [(record["command"], record["status"]) for record in records] == [("discover", "done")] * 2
    verified = bma_here("verify", "--data-dir", data)
    assert verified.returncode == 0, verified.stdout
    assert "gone" not in bma_here("build", "--data-dir", data).stderr


def test_a_release_whose_values_were_changed_is_named_and_set_aside_by_the_next_run(sample_copy: Path) -> None:
    """All budgets ten times as high, in a file that every reader opens."""
    before = tables(sample_copy)
    latest = (sample_copy / "curated" / "latest").resolve()
    file = latest / "projects.parquet"
    columns = "* REPLACE (budget_received_thb * 10 AS budget_received_thb)"
    duckdb.sql(f"COPY (SELECT {columns} FROM '{file}') TO '{file}.new' (FORMAT parquet)")
    Path(f"{file}.new").replace(file)
    done = bma_here("verify", "--data-dir", sample_copy)
    assert done.returncode == 1
    assert f"{file}: not the file that SHA256SUMS names; the next run sets it aside" in done.stdout
    done = bma_here("build", "--data-dir", sample_copy)
    assert done.returncode == 0
    assert f"the release is set aside in {sample_copy / 'curated' / 'damaged' / latest.name}" in done.stderr
    assert tables(sample_copy) == before
    assert bma_here("verify", "--data-dir", sample_copy).returncode == 0


@pytest.mark.slow
def test_a_damaged_release_gives_way_to_the_one_before_it(two_nights: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))
    older, newer = sorted(path.name for path in (data / "curated" / "releases").iterdir())
    (data / "curated" / "latest" / "bma_projects.duckdb").unlink()
    done = bma_here("parse", "--data-dir", data)
    assert f"latest is {older}" in done.stderr
    assert (data / "curated" / "latest").readlink().name == older
    assert bma_here("build", "--data-dir", data).returncode == 0
    assert tables(data) == tables(two_nights)
    assert (data / "curated" / "damaged" / newer).is_dir()


@pytest.mark.parametrize(
    "said",
    [
        b"{",
        *[
            pytest.param(one, marks=pytest.mark.slow)
            for one in (b"[]", b"\xff", b'{"run_id": 7}', b'{"run_id": "x", "started_at": "soon"}')
        ],
    ],
)
def test_a_torn_run_record_is_named_and_set_aside_once(sample_copy: Path, said: bytes) -> None:
    record = next((sample_copy / "runs").glob("*.json"))
    record.write_bytes(said)
    done = bma_here("verify", "--data-dir", sample_copy)
    assert done.returncode == 1
    assert f"{record}: " in done.stdout
    assert "the next run sets it aside" in done.stdout
    before = tables(sample_copy)
    done = bma_here("build", "--data-dir", sample_copy)
    assert done.returncode == 0, done.stderr
    assert f"set aside in {sample_copy / 'runs' / 'damaged' / record.name}" in done.stderr
    assert tables(sample_copy) == before
    again = bma_here("parse", "--data-dir", sample_copy)
    assert "set aside" not in again.stderr


def test_verify_while_a_run_is_at_work_is_no_alarm(sample_copy: Path) -> None:
    for name in ("raw/20260101T000000Z-sample.journal", "raw/20260101T000000Z-sample.warc.gz.open"):
        (sample_copy / name).touch()
    (sample_copy / "parsed" / ".x.partial").mkdir()
    (sample_copy / "curated" / "building" / "20260101T000000Z").mkdir(parents=True)
    with data_dir_lock(sample_copy, "bma-projects refresh"):
        done = bma("verify", "--data-dir", sample_copy)
    assert done.returncode == 0, done.stdout
    assert "a run is at work" in done.stdout
    assert bma_here("verify", "--data-dir", sample_copy).returncode == 1


def test_sha256sum_reads_the_sums_of_a_release(sample_data: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=sample_data / "curated" / "latest", check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize("how", ["missing", pytest.param("leads nowhere", marks=pytest.mark.slow)])
def test_a_lost_latest_is_named_and_made_again_before_anything_is_judged(sample_copy: Path, how: str) -> None:
    """Without it the next release, however bad, was published as if it were the first."""
    latest = sample_copy / "curated" / "latest"
    before = latest.readlink()
    latest.unlink()
    if how == "leads nowhere":
        latest.symlink_to("releases/20200101T000000Z")
    done = bma_here("verify", "--data-dir", sample_copy)
    assert done.returncode == 1
    assert "though there are releases; the next run makes it again" in done.stdout
    done = bma_here("parse", "--data-dir", sample_copy)
    assert f"it is {before.name} again" in done.stderr
    assert latest.readlink() == before


def test_a_latest_that_is_a_directory_ends_a_run_before_it_asks_or_builds(sample_copy: Path) -> None:
    latest = sample_copy / "curated" / "latest"
    release = latest.resolve()
    latest.unlink()
    shutil.copytree(release, latest)
    releases = sorted(path.name for path in release.parent.iterdir())
    for command in ("verify", "refresh"):
        done = bma_here(command, "--data-dir", sample_copy)
        assert done.returncode == 1
        assert "is a directory, not a link; remove it" in done.stdout + done.stderr
    assert sorted(path.name for path in release.parent.iterdir()) == releases


@pytest.mark.parametrize("how", ["missing", pytest.param("cut", marks=pytest.mark.slow)])
def test_a_salt_that_was_lost_or_cut_is_told_and_no_pseudonym_changes(sample_copy: Path, how: str) -> None:
    salt, before = sample_copy / SALT_FILE, tables(sample_copy)["update_history"]
    text = salt.read_text()
    salt.unlink()
    if how == "cut":
        salt.write_text(text[:45])
        assert bma_here("verify", "--data-dir", sample_copy).returncode == 1
    shutil.rmtree(sample_copy / "parsed")
    (sample_copy / "curated" / "latest" / "run.json").chmod(0o644)
    done = bma_here("refresh", "--data-dir", sample_copy)
    assert done.returncode == 1
    assert str(salt) in done.stderr
    assert tables(sample_copy)["update_history"] == before


def test_a_restore_without_the_salt_is_told_and_no_pseudonym_changes(sample_copy: Path) -> None:
    (sample_copy / SALT_FILE).unlink()
    for layer in ("parsed", "curated"):
        shutil.rmtree(sample_copy / layer)
    done = bma_here("build", "--data-dir", sample_copy)
    assert done.returncode == 1
    assert f"{sample_copy / SALT_FILE}: is missing" in done.stderr
    assert not (sample_copy / SALT_FILE).exists()
    assert not (sample_copy / "curated" / "latest").is_symlink()


@pytest.mark.slow
def test_what_was_taken_back_stays_away_when_the_release_gone_back_to_rots(two_nights: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))
    older, _ = sorted(path.name for path in (data / "curated" / "releases").iterdir())
    oldest = "20200101T000000Z"
    shutil.copytree(data / "curated" / "releases" / older, data / "curated" / "releases" / oldest)
    assert bma_here("releases", "--rollback", "--data-dir", data).returncode == 0
    (data / "curated" / "releases" / older / "bma_projects.duckdb").unlink()
    done = bma_here("build", "--data-dir", data)
    assert done.returncode == 3, done.stderr
    assert (data / "curated" / "latest").readlink().name == oldest
    mark = data / "curated" / "rolled-back.json"
    mark.write_text(mark.read_text().replace(oldest, "30200101T000000Z"))
    assert "rolled-back.json: cannot be read (it was changed)" in (bma_here("verify", "--data-dir", data).stdout)


LOOK = (
    ("show", "50490000-3607"),
    ("query", "SELECT count(name), sum(budget_received_thb) FROM projects"),
    ("query", "SELECT name FROM projects", "--format", "csv"),
    ("export", "projects"),
    ("report",),
    ("status",),
)


@pytest.mark.parametrize("look", LOOK, ids=[" ".join(look) for look in LOOK])
@pytest.mark.parametrize(
    "how", ["bad blocks", *[pytest.param(how, marks=pytest.mark.slow) for how in ("cut", "a pipe")], "missing"]
)
def test_a_damaged_release_is_one_line_with_what_to_do_and_exit_code_1(
    sample_copy: Path, tmp_path: Path, look: tuple[str, ...], how: str
) -> None:
    file = (sample_copy / "curated" / "latest").resolve() / "bma_projects.duckdb"
    content = file.read_bytes()
    file.chmod(0o644)
    file.unlink()
    match how:
        case "bad blocks":
            # The headers at the front are whole.
            spoiled = bytearray(content)
            for place in range(20_000, len(spoiled), 997):
                spoiled[place] ^= 4
            file.write_bytes(spoiled)
        case "cut":
            file.write_bytes(content[:20_000])
        case "a pipe":
            os.mkfifo(file)
        case _:
            pass
    output = ("--output", tmp_path / "out") if look[0] in ("export", "report") else ()
    done = bma_here(*look, *output, "--data-dir", sample_copy)
    assert done.returncode == 1
    assert str(file) in done.stdout + done.stderr
    assert "`bma-projects build`" in done.stdout + done.stderr
    if look[0] != "status":
        assert_one_line(done, 1, "sets the release aside and makes a new one")


@pytest.mark.slow
def test_a_latest_that_leads_to_an_older_release_though_nobody_rolled_back_is_named(
    two_nights: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))
    latest = data / "curated" / "latest"
    older, newer = sorted(path.name for path in (data / "curated" / "releases").iterdir())
    latest.unlink()
    latest.symlink_to(f"releases/{older}")
    done = bma_here("verify", "--data-dir", data)
    assert done.returncode == 1
    assert f"leads to an older release than {newer}, but there was no rollback" in done.stdout
    latest.unlink()
    latest.symlink_to(f"releases/{newer}")
    assert bma_here("releases", "--rollback", "--data-dir", data).returncode == 0
    assert bma_here("verify", "--data-dir", data).returncode == 0


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["a directory", "a pipe"])
@pytest.mark.parametrize("name", quick(1, [".lock", "bma-projects.toml", "acknowledged.csv"]))
def test_what_is_in_the_place_of_a_file_is_named(sample_copy: Path, name: str, make: Callable[[Path], None]) -> None:
    (sample_copy / name).unlink(missing_ok=True)
    make(sample_copy / name)
    assert f"{name}: is not a file" in bma_here("verify", "--data-dir", sample_copy).stdout


def test_what_is_wrong_with_a_query_stays_so_where_the_release_is_whole(sample_data: Path) -> None:
    assert_one_line(bma_here("query", "SELECT nothing FROM projects", "--data-dir", sample_data), 2, "nothing")


def test_an_earlier_version_beside_a_torn_log_is_one_line(two_nights: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(two_nights, tmp_path / "data", symlinks=True))
    next((data / "raw").glob("*.fetches.parquet")).write_bytes(b"PAR1torn")
    done = bma_here("show", "50490000-3607", "--version", "1", "--data-dir", data)
    assert_one_line(done, 1, "`bma-projects verify` names it")

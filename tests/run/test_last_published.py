"""A release is judged by what was published last, also where that release was lost: damage is no first night."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.errors import ExitCode
from pipeline.publish.releases import latest_release
from pipeline.publish.rollback import rollback
from pipeline.run.record import RunRecord
from tests.run.scripted_site import City, watched

FIRST = dt.datetime(2026, 12, 1, 18, 15, tzinfo=dt.UTC)
IDS = [f"50490000-{number:04}" for number in range(1, 13)]
LOST = "the release that was published last is lost"


class Nights:
    """A city of twelve projects, night after night."""

    def __init__(self, city: City, n: int = 0) -> None:
        self.city, self.n = city, n

    def next(self, accepted_because: str | None = None) -> tuple[ExitCode, RunRecord]:
        self.city.now = FIRST + dt.timedelta(days=self.n)
        self.n += 1
        code, record, _ = self.city.refresh(accepted_because=accepted_because)
        return code, record

    def ask(self) -> tuple[ExitCode, RunRecord]:
        """A night of which no release is made."""
        self.city.now = FIRST + dt.timedelta(days=self.n)
        self.n += 1
        return self.city.fetch()

    def empty(self, n: int) -> None:
        for project_id in IDS[:n]:
            self.city.site.change(project_id, name="", rationale="", objective="", budget_received=None)

    def damage(self) -> str:
        """Flip a bit of the latest release; its id."""
        file = self.city.release / "projects.parquet"
        rotten = bytearray(file.read_bytes())
        rotten[200] ^= 4
        file.write_bytes(rotten)
        return self.city.release.name


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory with which the tests begin."""
    data = tmp_path_factory.mktemp("first") / "data"
    with watched(data, *IDS) as city:
        assert Nights(city).next()[1].problems == []
    return data


@pytest.fixture
def nights(first_night: Path, tmp_path: Path) -> Iterator[Nights]:
    """The nights after the first one."""
    with watched(Path(shutil.copytree(first_night, tmp_path / "data", symlinks=True)), *IDS) as city:
        yield Nights(city, n=1)


def rules(record: RunRecord) -> set[str]:
    reasons = record.gate["reasons"]
    assert isinstance(reasons, list)
    return {reason.split(":")[0] for reason in reasons}


def test_emptied_pages_are_refused_though_the_only_release_is_damaged(nights: Nights) -> None:
    lost = nights.damage()
    nights.empty(12)
    code, record = nights.next()
    assert (code, "pages_emptied" in rules(record)) == (ExitCode.REFUSED, True)
    assert any(problem.startswith(f"{lost}: {LOST}") for problem in record.problems)


@pytest.mark.slow
def test_what_was_refused_beside_a_damaged_release_is_published_when_it_is_accepted(nights: Nights) -> None:
    nights.damage()
    nights.empty(12)
    for _ in range(2):
        code, record = nights.next()
        assert (code, "pages_emptied" in rules(record)) == (ExitCode.REFUSED, True), "the second night knows it too"
    code, record = nights.next(accepted_because="right after all")
    assert code == ExitCode.DONE
    code, record = nights.next()
    assert (code, record.problems) == (ExitCode.DONE, [])
    assert not any((nights.city.settings.curated_dir / "building").iterdir())


def history_of(release: Path) -> list[dict[str, object]]:
    report: dict[str, list[dict[str, object]]] = json.loads((release / "quality.json").read_text(encoding="utf-8"))
    return report["history"]


@pytest.mark.slow
def test_the_nights_before_a_damaged_release_are_remembered(nights: Nights) -> None:
    first = history_of(nights.city.release)
    nights.damage()
    nights.next()
    assert history_of(nights.city.release)[:-1] == first != []


@pytest.mark.slow
def test_the_nights_before_a_lost_release_are_those_that_the_one_before_knows(nights: Nights) -> None:
    first = history_of(nights.city.release)
    nights.city.site.change(IDS[0], remark="ใหม่")
    nights.next()
    shutil.rmtree(nights.city.release)
    nights.next()
    assert history_of(nights.city.release)[:-1] == first != []


@pytest.mark.slow
def test_a_report_that_rotted_is_not_believed(nights: Nights) -> None:
    report = nights.city.release / "quality.json"
    report.write_bytes(report.read_bytes().replace(b"published", b"publisheb"))
    nights.next()
    assert len(history_of(nights.city.release)) == 1


@pytest.mark.slow
def test_a_damaged_release_costs_no_quiet_night(nights: Nights) -> None:
    lost = nights.damage()
    code, record = nights.next()
    assert (code, record.gate["reasons"]) == (ExitCode.DONE, [])
    report = nights.city.rows("SELECT count(*) FILTER (name <> '') FROM projects")
    assert report == [(len(IDS),)]
    assert any(problem.startswith(f"{lost}: {LOST}") for problem in record.problems)


@pytest.mark.slow
def test_what_was_accepted_stays_accepted_though_its_release_is_damaged(nights: Nights) -> None:
    nights.empty(8)
    assert nights.next()[0] == ExitCode.REFUSED
    assert nights.next(accepted_because="right after all")[0] == ExitCode.DONE
    nights.damage()
    code, record = nights.next()
    assert (code, record.gate["reasons"]) == (ExitCode.DONE, [])
    assert nights.next()[1].problems == []


@pytest.mark.slow
def test_what_was_taken_back_stays_away_though_no_release_is_left(nights: Nights) -> None:
    nights.city.site.change(IDS[0], remark="ใหม่")
    nights.next()
    curated = nights.city.settings.curated_dir
    withdrawn = latest_release(curated).path
    rollback(curated)
    shutil.rmtree(withdrawn)
    nights.damage()
    code, record = nights.next()
    assert (code, rules(record)) == (ExitCode.REFUSED, {"rolled_back"})


@pytest.mark.slow
def test_a_release_whose_directory_was_removed_is_judged_by_all_the_same(nights: Nights) -> None:
    nights.empty(8)
    nights.next(accepted_because="right after all")
    shutil.rmtree(nights.city.release)
    code, record = nights.next()
    assert (code, record.gate["reasons"]) == (ExitCode.DONE, []), "it is not compared with the one before"
    assert any(LOST in problem for problem in record.problems)


@pytest.mark.slow
def test_a_release_of_which_nothing_tells_what_came_before_says_so(nights: Nights) -> None:
    shutil.rmtree(nights.city.settings.curated_dir)
    shutil.rmtree(nights.city.settings.runs_dir)
    code, record = nights.next()
    assert code == ExitCode.DONE
    said = "names the release published before (1 archived without one), so this release is compared with nothing"
    assert any(said in problem for problem in record.problems)


@pytest.mark.slow
def test_a_restored_archive_is_compared_with_what_its_records_say(nights: Nights) -> None:
    shutil.rmtree(nights.city.settings.curated_dir)
    shutil.rmtree(nights.city.settings.parsed_dir)
    nights.empty(12)
    assert nights.next()[0] == ExitCode.REFUSED


@pytest.mark.slow
def test_a_list_of_digests_that_rotted_alone_is_written_again(nights: Nights) -> None:
    release = nights.city.release
    sums = release / "SHA256SUMS"
    written = sums.read_bytes()
    nights.city.site.change(IDS[0], name="", rationale="", objective="")
    for place, run in ((3, nights.ask), (70, nights.ask), (-3, nights.ask), (-80, nights.ask), (-90, nights.next)):
        rotten = bytearray(written)
        rotten[place] ^= 1
        sums.write_bytes(rotten)
        code, record = run()
        assert code == ExitCode.DONE
        told = f"{sums}: was changed, though the files beside it are as published; it is written again"
        assert record.problems == [told], place
        assert sums.read_bytes() == written
    assert release.is_dir()

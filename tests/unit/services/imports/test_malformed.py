"""T35: malformed rosters are refused whole, in words that name the row and what to do, within little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.cli.parser import main
from tests.builders import malformed_rosters
from tests.builders.roster_files import FIRST, HEADER, SECOND, csv_file
from tests.paths import ROOT

_MAX_MEMORY_KIB = 300 * 1024
_IMPORT_EACH = """
import json, re, resource, sys
from kiosk.cli.parser import main
home, *files = sys.argv[1:]
codes = [main(["roster", "import", file, "--yes", "--home", home]) for file in files]
own = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]  # ru_maxrss begins with the parent's
print(json.dumps([codes, int(own) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school of two students, which no malformed file may change."""
    folder = tmp_path_factory.mktemp("school") / "home"
    file = csv_file(folder.parent / "roster.csv", HEADER, FIRST, SECOND)
    assert main(["roster", "import", str(file), "--yes", "--home", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("case", malformed_rosters.ALL.values(), ids=malformed_rosters.ALL)
def test_t35_a_malformed_file_is_refused_whole(
    case: malformed_rosters.Malformed, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["roster", "import", str(case.make(tmp_path))]
    malformed_rosters.assert_refused_whole(command, home, case.place, case.words, capsys)


@pytest.mark.alone
def test_t35_malformed_files_stay_within_300_megabytes(home: Path, tmp_path: Path) -> None:
    """The command and the process that opens spreadsheets, together."""
    folders = [tmp_path / str(number) for number in range(len(malformed_rosters.ALL))]
    for folder in folders:
        folder.mkdir()
    files = [str(case.make(folder)) for case, folder in zip(malformed_rosters.ALL.values(), folders, strict=True)]
    command = [sys.executable, "-c", _IMPORT_EACH, str(home), *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    codes, peak = json.loads(done.stdout.splitlines()[-1])
    assert len(codes) >= 40
    assert set(codes) == {1}
    assert "Traceback" not in done.stdout + done.stderr
    assert peak < _MAX_MEMORY_KIB


def test_errors_are_counted_and_the_reading_stops(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{number},王小明" for number in range(500)]
    file = csv_file(tmp_path / "roster.csv", "學號,姓名,班級", *rows)
    assert main(["roster", "check", str(file), "--home", str(home)]) == 1
    printed = capsys.readouterr().out
    assert printed.count("錯誤　") == 200
    assert "至少 200 個錯誤" in printed

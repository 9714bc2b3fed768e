from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.config.sections import IdleTimes, SmtpSecurity, SmtpSettings
from kiosk.config.settings import DEMO_SCHOOL_NAME, Settings, ensure_home, load_settings
from kiosk.config.toml_reader import SettingsError


def _load(home: Path, configuration: str = "", **variables: str) -> Settings:
    """Load the settings of a home with this ``kiosk.toml``, in an environment of just these variables."""
    return load_settings(_write(home, configuration), environment=variables)


def _write(home: Path, configuration: str) -> Path:
    (home / "kiosk.toml").write_text(configuration, encoding="utf-8")
    return home


def test_defaults_without_any_file(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environment={})
    assert settings == Settings(home=tmp_path, terminal_name=os.uname().nodename)
    assert settings.school_name == "本校"
    assert settings.service_name == "個資確認及親子帳號設定"
    assert settings.student_no_pattern == r"[0-9A-Z]{4,12}"
    assert settings.database_url is None
    assert settings.smtp is None
    assert not settings.demo
    assert settings.database_file == tmp_path / "kiosk.db"
    assert settings.key_file == tmp_path / "kiosk.key"
    assert settings.log_file == tmp_path / "kiosk.log"
    assert settings.text_folder == tmp_path / "text"


def test_the_default_idle_times_are_the_security_promises() -> None:
    assert IdleTimes() == IdleTimes(
        parent_idle_seconds=60,
        consent_idle_seconds=120,
        mail_code_idle_seconds=180,
        countdown_seconds=20,
        receipt_seconds=45,
        ask_to_go_on_seconds=600,
        absolute_seconds=1800,
        staff_idle_seconds=180,
        staff_absolute_seconds=1800,
    )


def test_staff_sign_in_at_the_lobby_only_where_the_school_or_the_demo_says_so(tmp_path: Path) -> None:
    assert not load_settings(tmp_path, environment={}).review_in_lobby
    assert load_settings(tmp_path, demo=True, environment={}).review_in_lobby
    assert not _load(tmp_path, "[review]").review_in_lobby
    assert _load(tmp_path, "[review]\nin_lobby = true").review_in_lobby
    assert not load_settings(_write(tmp_path, "[review]\nin_lobby = false"), demo=True, environment={}).review_in_lobby


def test_loading_creates_no_files(tmp_path: Path) -> None:
    load_settings(tmp_path / "home", environment={})
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_outweighs_the_variable(tmp_path: Path) -> None:
    variables = {"KIOSK_HOME": str(tmp_path / "b")}
    assert load_settings(tmp_path / "a", environment=variables).home == tmp_path / "a"
    assert load_settings(environment=variables).home == tmp_path / "b"


def test_the_default_home_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    fallback = tmp_path / ".local" / "share" / "parent-binding-kiosk"
    assert load_settings(environment={}).home == fallback
    assert load_settings(environment={"KIOSK_HOME": ""}).home == fallback
    assert load_settings(environment={"XDG_DATA_HOME": "relative"}).home == fallback
    data_folder = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert load_settings(environment=data_folder).home == tmp_path / "data" / "parent-binding-kiosk"


def test_a_relative_home_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(Path("here"), environment={}).home == tmp_path / "here"


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        """
        school_name = "臺北市立某某高職"
        service_name = "親子綁定"
        terminal_name = "校門口"
        school_code = "353401"
        student_no_pattern = "[0-9]{6}"
        database_url = "postgresql://kiosk@db/kiosk"
        [idle]
        parent_idle_seconds = 45
        [smtp]
        host = "mail.example.edu.tw"
        user = "kiosk"
        password_file = "mail.password"
        sender = "kiosk@example.edu.tw"
        [printer]
        name = "office-2"
        [office_columns]
        "學號" = "student_number"
        "家長 身分證" = "parent_national_id"
        """,
    )
    assert settings == Settings(
        home=tmp_path,
        school_name="臺北市立某某高職",
        school_code="353401",
        service_name="親子綁定",
        terminal_name="校門口",
        student_no_pattern="[0-9]{6}",
        database_url="postgresql://kiosk@db/kiosk",
        idle=IdleTimes(parent_idle_seconds=45),
        smtp=SmtpSettings(
            host="mail.example.edu.tw",
            port=587,
            security=SmtpSecurity.STARTTLS,
            user="kiosk",
            password_file=tmp_path / "mail.password",
            sender="kiosk@example.edu.tw",
        ),
        printer="office-2",
        office_columns=(("學號", "student_number"), ("家長 身分證", "parent_national_id")),
    )


def test_variables_outweigh_the_file(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        'terminal_name = "file"\ndatabase_url = "sqlite:///file.db"',
        KIOSK_TERMINAL="variable",
        KIOSK_DATABASE_URL="postgresql://variable",
    )
    assert (settings.terminal_name, settings.database_url) == ("variable", "postgresql://variable")


def test_the_demo_has_a_school_of_its_own(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, demo=True, environment={})
    assert settings.demo
    assert settings.school_name == DEMO_SCHOOL_NAME


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465)])
def test_the_mail_port_follows_the_security(tmp_path: Path, security: str, port: int) -> None:
    smtp = f'[smtp]\nhost = "mail.example.edu.tw"\nsender = "k@example.edu.tw"\nsecurity = "{security}"'
    loaded = _load(tmp_path, smtp).smtp
    assert loaded is not None
    assert (loaded.security, loaded.port) == (SmtpSecurity(security), port)


def test_mail_without_tls_is_for_this_machine_only(tmp_path: Path) -> None:
    smtp = '[smtp]\nhost = "{}"\nsender = "k@example.edu.tw"\nsecurity = "none"\nport = 2525'
    loaded = _load(tmp_path, smtp.format("127.0.0.1")).smtp
    assert loaded is not None
    assert (loaded.security, loaded.port) == (SmtpSecurity.NONE, 2525)
    with pytest.raises(SettingsError, match="本機"):
        _load(tmp_path, smtp.format("mail.example.edu.tw"))


_MAIL = "[smtp]\nhost = 'h'\nsender = 'k@h'\n"
WRONG = {
    "shcool_name": ("shcool_name = 'x'",),
    "demo": ("demo = true",),
    "home": ("home = '/elsewhere'",),
    "school_name": ("school_name = 7", "school_name = ''", "school_name = ' x'", f"school_name = '{'長' * 61}'"),
    "terminal_name": ('terminal_name = "a\\u001b[2J"', 'terminal_name = "a\\u202eb"'),
    "student_no_pattern": ("student_no_pattern = '['", f"student_no_pattern = '{'a' * 101}'"),
    "school_code": ("school_code = '35-34'", "school_code = 353401"),
    "office_columns": ("office_columns = 1", "[office_columns]", f"[office_columns]\n'{'長' * 61}' = 'student_number'"),
    "office_columns.學號": ("[office_columns]\n'學號' = 'student_no'", "[office_columns]\n'學號' = ''"),
    "idle": ("idle = 60",),
    "idle.parent_seconds": ("[idle]\nparent_seconds = 60",),
    "idle.parent_idle_seconds": [f"[idle]\nparent_idle_seconds = {value}" for value in ("4", "7201", "true", "60.5")],
    "review": ("review = true",),
    "review.in_lobby": ("[review]\nin_lobby = 1", "[review]\nin_lobby = 'yes'"),
    "review.lobby": ("[review]\nlobby = true",),
    "smtp.host": ("[smtp]\nsender = 'k@h'",),
    "smtp.sender": (
        *("[smtp]\nhost = 'h'", "[smtp]\nhost = 'h'\nsender = 'kiosk'"),
        '[smtp]\nhost = "h"\nsender = "k@h\\nBcc: x@y"',
    ),
    "smtp.port": (f"{_MAIL}port = 0", f"{_MAIL}port = true"),
    "smtp.security": (f"{_MAIL}security = 'ssl'",),
    "smtp.password": (f"{_MAIL}password = 'x'",),
    "smtp.password_file": (f"{_MAIL}user = 'u'",),
    "smtp.user": (f"{_MAIL}password_file = 'f'",),
    "kiosk.toml": ("school_name =",),
}


@pytest.mark.parametrize(
    ("configuration", "named"), [(text, named) for named, texts in WRONG.items() for text in texts]
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, configuration: str, named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, configuration)
    line = str(caught.value)
    assert named in line
    assert line.isprintable()


def test_an_unknown_key_cannot_bring_escape_sequences_to_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, '"\\u001b[2J\\n" = 1')
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("url", ["mysql://u:secret@db/x", "kiosk-secret.db", "sqlite://secret"])
def test_a_foreign_database_is_refused_without_repeating_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, KIOSK_DATABASE_URL=url)
    assert "secret" not in str(caught.value)


def test_the_representation_hides_the_databases_password(tmp_path: Path) -> None:
    assert "secret" not in repr(_load(tmp_path, KIOSK_DATABASE_URL="postgresql://kiosk:secret@db/kiosk"))


def test_a_configuration_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_bytes('school_name = "松山"'.encode("cp950"))
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(tmp_path, environment={})


def test_a_configuration_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").mkdir()
    with pytest.raises(SettingsError, match=r"kiosk\.toml"):
        load_settings(tmp_path, environment={})


def test_systemds_key_is_used_where_it_exists(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    variables = {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert load_settings(tmp_path, environment=variables).key_file == tmp_path / "kiosk.key"
    (credentials / "kiosk.key").touch()
    assert load_settings(tmp_path, environment=variables).key_file == credentials / "kiosk.key"


def test_the_home_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "folder" / "home")
    before = os.umask(0)
    try:
        ensure_home(settings)
    finally:
        os.umask(before)
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    ensure_home(settings)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o770, 0o701, 0o710])
def test_a_home_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 700"):
        ensure_home(Settings(home=home))
    assert stat.S_IMODE(home.stat().st_mode) == mode


def test_another_users_home_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    ensure_home(settings)
    monkeypatch.setattr(os, "geteuid", lambda: settings.home.stat().st_uid + 1)
    with pytest.raises(SettingsError, match="另一個使用者"):
        ensure_home(settings)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.touch()
    with pytest.raises(SettingsError, match="無法建立資料夾"):
        ensure_home(Settings(home=home))


def test_loading_without_a_file_imports_no_toml_reader_and_no_pydantic(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from kiosk.config.settings import load_settings;"
        "load_settings(pathlib.Path(sys.argv[1]));"
        "print({'tomllib', 'pydantic', 'textual', 'gettext'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


@pytest.mark.parametrize("name", ["two words", "a/b", "a#b", "-o", "\u5370\u8868\u6a5f", ""])
def test_a_printer_has_a_name_that_cups_takes(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        _load(tmp_path, f'[printer]\nname = "{name}"\n')

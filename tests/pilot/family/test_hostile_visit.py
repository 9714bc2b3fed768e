"""Hostile texts, moments and visitors on the real screens, headless (T05, T16)."""

from __future__ import annotations

import pytest
from sqlmodel import select
from textual.widgets import Input, Static

from db.models.school import Student
from kiosk.domain.errors import PasswordChangeRequired
from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.services.school import School
from tests.pilot.naughty import NAUGHTY
from tests.pilot.people import QuickParent, parent_at

FIRST_ID = "A123456789"
PASSWORD = "Harbour7lights"


async def test_the_second_that_passes_while_a_screen_comes_up_does_no_harm(school: School) -> None:
    async with parent_at(school) as parent:
        app = parent.kiosk
        app.push_screen(app.new_login())
        app.tick()
        await parent.pilot.pause()
        assert app.is_running
        assert app.return_code is None


async def test_the_second_that_passes_while_the_app_ends_does_no_harm(school: School) -> None:
    async with parent_at(school) as parent:
        app = parent.kiosk
    app.tick()
    assert app.return_code is None


async def to_form(parent: QuickParent, number: str = "110001", first: str = FIRST_ID, mode: str = "one_parent") -> None:
    await parent.logs_in(f"P{number}", first)
    await parent.changes_password(PASSWORD)
    await parent.confirms()
    await parent.opens("apply", "ConsentScreen")
    await parent.consents()
    await parent.chooses_mode(mode, "parents" if mode == "one_parent" else None)


async def test_naughty_strings_in_every_field_are_literal_and_inert(school: School) -> None:
    await assert_inert_in_every_field(school, "one_parent", NAUGHTY[::10])


@pytest.mark.long
@pytest.mark.parametrize("mode", ["one_parent", "two_parents"])
async def test_every_naughty_string_in_every_field_is_literal_and_inert(school: School, mode: str) -> None:
    await assert_inert_in_every_field(school, mode, NAUGHTY)


async def assert_inert_in_every_field(school: School, mode: str, texts: tuple[str, ...]) -> None:
    async with parent_at(school) as parent:
        await to_form(parent, mode=mode)
        form = parent.app.screen
        fields = [field for field in form.query(Input) if field.display]
        for text in texts:
            for field in fields:
                field.clear()
                field.insert_text_at_cursor(text)
            await parent.clicks("#send")
            await parent.pilot.pause()
            assert parent.app.screen is form
            assert form.query_one("#name", Input).value == remove_unsafe_chars(text)[:128]
        assert parent.app.return_code is None


async def test_naughty_strings_at_the_login_are_inert(school: School) -> None:
    async with parent_at(school) as parent:
        for text in NAUGHTY[::4]:
            account = parent.app.screen.query_one("#account", Input)
            account.clear()
            account.insert_text_at_cursor(text)
            await parent.presses("tab")
        assert parent.screen == "LoginScreen"
        assert parent.app.return_code is None


async def assert_shown_as_they_are(school: School, texts: tuple[str, ...]) -> None:
    async with parent_at(school) as parent:
        await parent.logs_in("P110001", FIRST_ID)
        await parent.changes_password(PASSWORD)
        for text in texts:
            clean = remove_unsafe_chars(text)[:32]
            with school.store.write() as unit:
                student = unit.session.exec(select(Student).where(Student.student_number == "110001")).one()
                student.name = student.class_name = clean
                unit.audit("test", "test.planted", student.id)
            await parent.opens("confirm", "ConfirmStudentScreen")
            await parent.goes_back("MenuScreen")
            await parent.opens("confirm", "ConfirmStudentScreen")
            assert f"姓名：{clean}" in parent.text("#student")
            await parent.pilot.click("#student")
            await parent.goes_back("MenuScreen")
        assert parent.app.return_code is None


async def test_naughty_strings_as_names_and_classes_are_shown_as_they_are(school: School) -> None:
    await assert_shown_as_they_are(school, NAUGHTY[::20])


@pytest.mark.long
async def test_every_naughty_string_as_name_and_class_is_shown_as_it_is(school: School) -> None:
    await assert_shown_as_they_are(school, NAUGHTY)


async def test_a_crash_before_the_forced_change_shows_nothing_after_it(school: School) -> None:
    for _return in range(2):
        async with parent_at(school) as parent:
            await parent.logs_in("P110001", FIRST_ID)
            await parent.sees("ChangePasswordScreen")
            shown = "\n".join(str(part.content) for part in parent.app.screen.query(Static))
            assert "王小明" not in shown
            assert "科二智" not in shown
            await parent.types("Harbour7li")
            with pytest.raises(PasswordChangeRequired):
                school.student_data.hub(school.sign_in.student("P110001", FIRST_ID, "test").visitor)

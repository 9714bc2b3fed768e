"""Hostile texts, moments and visitors on the real screens, headless (T05, T16)."""

from __future__ import annotations

import pytest
from sqlmodel import select
from textual.widgets import Input, Static

from db.models.school import Student
from kiosk.domain.errors import PasswordChangeRequired
from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.services.school import School
from tests.pilot.first_visit import FIRST_PASSWORD, to_form, to_hub
from tests.pilot.naughty import NAUGHTY
from tests.pilot.people import parent_at


async def test_a_tick_while_a_screen_opens_or_the_app_ends_is_harmless(school: School) -> None:
    async with parent_at(school) as parent:
        app = parent.kiosk
        app.push_screen(app.new_login())
        app.tick()
        await parent.pilot.pause()
        assert app.is_running
    app.tick()
    assert app.return_code is None


async def test_naughty_strings_in_every_field_are_literal_and_inert(school: School) -> None:
    await assert_inert_in_every_field(school, "one_parent", NAUGHTY[::10])


@pytest.mark.long
@pytest.mark.parametrize("mode", ["one_parent", "two_parents"])
async def test_every_naughty_string_in_every_field_is_literal_and_inert(school: School, mode: str) -> None:
    await assert_inert_in_every_field(school, mode, NAUGHTY)


async def assert_inert_in_every_field(school: School, mode: str, texts: tuple[str, ...]) -> None:
    async with parent_at(school) as parent:
        await to_form(parent, mode)
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
        await to_hub(parent)
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


async def test_neither_esc_nor_a_crash_at_the_forced_change_shows_anything(school: School) -> None:
    for _return in range(2):
        async with parent_at(school) as parent:
            await parent.logs_in("P110001", FIRST_PASSWORD)
            await parent.sees("ChangePasswordScreen")
            await parent.goes_back("LoginScreen")
            await parent.logs_in("P110001", FIRST_PASSWORD)
            await parent.sees("ChangePasswordScreen")
            shown = "\n".join(str(part.content) for part in parent.app.screen.query(Static))
            assert "王小明" not in shown
            assert "科二智" not in shown
            await parent.types("Harbour7li")
            with pytest.raises(PasswordChangeRequired):
                school.student_data.hub(school.sign_in.student("P110001", FIRST_PASSWORD, "test").visitor)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.passwords import MAX_LENGTH, MIN_LENGTH, PasswordFault, fault, ticks


def test_a_short_text_on_file_is_no_personal_password() -> None:
    assert fault("a1!", ["a1!"]) is not PasswordFault.PERSONAL


GUESSED_FIRST = """
aaaaaaaa1 111111111a a1a1a1a1a abc1abc1abc1 ab12ab12ab12 hahaha777 taiwantaiwan1 aabbccdd1 112233445566a
aaa111bbb lovelove11 mimi1mimi1mimi1
qwe123asd !QAZ2wsx3 1qaz2wsx3edc 1a2b3c4d5 a1b2c3d4e5 1q2w3e4r5t q1w2e3r4t5y6 abcd12345 qwerty123 asdf12345
zxcvbn123 123qweasd qazwsx123 1qa2ws3ed 9876abcde zyxwv54321 147258369a asdfghjkl1 poiuyt0987 !@#$qwer1
QWER!@#$1 2468abcd0 qawsedrf1 zaq12wsx3
password1 password123 Password1! P@ssw0rd1 p455w0rd1 drowssap1 pa55w0rd99 1password! iloveyou1 1l0vey0u2
sunshine99 princess1! superman12 dragon2024 football88 monkey1234 welcome2020 admin12345 letmein123 trustno1234
abc123456 qwerty2024! mother1970 family2010
woaini520 woaini1314 love5201314 loveyou520 family520 taiwan2024 taipei101 Taipei2025! saihs2020 saihs1234
songshan109 school2026 student115 teacher123 parent2026 5201314abc
"""


@pytest.mark.parametrize("password", GUESSED_FIRST.split())
def test_common_passwords_are_refused(password: str) -> None:
    assert fault(password) is PasswordFault.COMMON


WELL_CHOSEN = """
mama5566love tea-house-88 Sunny2day Harbour7lights grandma1952 kitchen42 hualien-rain-3 noodle7soup blue3turtle
2cats1house oolongtea77 mango4breakfast papa-mama-88 myson-is-9 gardening55 lin-mei-hua-6 3littlebirds
harvest1968 bike2work jasmine-tea-7 wang7788rice chiayi1965bus Lotus8pond beefnoodle6 5tomatoes rice2bowls
oldtemple24 Mazu-1300-steps river5stone amy&ben2010x hot-pot-4-us chen0321mei dim3sumday plum-blossom-9
x7Kq2mVb9 correct-horse-battery-1 Another-Rain-8 my2grandsons umbrella17 taro8ball bamboo-1949
"""


@pytest.mark.parametrize("password", WELL_CHOSEN.split())
def test_reasonable_passwords_are_accepted(password: str) -> None:
    assert len(password) >= MIN_LENGTH
    assert fault(password) is None


@given(st.text(alphabet="abcxyzABC123!@-", min_size=MIN_LENGTH, max_size=MAX_LENGTH))
def test_upper_and_lower_case_count_the_same(password: str) -> None:
    assert fault(password.lower()) is fault(password.upper())


@pytest.mark.parametrize(
    ("typed", "met"),
    [
        ("", (False, False, False)),
        ("abc", (True, False, False)),
        ("ab1", (True, True, False)),
        ("１２３４５６７８９", (False, False, True)),
        ("abcdefgh1", (True, True, True)),
    ],
)
def test_ticks_show_which_parts_of_the_rule_are_met(typed: str, met: tuple[bool, bool, bool]) -> None:
    found = ticks(typed)
    assert (found.letter, found.digit, found.length) == met
    assert found.all is all(met)

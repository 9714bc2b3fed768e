from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.passwords import MAX_LENGTH, MIN_LENGTH, STAFF_RULE, PasswordFault, fault, ticks


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Sunny2day", None),
        ("short12", PasswordFault.TOO_SHORT),
        ("12345678901", PasswordFault.NO_LETTER),
        ("onlyletters", PasswordFault.NO_DIGIT),
        ("密碼密碼密碼密碼a1", PasswordFault.NOT_ASCII),
        ("ｐａｓｓｗｏｒｄ１", PasswordFault.NOT_ASCII),
        ("sunny 2 day", PasswordFault.NOT_ASCII),
        ("sunny2day\n", PasswordFault.NOT_ASCII),
        ("a1" * 65, PasswordFault.TOO_LONG),
        ("A123456789", PasswordFault.IDENTITY),
        ("a123456789", PasswordFault.IDENTITY),
        ("xyA123456789!", PasswordFault.IDENTITY),
        ("A123-456-789", PasswordFault.IDENTITY),
        ("AC01234567zz", PasswordFault.IDENTITY),
    ],
)
def test_the_first_fault_is_named(password: str, why: PasswordFault | None) -> None:
    assert fault(password) is why


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("quietheronlamps", None),
        ("604917358264051", None),
        ("Quiet-Heron-17", PasswordFault.TOO_SHORT),
        ("quiet heron lamp", PasswordFault.NOT_ASCII),
        ("123456789012345", PasswordFault.COMMON),
        ("passwordpassword", PasswordFault.COMMON),
        ("quiet-A123456789", PasswordFault.IDENTITY),
        ("wang.li-wang.li-1", PasswordFault.PERSONAL),
    ],
)
def test_staff_have_longer_passwords_of_whatever_kind(password: str, why: PasswordFault | None) -> None:
    assert fault(password, ["WANG.LI"], STAFF_RULE) is why


@pytest.mark.parametrize(
    "password",
    [
        *("P110001x9", "x110001xx", "P-110-001-x9", "110001amy", "mama110001", "110001taipei"),
        *("0910100200a", "0910-100-200a", "amy0910100200", "20090506a", "2009-05-06ab", "2009/05/06mama"),
        "110001-110001-amy",
    ],
)
def test_what_is_on_file_makes_no_password(password: str) -> None:
    assert fault(password, ["110001", "P110001", "0910100200", "2009-05-06", ""]) is PasswordFault.PERSONAL


@pytest.mark.parametrize("password", ["Harbour7lights", "grey-heron-110001-pond", "a1!"])
def test_what_is_on_file_may_be_a_small_part(password: str) -> None:
    assert fault(password, ["110001", "a1!"]) is not PasswordFault.PERSONAL


@pytest.mark.parametrize(
    "password",
    [
        # one character or one piece again and again
        *("aaaaaaaa1", "111111111a", "a1a1a1a1a", "abc1abc1abc1", "ab12ab12ab12", "hahaha777", "taiwantaiwan1"),
        *("aabbccdd1", "112233445566a", "aaa111bbb", "lovelove11", "mimi1mimi1mimi1"),
        # keyboards and sequences, in turns, shifted, backwards
        *(
            "qwe123asd",
            "!QAZ2wsx3",
            "1qaz2wsx3edc",
            "1a2b3c4d5",
            "a1b2c3d4e5",
            "1q2w3e4r5t",
            "q1w2e3r4t5y6",
            "abcd12345",
        ),
        *("qwerty123", "asdf12345", "zxcvbn123", "123qweasd", "qazwsx123", "1qa2ws3ed", "9876abcde", "zyxwv54321"),
        *("147258369a", "asdfghjkl1", "poiuyt0987", "!@#$qwer1", "QWER!@#$1", "2468abcd0", "qawsedrf1", "zaq12wsx3"),
        # words of the lists, spelt with signs, backwards, with years and tails
        *("password1", "password123", "Password1!", "P@ssw0rd1", "p455w0rd1", "drowssap1", "pa55w0rd99", "1password!"),
        *("iloveyou1", "1l0vey0u2", "sunshine99", "princess1!", "superman12", "dragon2024", "football88", "monkey1234"),
        *(
            "welcome2020",
            "admin12345",
            "letmein123",
            "trustno1234",
            "abc123456",
            "qwerty2024!",
            "mother1970",
            "family2010",
        ),
        # of Taiwan and of this school
        *(
            "woaini520",
            "woaini1314",
            "love5201314",
            "loveyou520",
            "family520",
            "taiwan2024",
            "taipei101",
            "Taipei2025!",
        ),
        *(
            "saihs2020",
            "saihs1234",
            "songshan109",
            "school2026",
            "student115",
            "teacher123",
            "parent2026",
            "5201314abc",
        ),
    ],
)
def test_what_guessers_try_first_is_refused(password: str) -> None:
    assert fault(password) is PasswordFault.COMMON


@pytest.mark.parametrize(
    "password",
    [
        *("mama5566love", "tea-house-88", "Sunny2day", "Harbour7lights", "grandma1952", "kitchen42", "hualien-rain-3"),
        *("noodle7soup", "blue3turtle", "2cats1house", "oolongtea77", "mango4breakfast", "papa-mama-88", "myson-is-9"),
        *("gardening55", "lin-mei-hua-6", "3littlebirds", "harvest1968", "bike2work", "jasmine-tea-7", "wang7788rice"),
        *("chiayi1965bus", "Lotus8pond", "beefnoodle6", "5tomatoes", "rice2bowls", "oldtemple24", "Mazu-1300-steps"),
        *("river5stone", "amy&ben2010x", "hot-pot-4-us", "chen0321mei", "dim3sumday", "plum-blossom-9", "x7Kq2mVb9"),
        *("correct-horse-battery-1", "Another-Rain-8", "my2grandsons", "umbrella17", "taro8ball", "bamboo-1949"),
    ],
)
def test_what_a_parent_may_well_choose_is_taken(password: str) -> None:
    assert len(password) >= MIN_LENGTH
    assert fault(password) is None


@given(st.text(alphabet="abcxyzABC123!@-", min_size=MIN_LENGTH, max_size=MAX_LENGTH))
def test_case_makes_no_password_better(password: str) -> None:
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
def test_the_parts_of_the_rule_are_ticked_off(typed: str, met: tuple[bool, bool, bool]) -> None:
    found = ticks(typed)
    assert (found.letter, found.digit, found.length) == met
    assert found.all is all(met)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.contact import (
    EmailFault,
    InvalidEmail,
    InvalidMobile,
    MobileFault,
    holds_id,
    mask_email,
    mask_mobile,
    normalise_email,
    parse_email,
    parse_mobile,
    suggest_email,
)

_ID = "B200300401"


@pytest.mark.parametrize(
    "text",
    ["0910100200", "+886 910-100-200", "00886910100200", "０９１０１００２００", "(0910)100.200", "+886-0910-100200"],
)
def test_mobiles(text: str) -> None:
    assert parse_mobile(text) == "0910100200"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", MobileFault.EMPTY),
        ("0212345678", MobileFault.NOT_MOBILE),
        ("09101002", MobileFault.LENGTH),
        ("0910a00200", MobileFault.PATTERN),
        ("０９１０１００２０٠", MobileFault.PATTERN),
        ("0910100200" + " " * 400 + "9", MobileFault.LENGTH),
    ],
)
def test_refused_mobiles(text: str, why: MobileFault) -> None:
    with pytest.raises(InvalidMobile) as caught:
        parse_mobile(text)
    assert caught.value.fault is why


@pytest.mark.parametrize(
    "text",
    [
        "flower@gmail.com",
        " flower@GMAIL.com ",
        "flower@gmail。com",
        "flower@gmail．com",
        "flower@gmail｡com",
        "flower＠gmail.com",
        "ｆｌｏｗｅｒ＠ｇｍａｉｌ。ｃｏｍ",
        "flower\u200b@gmail.com",
    ],
)
def test_an_address_as_an_input_method_writes_it(text: str) -> None:
    assert parse_email(text) == "flower@gmail.com"
    assert normalise_email(text).lower() == "flower@gmail.com"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", EmailFault.EMPTY),
        ("flower", EmailFault.NO_AT),
        ("a@b@gmail.com", EmailFault.NO_AT),
        ("flower@gmail", EmailFault.DOMAIN),
        ("flower@gmail,com", EmailFault.DOMAIN),
        ("flower@gmail。。com", EmailFault.DOMAIN),
        ("小花@gmail.com", EmailFault.LOCAL_PART),
        ("flower。@gmail.com", EmailFault.LOCAL_PART),
        ("a" * 65 + "@gmail.com", EmailFault.LENGTH),
        ("a@" + "b" * 400 + ".com", EmailFault.LENGTH),
    ],
)
def test_refused_addresses(text: str, why: EmailFault) -> None:
    with pytest.raises(InvalidEmail) as caught:
        parse_email(text)
    assert caught.value.fault is why


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.com.tw", "gmail.com"),
        ("gmail.tw", "gmail.com"),
        ("gmail", "gmail.com"),
        ("gmail,com", "gmail.com"),
        ("gmail，com", "gmail.com"),
        ("gmail。con", "gmail.com"),
        ("gmailcom", "gmail.com"),
        ("yaho.com.tw", "yahoo.com.tw"),
        ("yahoo.com.yw", "yahoo.com.tw"),
        ("yahoo,com,tw", "yahoo.com.tw"),
        ("yahoo.tw", "yahoo.com.tw"),
        ("yahoo", "yahoo.com.tw"),
        ("hotmial.com", "hotmail.com"),
        ("hotmail", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("iclould.com", "icloud.com"),
        ("pchome.com", "pchome.com.tw"),
        ("ms12.hinet,net", "ms12.hinet.net"),
    ],
)
def test_slips_of_the_domain(typed: str, meant: str) -> None:
    found = suggest_email(f"flower@{typed}")
    assert found == f"flower@{meant}"
    assert parse_email(found) == found
    assert suggest_email(found) is None


@pytest.mark.parametrize(
    "domain",
    [
        *("gmail.com", "yahoo.com.tw", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "msn.com", "hinet.net"),
        *("ms1.hinet.net", "ms12.hinet.net", "ms99.hinet.net", "msa.hinet.net", "seed.net.tw", "pchome.com.tw"),
        *(
            "livemail.tw",
            "kimo.com",
            "foxmail.com",
            "email.com",
            "ymail.com",
            "mail.com",
            "me.com",
            "live.com",
            "aol.com",
        ),
        *("saihs.edu.tw", "ms.tp.edu.tw", "gmail.edu.tw", "mail.gov.tw", "gov.taipei", "mail.taipei.gov.tw", "qq.com"),
        *("yahoo.co.jp", "yahoo.com.hk", "hotmail.com.tw", "outlook.tw", "googlemail.com", "proton.me", "xuite.net"),
        *("example.com", "tatung.com", "company.com.tw", "YMAIL.com"),
    ],
)
def test_a_real_domain_is_never_questioned(domain: str) -> None:
    assert suggest_email(f"flower@{domain}") is None


@pytest.mark.parametrize("text", ["", "flower", "@gmial.com", "flower@", "小花@gmial.com", "a" * 400 + "@gmial.com"])
def test_no_suggestion_without_an_address_to_be(text: str) -> None:
    assert suggest_email(text) is None


@pytest.mark.parametrize(
    "local",
    [
        *(
            "b200300401",
            "B200300401",
            "mama.b200300401",
            "b2003.00401",
            "b-200-300-401",
            "b2_0_0_3_0_0_4_0_1",
            "b2003+00401",
        ),
        *("300401", "flower300401", "30.04.01", "3004-01x", "Ｂ２００３００４０１", "３００４０１", "b2003。00401"),
        *("b200300401x", "b2003\u200b00401"),
    ],
)
def test_an_address_that_holds_the_id(local: str) -> None:
    assert holds_id(f"{local}@gmail.com", _ID)
    assert holds_id(f"{local}@gmail.com", " b200-300-401 ")


@pytest.mark.parametrize("local", ["flower", "b2003", "00401", "104003", "flower2003"])
def test_an_address_that_does_not_hold_the_id(local: str) -> None:
    assert not holds_id(f"{local}@gmail.com", _ID)


@pytest.mark.parametrize("national_id", ["", "401", "-"])
def test_nothing_holds_a_number_that_is_not_there(national_id: str) -> None:
    assert not holds_id("flower401@gmail.com", national_id)


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("flower@gmail.com", "f***@gmail.com"),
        ("amy@gmail.com", "***@gmail.com"),
        ("a@gmail.com", "***@gmail.com"),
        ("flower", "***"),
        ("", "***"),
        ("@gmail.com", "***"),
        ("abc@", "***"),
    ],
)
def test_masked_addresses(email: str, masked: str) -> None:
    assert mask_email(email) == masked


@pytest.mark.parametrize(
    ("mobile", "masked"), [("0910100200", "*******200"), ("200", "***"), ("09101", "*****"), ("", "")]
)
def test_masked_mobiles(mobile: str, masked: str) -> None:
    assert mask_mobile(mobile) == masked


@given(st.text(max_size=400))
def test_a_normal_form_is_its_own(text: str) -> None:
    assert normalise_email(normalise_email(text)) == normalise_email(text)

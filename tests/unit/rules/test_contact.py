from __future__ import annotations

import pytest

from kiosk.rules.contact import holds_id, normalise_email, parse_email, parse_mobile, suggest_email

_ID = "B200300401"


@pytest.mark.parametrize(
    "text",
    ["0910100200", "+886 910-100-200", "00886910100200", "０９１０１００２００", "(0910)100.200", "+886-0910-100200"],
)
def test_every_spelling_of_a_mobile_is_read(text: str) -> None:
    assert parse_mobile(text) == "0910100200"


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
def test_full_width_addresses_are_read(text: str) -> None:
    assert parse_email(text) == "flower@gmail.com"
    assert normalise_email(text).lower() == "flower@gmail.com"


MISSPELT = {
    "gmail.com": "gmial.com gamil.com gmail.con gmial.con gmail.co gmail.com.tw gmail.tw gmail gmail,com gmail，com"
    " gmail。con gmailcom",
    "yahoo.com.tw": "yaho.com.tw yahoo.com.yw yahoo,com,tw yahoo.tw yahoo",
    "hotmail.com": "hotmial.com hotmail",
    "outlook.com": "outlok.com",
    "icloud.com": "iclould.com",
    "pchome.com.tw": "pchome.com",
    "ms12.hinet.net": "ms12.hinet,net",
}


@pytest.mark.parametrize(
    ("typed", "meant"), [(typed, meant) for meant, slips in MISSPELT.items() for typed in slips.split()]
)
def test_a_misspelt_domain_is_corrected(typed: str, meant: str) -> None:
    found = suggest_email(f"flower@{typed}")
    assert found == f"flower@{meant}"
    assert parse_email(found) == found
    assert suggest_email(found) is None


REAL_DOMAINS = """
gmail.com yahoo.com.tw yahoo.com hotmail.com outlook.com icloud.com msn.com hinet.net ms1.hinet.net
ms12.hinet.net ms99.hinet.net msa.hinet.net seed.net.tw pchome.com.tw livemail.tw kimo.com foxmail.com email.com
ymail.com mail.com me.com live.com aol.com saihs.edu.tw ms.tp.edu.tw gmail.edu.tw mail.gov.tw gov.taipei
mail.taipei.gov.tw qq.com yahoo.co.jp yahoo.com.hk hotmail.com.tw outlook.tw googlemail.com proton.me xuite.net
example.com tatung.com company.com.tw YMAIL.com
"""


@pytest.mark.parametrize("domain", REAL_DOMAINS.split())
def test_a_real_domain_is_never_questioned(domain: str) -> None:
    assert suggest_email(f"flower@{domain}") is None


@pytest.mark.parametrize("text", ["", "flower", "@gmial.com", "flower@", "小花@gmial.com", "a" * 400 + "@gmial.com"])
def test_no_suggestion_for_an_incomplete_address(text: str) -> None:
    assert suggest_email(text) is None


@pytest.mark.parametrize(
    "local",
    [
        *("b200300401", "B200300401", "mama.b200300401", "b2003.00401", "b-200-300-401", "b2_0_0_3_0_0_4_0_1"),
        "b2003+00401",
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
def test_an_incomplete_id_is_in_no_address(national_id: str) -> None:
    assert not holds_id("flower401@gmail.com", national_id)

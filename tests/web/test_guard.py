"""Nobody talks to the school but the browser that it let in, from its own pages."""

import pytest
from starlette.testclient import TestClient
from web.school import ORIGIN, PORT, QUESTION, School


def test_without_the_cookie_there_is_no_page(school: School) -> None:
    school.client.cookies.clear()
    answer = school.get("/")
    assert answer.status_code == 403
    assert "seodang open" in answer.text


def test_the_token_lets_in_once_and_leaves_the_address(school: School) -> None:
    stranger = TestClient(school.client.app, base_url=ORIGIN)
    school.door.token = "once"
    first = stranger.get("/?token=once", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "samesite=lax" in first.headers["set-cookie"].lower()
    assert stranger.get("/").status_code == 200
    stranger.cookies.clear()
    assert stranger.get("/?token=once").status_code == 403
    assert stranger.get("/?token=").status_code == 403


@pytest.mark.parametrize(
    "host", ["seodang.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1.evil.example:{PORT}", ""]
)
def test_another_host_name_is_refused_even_with_the_cookie(school: School, host: str) -> None:
    """DNS rebinding: a foreign page whose name points here."""
    assert school.get("/", host=host).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
    ],
)
def test_a_write_from_elsewhere_changes_nothing(school: School, headers: dict[str, str]) -> None:
    sent = school.client.post(f"{QUESTION}/predict", data={"choice": "relu", "sure": 80}, headers=headers)
    assert sent.status_code == 403
    assert not school.desk.record().predictions


def test_a_write_from_our_page_is_taken(school: School) -> None:
    assert school.predict().status_code == 303
    assert school.desk.record().predictions


def test_what_a_stranger_reads_asks_for_nothing_that_a_stranger_does_not_get(school: School) -> None:
    school.client.cookies.clear()
    said = school.client.get("/syllabus").text
    assert "<code>seodang open</code>" in said
    assert "href=" not in said
    assert "src=" not in said


@pytest.mark.parametrize("address", ["/", "/nothing", "/static/style.css", QUESTION])
def test_every_answer_forbids_scripts_and_styles_from_elsewhere(school: School, address: str) -> None:
    policy = school.get(address).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "style-src 'self';" in policy


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_switch_leads_back_to_this_school_only(school: School, address: str) -> None:
    assert school.post("/language", {"language": "ko", "back": address}).headers["location"] == "/"

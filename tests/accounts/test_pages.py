"""The pages as HTML: strict, one heading, labels that lead to their fields, and no script or style inside."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.accounts.signing_in import csrf_token_of, link, post, sign_in
from tests.reading import Page
from webapp.accounts.models import Account


def test_every_page_before_the_sign_in_is_sound(
    client: FlaskClient, session: Session, with_factor: tuple[Account, list[str]]
) -> None:
    kim, _codes = with_factor
    path = link(session, kim)
    for page in ("/sign-in", "/sign-in/sent", path):
        assert_plain(Page(client, page).check())
    post(client, path)
    assert_plain(Page(client, "/sign-in/second-factor").check())
    assert "This link does not work any more" in client.get(path).get_data(as_text=True)


def test_every_page_after_it_is_sound(client: FlaskClient, session: Session, kim: Account) -> None:
    sign_in(client, kim)
    assert_plain(Page(client, "/account").check())
    setting_up = Page(client, "/account/second-factor").check()
    assert_plain(setting_up)
    (picture,) = [image for image in setting_up.all("img") if (image.get("src") or "").startswith("data:")]
    assert (picture.get("src") or "").startswith("data:image/svg+xml;base64,")
    assert picture.get("alt")
    policy = client.get("/account/second-factor").headers["Content-Security-Policy"]
    assert "img-src 'self' data:" in policy


def test_what_is_wrong_is_told_on_top_and_beside_the_field_and_what_was_typed_stays(
    client: FlaskClient, session: Session
) -> None:
    answer = post(client, "/sign-in", email="kim at clinic", next="/account").get_data(as_text=True)
    assert 'class="error-summary"' in answer
    assert 'value="kim at clinic"' in answer
    assert 'value="/account"' in answer
    stale = client.post("/sign-in", data={"email": "kim@clinic.test", "csrf_token": "old"})
    assert stale.status_code == 422
    assert 'value="kim@clinic.test"' in stale.get_data(as_text=True)


def test_a_stale_account_form_keeps_what_was_typed(
    client: FlaskClient, session: Session, kim: Account
) -> None:
    sign_in(client, kim)
    token = csrf_token_of(client.get("/account").get_data(as_text=True))
    for fields in (
        {"csrf_token": "old", "name": "Kim Lee", "language": "ko"},
        {"csrf_token": token, "name": "x" * 201, "language": "en"},
        {"csrf_token": token, "name": "Kim Lee", "language": "xx"},
    ):
        answer = client.post("/account", data=fields)
        assert answer.status_code == 422
        assert f'value="{fields["name"]}"' in answer.get_data(as_text=True)
    assert client.post("/account", data={"csrf_token": token}).status_code == 422
    session.commit()
    session.refresh(kim)
    assert kim.name == "Kim"


def assert_plain(page: Page) -> None:
    assert [script for script in page.all("script") if not script.get("src")] == []
    assert page.all("style") == []

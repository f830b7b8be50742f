"""The page where a provider is entered, tried and taken away: for whom it is, and what it never shows."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness.provider import Provider
from tests.serving import PAGE, Served, hidden, serving

SSO = "/administration/sso"


@pytest.fixture(scope="module")
def school() -> Iterator[Served]:
    with serving({"CORRIDOR_PROVIDER_NETWORKS": "127.0.0.0/8"}) as served:
        yield served


def send(client: httpx.Client, path: str = SSO, **fields: str) -> httpx.Response:
    csrf = hidden(client.get(SSO, headers=PAGE).text, "csrf")
    return client.post(path, data={"csrf": csrf, **fields}, headers=PAGE)


def entered(provider: Provider, **changed: str) -> dict[str, str]:
    return {
        "issuer": provider.issuer, "client_id": provider.client_id, "client_secret": provider.secret,
        "name": "Our own account", "claim": "employee_id", **changed,
    }  # fmt: skip


def test_a_provider_is_entered_tried_and_taken_away(school: Served, provider: Provider) -> None:
    with school.signed_in("amara") as client:
        page = client.get(SSO, headers=PAGE).text
        assert "There is no provider yet" in page
        assert f"{school.url}/sign-in/sso/oakfield/return" in page
        answer = send(client, **entered(provider, trusts_mfa="true"))
        assert (answer.status_code, answer.headers["location"]) == (303, f"{SSO}?said=saved")
        page = client.get(SSO, headers=PAGE).text
        assert 'value="employee_id"' in page
        assert 'value="Our own account"' in page
        assert provider.secret not in page
        assert send(client, f"{SSO}/test").headers["location"] == f"{SSO}?said=answers"
        provider.tell(wrong={"discovery": {"issuer": "https://another.example"}})
        told = client.get(send(client, f"{SSO}/test").headers["location"], headers=PAGE).text
        assert "calls itself by another name" in told
        assert send(client, f"{SSO}/remove").headers["location"] == f"{SSO}?said=removed"
        assert "There is no provider yet" in client.get(SSO, headers=PAGE).text


def test_the_secret_is_kept_when_nothing_is_entered_but_not_for_another_client(
    school: Served, provider: Provider
) -> None:
    with school.signed_in("amara") as client:
        send(client, **entered(provider))
        assert send(client, **entered(provider, client_secret="", name="New words")).status_code == 303
        assert 'value="New words"' in client.get(SSO, headers=PAGE).text
        for changed in ({"issuer": "https://evil.example"}, {"client_id": "another"}):
            answer = send(client, **entered(provider, client_secret="", **changed))
            assert answer.status_code == 400
            assert "for another issuer or client it is another one" in answer.text
            assert next(iter(changed.values())) in answer.text, "what was typed is still there"
        assert "evil" not in client.get(SSO, headers=PAGE).text


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "http://school.example"}, {"issuer": ""}, {"client_id": " "}, {"claim": ""}, {"claim": "x" * 201},
        {"name": ""}, {"name": "x" * 81}, {"client_secret": "x" * 201},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(
    school: Served, provider: Provider, changed: dict[str, str]
) -> None:
    with school.signed_in("amara") as client:
        before = client.get(SSO, headers=PAGE).text
        assert send(client, **entered(provider, **changed)).status_code == 400
        assert client.get(SSO, headers=PAGE).text == before


def test_an_identity_of_nobody_cannot_be_forgotten(school: Served) -> None:
    with school.signed_in("amara") as client:
        for name in ("nobody", "amara"):
            assert send(client, f"{SSO}/forget", name=name).headers["location"] == f"{SSO}?said=unknown"


def test_it_is_for_those_alone_who_may_change_settings(school: Served, provider: Provider) -> None:
    with school.signed_in("tom") as client, school.nobody() as stranger:
        assert client.get(SSO, headers=PAGE).status_code == 403
        csrf = hidden(client.get("/", headers=PAGE).text, "csrf")
        for path in (SSO, f"{SSO}/test", f"{SSO}/remove", f"{SSO}/forget"):
            answer = client.post(path, data={"csrf": csrf, **entered(provider)}, headers=PAGE)
            assert answer.status_code == 403, path
            assert stranger.post(path, data=entered(provider), headers=PAGE).status_code == 401, path
        assert stranger.get(SSO).headers["location"] == f"/sign-in?back={SSO}"


def test_a_form_that_we_did_not_make_changes_nothing(school: Served, provider: Provider) -> None:
    with school.signed_in("amara") as client:
        before = client.get(SSO, headers=PAGE).text
        answer = client.post(SSO, data={**entered(provider, name="Forged"), "csrf": "forged"}, headers=PAGE)
        assert answer.status_code == 403
        assert client.get(SSO, headers=PAGE).text == before


def test_another_school_sees_nothing_of_it(school: Served, provider: Provider) -> None:
    with school.signed_in("amara") as client:
        send(client, **entered(provider))
    head = next(each for each in school.sign_ins if each["school"] == "riverside" and each["role"] == "head")
    with school.signed_in(head["name"], "riverside") as client:
        page = client.get(SSO, headers=PAGE).text
        assert "There is no provider yet" in page
        assert provider.issuer not in page

"""The pages of single sign-on on a real server: choosing the school, leaving, coming back, and what goes wrong."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.harness import corridor
from tests.harness.provider import Provider
from tests.serving import COOKIE, PAGE, Served, serving

ON_ITS_WAY = "corridor_sign_on"


@pytest.fixture(scope="module")
def school(running_provider: Provider) -> Iterator[Served]:
    """The demonstration's Oakfield, set up from the command line; Amara is on its roster."""
    with serving({"CORRIDOR_PROVIDER_NETWORKS": "127.0.0.0/8"}) as served:
        set_up(served, running_provider)
        yield served


def set_up(served: Served, provider: Provider) -> None:
    options = ("--issuer", provider.issuer, "--client-id", provider.client_id, "--claim", "roster", "--name", "Our Own")
    corridor("school", "sso", "oakfield", *options, data=served.data, given=provider.secret)
    with closing(sqlite3.connect(served.data / "corridor.db", timeout=30)) as database, database:
        database.execute("UPDATE person SET sourced_id = NULL WHERE sourced_id = 'T1'")
        database.execute("UPDATE person SET sourced_id = 'T1' WHERE login = 'amara'")
    provider.tell(
        redirects=[f"{served.url}/sign-in/sso/oakfield/return"], people={"amara": {"sub": "provider-1", "roster": "T1"}}
    )


@pytest.fixture
def ready(school: Served, provider: Provider) -> Served:
    set_up_again = f"{school.url}/sign-in/sso/oakfield/return"
    provider.tell(redirects=[set_up_again], people={"amara": {"sub": "provider-1", "roster": "T1"}})
    return school


def link_of(page: str) -> str:
    found = re.search(r'href="(/sign-in/sso/oakfield\?back=[^"]*)"', page)
    assert found is not None
    return found[1]


def leave(client: httpx.Client, back: str = "/") -> httpx.Response:
    """Type the school's short name, follow the link."""
    page = client.get("/sign-in/sso", params={"school": " Oakfield", "back": back}, headers=PAGE)
    assert page.status_code == 200
    return client.get(link_of(page.text).replace("&amp;", "&"), headers=PAGE)


def come_back(client: httpx.Client, provider: Provider, who: str = "amara", back: str = "/") -> httpx.Response:
    return client.get(provider.visit(leave(client, back).headers["location"], who), headers=PAGE)


def test_from_the_school_s_name_to_the_corridor_and_out_again(ready: Served, provider: Provider) -> None:
    with ready.nobody() as client:
        page = client.get("/sign-in/sso", headers=PAGE)
        assert '<form method="get" action="/sign-in/sso">' in page.text
        answer = come_back(client, provider, back="/rooms/r1?before=5")
        assert (answer.status_code, answer.headers["location"]) == (303, "/rooms/r1?before=5")
        me = client.get("/api/v1/me").json()["person"]
        assert me["name"].startswith("Amara")
        assert client.delete("/api/v1/sessions").status_code == 204
        assert client.get("/api/v1/me").status_code == 401


def test_the_cookies_are_out_of_reach_and_the_way_s_own_is_gone_afterwards(ready: Served, provider: Provider) -> None:
    with ready.nobody() as client:
        (given,) = leave(client).headers.get_list("set-cookie")
        assert given.startswith(f"{ON_ITS_WAY}=")
        assert "HttpOnly" in given
        assert "SameSite=lax" in given
        assert "Path=/sign-in/sso/oakfield/return" in given
        assert "Max-Age=600" in given
        come_back(client, provider)
        assert ON_ITS_WAY not in client.cookies
        assert COOKIE in client.cookies


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(ready: Served, provider: Provider, back: str) -> None:
    with ready.nobody() as client:
        assert come_back(client, provider, back=back).headers["location"] == "/"


def test_whoever_is_refused_is_told_why_with_a_way_back(ready: Served, provider: Provider) -> None:
    with ready.nobody() as client:
        answer = come_back(client, provider, who="")
        assert answer.status_code == 401
        assert "did not let you in" in answer.text
        assert 'href="/sign-in/sso?school=oakfield"' in answer.text
        assert 'href="/sign-in?school=oakfield"' in answer.text
        assert COOKIE not in client.cookies


def test_another_browser_cannot_use_the_return(ready: Served, provider: Provider) -> None:
    with ready.nobody() as client, ready.nobody() as other:
        url = provider.visit(leave(client).headers["location"], "amara")
        answer = other.get(url, headers=PAGE)
        assert (answer.status_code, COOKIE in other.cookies) == (400, False)
        assert "begun somewhere else" in answer.text


def test_a_provider_that_is_away_is_no_dead_end(ready: Served, provider: Provider) -> None:
    with ready.nobody() as client:
        url = provider.visit(leave(client).headers["location"], "amara")
        provider.tell(ways=["garbage:token"])
        answer = client.get(url, headers=PAGE)
        assert answer.status_code == 503
        assert "did not answer as it should" in answer.text
        assert 'href="/sign-in?school=oakfield"' in answer.text


@pytest.mark.parametrize("slug", ["atlantis", "riverside", "<b>", 'o";x'])
def test_a_school_without_a_provider_and_one_that_is_none_look_the_same(ready: Served, slug: str) -> None:
    with ready.nobody() as client:
        answer = client.get("/sign-in/sso", params={"school": slug}, headers=PAGE)
        assert answer.status_code == 404
        assert "There is no single sign-on under this short name." in answer.text
        assert "<b>" not in answer.text.replace("<b>Corridor", "")
        assert client.get(f"/sign-in/sso/{slug}", headers=PAGE).status_code == 404
        gone = client.get(f"/sign-in/sso/{slug}/return", headers=PAGE)
        assert gone.status_code in (400, 404)
        assert COOKIE not in client.cookies


def test_the_sign_in_page_leads_here(ready: Served) -> None:
    with ready.nobody() as client:
        assert 'href="/sign-in/sso?school=oakfield' in client.get("/sign-in?school=oakfield", headers=PAGE).text


def test_the_command_says_what_cannot_be(ready: Served) -> None:
    with pytest.raises(RuntimeError, match="begins with https"):
        corridor(
            "school", "sso", "oakfield", "--issuer", "http://x.example", "--client-id", "c", data=ready.data, given="s"
        )
    with pytest.raises(RuntimeError, match="no school 'atlantis'"):
        corridor("school", "sso", "atlantis", "--off", data=ready.data)

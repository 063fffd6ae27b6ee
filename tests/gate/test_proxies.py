"""Behind a proxy that offers the server under a path, which it cuts off or leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, expect

from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.gate.proxies import prefix_of
from lookalike.rekognition.access.keys import Keys, Unlocked
from lookalike.server import create_app
from tests.support import patient
from tests.support.amazon import clients
from tests.support.browser import DESKTOP, Opener
from tests.support.proxy import proxying
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]

_PREFIX = "/look"
_HEADER = {"X-Forwarded-Prefix": _PREFIX}
_TOKEN = {"Authorization": "Bearer right"}
# Pages to look at; of people one is enough, of whom no other test wants the portrait: the server
# asks for it, and remembers that it got none.
_PAGES = r"/look/(|compare|people|people/Q22686(/manage)?|takedowns|how|privacy)"


@dataclass(frozen=True, slots=True)
class Offered:
    """A server behind a proxy, `url` being the proxy's, and a key to its Rekognition API."""

    url: str
    key: Unlocked

    @property
    def origin(self) -> str:
        return self.url.removesuffix(_PREFIX)


@pytest.fixture(
    scope="module",
    params=[(True, True), (True, False), (False, True), (False, False)],
    ids=["setting, cut off", "setting, left", "header, cut off", "header, left"],
)
def offered(
    request: pytest.FixtureRequest,
    serve: Serve,
    model_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Offered]:
    by_setting, cut = request.param
    changes = {"home": tmp_path_factory.mktemp("offered"), "cache": model_cache, "auth": "on"}
    changes |= {"portraits": "on", "admin_token": "right"}
    if by_setting:
        changes["path_prefix"] = f"{_PREFIX}/"
    with serve(**changes) as server:
        keys = Keys(server.settings)
        key = keys.create()
        keys.close()
        headers = {} if by_setting else _HEADER
        with proxying(server.url, _PREFIX, cut=cut, headers=headers) as url:
            yield Offered(url, key)


def test_a_visit_from_the_photo_to_the_shared_card(
    visit: Opener, offered: Offered, photos: Mapping[str, bytes]
) -> None:
    view = visit(f"{offered.url}/", "en", DESKTOP)
    view.search(photos["obama.jpg"], photos["obama2.jpg"])
    hero = view.page.locator(".hero")
    expect(hero.locator("h2")).to_contain_text("Barack Obama")
    portrait = hero.locator(".tile-portrait.is-loaded")
    expect(portrait).to_have_attribute("src", "/look/api/v1/people/Q76/portrait?aligned=1")
    hero.get_by_text(view.text("stage.heat")).click()
    expect(hero.locator("canvas.heat")).to_be_visible()
    hero.locator(".share-open").click()
    dialog = view.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name=view.text("share.save"))).to_be_enabled()
    dialog.get_by_text(view.text("share.link_title")).click()
    dialog.get_by_role("button", name=view.text("share.link_go")).click()
    dialog.get_by_text(view.text("share.owner"), exact=True).click()
    address = dialog.get_by_label(view.text("share.owner")).input_value()
    assert address.startswith(f"{offered.url}/r/")

    view.page.goto(address)
    card = view.page.locator(".shared-card")
    assert card.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    preview = view.page.locator("meta[property='og:image']").get_attribute("content")
    assert preview == f"{address.partition('#')[0]}/card.jpg"
    assert patient.get(preview).headers["content-type"] == "image/jpeg"
    view.page.locator("#delete").click()
    expect(view.page.locator("#said")).to_have_text(re.compile("gone|deleted", re.IGNORECASE))
    assert patient.get(preview).status_code == 404
    view.page.locator(".button.primary").click()
    expect(view.page.locator("#photo-slot")).to_be_visible()


def test_every_page_leads_to_pages_below_the_path(visit: Opener, offered: Offered) -> None:
    view = visit(offered.url, "en", DESKTOP)
    path = urlsplit(offered.url).path
    # No page for visitors leads to those of whoever runs the site.
    begun = ("", "/people/Q22686", "/people/Q22686/manage", "/admin", "/operator")
    seen, waiting = set[str](), [path + each for each in begun]
    while waiting:
        path = waiting.pop()
        answer = view.page.goto(offered.origin + path)
        assert answer is not None
        assert answer.status == 200, path
        view.page.wait_for_load_state("networkidle")
        found: list[str] = view.page.evaluate(
            """[...document.querySelectorAll("[href], [src], form[action], [data-address]")]
                .map((each) => each.href?.baseVal ?? each.href ?? each.src ?? each.action)
                .filter((url) => url && !url.startsWith("#") && !url.startsWith("blob:"))"""
        )
        own = {urlsplit(each).path for each in found if each.startswith(offered.origin)}
        assert {each for each in own if not f"{each}/".startswith(f"{_PREFIX}/")} == set(), path
        seen.add(path)
        pages = {each for each in own if re.fullmatch(_PAGES, each)}
        waiting += sorted(pages - seen - set(waiting))
    known = ("", "compare", "people", "takedowns", "how", "privacy")
    assert {f"/look/{each}" for each in known} <= seen


def test_the_language_is_remembered_below_the_path(offered: Offered) -> None:
    answer = patient.get(f"{offered.url}/people?lang=en")
    assert "Path=/look/;" in answer.headers["set-cookie"]
    current = re.findall(r'href="([^"]+)" aria-current="page"', answer.text)
    assert set(current) == {"/look/people"}


def test_the_page_without_scripts(offered: Offered, photos: Mapping[str, bytes]) -> None:
    # Another face than elsewhere: the server asks for its portrait, and remembers that it got none.
    photo, form = {"photo": photos["biden.jpg"]}, {"consent": "yes", "lang": "en"}
    answer = patient.post(f"{offered.url}/find", files=photo, data=form)
    assert "Joe Biden" in answer.text
    assert 'href="/look/"' in answer.text
    again = patient.get(f"{offered.url}/find", follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/look/")
    nothing = patient.get(f"{offered.url}/nothing", headers={"Accept": "text/html"})
    assert nothing.status_code == 404
    assert 'class="button primary" href="/look/"' in nothing.text


def test_the_json_api(offered: Offered, photos: Mapping[str, bytes]) -> None:
    api = f"{offered.url}/api/v1"
    found = patient.post(f"{api}/lookalikes", files={"photo": photos["obama.jpg"]}).json()
    best = found["faces"][0]["people"][0]
    assert best["portrait"]["url"] == "/look/api/v1/people/Q76/portrait"
    assert patient.get(f"{api}/people/Q76").json()["portrait"]["url"] == best["portrait"]["url"]
    sent = {"name": "홍길동", "collection": "mine", "wikidata": "Q4711"}
    files = {"photos": photos["obama.jpg"]}
    added = patient.post(f"{api}/people", data=sent, files=files, headers=_TOKEN)
    assert added.status_code == 201
    assert added.headers["location"] == "/look/api/v1/people/Q4711"
    assert added.json()["portrait"]["url"] == "/look/api/v1/people/Q4711/portrait"
    removed = patient.delete(f"{api}/people/Q4711", headers=_TOKEN)
    assert removed.status_code == 204


def test_what_the_admin_asks_of_the_json_api(offered: Offered, photos: Mapping[str, bytes]) -> None:
    api = f"{offered.url}/api/v1/people"
    sent = {"name": "성춘향", "wikidata": "Q4712"}
    files = {"photos": photos["astronaut.png"]}
    with patient.Client(headers=_TOKEN) as http:
        assert http.post(api, data=sent, files=files).status_code == 201
        twice = http.post(api, data=sent, files=files)
        assert (twice.status_code, twice.headers["location"]) == (200, "/look/api/v1/people/Q4712")
        files = {"photos": photos["biden.jpg"]}
        added = http.post(api, data={"name": "이몽룡"}, files=files)
        assert added.headers["location"] == f"/look/api/v1/people/{added.json()['id']}"
        other = {"other": added.json()["id"], "anyway": True}
        answers = [
            twice.json(),
            http.patch(f"{api}/Q4712", json={"born": "1961"}).json(),
            http.post(f"{api}/Q4712/merge", json=other).json(),
        ]
        receipt = http.post(f"{api}/Q4712/takedown").json()
        answers.append(receipt["person"])
        assert [each["portrait"]["url"] for each in answers] == [
            "/look/api/v1/people/Q4712/portrait"
        ] * 4
        hidden = http.post(f"{api}/Q22686/takedown").json()
        undone = http.post(f"{offered.url}/api/v1/takedowns/{hidden['id']}/undo").json()
        assert undone["back"][0]["portrait"]["url"] == "/look/api/v1/people/Q22686/portrait"


def test_the_admin_changes_people_on_the_page(
    visit: Opener, offered: Offered, photos: Mapping[str, bytes]
) -> None:
    view = visit(f"{offered.url}/admin", "en", DESKTOP)
    page, asked = view.page, list[str]()
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.on("dialog", lambda dialog: dialog.accept())
    form = page.locator("#adding")
    page.locator("#token").fill("right")
    form.locator("[name=name_ko]").fill("변학도")
    form.locator("[name=photos]").set_input_files(_file(photos["astronaut.png"]))
    form.locator("button").click()
    expect(page.locator("#added")).to_have_text("변학도 was added.")

    page.locator("#people li", has_text="변학도").get_by_role("link").click()
    portraits, said = page.locator("#portraits li"), page.locator("#said")
    expect(portraits).to_have_count(1)
    page.locator("#more [name=photos]").set_input_files(_file(photos["biden.jpg"]))
    page.locator("#more button").click()
    expect(said).to_have_text(view.page_text("manage.said.portraits_added"))
    expect(portraits).to_have_count(2)
    page.locator("#facts [name=born]").fill("1961")
    page.locator("#facts button").click()
    expect(said).to_have_text(view.page_text("manage.said.saved"))
    page.locator("#remove button").click()
    expect(page).to_have_url(f"{offered.url}/admin?collection=mine")

    page.goto(f"{offered.url}/people/Q22686/manage")
    page.locator("#takedown button").click()
    expect(said).to_contain_text("Receipt: T")
    page.get_by_role("link", name=view.page_text("manage.receipts")).click()
    undo = page.locator("#receipts li", has_text="Q22686").get_by_role("button")
    undo.click()
    expect(undo).to_have_count(0)
    assert {each for each in asked if not f"{each}/".startswith(f"{_PREFIX}/")} == set()


def _file(photo: bytes) -> list[FilePayload]:
    return [{"name": "photo", "mimeType": "", "buffer": photo}]


def test_the_description_of_the_api(visit: Opener, offered: Offered) -> None:
    described = patient.get(f"{offered.url}/openapi.json").json()
    assert described["servers"] == [{"url": "/look"}]
    view = visit(f"{offered.url}/docs")
    expect(view.page.get_by_text("/api/v1/lookalikes").first).to_be_visible()


@pytest.mark.parametrize("end", ["", "/"], ids=["without a slash", "with a slash"])
def test_signed_requests_of_amazons_client(
    offered: Offered, photos: Mapping[str, bytes], end: str
) -> None:
    image = {"Bytes": photos["obama.jpg"]}
    with clients.client(offered.url + end, offered.key) as client:
        faces = client.recognize_celebrities(Image=image)["CelebrityFaces"]
    assert faces[0]["Name"] == "Barack Obama"
    with (
        clients.client(offered.url + end, replace(offered.key, secret="wrong")) as client,
        pytest.raises(client.exceptions.ClientError) as refused,
    ):
        client.detect_faces(Image=image)
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"


def test_a_presigned_request(offered: Offered) -> None:
    headers = {"x-amz-target": "RekognitionService.ListCollections"}
    headers["content-type"] = clients.CONTENT_TYPE
    url = clients.presigned(offered.url, offered.key, headers, b"{}")
    assert patient.post(url, content=b"{}", headers=headers).status_code == 200
    for wrong in (url.replace("/look/?", "/look/x?"), url.replace("Signature=", "Signature=0")):
        assert patient.post(wrong, content=b"{}", headers=headers).status_code >= 400


def test_a_server_with_a_path_is_there_without_it_too(serve: Serve, home: Path) -> None:
    """A machine that asks whether the server is well knows nothing of the proxy."""
    with serve(home=home, path_prefix="/a/look") as server:
        assert patient.get(f"{server.url}/readyz").json() == {"status": "ready"}
        assert patient.get(f"{server.url}/a/look/readyz").json() == {"status": "ready"}
        assert 'href="/a/look/compare"' in patient.get(server.url).text
        assert 'href="/a/look/compare"' in patient.get(f"{server.url}/a/look").text
        assert patient.get(f"{server.url}/a/lookalike").status_code == 404


def test_the_widget_below_the_path(serve: Serve, home: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('name = "Spring"\n[embed]\norigins = ["https://fans.example"]\n', "utf-8")
    with serve(home=home, site=str(site)) as server:
        widget = patient.get(f"{server.url}/embed", headers=_HEADER)
    assert "frame-ancestors https://fans.example" in widget.headers["content-security-policy"]
    assert 'class="brand" href="/look/" target="_blank"' in widget.text
    assert '<form id="form" class="card form" action="/look/find"' in widget.text
    assert '"root": "/look"' in widget.text


# Who is believed


def test_who_is_no_proxy_of_ours_says_nothing(serve: Serve, home: Path) -> None:
    with serve(home=home, trusted_proxies="192.0.2.1, 10.0.0.0/8") as server:
        page = patient.get(server.url, headers=_HEADER).text
        assert 'href="/compare"' in page
        assert "/look" not in page


@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.0/8", "*", ""])
def test_a_proxy_of_ours_is_believed(serve: Serve, home: Path, trusted: str) -> None:
    headers = {**_HEADER, "X-Forwarded-Proto": "https", "Host": "look.example"}
    changes = {"trusted_proxies": trusted, "allowed_hosts": "look.example"}
    with serve(home=home, **changes) as server:
        assert 'href="/look/compare"' in patient.get(server.url, headers=headers).text


def test_the_scheme_is_that_of_the_visitor(
    serve: Serve, home: Path, photos: Mapping[str, bytes]
) -> None:
    headers = {**_HEADER, "X-Forwarded-Proto": "https", "Host": "look.example"}
    with serve(home=home, allowed_hosts="look.example") as server:
        shared = patient.post(
            f"{server.url}/api/v1/results",
            files={"photo": photos["obama.jpg"]},
            data={"person": "Q76"},
            headers=headers,
        ).json()
    assert shared["url"] == f"https://look.example/look/r/{shared['id']}"


_NO_PATHS = (
    *("look", "//look", "/look//x", "https://evil.example", "/look/../x", "/./look", "/.."),
    *("/look?x", "/look#x", "/a b", "/%2e%2e", "/<script>", "/look\\x", '/"', "/a, /b", "/ä"),
    "/x" * 20,
    "/" + "x" * 300,
)


@pytest.mark.parametrize("value", _NO_PATHS)
def test_what_is_no_path_is_not_believed(server: Server, value: str) -> None:
    assert prefix_of(value) is None
    headers = {b"X-Forwarded-Prefix": value.encode()}
    answer = patient.get(server.url, headers=headers)
    assert answer.status_code == 200
    assert 'href="/compare"' in answer.text


def test_a_header_that_is_there_twice_is_not_believed(server: Server) -> None:
    twice = [("X-Forwarded-Prefix", "/look"), ("X-Forwarded-Prefix", "/evil")]
    assert 'href="/compare"' in patient.get(server.url, headers=twice).text


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("", ""), ("/", ""), ("/look", "/look"), ("/look/", "/look"), (" /a/b-1.x_~/ ", "/a/b-1.x_~")],
)
def test_paths(text: str, prefix: str) -> None:
    assert prefix_of(text) == prefix


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("path_prefix", "look", "LOOKALIKE_PATH_PREFIX is 'look'; it must be a path like /look"),
        ("path_prefix", "https://x.example/look", "it must be a path like /look"),
        ("trusted_proxies", "10.0.0.0/8, proxy", "LOOKALIKE_TRUSTED_PROXIES has 'proxy'"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    settings: Settings, setting: str, value: str, words: str
) -> None:
    with pytest.raises(InvalidParameter, match=re.escape(words)):
        create_app(replace(settings, **{setting: value}))  # type: ignore[arg-type]

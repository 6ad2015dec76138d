"""Proofs on the page: their parameters as fields, and a page that may run nothing."""

from __future__ import annotations

from starlette.testclient import TestClient

from markup import Markup
from striate.proofs.catalog import ENTRIES


def test_every_proof_is_listed_with_its_parameters(client: TestClient) -> None:
    told = {one["name"]: one for one in client.get("/api/proofs").json()}
    assert tuple(told) == ENTRIES.names
    fields = {one["name"]: one for one in told["conv-as-matrix"]["parameters"]}
    assert (fields["kernel"]["type"], fields["kernel"]["default"], fields["kernel"]["minimum"]) == ("integer", 3, 1)


def test_a_proof_at_chosen_sizes_is_a_page_of_its_own(client: TestClient) -> None:
    answer = client.get("/api/proof", params={"name": "conv-as-matrix", "kernel": "2", "channels_in": "1"})
    assert answer.status_code == 200
    assert "--kernel 2" in answer.text
    assert Markup(answer.text).named("script") == []
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; ")
    assert "script-src" not in policy


def test_a_parameter_that_is_wrong_is_a_sentence(client: TestClient) -> None:
    for given in ({"kernel": "0"}, {"kernel": "x"}, {"nothing": "1"}, {"name": "no-proof"}):
        answer = client.get("/api/proof", params={"name": "conv-as-matrix", **given})
        assert answer.status_code == 400
        assert answer.json()["error"]

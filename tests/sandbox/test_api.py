"""The calls of the API over HTTP: shapes of answers, errors, accounts, quota."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

MUTATION = "chr\tpos\tref\talt\nchr7\t140753336\tA\tT\n"


def test_post_answers_with_the_id_as_a_bare_json_string(client: Any) -> None:
    """The body is a JSON string of 20 lower-case hex digits and nothing else."""
    answer = client.post(MUTATION)
    assert answer.status_code == 200
    assert re.fullmatch(r'"[0-9a-f]{20}"', answer.text)


def test_json_ends_without_a_newline(client: Any) -> None:
    """Two public clients build addresses from the body as it comes: nothing may follow the JSON."""
    job_id = client.submit(MUTATION)
    calls = [
        ("GET", "", {}),
        ("GET", job_id, {}),
        ("GET", job_id, {"action": "logs"}),
        ("GET", job_id, {"action": "x"}),
    ]
    for method, path, params in [*calls, ("DELETE", job_id, {})]:
        assert client.call(method, path, params=params).content[-1:] in b"]}"


def test_post_takes_fields_of_the_query_string(client: Any) -> None:
    """One public client sends cancer type and title in the address; a form field counts more."""
    answer = client.call(
        "POST",
        params={"cancer_type": "BRCA", "title": "of the query", "reference": "hg19"},
        data={"reference": "hg38"},
        files={"mutations": MUTATION},
    )
    metadata = client.info(answer.json())["metadata"]
    assert [metadata[name] for name in ("cancertype", "title", "reference")] == ["BRCA", "of the query", "hg38"]


def test_post_takes_a_trailing_slash(client: Any) -> None:
    """The address with a slash at its end is the same address, without a redirect that would lose the body."""
    answer = requests.post(
        f"{client.sandbox.url}/",
        headers=client.headers,
        data={"cancer_type": "CM"},
        files={"mutations": MUTATION},
        timeout=10,
        allow_redirects=False,
    )
    assert answer.status_code == 200


def test_a_job_takes_a_trailing_slash(client: Any) -> None:
    """A job's address with a slash at its end is the same address, too."""
    job_id = client.submit(MUTATION)
    address = f"{client.sandbox.url}/{job_id}/"
    for method in ("GET", "DELETE"):
        answer = requests.request(method, address, headers=client.headers, timeout=10, allow_redirects=False)
        assert answer.status_code == 200


def test_description_has_the_recorded_fields(client: Any) -> None:
    """The description has CGI's keys, the date in UTC, and the upload's own name is forgotten."""
    job_id = client.submit(MUTATION, title="Häm 1", cancer_type="BRCA", reference="hg19")
    assert client.info(job_id) == {
        "status": "Running",
        "metadata": {
            "id": job_id,
            "user": "someone@example.org",
            "title": "Häm 1",
            "cancertype": "BRCA",
            "reference": "hg19",
            "dataset": "input.tsv",
            "date": "2025-12-06 14:05:09",
        },
    }


def test_list_has_the_ids_oldest_first(client: Any) -> None:
    """The list call answers with an array of ids."""
    ids = [client.submit(MUTATION), client.submit(MUTATION)]
    assert client.call("GET").json() == ids


def test_accounts_do_not_see_each_other(client: Any) -> None:
    """A job of one e-mail does not exist for another."""
    job_id = client.submit(MUTATION)
    other = client.other("other@example.org")
    assert other.call("GET").json() == []
    assert other.call("DELETE", job_id).status_code == 404
    assert client.info(job_id)["status"] == "Running"


def test_deleted_job_is_gone(client: Any) -> None:
    """DELETE answers with JSON, frees the slot, and a second one finds nothing."""
    job_id = client.submit(MUTATION)
    assert "error_code" not in client.call("DELETE", job_id).json()
    assert client.call("GET").json() == []
    second = client.call("DELETE", job_id)
    assert (second.status_code, second.json()["error_code"]) == (404, 404)


def test_quota_counts_stored_jobs(client: Any) -> None:
    """Finished jobs hold their slots; only deleting one makes room for the next."""
    ids = [client.submit(MUTATION) for _ in range(3)]
    client.wait()
    answer = client.post(MUTATION)
    assert (answer.status_code, answer.json()["error_code"]) == (403, 403)
    assert "slots are full" in answer.json()["message"]
    assert client.other("other@example.org").post(MUTATION).status_code == 200
    client.call("DELETE", ids[0])
    assert client.post(MUTATION).status_code == 200


def test_refused_upload_is_read_to_its_end(client: Any) -> None:
    """A client that is still sending gets the refusal and no broken connection."""
    for _ in range(3):
        client.submit(MUTATION)
    assert client.post(b"x" * 20_000_000).status_code == 403


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cancer_type": ""}, "cancer_type is missing"),
        ({"cancer_type": "COAD"}, "Unknown cancer type: 'COAD'"),
        ({"reference": "GRCh38"}, "Unknown reference: 'GRCh38'"),
    ],
)
def test_bad_parameters_are_refused(client: Any, fields: dict[str, str], message: str) -> None:
    """A parameter that CGI does not know is a 400, and no job is left behind."""
    answer = client.post(MUTATION, **fields)
    assert (answer.status_code, answer.json()) == (400, {"error_code": 400, "message": message})
    assert client.call("GET").json() == []


def test_a_file_is_needed(client: Any) -> None:
    """At least one of the three files has to be there."""
    answer = client.post()
    assert (answer.status_code, answer.json()["error_code"]) == (400, 400)


def test_reference_defaults_to_hg38(client: Any) -> None:
    """A job without a reference is one in hg38."""
    answer = client.call("POST", data={"cancer_type": "CM"}, files={"mutations": MUTATION})
    assert client.info(answer.json())["metadata"]["reference"] == "hg38"


@pytest.mark.parametrize("header", ["", "deadbeef", "a@b.org", "a@b.org  deadbeef", "Bearer deadbeef", "a@b.org x y"])
def test_malformed_credentials_are_refused(client: Any, header: str) -> None:
    """Anything but an e-mail and a token with one space between them is a 401."""
    client.headers = {"Authorization": header}
    answer = client.call("GET")
    assert (answer.status_code, answer.json()["error_code"]) == (401, 401)


def test_unknown_job_and_action_are_errors(client: Any) -> None:
    """Unknown ids are 404 and unknown actions 400."""
    assert client.call("GET", "0" * 20).json()["error_code"] == 404
    job_id = client.submit(MUTATION)
    assert client.call("GET", job_id, params={"action": "dance"}).json()["error_code"] == 400


def test_other_addresses_and_methods_are_json_errors(client: Any) -> None:
    """What the API does not have is an error in the same form."""
    assert client.call("PUT").json()["error_code"] == 405
    assert client.call("GET", "a/b").json()["error_code"] == 404


def test_pages_say_that_this_is_a_sandbox(client: Any) -> None:
    """The page at the root and the health page need no credentials and name the sandbox."""
    root = client.sandbox.url.removesuffix("/api/v1")
    page = requests.get(root, timeout=10)
    assert "no interpretation of a patient" in page.text
    assert page.headers["Server"].startswith("cgi-runner-sandbox")
    health = requests.get(f"{root}/health", timeout=10)
    assert health.json() == {"status": "ok", "service": "cgi-runner sandbox"}


def test_request_log_names_every_call(client: Any) -> None:
    """The log has method, path, action and status of each request, and never a header."""
    job_id = client.submit(MUTATION)
    client.download(job_id)
    assert client.sandbox.requests == [
        ("POST", "/api/v1", "", 200),
        ("GET", f"/api/v1/{job_id}", "download", 404),
    ]


def test_a_fault_of_the_sandbox_is_a_500(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in the sandbox becomes an error in the API's form, not a page with a traceback."""

    def broken(*_: object) -> list[str]:
        raise RuntimeError

    monkeypatch.setattr("cgi_sandbox.store.Store.ids", broken)
    answer = client.call("GET")
    assert (answer.status_code, answer.json()["error_code"]) == (500, 500)

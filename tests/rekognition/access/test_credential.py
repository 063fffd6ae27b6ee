"""Signatures: botocore's own are read, malformed ones are refused."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lookalike.rekognition.access.credential import Credential, read_credential
from lookalike.rekognition.wire.faults import Fault

SIGNATURE = "0123456789abcdef" * 4
SCOPE = "AKID/20260131/ap-northeast-2/rekognition/aws4_request"
SOUND = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;X-Amz-Date, Signature={SIGNATURE}"
READ = Credential(
    access_key_id="AKID",
    date="20260131",
    region="ap-northeast-2",
    service="rekognition",
    signed_headers=("host", "x-amz-date"),
    signature=SIGNATURE,
)


def test_header_is_read() -> None:
    assert read_credential({"authorization": SOUND}, {}) == READ
    assert read_credential({"authorization": SOUND.replace(", ", ",")}, {}) == READ


def test_query_string_is_read() -> None:
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": SCOPE,
        "X-Amz-SignedHeaders": "host;x-amz-date",
        "X-Amz-Signature": SIGNATURE,
    }
    assert read_credential({}, query) == replace(READ, presigned=True)


def test_nothing_is_nobody() -> None:
    assert read_credential({}, {"page": "1"}) is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic dXNlcjpwYXNz",
        "AWS4-HMAC-SHA256",
        SOUND.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        SOUND.replace("Credential=", "Credentials="),
        SOUND.replace(f", Signature={SIGNATURE}", ""),
        SOUND.replace("SignedHeaders=host;X-Amz-Date", "SignedHeaders="),
        SOUND.replace("/aws4_request", ""),
        SOUND.replace("aws4_request", "aws5_request"),
        SOUND.replace("20260131", "2026-01-31"),
        SOUND.replace("ap-northeast-2", ""),
        SOUND.replace(SIGNATURE, SIGNATURE[1:]),
        SOUND.replace(SIGNATURE, "x" * 64),
    ],
)
def test_malformed_headers_are_refused_without_being_repeated(header: str) -> None:
    with pytest.raises(Fault, match="The signature is malformed: ") as caught:
        read_credential({"authorization": header}, {})
    assert caught.value.code == "IncompleteSignatureException"
    assert SIGNATURE not in caught.value.message
    assert "AKID" not in caught.value.message


def test_part_of_a_signed_query_string_is_refused() -> None:
    with pytest.raises(Fault, match="lacks Algorithm, SignedHeaders, Signature"):
        read_credential({}, {"X-Amz-Credential": SCOPE})


@pytest.mark.parametrize("method", [SigV4Auth, SigV4QueryAuth])
def test_what_botocore_signs_is_read(method: type) -> None:
    request = AWSRequest("POST", "http://localhost:8000/", data=b"{}")
    method(Credentials("AKID", "secret"), "rekognition", "eu-west-1").add_auth(request)
    query = dict(parse_qsl(urlsplit(request.url).query))
    headers = {name.lower(): value for name, value in request.headers.items()}
    credential = read_credential(headers, query)
    assert credential is not None
    assert (credential.access_key_id, credential.region) == ("AKID", "eu-west-1")
    assert "host" in credential.signed_headers

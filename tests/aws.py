"""Clients of the Rekognition API: the genuine one, and bare HTTP for what it would not send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
from botocore.config import Config

CONTENT_TYPE = "application/x-amz-json-1.1"


@contextmanager
def client(url: str) -> Iterator[Any]:
    """boto3's client, which does not try again, so that faults show at once."""
    opened = boto3.session.Session(
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        region_name="eu-west-1",
    ).client("rekognition", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))
    try:
        yield opened
    finally:
        opened.close()


def post(
    url: str, operation: str, body: object, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """An unsigned request; a body that is bytes is sent as it is. None takes a header away."""
    sent = {
        "content-type": CONTENT_TYPE,
        "x-amz-target": f"RekognitionService.{operation}",
        **(headers or {}),
    }
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(url, content=data, headers=sent, timeout=60)

"""A real S3, SNS and SQS server (moto's), and the environment in which ours finds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from tests.support import patient

BUCKET = "footage"
REGION = "eu-west-1"
# moto checks them only after `forbidding`.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """`url` is the endpoint of all of its services."""

    url: str

    @contextmanager
    def client(self, service: str) -> Iterator[Any]:
        session = boto3.session.Session(
            aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret", region_name=REGION
        )
        opened = session.client(service, endpoint_url=self.url)
        try:
            yield opened
        finally:
            opened.close()

    def put(self, name: str, data: bytes) -> dict[str, Any]:
        """Store an object; the S3Object of a request that means this version of it."""
        with self.client("s3") as s3:
            version = s3.put_object(Bucket=BUCKET, Key=name, Body=data)["VersionId"]
        return {"Bucket": BUCKET, "Name": name, "Version": version}

    @contextmanager
    def forbidding(self) -> Iterator[None]:
        """Meanwhile, credentials are checked, and ours are nobody's."""
        self._check_after(0)
        try:
            yield
        finally:
            self._check_after(10**9)

    def _check_after(self, requests: int) -> None:
        patient.post(f"{self.url}/moto-api/reset-auth", content=str(requests)).raise_for_status()


@contextmanager
def running() -> Iterator[Cloud]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        cloud = Cloud(f"http://{host}:{port}")
        with cloud.client("s3") as s3:
            # On a busy machine boto3 may have asked twice.
            with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
                s3.create_bucket(
                    Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
                )
            s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield cloud
    finally:
        server.stop()

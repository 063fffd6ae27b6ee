"""Calls the server with aioboto3, as a program whose profile takes on a role does, and prints what
was answered, as JSON. `tests/rekognition/asynchronous.py` starts it, in an environment of its own.

    python aio.py PHOTO      everything else: AWS_CONFIG_FILE, AWS_PROFILE, AWS_ENDPOINT_URL_...
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aioboto3  # type: ignore[import-not-found]
from botocore.exceptions import ClientError


async def main(photo: bytes) -> dict[str, Any]:
    session = aioboto3.Session()
    async with session.client("sts") as sts:
        who = await sts.get_caller_identity()
    async with session.client("rekognition") as rekognition:
        image = {"Bytes": photo}
        labels, faces, known = await asyncio.gather(
            rekognition.detect_labels(Image=image),
            rekognition.detect_faces(Image=image, Attributes=["ALL"]),
            rekognition.recognize_celebrities(Image=image),
        )
        pages = rekognition.get_paginator("list_collections").paginate()
        collections = [each async for page in pages for each in page["CollectionIds"]]
        try:
            await rekognition.create_collection(CollectionId="x")
            refused = ""
        except ClientError as error:
            refused = error.response["Error"]["Code"]
    return {
        "who": who["Arn"],
        "labels": [each["Name"] for each in labels["Labels"]],
        "landmarks": len(faces["FaceDetails"][0]["Landmarks"]),
        "celebrities": [each["Name"] for each in known["CelebrityFaces"]],
        "collections": collections,
        "refused": refused,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]).read_bytes()))))

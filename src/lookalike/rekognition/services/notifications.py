"""Tells an SNS topic that a video job has ended, in Amazon's words."""

from __future__ import annotations

import json
import logging

from botocore.exceptions import BotoCoreError, ClientError

from lookalike.amazon import service_client
from lookalike.config import Settings
from lookalike.video.jobs import Job

_LOG = logging.getLogger("lookalike")


def notify(settings: Settings, job: Job) -> None:
    """Publish to the topic of the request's NotificationChannel, if it has one.

    This server's own credentials are used; the channel's role is not assumed. A topic that cannot
    be told is logged, as the job has ended all the same.
    """
    request = json.loads(job.request)
    if "NotificationChannel" not in request:
        return
    topic = request["NotificationChannel"]["SNSTopicArn"]
    # arn:aws:sns:<region>:<account>:<name>
    region = topic.split(":")[3] or None
    try:
        client = service_client("sns", settings.sns_endpoint_url, region)
        client.publish(TopicArn=topic, Message=json.dumps(_message(job)))
    except (BotoCoreError, ClientError, ValueError) as error:
        _LOG.warning("Job %s: %s could not be told that it ended: %s", job.id, topic, error)


def _message(job: Job) -> dict[str, object]:
    request = json.loads(job.request)
    video = request["Video"]["S3Object"]
    message = {
        "JobId": job.id,
        "Status": job.status,
        "API": job.operation,
        "JobTag": request.get("JobTag"),
        "Timestamp": job.ended and round(job.ended.timestamp() * 1000),
        "Video": {
            "S3ObjectName": video["Name"],
            "S3Bucket": video["Bucket"],
            "S3ObjectVersion": video.get("Version"),
        },
    }
    return {name: value for name, value in message.items() if value is not None}

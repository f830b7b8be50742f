"""A store that speaks S3, on a free port: moto's, which answers as Amazon's does."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

from config import S3Settings

BUCKET = "corridor-files"


@contextmanager
def object_store() -> Iterator[S3Settings]:
    """Settings for an empty bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        settings = S3Settings(BUCKET, f"http://{host}:{port}", "eu-west-2", "key", "secret")
        client = boto3.client(
            "s3", endpoint_url=settings.endpoint, region_name=settings.region, aws_access_key_id="key",
            aws_secret_access_key="secret", config=Config(retries={"total_max_attempts": 1}, read_timeout=600),
        )  # fmt: skip
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        client.close()
        yield settings
    finally:
        server.stop()


def as_environment(settings: S3Settings) -> dict[str, str]:
    """What a server of ours is told to use it."""
    return {
        "CORRIDOR_S3_BUCKET": settings.bucket, "CORRIDOR_S3_ENDPOINT": settings.endpoint or "",
        "CORRIDOR_S3_REGION": settings.region, "CORRIDOR_S3_ACCESS_KEY": settings.access_key or "",
        "CORRIDOR_S3_SECRET_KEY": settings.secret_key or "", "NO_PROXY": "127.0.0.1", "PATH": os.environ["PATH"],
    }  # fmt: skip

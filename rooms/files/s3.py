"""Contents in storage that speaks S3: Amazon's, MinIO, Ceph, Garage and others."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from config import S3Settings
from rooms.files.storing import Missing, check_key

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_GONE: Final = frozenset({"NoSuchKey", "404", "NotFound"})


class S3:
    """One bucket. What it has acknowledged, it keeps."""

    def __init__(self, settings: S3Settings) -> None:
        self._bucket = settings.bucket
        self._client: S3Client = boto3.client(
            "s3",
            endpoint_url=settings.endpoint or None,
            region_name=settings.region,
            aws_access_key_id=settings.access_key,
            aws_secret_access_key=settings.secret_key,
            config=Config(
                connect_timeout=5, read_timeout=20, retries={"max_attempts": 3}, s3={"addressing_style": "path"},
                # Stores other than Amazon's do not all know the newer checksums.
                request_checksum_calculation="when_required", response_checksum_validation="when_required",
            ),
        )  # fmt: skip

    def put(self, key: str, content: bytes | Path) -> None:
        check_key(key)
        if isinstance(content, Path):
            with content.open("rb") as file:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=file)
        else:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def size(self, key: str) -> int:
        check_key(key)
        try:
            return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except ClientError as error:
            raise _missing(error, key) from None

    def read(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        check_key(key)
        if end is not None and end <= start:
            return b""
        wanted = f"bytes={start}-" + ("" if end is None else str(end - 1))
        try:
            if (start, end) == (0, None):
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            return self._client.get_object(Bucket=self._bucket, Key=key, Range=wanted)["Body"].read()
        except ClientError as error:
            if _code(error) == "InvalidRange":
                return b""
            raise _missing(error, key) from None

    def remove(self, key: str) -> None:
        if not key.endswith("/"):
            check_key(key)
            self._client.delete_object(Bucket=self._bucket, Key=key)
            return
        for each in list(self.listed(key)):
            self._client.delete_object(Bucket=self._bucket, Key=each)

    def listed(self, below: str = "") -> Iterator[str]:
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=below):
            for each in page.get("Contents", []):
                yield each["Key"]

    def close(self) -> None:
        self._client.close()


def _missing(error: ClientError, key: str) -> Exception:
    return Missing(key) if _code(error) in _GONE else error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))

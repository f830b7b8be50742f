"""Settings come from the environment, once, with a sentence for what cannot be understood."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from config import DEFAULT_RATES, Rate, S3Settings, Settings, load_secret


def test_without_an_environment_everything_has_its_default(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'corridor.db'}"
    assert settings.redis_url is None
    assert settings.origins == frozenset()
    assert settings.rates == DEFAULT_RATES


def test_the_folder_of_a_command_wins_over_the_environment(tmp_path: Path) -> None:
    environ = {"CORRIDOR_DATA": "/elsewhere"}
    assert Settings.from_environment(environ).data == Path("/elsewhere")
    assert Settings.from_environment(environ, tmp_path).data == tmp_path


def test_secrets_can_be_given_by_files_as_containers_do(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql+asyncpg://host/name\n")
    (tmp_path / "secret").write_text(" hush \n")
    environ = {"CORRIDOR_DATABASE_URL_FILE": str(tmp_path / "url"), "CORRIDOR_SECRET_FILE": str(tmp_path / "secret")}
    settings = Settings.from_environment(environ, tmp_path)
    assert settings.database_url == "postgresql+asyncpg://host/name"
    assert load_secret(settings) == b"hush"
    assert "hush" not in repr(settings)


def test_where_files_are_kept_is_told_and_its_keys_are_not(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush\n")
    environ = {
        "CORRIDOR_S3_BUCKET": "files", "CORRIDOR_S3_ENDPOINT": "https://minio.example",
        "CORRIDOR_S3_ACCESS_KEY": "corridor", "CORRIDOR_S3_SECRET_KEY_FILE": str(tmp_path / "key"),
    }  # fmt: skip
    found = Settings.from_environment(environ, tmp_path)
    assert found.s3 == S3Settings("files", "https://minio.example", "us-east-1", "corridor", "hush")
    assert "hush" not in repr(found)
    assert Settings.from_environment({}, tmp_path).s3 is None


def test_networks_of_providers_are_read_and_what_is_none_is_told(tmp_path: Path) -> None:
    environ = {"CORRIDOR_PROVIDER_NETWORKS": "10.20.1.2/16, fd00::/8,"}
    found = Settings.from_environment(environ, tmp_path).provider_networks
    assert [str(each) for each in found] == ["10.20.0.0/16", "fd00::/8"]
    assert Settings.from_environment({}, tmp_path).provider_networks == ()
    with pytest.raises(ValueError, match="takes networks such as"):
        Settings.from_environment({"CORRIDOR_PROVIDER_NETWORKS": "everywhere"}, tmp_path)


def test_lists_are_read_with_spaces_and_without(tmp_path: Path) -> None:
    environ = {"CORRIDOR_ORIGINS": "https://a.example, https://b.example,", "CORRIDOR_LIMITS": "posts=5/0.5 sockets=9"}
    settings = Settings.from_environment(environ, tmp_path)
    assert settings.origins == {"https://a.example", "https://b.example"}
    assert (settings.rates["posts"], settings.rates["sockets"]) == (Rate(5, 0.5), Rate(9, 0))
    assert settings.rates["frames"] == DEFAULT_RATES["frames"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORRIDOR_POLL", "often"), ("CORRIDOR_POLL", "0"), ("CORRIDOR_PING", "-1"), ("CORRIDOR_LIMITS", "wishes=1/1"),
        ("CORRIDOR_LIMITS", "posts=many"), ("CORRIDOR_LIMITS", "posts"), ("CORRIDOR_LIMITS", "posts=1/2/3"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=name):
        Settings.from_environment({name: value}, tmp_path)


def test_a_secret_is_made_once_and_readable_by_nobody_else(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, tmp_path / "new")
    first = load_secret(settings)
    assert len(first) >= 32
    assert load_secret(settings) == first
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600
    assert load_secret(replace(settings, data=tmp_path / "other")) != first

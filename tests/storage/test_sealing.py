import pytest

from storage.sealing import Sealer

SECRET = b"the installation's secret"


def test_what_was_sealed_can_be_opened_again() -> None:
    sealed = Sealer(SECRET, "a purpose").seal("ключ 🔑")

    assert Sealer(SECRET, "a purpose").open(sealed) == "ключ 🔑"


def test_a_sealed_text_shows_nothing_and_is_another_each_time() -> None:
    sealer = Sealer(SECRET, "a purpose")

    first, second = sealer.seal("open sesame"), sealer.seal("open sesame")

    assert first != second
    assert "sesame" not in first
    assert first.isascii()


@pytest.mark.parametrize("other", [Sealer(SECRET, "another purpose"), Sealer(b"another secret", "a purpose")])
def test_another_purpose_or_secret_opens_nothing(other: Sealer) -> None:
    sealed = Sealer(SECRET, "a purpose").seal("open sesame")

    with pytest.raises(ValueError, match="another secret"):
        other.open(sealed)


@pytest.mark.parametrize("broken", ["", "s1.", "s1.AAAA", "s1.!!!!", "plain text", "s1.ünlesbar"])
def test_what_nobody_sealed_opens_nothing(broken: str) -> None:
    with pytest.raises(ValueError, match="changed since"):
        Sealer(SECRET, "a purpose").open(broken)


def test_a_changed_letter_opens_nothing() -> None:
    sealer = Sealer(SECRET, "a purpose")
    sealed = sealer.seal("open sesame")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]

    with pytest.raises(ValueError, match="changed since"):
        sealer.open(changed)

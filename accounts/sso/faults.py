"""What can go wrong with a provider, for the log and for whoever sets it up; others are told one sentence."""

from typing import Final, Literal

from realtime.refusal import Refusal

Reason = Literal[
    "address", "unreachable", "slow", "too_large", "redirect", "status", "not_json", "not_it", "issuer", "keys",
    "token", "nonce", "refused",
]  # fmt: skip

# For the administrator who tests the settings.
WHY: Final[dict[Reason, str]] = {
    "address": "The provider's address is not one that Corridor may ask.",
    "unreachable": "The provider could not be reached.",
    "slow": "The provider took longer than five seconds to answer.",
    "too_large": "The provider's answer was far too long.",
    "redirect": "The provider sent Corridor to another address. Enter the issuer exactly as the provider writes it.",
    "status": "The provider answered that there is nothing at this address.",
    "not_json": "The provider's answer could not be understood.",
    "not_it": "This is no OpenID provider that Corridor can use.",
    "issuer": "The provider calls itself by another name. Enter the issuer exactly as the provider writes it.",
    "keys": "The provider's keys could not be understood.",
    "token": "What the provider vouched for could not be verified.",
    "nonce": "What the provider vouched for belongs to another sign-in.",
    "refused": "The provider did not accept the client ID or the client secret.",
}

BROKEN: Final = "Your school's sign-in service did not answer as it should. Try again soon, or sign in another way."
DENIED: Final = "Your school's sign-in page did not let you in. You can try again."
STALE: Final = "This sign-in took too long, or was begun somewhere else. Please start again."
UNKNOWN: Final = "Your school vouched for you, but Corridor has no place for you yet. Please ask at the office."
NOT_HERE: Final = "There is no single sign-on under this short name. Check how your school writes it."
FOREIGN: Final = "Open Corridor at its usual address, then try again."


class ProviderFault(Exception):  # noqa: N818 - it is the provider's, and not always an error
    """A provider did not do what the protocol asks."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def refusal(self) -> Refusal:
        """What whoever wanted to sign in is told."""
        return Refusal("unavailable", BROKEN)

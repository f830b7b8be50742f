"""Calling back, without believing that who is called behaves."""

from collections.abc import Callable
from typing import ParamSpec

import structlog

log = structlog.get_logger(__name__)
P = ParamSpec("P")


def tell(listener: Callable[P, None] | None, *args: P.args, **kwargs: P.kwargs) -> None:
    """Call `listener`, if there is one. What it raises is logged: who publishes has committed and must go on."""
    if listener is None:
        return
    try:
        listener(*args, **kwargs)
    except Exception:
        log.exception("bus_listener_failed", listener=getattr(listener, "__qualname__", None))

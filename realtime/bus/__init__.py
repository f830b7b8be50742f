"""How one process tells the others that a room has moved on, and what may be lost on the way."""

from realtime.bus.interface import Bus, BusStatus, Hints, OnGap, OnHints, OnPassing, Passing
from realtime.bus.memory import MemoryBus

__all__ = ["Bus", "BusStatus", "Hints", "MemoryBus", "OnGap", "OnHints", "OnPassing", "Passing"]

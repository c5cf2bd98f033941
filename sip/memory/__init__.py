"""The in-memory twin of the SIP worker: same commands and events, no sockets, no audio, for virtual time."""

from sip.memory.agent import MemoryUserAgent, OnDial
from sip.memory.far import Far

__all__ = ["Far", "MemoryUserAgent", "OnDial"]

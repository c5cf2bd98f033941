"""A raw SIP/RTP party: the far end of a call, for demo, bench and tests. Exact wire times, no pjsua."""

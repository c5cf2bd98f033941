"""The browser as a telephone: the only package that knows WebRTC (aiortc) and Opus (av)."""

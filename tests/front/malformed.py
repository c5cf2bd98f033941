"""44 broken or hostile datagrams, for any SIP port: the front's, or a worker's.

`datagrams(target, sender)` gives (name, bytes) with both as `ip:port`. None of them may end the process that
gets it, or keep it from answering the next proper request.
"""

from collections.abc import Iterator

_SDP = "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


def datagrams(target: str, sender: str) -> Iterator[tuple[str, bytes]]:
    for number, (name, text) in enumerate(_texts(target, sender)):
        raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        yield name, raw.replace(b"@N@", str(number).encode())


def invite(
    target: str,
    sender: str,
    body: str = "",
    drop: str = "",
    extra: str = "",
    method: str = "INVITE",
    **put: str,
) -> str:
    """A proper request, with headers replaced, dropped or added."""
    headers = {
        "Via": f"SIP/2.0/UDP {sender};branch=z9hG4bKmal@N@;rport",
        "Max-Forwards": "70",
        "From": f"<sip:mal@{sender}>;tag=mal@N@",
        "To": f"<sip:101@{target}>",
        "Call-ID": f"mal-@N@@{sender}",
        "CSeq": f"1 {method}",
        "Contact": f"<sip:mal@{sender}>",
        "Content-Type": "application/sdp",
        "Content-Length": str(len(body)),
    }
    headers |= {name.replace("_", "-"): value for name, value in put.items() if name != "uri"}
    headers.pop(drop.replace("_", "-"), None)
    uri = put.get("uri", f"sip:101@{target}")
    lines = [f"{method} {uri} SIP/2.0", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines) + "\r\n" + extra + "\r\n" + body


def _texts(t: str, s: str) -> Iterator[tuple[str, str | bytes]]:
    sdp = _SDP.format(ip=s.partition(":")[0])
    good = invite(t, s, sdp)
    yield "empty", b""
    yield "one NUL", b"\0"
    yield "a thousand NULs", b"\0" * 1000
    yield "keep-alive", b"\r\n\r\n"
    yield "random octets", bytes((i * 73 + 41) % 256 for i in range(900))
    yield "start line only", f"INVITE sip:101@{t} SIP/2.0\r\n\r\n"
    yield "cut in a header", good[:120]
    yield "no blank line", good.partition("\r\n\r\n")[0]
    yield "NUL in From", invite(t, s, sdp, From=f"<sip:m\0l@{s}>;tag=1")
    yield "NUL in the body", invite(t, s, sdp.replace("m=", "\0m="))
    yield "Content-Length negative", invite(t, s, sdp, Content_Length="-1")
    yield "Content-Length huge", invite(t, s, sdp, Content_Length="99999999999999999999")
    yield "Content-Length too long", invite(t, s, sdp, Content_Length="5000")
    yield "Content-Length a word", invite(t, s, sdp, Content_Length="many")
    yield "two Content-Lengths", invite(t, s, sdp, extra="l: 3\r\n")
    yield "60 KB header", invite(t, s, sdp, Subject="x" * 60_000)
    yield "thousand headers", invite(t, s, sdp, extra="X-A: b\r\n" * 1000)
    yield "40 m-lines", invite(t, s, sdp + "m=audio 4000 RTP/AVP 0\r\n" * 39)
    yield "SDP without m", invite(t, s, "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\n")
    yield "SDP port 99999", invite(t, s, sdp.replace("4000", "99999"))
    yield "SDP payload types absurd", invite(t, s, sdp.replace("AVP 0", "AVP 999999 -1 x " + "9" * 5000))
    yield "SDP of noise", invite(t, s, "\xff\xfe\x00\x01 = = =\r\n" * 20)
    yield "SDP with junk crypto", invite(t, s, sdp + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:====\r\n")
    yield "URI without scheme", invite(t, s, sdp, uri="101")
    yield "URI with spaces", invite(t, s, sdp, uri="sip:1 0 1")
    yield "URI of http", invite(t, s, sdp, uri="http://example.invalid/")
    yield "URI with port 999999", invite(t, s, sdp, uri="sip:101@1.2.3.4:999999")
    yield "URI 8 KB", invite(t, s, sdp, uri="sip:" + "a" * 8000 + "@" + t)
    yield "To unclosed", invite(t, s, sdp, To=f"<sip:101@{t}")
    yield "To with open quote", invite(t, s, sdp, To=f'"open <sip:101@{t}>')
    yield "From empty", invite(t, s, sdp, From="")
    yield "no Via", invite(t, s, sdp, drop="Via")
    yield "Via of noise", invite(t, s, sdp, Via="SIP/2.0/UDP ;;;===,,,")
    yield "Via of TCP", invite(t, s, sdp, Via=f"SIP/2.0/TCP {s};branch=z9hG4bK1")
    yield "a hundred Vias", invite(t, s, sdp, extra=f"Via: SIP/2.0/UDP {s};branch=z9hG4bKx\r\n" * 100)
    yield "no Call-ID", invite(t, s, sdp, drop="Call_ID")
    yield "CSeq overflow", invite(t, s, sdp, CSeq="99999999999 INVITE")
    yield "CSeq of another method", invite(t, s, sdp, CSeq="1 BYE")
    yield "Max-Forwards a word", invite(t, s, sdp, Max_Forwards="many")
    yield "version 7.0", good.replace("SIP/2.0\r\n", "SIP/7.0\r\n", 1)
    yield "unknown Require", invite(t, s, sdp, extra="Require: " + "x" * 300 + "\r\n")
    yield "stray REFER", invite(t, s, method="REFER", extra="Refer-To: <sip:@>\r\n")
    yield "stray CANCEL", invite(t, s, method="CANCEL")
    yield (
        "stray response",
        f"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {t};branch=z9hG4bKnone\r\nFrom: <sip:a@{s}>;tag=1\r\n"
        f"To: <sip:b@{t}>;tag=2\r\nCall-ID: none\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
    )

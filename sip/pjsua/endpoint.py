"""Starting and stopping the pjsua2 library: headless, one thread, bound to one address."""

import ctypes
import logging
import os

import pjsua2 as pj

from sip.config import Credential, RegistrarConfig, Registration, WorkerConfig
from sip.types import MAX_LEGS, Srtp

log = logging.getLogger(__name__)

_CODECS = {"PCMU": "PCMU/8000/1", "PCMA": "PCMA/8000/1", "G722": "G722/16000/1"}
_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.PREFERRED: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}


class PortTaken(Exception):
    """The SIP port is in use."""


def start_endpoint(config: WorkerConfig) -> pj.Endpoint:
    """A running endpoint on the null device. Raises `PortTaken`, or `pj.Error` for anything else."""
    library = _library(config.user_agent)
    _set_media(library.medConfig, config)
    endpoint = _bound(library, config)
    endpoint.audDevManager().setNullDev()
    endpoint.libStart()
    _choose_codecs(endpoint, config)
    return endpoint


def start_signalling(config: RegistrarConfig) -> pj.Endpoint:
    """A running endpoint without media. Raises as `start_endpoint` does."""
    endpoint = _bound(_library(config.user_agent), config)
    endpoint.libStart()
    return endpoint


def _bound(library: pj.EpConfig, config: WorkerConfig | RegistrarConfig) -> pj.Endpoint:
    _hush()
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    endpoint.libInit(library)
    transport = pj.TransportConfig()
    transport.port = config.sip_port
    transport.boundAddress = config.bind_ip
    try:
        endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    except pj.Error as error:
        raise PortTaken(f"{config.bind_ip}:{config.sip_port} cannot be bound: {error.reason}") from None
    return endpoint


def _hush() -> None:
    """pjlib speaks on standard output from its first moment, before any configuration of its log."""
    ctypes.CDLL(pj._pjsua2.__file__).pj_log_set_level(0)


def _library(user_agent: str) -> pj.EpConfig:
    lib = pj.EpConfig()
    # Numbers of callers do not belong in a log: off unless somebody debugs the stack.
    level = int(os.environ.get("HANDOFF_PJSIP_LOG", "0"))
    lib.logConfig.level = lib.logConfig.consoleLevel = level
    lib.uaConfig.threadCnt = 0
    lib.uaConfig.mainThreadOnly = True
    lib.uaConfig.maxCalls = MAX_LEGS
    lib.uaConfig.userAgent = user_agent
    return lib


def _set_media(media: pj.MediaConfig, config: WorkerConfig) -> None:
    media.clockRate = media.sndClockRate = config.clock_rate
    media.audioFramePtime = media.ptime = 20
    media.noVad = True
    media.ecTailLen = 0
    media.quality = 4
    media.sndAutoCloseTime = -1
    media.jbMaxPre = 40
    media.jbMax = 200


def _choose_codecs(endpoint: pj.Endpoint, config: WorkerConfig) -> None:
    for codec in endpoint.codecEnum2():
        endpoint.codecSetPriority(codec.codecId, 0)
    for rank, name in enumerate(config.codecs):
        endpoint.codecSetPriority(_CODECS[name], 250 - rank)


def account_config(config: WorkerConfig) -> pj.AccountConfig:
    """The one account: everything goes through the front, media stays on the bound address."""
    account = pj.AccountConfig()
    account.idUri = f"sip:{config.contact_user}@{config.front_host}"
    sip = account.sipConfig
    sip.contactForced = f"<sip:{config.contact_user}@{config.bind_ip}:{config.sip_port}>"
    sip.proxies = _strings([f"sip:{config.front};lr"])
    _answer_challenges(account, config.credentials)
    _rewrite_nothing(account)
    media = account.mediaConfig
    media.transportConfig.boundAddress = config.bind_ip
    media.transportConfig.port = config.rtp_port
    media.transportConfig.portRange = config.rtp_ports - 1
    media.srtpUse = _SRTP[config.srtp]
    media.srtpSecureSignaling = 0
    account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    return account


def registering_account_config(config: RegistrarConfig, registration: Registration) -> pj.AccountConfig:
    """An account that registers the front's address, through the front, when it is told to."""
    account = pj.AccountConfig()
    account.idUri = registration.aor
    account.sipConfig.contactForced = f"<sip:{registration.user}@{config.front}>"
    account.sipConfig.proxies = _strings([f"sip:{config.front};lr"])
    _answer_challenges(account, (registration.credential,))
    _rewrite_nothing(account)
    register = account.regConfig
    register.registrarUri = f"sip:{registration.registrar.removesuffix(':5060')}"
    register.timeoutSec = registration.expires_s
    register.registerOnAdd = False
    register.retryIntervalSec = 0  # pjsua would give up for good after a 403
    return account


def _answer_challenges(account: pj.AccountConfig, credentials: tuple[Credential, ...]) -> None:
    for credential in credentials:
        secret = credential.password.get_secret_value()
        answer = pj.AuthCredInfo("digest", credential.realm, credential.user, 0, secret)
        account.sipConfig.authCreds.append(answer)


def _rewrite_nothing(account: pj.AccountConfig) -> None:
    """We know our address; what a PBX behind NAT believes it to be is of no use."""
    nat = account.natConfig
    nat.sdpNatRewriteUse = nat.viaRewriteUse = nat.contactRewriteUse = 0


def _strings(values: list[str]) -> pj.StringVector:
    vector = pj.StringVector()
    for value in values:
        vector.append(value)
    return vector


def trim_memory() -> None:
    """Give freed heap back: after a burst glibc keeps 20 MB that nobody uses."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except AttributeError:
        log.debug("no malloc_trim here")

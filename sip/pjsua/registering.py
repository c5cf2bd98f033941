"""REGISTER on pjsua2: an endpoint that carries no call, with one account for each registration."""

from collections.abc import Callable

import pjsua2 as pj

from sip.config import RegistrarConfig
from sip.pjsua.endpoint import registering_account_config, start_signalling
from sip.pjsua.gate import Gate
from sip.pjsua.leg import contained
from sip.registration import NO_ANSWER

OnAnswer = Callable[[int, int, str, int], None]
"""index of the registration, status, reason, seconds granted"""


class _Account(pj.Account):
    def __init__(self, answered: Callable[[int, str, int], None]) -> None:
        super().__init__()
        self._answered = answered

    @contained
    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        # Below 200 it is no answer of the registrar: the request could not be sent.
        status = prm.code if prm.code >= 200 else NO_ANSWER
        self._answered(status, str(prm.reason), prm.expiration)


class Registering:
    """Every method is for the one thread that made it; answers come out of `poll`."""

    def __init__(self, config: RegistrarConfig, on_answer: OnAnswer) -> None:
        self._config = config
        self._on_answer = on_answer
        self._accounts: list[_Account] = []

    def start(self) -> None:
        """Raises `sip.pjsua.endpoint.PortTaken`, or `pj.Error`."""
        self._endpoint = start_signalling(self._config)
        self._gate = Gate(lambda request: None, lambda: 503)
        for index, registration in enumerate(self._config.registrations):
            account = _Account(self._teller(index))
            account.create(registering_account_config(self._config, registration))
            self._accounts.append(account)

    def poll(self, wait_ms: int) -> None:
        self._endpoint.libHandleEvents(wait_ms)

    def register(self, index: int) -> bool:
        """Send REGISTER; its answer will come. False when it cannot be sent now."""
        return self._send(index, True)

    def unregister(self, index: int) -> bool:
        """The same with `Expires: 0`."""
        return self._send(index, False)

    def _send(self, index: int, renew: bool) -> bool:
        try:
            self._accounts[index].setRegistration(renew)
        except pj.Error:
            return False
        return True

    def _teller(self, index: int) -> Callable[[int, str, int], None]:
        return lambda status, reason, expires_s: self._on_answer(index, status, reason, expires_s)

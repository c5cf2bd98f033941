"""Errors of speech recognition, each with a stable code and a cure for people."""


class AsrError(Exception):
    """codes: bad_rate, position_jump, model_missing, model_broken, wrong_language, engine_missing,
    cpu_unsupported, too_many_hotwords, bad_config (a worker's), bad_name and model_exists (the store's)"""

    def __init__(self, code: str, message: str, cure: str = "") -> None:
        super().__init__(f"{message}{' Cure: ' + cure if cure else ''}")
        self.code = code
        self.message = message
        self.cure = cure

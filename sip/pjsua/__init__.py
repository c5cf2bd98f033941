"""One conversation's endpoint on pjsua2: the only package that imports it."""

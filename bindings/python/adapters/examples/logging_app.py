"""Masks what an application logs, exceptions and extra fields included.

#> INFO welcome [REDACTED_EMAIL]
#> ERROR payment failed
#> ValueError: card [REDACTED_PAYMENT_CARD] was refused
"""

import logging
import sys

from spanmask import Policy
from spanmask.logging import MaskingFilter


class Brief(logging.Formatter):
    """An exception as one line. What it formats is masked already."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_text:
            record.exc_text = record.exc_text.splitlines()[-1]
        return super().format(record)


handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(Brief("%(levelname)s %(message)s"))
handler.addFilter(MaskingFilter(Policy("preset:default")))
logging.basicConfig(level=logging.INFO, handlers=[handler])
log = logging.getLogger("shop")

log.info("welcome %s", "jo@example.com", extra={"user": "jo@example.com"})
try:
    raise ValueError("card 4000056655665556 was refused")
except ValueError:
    log.exception("payment failed")

"""Asks a detector of the program, such as a model, beside the built-in ones.

#> {'note': '[NAME] wrote from [REDACTED]'}
"""

from collections.abc import Iterator

from spanmask import Policy

NAMES = ("Zoë Müller", "Bob Smith")


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Stands for a model: gives the place of each name, in characters."""
    for name in NAMES:
        at = text.find(name)
        while at >= 0:
            yield at, at + len(name)
            at = text.find(name, at + 1)


policy = Policy(
    """
    version: 1
    rules:
      - { id: NAME, detect: host:names, replace: "[NAME]", fail: mask }
      - { id: EMAIL, detect: email }
    """,
    detectors={"names": find_names},
    detector_timeout=5.0,  # a value whose detector takes longer is masked whole
)

print(policy.mask_object({"note": "Zoë Müller wrote from zoe@example.com"}))

"""Gives each user a stable pseudonym, so that traces still say which requests belong together.

#> same person, same pseudonym: True
#> another one, another: True
#> support stays: support@example.com
"""

import os

from spanmask import Policy

policy = Policy(
    {
        "version": 1,
        "rules": [{"id": "USER", "detect": "email", "hash": {"key_env": "SPANMASK_HASH_KEY", "length": 16}}],
        "allow": {"literals": ["support@example.com"]},
    },
    keys=os.environ,
)

first, second, third, support = policy.mask_object(
    ["jo@example.com", "Jo wrote as jo@example.com.", "bob@example.com", "support@example.com"]
)
print("same person, same pseudonym:", first in second)
print("another one, another:", first != third)
print("support stays:", support)

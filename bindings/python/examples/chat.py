"""Masks what a chat application is about to log.

#> {'role': 'user', 'content': 'I am [REDACTED_EMAIL], card [REDACTED_PAYMENT_CARD].'}
#> {'role': 'assistant', 'tool_calls': [{'arguments': '{"to": "[REDACTED_EMAIL]"}'}]}
#> masked: {'EMAIL': 2, 'PAYMENT_CARD': 1}
"""

from spanmask import Policy, Report

policy = Policy("preset:default")  # once, for all threads

messages = [
    {"role": "user", "content": "I am jo@example.com, card 4000056655665556."},
    {"role": "assistant", "tool_calls": [{"arguments": '{"to": "jo@example.com"}'}]},
]

report = Report()
for message in policy.mask_object(messages, report=report):
    print(message)
print("masked:", report.counts)

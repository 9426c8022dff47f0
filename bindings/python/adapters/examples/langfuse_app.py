"""A support bot that is traced with Langfuse, version 4 or later. Everything in a span is masked before it is sent.

    LANGFUSE_PUBLIC_KEY=… LANGFUSE_SECRET_KEY=… LANGFUSE_BASE_URL=… python langfuse_app.py
"""

from langfuse import Langfuse, observe, propagate_attributes

import spanmask.langfuse
from spanmask import Policy

policy = Policy("preset:default")
langfuse = Langfuse(span_exporter=spanmask.langfuse.exporter(policy))  # this line is all


@observe(as_type="tool")
def find_customer(mail: str) -> dict[str, str]:
    return {"mail": mail, "phone": "+49 30 5550 0100"}


@observe(as_type="generation")
def answer(question: str, customer: dict[str, str]) -> str:
    return f"Dear customer, we call you at {customer['phone']}."


@observe
def ask(question: str, mail: str) -> str:
    with propagate_attributes(user_id=mail):
        return answer(question, find_customer(mail))


if __name__ == "__main__":
    print(ask("My card is 4000056655665556. When do you call?", "jo@example.com"))
    langfuse.flush()

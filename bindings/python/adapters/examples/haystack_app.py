"""A pipeline of Haystack, traced by the connector of Langfuse.

    HAYSTACK_CONTENT_TRACING_ENABLED=true LANGFUSE_PUBLIC_KEY=… LANGFUSE_SECRET_KEY=… LANGFUSE_HOST=… python haystack_app.py
"""

from typing import Any

from haystack import Pipeline, component
from haystack.components.builders import ChatPromptBuilder
from haystack.dataclasses import ChatMessage
from haystack_integrations.components.connectors.langfuse import LangfuseConnector

import spanmask.haystack
from spanmask import Policy

spanmask.haystack.install(Policy("preset:default"))


@component
class Echo:
    """Stands for a chat generator."""

    @component.output_types(replies=list[ChatMessage])
    def run(self, messages: list[ChatMessage]) -> dict[str, Any]:
        return {"replies": [ChatMessage.from_assistant(f"You said: {messages[-1].text}")]}


def build() -> Pipeline:
    pipeline = Pipeline()
    pipeline.add_component("tracer", LangfuseConnector("chat"))
    pipeline.add_component("prompt", ChatPromptBuilder([ChatMessage.from_user("{{question}}")], required_variables=["question"]))
    pipeline.add_component("llm", Echo())
    pipeline.connect("prompt.prompt", "llm.messages")
    return pipeline


if __name__ == "__main__":
    answer = build().run({"prompt": {"question": "My card is 4000056655665556, I am jo@example.com."}})
    assert spanmask.haystack.is_installed()
    print(answer["llm"]["replies"][0].text)

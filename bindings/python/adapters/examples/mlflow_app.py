"""An agent that is traced with MLflow: outputs of tools are masked whole, addresses everywhere.

    MLFLOW_TRACKING_URI=http://localhost:5000 python mlflow_app.py
"""

import mlflow
from mlflow.entities import SpanType
from mlflow.entities.trace_location import MlflowExperimentLocation

import spanmask.mlflow
from spanmask import Policy

policy = Policy("""
version: 1
profile: otlp
rules:
  - { id: EMAIL, detect: email, replace: "[EMAIL]" }
  - { id: TOOL, attributes: [mlflow.spanOutputs], when: { span_kind: [TOOL] } }
""")

mlflow.tracing.set_destination(MlflowExperimentLocation("0"))
mlflow.tracing.configure(span_processors=[spanmask.mlflow.processor(policy)])


@mlflow.trace(span_type=SpanType.TOOL)
def balance(account: str) -> str:
    return "12,345.67"


@mlflow.trace(span_type=SpanType.AGENT)
def ask(question: str) -> str:
    return f"You own {len(balance('A-1'))} digits."


if __name__ == "__main__":
    print(ask("I am jo@example.com. What is on my account?"))
    mlflow.flush_trace_async_logging()

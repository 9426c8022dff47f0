# The masking callback of Langfuse's documentation: FastAPI, three substitutions in each string.
import re

from fastapi import FastAPI, Request

app = FastAPI()
RULES = [
    (r"\b[\w.-]+?@\w+?\.\w+?\b", "[REDACTED_EMAIL]"),
    (r"\b\d{3}[-.]?\d{3}[-.]?\d{4}\b", "[REDACTED_PHONE]"),
    (r"\b\d{4}[-\s]?\d{4}[-\s]?\d{4}[-\s]?\d{4}\b", "[REDACTED_CC]"),
]


def mask(data):
    if isinstance(data, str):
        for pattern, token in RULES:
            data = re.sub(pattern, token, data)
        return data
    if isinstance(data, dict):
        return {name: mask(value) for name, value in data.items()}
    if isinstance(data, list):
        return [mask(value) for value in data]
    return data


@app.post("/mask")
async def callback(request: Request):
    return mask(await request.json())

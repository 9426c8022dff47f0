//! Span kinds, as four conventions name them:
//! Langfuse (`langfuse.observation.type`, and the event types of legacy batches), OpenInference
//! (`openinference.span.kind`), MLflow (`mlflow.spanType`, a JSON string inside the string) and the OpenTelemetry
//! semantic conventions for generative AI (`gen_ai.operation.name`); also OpenLLMetry (`traceloop.span.kind`).

use super::ahead;
use crate::span::Span;

/// Names of one kind share a row; the first is the one to show.
const KINDS: &[&[&str]] = &[
    &["SPAN"],
    &["LLM", "GENERATION", "CHAT_MODEL", "CHAT", "TEXT_COMPLETION", "GENERATE_CONTENT"],
    &["EVENT"],
    &["AGENT", "INVOKE_AGENT", "CREATE_AGENT"],
    &["TOOL", "EXECUTE_TOOL"],
    &["CHAIN"],
    &["RETRIEVER", "RETRIEVAL"],
    &["EMBEDDING", "EMBEDDINGS"],
    &["RERANKER"],
    &["EVALUATOR"],
    &["GUARDRAIL"],
    &["PARSER"],
    &["MEMORY"],
    &["PROMPT"],
    &["WORKFLOW", "INVOKE_WORKFLOW"],
    &["TASK"],
    &["UNKNOWN"],
];

/// Attributes of a span that name its kind.
const ATTRIBUTES: &[&[u8]] = &[
    b"langfuse.observation.type",
    b"openinference.span.kind",
    b"mlflow.spanType",
    b"gen_ai.operation.name",
    b"traceloop.span.kind",
];

/// No text of more bytes says a kind, in quotes or as the type of an event.
pub const LONGEST: usize = 32;

/// The bit of a kind, ASCII case ignored; `None` for a name that no convention has.
#[must_use]
pub fn bit(name: &[u8]) -> Option<u32> {
    let row = KINDS.iter().position(|names| names.iter().any(|n| n.as_bytes().eq_ignore_ascii_case(name)))?;
    Some(1 << row)
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().copied().flatten().copied()
}

/// The kinds of the OTLP span whose bracket is at `at`. Linear in the span.
#[must_use]
pub fn of_span(src: &[u8], at: usize) -> u32 {
    let attributes =
        ahead::containers(src, at, b"attributes", b'[').flat_map(|list| ahead::elements(src, list));
    let objects = attributes.filter(|&attribute| src.get(attribute) == Some(&b'{'));
    objects.fold(0, |all, attribute| all | of_attribute(src, attribute))
}

/// The kinds of the event of a legacy batch whose bracket is at `at`: `tool-create`, `generation-update`.
#[must_use]
pub fn of_batch_item(src: &[u8], at: usize) -> u32 {
    let objects = core::iter::once(at).chain(ahead::containers(src, at, b"body", b'{'));
    let types = objects.flat_map(|object| ahead::strings(src, object, b"type"));
    types.fold(0, |all, span| {
        let mut buffer = [0; ahead::NAME];
        let event = ahead::decoded(src, span, &mut buffer);
        let kind = event.strip_suffix(b"-create").or_else(|| event.strip_suffix(b"-update")).unwrap_or(event);
        all | bit(kind).unwrap_or(0)
    })
}

fn of_attribute(src: &[u8], at: usize) -> u32 {
    let is_kind = |key: Span| ATTRIBUTES.contains(&ahead::decoded(src, key, &mut [0; ahead::NAME]));
    if !ahead::strings(src, at, b"key").any(is_kind) {
        return 0;
    }
    let values = ahead::containers(src, at, b"value", b'{');
    values.flat_map(|value| ahead::strings(src, value, b"stringValue")).fold(0, |all, span| {
        let mut buffer = [0; ahead::NAME];
        let name = ahead::decoded(src, span, &mut buffer);
        let name = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name);
        all | bit(name).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn conventions_share_kinds() {
        assert_eq!(bit(b"tool"), bit(b"execute_tool"));
        assert_eq!(bit(b"GENERATION"), bit(b"LLM"));
        assert_eq!(bit(b"nothing"), None);
        assert!(names().all(|name| "\"\"".len().max("-update".len()) + name.len() <= LONGEST));
        assert_eq!(names().count(), names().collect::<std::collections::BTreeSet<_>>().len());
    }

    #[test]
    fn spans_name_their_kind_anywhere() {
        let tool = bit(b"tool").unwrap_or(0);
        let span = br#"{"name":"a","attributes":[{"value":{"stringValue":"x"},"key":"k"},
            {"value":{"stringValue":"\"TOOL\""},"key":"mlflow.spanType"}],"x":1}"#;
        assert_eq!(of_span(span, 0), tool);
        assert_eq!(of_span(br#"{"name":"tool"}"#, 0), 0);
        assert_eq!(of_batch_item(br#"{"body":{"input":1},"type":"tool-create"}"#, 0), tool);
    }
}

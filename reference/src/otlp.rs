//! OTLP: which members and attributes are never changed, which values are what, kinds of spans.

use crate::json::{Node, Value};
use crate::select::{any_glob, glob};

/// Members of OTLP's own objects that never change, with everything beneath.
pub const PROTECTED: &[&str] = &[
    "traceId",
    "spanId",
    "parentSpanId",
    "traceState",
    "flags",
    "kind",
    "startTimeUnixNano",
    "endTimeUnixNano",
    "timeUnixNano",
    "observedTimeUnixNano",
    "droppedAttributesCount",
    "droppedEventsCount",
    "droppedLinksCount",
    "schemaUrl",
    "severityNumber",
    "severityText",
];

/// Members of an event of the legacy batch, and of its body, that never change, with everything beneath.
pub const PROTECTED_LEGACY: &[&str] = &[
    "id",
    "type",
    "timestamp",
    "traceId",
    "parentObservationId",
    "startTime",
    "endTime",
    "completionStartTime",
    "createdAt",
    "level",
    "environment",
    "usage",
    "usageDetails",
    "costDetails",
];

/// Attributes whose values never change.
pub const PROTECTED_ATTRIBUTES: &[&str] = &[
    "langfuse.observation.type",
    "langfuse.environment",
    "langfuse.observation.usage_details",
    "langfuse.observation.cost_details",
    "langfuse.observation.level",
    "langfuse.observation.completion_start_time",
    "openinference.span.kind",
    "mlflow.spanType",
    "mlflow.traceRequestId",
    "gen_ai.operation.name",
    "gen_ai.usage.*",
];

/// Attributes that say what kind a span is of.
pub const KIND_ATTRIBUTES: &[&str] =
    &["openinference.span.kind", "langfuse.observation.type", "mlflow.spanType", "gen_ai.operation.name"];

/// Media tokens, which no match may change.
pub const MEDIA_TOKEN: &str = r"@@@langfuseMedia:type=[^|@]*\|id=[^|@]*\|source=[^|@]*@@@";

/// What a value is to OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Nothing special.
    Plain,
    /// An object of OTLP's own, or a list of them.
    Object,
    /// The status of a span.
    Status,
    /// A list of spans.
    Spans,
    /// A span.
    Span,
    /// A list of log records.
    Records,
    /// A log record.
    Record,
    /// A list of attributes.
    Attributes,
    /// An attribute.
    KeyValue,
    /// The value of an attribute.
    AnyValue,
    /// An `arrayValue`.
    ArrayValue,
    /// A list of values of attributes.
    Values,
    /// A `kvlistValue`.
    KeyValueList,
    /// An `intValue`.
    Int,
    /// A `bytesValue`.
    Bytes,
    /// Bytes as Node.js writes them, in the `data` of a buffer.
    Data,
    /// The root of a legacy batch.
    LegacyRoot,
    /// The list of events of a legacy batch.
    Batch,
    /// An event of a legacy batch.
    Event,
    /// The body of such an event.
    Body,
    /// What never changes.
    Protected,
}

/// What the root of a text is.
pub fn root(value: &Value) -> Zone {
    let is_resource = |value: &Value| {
        ["resource", "scopeSpans", "instrumentationLibrarySpans"]
            .iter()
            .any(|name| value.member(name).is_some())
    };
    match &value.node {
        Node::Array(elements) if elements.iter().any(is_resource) => Zone::Object,
        Node::Object(_) => {
            let has = |name| value.member(name).is_some();
            let is_otlp = ["resourceSpans", "resourceLogs", "resourceMetrics"].into_iter().any(has);
            match () {
                () if is_otlp || is_resource(value) => Zone::Object,
                () if has("batch") => Zone::LegacyRoot,
                () => Zone::Plain,
            }
        }
        _ => Zone::Plain,
    }
}

/// What an element of a list is.
pub fn element(list: Zone) -> Zone {
    match list {
        Zone::Object => Zone::Object,
        Zone::Spans => Zone::Span,
        Zone::Records => Zone::Record,
        Zone::Attributes => Zone::KeyValue,
        Zone::Values => Zone::AnyValue,
        Zone::Batch => Zone::Event,
        Zone::Data => Zone::Data,
        _ => Zone::Plain,
    }
}

/// What a member of an object is.
pub fn member(object: Zone, name: &str) -> Zone {
    match (object, name) {
        (Zone::Object | Zone::Span | Zone::Status | Zone::Record, name) if PROTECTED.contains(&name) => {
            Zone::Protected
        }
        (Zone::Status, "code") | (Zone::KeyValue, "key") => Zone::Protected,
        (Zone::Object | Zone::Span | Zone::Record, "attributes") => Zone::Attributes,
        (Zone::Object, "spans") => Zone::Spans,
        (Zone::Object, "logRecords") => Zone::Records,
        (Zone::Span, "status") => Zone::Status,
        (Zone::Record, "body") | (Zone::KeyValue, "value") => Zone::AnyValue,
        (Zone::Object | Zone::Span | Zone::Record | Zone::Status, _) => Zone::Object,
        (Zone::AnyValue, "intValue") => Zone::Int,
        (Zone::AnyValue, "bytesValue") => Zone::Bytes,
        (Zone::AnyValue, "arrayValue") => Zone::ArrayValue,
        (Zone::AnyValue, "kvlistValue") => Zone::KeyValueList,
        (Zone::ArrayValue, "values") => Zone::Values,
        (Zone::KeyValueList, "values") => Zone::Attributes,
        (Zone::Int, "low" | "high" | "unsigned") | (Zone::Bytes, "type") => Zone::Protected,
        (Zone::Bytes, "data") => Zone::Data,
        (Zone::LegacyRoot, "batch") => Zone::Batch,
        (Zone::Event | Zone::Body, name) if PROTECTED_LEGACY.contains(&name) => Zone::Protected,
        (Zone::Event, "body") => Zone::Body,
        _ => Zone::Plain,
    }
}

/// The name of an attribute.
pub fn attribute_name(key_value: &Value) -> Option<String> {
    key_value.member("key")?.text()
}

/// Whether the value of an attribute with this name never changes.
pub fn is_protected_attribute(name: &str) -> bool {
    PROTECTED_ATTRIBUTES.iter().any(|protected| glob(protected, name))
}

/// The kinds that the attributes of a span name, in upper case.
pub fn span_kinds(span: &Value) -> Vec<String> {
    let Some(Value { node: Node::Array(attributes), .. }) = span.member("attributes") else {
        return Vec::new();
    };
    let names: Vec<String> = KIND_ATTRIBUTES.iter().map(ToString::to_string).collect();
    let kind = |attribute: &Value| {
        let name = attribute_name(attribute)?;
        if !any_glob(&names, &[name]) {
            return None;
        }
        let kind = attribute.member("value")?.member("stringValue")?.text()?;
        Some(kind.trim_matches('"').to_ascii_uppercase())
    };
    attributes.iter().filter_map(kind).collect()
}

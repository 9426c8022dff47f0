//! OTLP: which members and attributes are never changed, which values are what, kinds of spans.

use crate::json::{Node, Value};
use crate::select::glob;

/// Attributes whose values never change.
pub const PROTECTED_ATTRIBUTES: &[&str] = &[
    "langfuse.observation.type",
    "langfuse.environment",
    "langfuse.internal.*",
    "langfuse.observation.usage_details",
    "langfuse.observation.cost_details",
    "langfuse.observation.level",
    "langfuse.observation.completion_start_time",
    "openinference.span.kind",
    "llm.token_count.*",
    "mlflow.spanType",
    "mlflow.traceRequestId",
    "gen_ai.operation.name",
    "gen_ai.usage.*",
    "traceloop.span.kind",
];

/// Attributes that say what kind a span is of.
pub const KIND_ATTRIBUTES: &[&str] = &[
    "openinference.span.kind",
    "langfuse.observation.type",
    "mlflow.spanType",
    "gen_ai.operation.name",
    "traceloop.span.kind",
];

/// Media tokens, which no match may change.
pub const MEDIA_TOKEN: &str =
    r"@@@langfuseMedia:type=[A-Za-z0-9.+/_-]+\|id=[A-Za-z0-9_-]+\|source=[A-Za-z0-9_]+@@@";

/// What a value is to OTLP: the name of a message of its schema, or one of a few words of our own. `free` is plain
/// JSON; `kept` is never touched, with everything in it.
pub type Zone = &'static str;

/// The members of each message: name and zone. `name*` stands for any rest of a name.
const MESSAGES: &[(Zone, &[(&str, Zone)])] = &[
    (
        "root",
        &[
            ("resourceSpans", "group"),
            ("resourceLogs", "group"),
            ("resourceMetrics", "group"),
            ("batch", "event"),
        ],
    ),
    ("root", GROUP),
    ("group", GROUP),
    ("group", &[("schemaUrl", "kept")]),
    ("Resource", COMMON),
    ("scopes", &[("scope", "Scope"), ("instrumentationLibrary", "Scope"), ("schemaUrl", "kept")]),
    (
        "scopes",
        &[("spans", "Span"), ("logRecords", "LogRecord"), ("logs", "LogRecord"), ("metrics", "Metric")],
    ),
    ("Scope", COMMON),
    ("Span", COMMON),
    ("Span", &[("traceId", "kept"), ("spanId", "kept"), ("parentSpanId", "kept"), ("traceState", "kept")]),
    (
        "Span",
        &[("flags", "kept"), ("kind", "kept"), ("startTimeUnixNano", "kept"), ("endTimeUnixNano", "kept")],
    ),
    ("Span", &[("droppedEventsCount", "kept"), ("droppedLinksCount", "kept")]),
    ("Span", &[("events", "Event"), ("links", "Link"), ("status", "Status")]),
    ("Event", COMMON),
    ("Event", &[("timeUnixNano", "kept")]),
    ("Link", COMMON),
    ("Link", &[("traceId", "kept"), ("spanId", "kept"), ("traceState", "kept"), ("flags", "kept")]),
    ("Status", &[("code", "kept")]),
    ("LogRecord", COMMON),
    ("LogRecord", &[("traceId", "kept"), ("spanId", "kept"), ("flags", "kept"), ("timeUnixNano", "kept")]),
    ("LogRecord", &[("observedTimeUnixNano", "kept"), ("severityNumber", "kept"), ("severityText", "kept")]),
    ("LogRecord", &[("body", "AnyValue")]),
    (
        "Metric",
        &[("gauge", "data"), ("sum", "data"), ("histogram", "data"), ("exponentialHistogram", "data")],
    ),
    ("Metric", &[("summary", "data"), ("metadata", "KeyValue")]),
    ("data", &[("dataPoints", "DataPoint"), ("aggregationTemporality", "kept")]),
    ("DataPoint", &[("startTimeUnixNano", "kept"), ("timeUnixNano", "kept"), ("flags", "kept")]),
    ("DataPoint", &[("count", "kept"), ("zeroCount", "kept"), ("bucketCounts", "kept"), ("asInt", "int")]),
    ("DataPoint", &[("attributes", "KeyValue"), ("exemplars", "Exemplar")]),
    ("Exemplar", &[("timeUnixNano", "kept"), ("traceId", "kept"), ("spanId", "kept")]),
    ("Exemplar", &[("asInt", "int"), ("filteredAttributes", "KeyValue")]),
    ("KeyValue", &[("key", "kept"), ("value", "AnyValue")]),
    ("AnyValue", &[("intValue", "int"), ("bytesValue", "bytes")]),
    ("AnyValue", &[("arrayValue", "ArrayValue"), ("kvlistValue", "KeyValueList")]),
    ("ArrayValue", &[("values", "AnyValue")]),
    ("KeyValueList", &[("values", "KeyValue")]),
    ("int", &[("*", "half")]),
    ("bytes", &[("data", "octets"), ("*", "kept")]),
    ("event", &[("body", "body"), ("id", "kept"), ("type", "kept"), ("timestamp", "kept")]),
    ("body", &[("id", "kept"), ("type", "kept"), ("timestamp", "kept"), ("traceId", "kept")]),
    ("body", &[("observationId", "kept"), ("parentObservationId", "kept"), ("traceIdType", "kept")]),
    (
        "body",
        &[("startTime", "kept"), ("endTime", "kept"), ("completionStartTime", "kept"), ("createdAt", "kept")],
    ),
    ("body", &[("level", "kept"), ("environment", "kept"), ("dataType", "kept")]),
    ("body", &[("usage", "kept"), ("usageDetails", "kept"), ("costDetails", "kept")]),
];

/// Of a `ResourceSpans`, `ResourceLogs`, `ResourceMetrics`.
const GROUP: &[(&str, Zone)] = &[
    ("resource", "Resource"),
    ("scopeSpans", "scopes"),
    ("scopeLogs", "scopes"),
    ("scopeMetrics", "scopes"),
    ("instrumentationLibrarySpans", "scopes"),
    ("instrumentationLibraryLogs", "scopes"),
    ("instrumentationLibraryMetrics", "scopes"),
];

const COMMON: &[(&str, Zone)] = &[("attributes", "KeyValue"), ("droppedAttributesCount", "kept")];

/// Zones of values that do not come in lists.
const SINGLE: &[Zone] =
    &["Resource", "Scope", "Status", "data", "ArrayValue", "KeyValueList", "int", "half", "bytes", "body"];

/// What an element of a list is.
pub fn element(list: Zone) -> Zone {
    match list {
        "root" => "group",
        "octets" => "octet",
        "octet" => "free",
        list if SINGLE.contains(&list) => "free",
        list => list,
    }
}

/// What a member of an object is; `before` are the names of the members in front of it.
pub fn member(object: Zone, name: &str, before: &[&str]) -> Zone {
    let is_group = before.iter().any(|name| GROUP.iter().any(|(known, _)| known == name));
    let object = if object == "root" && is_group { "group" } else { object };
    if object == "kept" {
        return "kept";
    }
    let rows =
        MESSAGES.iter().filter(|(message, _)| *message == object).flat_map(|(_, members)| members.iter());
    rows.filter(|(known, _)| *known == name || *known == "*").map(|(_, zone)| *zone).next().unwrap_or("free")
}

/// The names of an attribute: one, but for those who write `key` twice.
pub fn attribute_names(key_value: &Value) -> Vec<String> {
    key_value.members("key").filter_map(Value::text).collect()
}

/// Whether the value of an attribute with this name never changes.
pub fn is_protected_attribute(name: &str) -> bool {
    PROTECTED_ATTRIBUTES.iter().any(|protected| glob(protected, name))
}

/// Names of one kind of span, one line a kind.
const KINDS: &[&[&str]] = &[
    &["LLM", "GENERATION", "CHAT_MODEL", "CHAT", "TEXT_COMPLETION", "GENERATE_CONTENT"],
    &["AGENT", "INVOKE_AGENT", "CREATE_AGENT"],
    &["TOOL", "EXECUTE_TOOL"],
    &["RETRIEVER", "RETRIEVAL"],
    &["EMBEDDING", "EMBEDDINGS"],
    &["WORKFLOW", "INVOKE_WORKFLOW"],
];

/// The name that stands for all names of a kind, in upper case.
pub fn kind(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    let row = KINDS.iter().find(|names| names.contains(&name.as_str()));
    row.map_or(name, |names| names[0].to_owned())
}

/// The kinds that the attributes of a span name.
pub fn span_kinds(span: &Value) -> Vec<String> {
    let attributes = span.members("attributes").filter_map(|list| match &list.node {
        Node::Array(attributes) => Some(attributes),
        _ => None,
    });
    let named = attributes.flatten().filter(|attribute| {
        attribute_names(attribute).iter().any(|name| KIND_ATTRIBUTES.contains(&name.as_str()))
    });
    let values = named.flat_map(|attribute| attribute.members("value"));
    let texts = values.flat_map(|value| value.members("stringValue")).filter_map(Value::text);
    texts
        .map(|text| kind(text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&text)))
        .collect()
}

/// The kinds that an event of a legacy batch names: `tool-create`.
pub fn event_kinds(event: &Value) -> Vec<String> {
    let bodies = event.members("body");
    let types = std::iter::once(event).chain(bodies).flat_map(|object| object.members("type"));
    types
        .filter_map(Value::text)
        .map(|text| {
            kind(text.strip_suffix("-create").or_else(|| text.strip_suffix("-update")).unwrap_or(&text))
        })
        .collect()
}

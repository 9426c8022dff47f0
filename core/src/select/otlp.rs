//! The shapes that OTLP takes in JSON, as one automaton over member names.
//!
//! Plain version: a schema. Each object of OTLP is a shape; a member leads from the shape of its object to the
//! shape of its value. What no shape knows is [`Shape::Free`]: plain JSON, in which nothing is protected.
//! Sources: opentelemetry-proto 1.9 (`trace.proto`, `logs.proto`, `metrics.proto`, `common.proto`), and for the bodies
//! that Langfuse sends and receives its `langfuse.md` facts: a bare array of `ResourceSpans`, and legacy batches.

use super::ValueKind;

/// What a value is in OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Shape {
    /// Plain JSON.
    #[default]
    Free,
    /// Kept as it is, with everything in it.
    Protected,
    /// A text: a request, a `ResourceSpans` (or logs, metrics), an array of them, a legacy batch, or anything else.
    Root,
    /// A `ResourceSpans`, `ResourceLogs` or `ResourceMetrics`, or an array of them.
    Group,
    /// `Resource`.
    Resource,
    /// `ScopeSpans`, `ScopeLogs`, `ScopeMetrics`, or an array of them.
    ScopeGroup,
    /// `InstrumentationScope`.
    Scope,
    /// `Span`, or an array of them.
    Span,
    /// `Event` of a span, or an array of them.
    Event,
    /// `Link`, or an array of them.
    Link,
    /// `Status`.
    Status,
    /// `LogRecord`, or an array of them.
    LogRecord,
    /// `Metric`, or an array of them.
    Metric,
    /// `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram`, `Summary`.
    MetricData,
    /// A data point, or an array of them.
    DataPoint,
    /// `Exemplar`, or an array of them.
    Exemplar,
    /// `KeyValue`, or an array of them.
    KeyValue,
    /// `AnyValue`.
    AnyValue,
    /// `ArrayValue`.
    ArrayValue,
    /// `KeyValueList`.
    KeyValueList,
    /// The value of an `intValue`: a number, a string, or two halves.
    Int,
    /// A half of an integer.
    Half,
    /// The value of a `bytesValue`: a string, or a Node buffer.
    Bytes,
    /// The array of a Node buffer.
    BytesData,
    /// The `batch` of a legacy body, or one of its events.
    BatchItem,
    /// The `body` of an event.
    BatchBody,
}

/// Attributes that the backend parses; a trailing `*` stands for any rest.
const PROTECTED_ATTRIBUTES: &[&str] = &[
    "gen_ai.operation.name",
    "gen_ai.usage.*",
    "langfuse.environment",
    "langfuse.internal.*",
    "langfuse.observation.completion_start_time",
    "langfuse.observation.cost_details",
    "langfuse.observation.level",
    "langfuse.observation.type",
    "langfuse.observation.usage_details",
    "llm.token_count.*",
    "mlflow.spanType",
    "mlflow.traceRequestId",
    "openinference.span.kind",
    "traceloop.span.kind",
];

/// Whether the backend parses the value of this attribute.
#[must_use]
pub fn is_protected_attribute(name: &[u8]) -> bool {
    PROTECTED_ATTRIBUTES.iter().any(|known| match known.strip_suffix('*') {
        Some(front) => name.starts_with(front.as_bytes()),
        None => name == known.as_bytes(),
    })
}

impl Shape {
    /// The shape of a member's value. `protected`: of a `KeyValue` whose attribute is protected.
    #[must_use]
    pub fn member(self, name: &[u8], protected: bool) -> Self {
        match self {
            Self::Free => Self::Free,
            Self::Protected => Self::Protected,
            Self::Root | Self::Group => self.member_of_group(name),
            Self::ScopeGroup => match name {
                b"scope" | b"instrumentationLibrary" => Self::Scope,
                b"spans" => Self::Span,
                b"logRecords" | b"logs" => Self::LogRecord,
                b"metrics" => Self::Metric,
                b"schemaUrl" => Self::Protected,
                _ => Self::Free,
            },
            Self::Resource | Self::Scope => common(name),
            Self::Span | Self::Event | Self::Link | Self::Status | Self::LogRecord => {
                self.member_of_signal(name)
            }
            Self::Metric | Self::MetricData | Self::DataPoint | Self::Exemplar => self.member_of_metric(name),
            Self::KeyValue => match name {
                b"key" => Self::Protected,
                b"value" if protected => Self::Protected,
                b"value" => Self::AnyValue,
                _ => Self::Free,
            },
            Self::AnyValue => match name {
                b"intValue" => Self::Int,
                b"bytesValue" => Self::Bytes,
                b"arrayValue" => Self::ArrayValue,
                b"kvlistValue" => Self::KeyValueList,
                _ => Self::Free,
            },
            Self::ArrayValue if name == b"values" => Self::AnyValue,
            Self::KeyValueList if name == b"values" => Self::KeyValue,
            Self::Int => Self::Half,
            Self::Bytes if name == b"data" => Self::BytesData,
            Self::Bytes => Self::Protected,
            Self::BatchItem | Self::BatchBody => self.member_of_batch(name),
            Self::ArrayValue | Self::KeyValueList | Self::Half | Self::BytesData => Self::Free,
        }
    }

    fn member_of_group(self, name: &[u8]) -> Self {
        match name {
            b"resourceSpans" | b"resourceLogs" | b"resourceMetrics" if self == Self::Root => Self::Group,
            b"batch" if self == Self::Root => Self::BatchItem,
            b"resource" => Self::Resource,
            b"scopeSpans" | b"scopeLogs" | b"scopeMetrics" => Self::ScopeGroup,
            b"instrumentationLibrarySpans"
            | b"instrumentationLibraryLogs"
            | b"instrumentationLibraryMetrics" => Self::ScopeGroup,
            b"schemaUrl" if self == Self::Group => Self::Protected,
            _ => Self::Free,
        }
    }

    fn member_of_signal(self, name: &[u8]) -> Self {
        match (self, name) {
            (Self::Span, b"events") => Self::Event,
            (Self::Span, b"links") => Self::Link,
            (Self::Span, b"status") => Self::Status,
            (Self::Span | Self::Link | Self::LogRecord, b"traceId" | b"spanId" | b"flags")
            | (Self::Span | Self::Link, b"traceState")
            | (Self::Span, b"parentSpanId" | b"kind" | b"startTimeUnixNano" | b"endTimeUnixNano")
            | (Self::Span, b"droppedEventsCount" | b"droppedLinksCount")
            | (Self::Event | Self::LogRecord, b"timeUnixNano")
            | (Self::LogRecord, b"observedTimeUnixNano" | b"severityNumber" | b"severityText")
            | (Self::Status, b"code") => Self::Protected,
            (Self::LogRecord, b"body") => Self::AnyValue,
            (Self::Status, _) => Self::Free,
            _ => common(name),
        }
    }

    fn member_of_metric(self, name: &[u8]) -> Self {
        match (self, name) {
            (Self::Metric, b"gauge" | b"sum" | b"histogram" | b"exponentialHistogram" | b"summary") => {
                Self::MetricData
            }
            (Self::Metric, b"metadata") => Self::KeyValue,
            (Self::MetricData, b"dataPoints") => Self::DataPoint,
            (Self::MetricData, b"aggregationTemporality") => Self::Protected,
            (Self::DataPoint, b"exemplars") => Self::Exemplar,
            (Self::DataPoint, b"startTimeUnixNano" | b"timeUnixNano" | b"flags")
            | (Self::DataPoint, b"count" | b"zeroCount" | b"bucketCounts") => Self::Protected,
            (Self::DataPoint | Self::Exemplar, b"asInt") => Self::Int,
            (Self::Exemplar, b"timeUnixNano" | b"traceId" | b"spanId") => Self::Protected,
            (Self::Exemplar, b"filteredAttributes") | (Self::DataPoint, b"attributes") => Self::KeyValue,
            _ => Self::Free,
        }
    }

    fn member_of_batch(self, name: &[u8]) -> Self {
        match (self, name) {
            (Self::BatchItem, b"body") => Self::BatchBody,
            (_, b"id" | b"type" | b"timestamp") => Self::Protected,
            (Self::BatchBody, b"traceId" | b"observationId" | b"parentObservationId" | b"traceIdType")
            | (Self::BatchBody, b"startTime" | b"endTime" | b"completionStartTime" | b"createdAt")
            | (Self::BatchBody, b"level" | b"environment" | b"dataType")
            | (Self::BatchBody, b"usage" | b"usageDetails" | b"costDetails") => Self::Protected,
            _ => Self::Free,
        }
    }

    /// The shape of an object, now that it has a member of this name: a root with a resource is a group.
    #[must_use]
    pub fn having(self, name: &[u8]) -> Self {
        match self {
            Self::Root if matches!(self.member(name, false), Self::Resource | Self::ScopeGroup) => {
                Self::Group
            }
            shape => shape,
        }
    }

    /// Whether what [`Self::member`] says of this name depends on what [`Self::having`] says of the members before it.
    #[must_use]
    pub fn looks_back(self, name: &[u8]) -> bool {
        self == Self::Root && self.member(name, false) != Self::Group.member(name, false)
    }

    /// The shape of an element, of an array of this shape.
    #[must_use]
    pub fn element(self) -> Self {
        match self {
            Self::Root => Self::Group,
            Self::BytesData => Self::Bytes,
            Self::Resource | Self::Scope | Self::Status | Self::MetricData | Self::ArrayValue => Self::Free,
            Self::KeyValueList | Self::Int | Self::Half | Self::BatchBody | Self::Bytes => Self::Free,
            other => other,
        }
    }

    /// What a string or number of this shape stands for.
    #[must_use]
    pub fn kind(self) -> ValueKind {
        match self {
            Self::Int => ValueKind::IntString,
            Self::Half => ValueKind::Half,
            Self::Bytes => ValueKind::Bytes,
            _ => ValueKind::Normal,
        }
    }
}

/// Members that several objects share.
fn common(name: &[u8]) -> Shape {
    match name {
        b"attributes" => Shape::KeyValue,
        b"droppedAttributesCount" => Shape::Protected,
        _ => Shape::Free,
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    fn walk(way: &[&str]) -> Shape {
        way.iter().fold(Shape::Root, |shape, step| match *step {
            "[]" => shape.element(),
            name => shape.member(name.as_bytes(), false),
        })
    }

    #[test]
    fn every_root_leads_to_spans() {
        let rest = ["scopeSpans", "[]", "spans", "[]", "traceId"];
        for front in [&[][..], &["[]"], &["resourceSpans", "[]"]] {
            assert_eq!(walk(&[front, &rest[..]].concat()), Shape::Protected, "{front:?}");
        }
        assert_eq!(
            walk(&["resourceLogs", "[]", "scopeLogs", "[]", "logRecords", "[]", "body"]),
            Shape::AnyValue
        );
        let points =
            ["resourceMetrics", "[]", "scopeMetrics", "[]", "metrics", "[]", "sum", "dataPoints", "[]"];
        assert_eq!(walk(&points), Shape::DataPoint);
        assert_eq!(walk(&["batch", "[]", "body", "usage"]), Shape::Protected);
    }

    #[test]
    fn attributes_nest() {
        let attribute = ["resource", "attributes", "[]", "value"];
        let deeper = ["kvlistValue", "values", "[]", "value", "arrayValue", "values", "[]"];
        let way = [&attribute[..], &deeper, &["stringValue"]].concat();
        assert_eq!(walk(&way), Shape::Free);
        assert_eq!(walk(&[&attribute[..], &deeper].concat()), Shape::AnyValue);
        assert_eq!(walk(&[&attribute[..], &["bytesValue", "data", "[]"]].concat()).kind(), ValueKind::Bytes);
        assert_eq!(walk(&[&attribute[..], &["bytesValue", "type"]].concat()), Shape::Protected);
        assert_eq!(walk(&[&attribute[..], &["intValue", "low"]].concat()).kind(), ValueKind::Half);
    }

    #[test]
    fn other_json_is_free() {
        for way in
            [&["id"][..], &["schemaUrl"], &["spans", "[]", "traceId"], &["[]", "traceId"], &["a", "key"]]
        {
            assert_eq!(walk(way), Shape::Free, "{way:?}");
        }
        assert!(is_protected_attribute(b"gen_ai.usage.input_tokens"));
        assert!(!is_protected_attribute(b"gen_ai.prompt"));
    }
}

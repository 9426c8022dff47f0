//! Random OTLP documents.

use super::{NAMES, Random, Text, utf8};

/// Names of attributes.
const ATTRIBUTES: &[&str] = &[
    "input.value",
    "output.value",
    "user.id",
    "langfuse.observation.type",
    "langfuse.trace.tags",
    "openinference.span.kind",
    "mlflow.spanType",
    "gen_ai.usage.input_tokens",
    "gen_ai.operation.name",
    "password",
    "name",
    "llm.input_messages.0.message.content",
];

impl Random {
    /// An OTLP document in one of its shapes.
    pub fn otlp(&mut self) -> Vec<u8> {
        let resource_spans = |r: &mut Self| {
            let name = r.pick(&["scopeSpans", "scopeSpans", "scopeSpans", "instrumentationLibrarySpans"]);
            let scopes = r.list(2, |r| {
                let spans = r.list(3, Self::span);
                let attributes = r.attributes(1);
                r.object(&[
                    (
                        "scope",
                        format!(
                            r#"{{"name":"lib 555-123-4567","version":"1234","attributes":{attributes}}}"#
                        ),
                    ),
                    ("spans", spans),
                    ("schemaUrl", r#""https://a@b.com""#.into()),
                ])
            });
            let attributes = r.attributes(2);
            r.object(&[
                ("resource", format!(r#"{{"attributes":{attributes},"droppedAttributesCount":0}}"#)),
                (name, scopes),
                ("schemaUrl", "\"the\"".into()),
            ])
        };
        let text = match self.below(8) {
            0 => format!(r#"{{"resourceSpans":{}}}"#, self.list(2, resource_spans)),
            1 => resource_spans(self),
            2 => self.logs(),
            3 => self.batch(),
            4 => self.metrics(),
            _ => format!("[{}]", resource_spans(self)),
        };
        text.into_bytes()
    }

    /// A list of 0 to `most`.
    fn list(&mut self, most: usize, mut of: impl FnMut(&mut Self) -> String) -> String {
        let elements: Vec<String> = (0..self.below(most + 1)).map(|_| of(self)).collect();
        format!("[{}]", elements.join(","))
    }

    /// An object whose members come in any order; some are missing.
    fn object(&mut self, members: &[(&str, String)]) -> String {
        let mut members: Vec<String> =
            members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        if self.once_in(3) {
            let turn = self.below(members.len());
            members.rotate_left(turn);
        }
        if members.len() > 2 && self.once_in(4) {
            members.remove(self.below(members.len()));
        }
        format!("{{{}}}", members.join(","))
    }

    /// Any JSON value as text.
    fn any(&mut self) -> String {
        let mut out = Text::new();
        self.value(&mut out, 3, 2, 2);
        String::from_utf8(utf8(&out)).expect("UTF-8")
    }

    /// A string literal, perhaps with JSON inside.
    fn quoted(&mut self) -> String {
        let text = self.string_text(2);
        let mut out = Text::new();
        self.string(&mut out, &text);
        String::from_utf8(utf8(&out)).expect("UTF-8")
    }

    /// A span.
    fn span(&mut self) -> String {
        let (attributes, more, still_more) = (self.attributes(4), self.attributes(1), self.attributes(1));
        let (name, message, event) = (self.quoted(), self.quoted(), self.quoted());
        let ids = ["\"41111111111111114111111111111111\"", "{\"type\":\"Buffer\",\"data\":[4,111,1234]}"];
        let id = self.pick(&ids).to_string();
        let times = [
            "\"1767225600000000000\"",
            "1767225600000000000",
            "{\"low\":5551234,\"high\":4111,\"unsigned\":true}",
        ];
        let time = self.pick(&times).to_string();
        self.object(&[
            ("traceId", id.clone()),
            ("spanId", "\"4111111111111111\"".into()),
            ("name", name),
            ("kind", "1234".into()),
            ("startTimeUnixNano", time.clone()),
            ("attributes", attributes),
            ("events", format!(r#"[{{"timeUnixNano":{time},"name":{event},"attributes":{more}}}]"#)),
            ("links", format!(r#"[{{"traceId":{id},"attributes":{still_more},"flags":1234}}]"#)),
            ("status", format!(r#"{{"message":{message},"code":1234}}"#)),
        ])
    }

    /// A list of attributes.
    fn attributes(&mut self, most: usize) -> String {
        self.list(most, |r| {
            let name = if r.once_in(3) { r.pick(NAMES) } else { r.pick(ATTRIBUTES) };
            let value = match name {
                "openinference.span.kind" | "langfuse.observation.type" if r.below(4) > 0 => {
                    format!("{{\"stringValue\":\"{}\"}}", r.pick(&["TOOL", "tool", "LLM", "CHAIN"]))
                }
                _ => r.any_value(2),
            };
            let (name, value) = (format!("\"{name}\""), value);
            if r.once_in(4) {
                format!("{{\"value\":{value},\"key\":{name}}}")
            } else {
                format!("{{\"key\":{name},\"value\":{value}}}")
            }
        })
    }

    /// The value of an attribute.
    fn any_value(&mut self, depth: usize) -> String {
        match self.below(14) {
            0 => format!(
                "{{\"intValue\":\"{}\"}}",
                self.pick(&["1234", "5551234567", "4111111111111111", "0", "-7"])
            ),
            1 => format!(
                "{{\"intValue\":{}}}",
                self.pick(&["1234", "5551234567", "{\"low\":1234,\"high\":0,\"unsigned\":false}"])
            ),
            2 => format!("{{\"doubleValue\":{}}}", self.pick(&["1234.5", "0", "1e5"])),
            3 => format!("{{\"boolValue\":{}}}", self.pick(&["true", "false"])),
            4 => format!(
                "{{\"bytesValue\":{}}}",
                self.pick(&["\"NDExMQ==\"", "\"1234\"", "{\"type\":\"Buffer\",\"data\":[1234,4111,0]}"])
            ),
            5 if depth > 0 => {
                format!("{{\"arrayValue\":{{\"values\":{}}}}}", self.list(2, |r| r.any_value(depth - 1)))
            }
            6 if depth > 0 => format!("{{\"kvlistValue\":{{\"values\":{}}}}}", self.attributes(2)),
            7 if self.once_in(4) => self.any(),
            8 if self.once_in(4) => "{}".into(),
            _ => format!("{{\"stringValue\":{}}}", self.quoted()),
        }
    }

    /// Log records.
    fn logs(&mut self) -> String {
        let records = self.list(2, |r| {
            let (body, attributes) = (r.any_value(2), r.attributes(2));
            r.object(&[
                ("timeUnixNano", "\"1767225600000000000\"".into()),
                ("observedTimeUnixNano", "1767225600000000000".into()),
                ("severityNumber", "1234".into()),
                ("severityText", "\"the\"".into()),
                ("body", body),
                ("attributes", attributes),
                ("traceId", "\"4111111111111111\"".into()),
                ("flags", "1234".into()),
            ])
        });
        let attributes = self.attributes(1);
        format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":{attributes}}},"scopeLogs":[{{"scope":{{}},"logRecords":{records},"schemaUrl":"the"}}]}}]}}"#
        )
    }

    /// Metrics.
    fn metrics(&mut self) -> String {
        let points = self.list(2, |r| {
            let attributes = r.attributes(2);
            r.object(&[
                ("attributes", attributes),
                ("timeUnixNano", "\"1767225600000000000\"".into()),
                ("asDouble", "1234".into()),
            ])
        });
        let description = self.quoted();
        format!(
            r#"{{"resourceMetrics":[{{"resource":{{}},"scopeMetrics":[{{"metrics":[{{"name":"the","description":{description},"gauge":{{"dataPoints":{points}}}}}]}}]}}]}}"#
        )
    }

    /// A legacy batch.
    fn batch(&mut self) -> String {
        let events = self.list(3, |r| {
            let (input, output, name) = (r.any(), r.any(), r.quoted());
            let body = r.object(&[
                ("id", "\"4111111111111111\"".into()),
                ("traceId", "\"4111111111111111\"".into()),
                ("name", name),
                ("userId", "\"a@b.com\"".into()),
                ("sessionId", "\"a@b.com\"".into()),
                ("input", input),
                ("output", output),
                ("usage", "{\"input\":1234}".into()),
                ("startTime", "\"2001-01-01T00:00:00Z\"".into()),
            ]);
            r.object(&[
                ("id", "\"4111111111111111\"".into()),
                ("type", "\"the\"".into()),
                ("timestamp", "\"2001-01-01T00:00:00Z\"".into()),
                ("body", body),
            ])
        });
        let metadata = self.any();
        format!("{{\"batch\":{events},\"metadata\":{metadata}}}")
    }
}

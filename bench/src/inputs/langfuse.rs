//! Inputs from the captured bodies: what Langfuse's worker posts to a masking callback, of any size.

use crate::Result;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The bodies, small ones first so that small inputs hold spans of several senders.
const BODIES: [&str; 5] = [
    include_str!("../../../conformance/traces/py5_small.worker.json"),
    include_str!("../../../conformance/traces/js_small.worker.json"),
    include_str!("../../../conformance/traces/openllmetry.worker.json"),
    include_str!("../../../conformance/traces/py4_small.worker.json"),
    include_str!("../../../conformance/traces/py5_medium.worker.json"),
];

/// What is planted in the bodies.
const TRUTH: &str = include_str!("../../../conformance/traces/truth.json");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    #[serde(borrow)]
    resource: &'a RawValue,
    scope_spans: Vec<ScopeSpans<'a>>,
}

#[derive(Deserialize)]
struct ScopeSpans<'a> {
    #[serde(borrow)]
    scope: &'a RawValue,
    spans: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Truth {
    email: Vec<String>,
}

/// Spans that share a resource and a scope, as they stand in a body.
struct Group<'a> {
    head: String,
    spans: Vec<&'a str>,
}

const TAIL: &str = "]}]}";

/// One array of at most `size` bytes: the spans of the bodies in turn, repeated until it is full.
///
/// # Errors
/// When a captured body is not what it should be.
pub fn build(size: usize) -> Result<Vec<u8>> {
    let mut groups = Vec::new();
    for body in BODIES {
        groups.extend(groups_of(body)?);
    }
    let mut out = String::with_capacity(size);
    out.push('[');
    let mut full = groups.is_empty();
    while !full {
        let before = out.len();
        groups.iter().for_each(|group| push_group(&mut out, group, size));
        full = out.len() == before;
    }
    out.push(']');
    Ok(out.into_bytes())
}

fn groups_of(body: &str) -> Result<Vec<Group<'_>>> {
    let resources: Vec<ResourceSpans<'_>> = serde_json::from_str(body)?;
    let groups = resources.into_iter().flat_map(|resource| {
        let head = format!(r#"{{"resource":{},"scopeSpans":["#, resource.resource.get());
        resource.scope_spans.into_iter().map(move |scope| Group {
            head: format!(r#"{head}{{"scope":{},"spans":["#, scope.scope.get()),
            spans: scope.spans.into_iter().map(RawValue::get).collect(),
        })
    });
    Ok(groups.collect())
}

/// Appends those spans of `group` that fit.
fn push_group(out: &mut String, group: &Group<'_>, size: usize) {
    // Behind it stand its own brackets and the last one; before it, and before each span, a comma.
    let room = |out: &String| size.saturating_sub(out.len() + TAIL.len() + 2);
    let Some(room_for_spans) = room(out).checked_sub(group.head.len()) else { return };
    if !group.spans.iter().any(|span| span.len() <= room_for_spans) {
        return;
    }
    if out.len() > 1 {
        out.push(',');
    }
    out.push_str(&group.head);
    let mut comma = "";
    for span in &group.spans {
        if span.len() <= room(out) {
            out.push_str(comma);
            out.push_str(span);
            comma = ",";
        }
    }
    out.push_str(TAIL);
}

/// E-mail addresses that are planted in the bodies, those in plain ASCII.
///
/// # Errors
/// When the list of what is planted cannot be read.
pub fn planted() -> Result<Vec<String>> {
    let truth: Truth = serde_json::from_str(TRUTH)?;
    Ok(truth.email.into_iter().filter(|text| text.is_ascii()).collect())
}

//! Which policy masks whose traces.

use crate::support::*;

fn rule(id: &str, word: &str) -> String {
    format!("version: 1\nrules:\n  - {{ id: {id}, literals: [{word}], replace: \"[{id}]\" }}\n")
}

const SET: &str = "\
default: strict
policies:
  strict: { version: 1, rules: [{ id: ALL, literals: [one, two, three], replace: \"[ALL]\" }] }
projects: { clx-1: first }
organisations: { org-2: second }
tighten:
  - { header: X-Level, value: high, policy: third }
";
const INPUT: &[u8] = br#"["one","two","three"]"#;

fn service() -> Service {
    let setup = Setup::new("policies: policies").file("policies/set.yaml", SET);
    let setup = [("first", "one"), ("second", "two"), ("third", "three")]
        .iter()
        .fold(setup, |setup, (name, word)| setup.file(&format!("policies/{name}.yaml"), rule(name, word)));
    setup.file("policies/words.txt", "not a policy").file("policies/.hidden.yaml", "nor this").start()
}

fn post(service: &Service, headers: &str) -> Reply {
    service.connect().post(&format!("Host: mask\r\n{headers}"), INPUT)
}

fn with_ids(organisation: &str, project: &str) -> String {
    format!("X-Langfuse-Org-Id: {organisation}\r\nX-Langfuse-Project-Id: {project}\r\n")
}

const FIRST: &[u8] = br#"["[first]","two","three"]"#;
const SECOND: &[u8] = br#"["one","[second]","three"]"#;
const STRICT: &[u8] = br#"["[ALL]","[ALL]","[ALL]"]"#;

#[test]
fn by_project_then_by_organisation_then_the_default() {
    let service = service();
    post(&service, &with_ids("org-1", "clx-1")).is(FIRST);
    post(&service, &with_ids("org-2", "clx-1")).is(FIRST);
    post(&service, &with_ids("org-2", "clx-9")).is(SECOND);
    for unknown in [with_ids("org-1", "clx-9"), with_ids("", ""), String::new()] {
        post(&service, &unknown).is(STRICT);
    }
    // Replay jobs have no organisation.
    post(&service, &with_ids("", "clx-9")).is(STRICT);
    post(&service, &with_ids("", "clx-1")).is(FIRST);
    let metrics = service.metrics();
    assert_eq!(metrics["spanmask_matches_total{policy=\"first\",rule=\"first\"}"], 3.0);
    assert_eq!(metrics["spanmask_matches_total{policy=\"strict\",rule=\"ALL\"}"], 12.0);
    service.end();
}

#[test]
fn joined_or_repeated_ids_are_refused() {
    let service = service();
    for header in ["X-Langfuse-Org-Id", "X-Langfuse-Project-Id"] {
        for headers in [
            format!("{header}: clx-1, canary\r\n"),
            format!("{header}: clx-1,clx-1\r\n"),
            format!("{header}: clx-1\r\n{header}: canary\r\n"),
            format!("{header}: clx-1\r\n{}: clx-1\r\n", header.to_lowercase()),
            format!("{header}: clx 1\r\n"),
            format!("{header}: {}\r\n", "x".repeat(200)),
        ] {
            let reply = post(&service, &headers);
            reply.fails(400, "tenant");
            assert!(reply.text().contains(&header.to_lowercase()));
        }
    }
    assert_eq!(service.outcome("bad_request"), 12.0);
    service.end();
}

/// Whoever sends traces to Langfuse decides what a propagated header says.
#[test]
fn a_header_tightens_and_never_loosens() {
    let service = service();
    let ids = with_ids("org-1", "clx-1");
    let both: &[u8] = br#"["[first]","two","[third]"]"#;
    for asks in ["high", "HIGH", "low, high", "high,low", " high "] {
        post(&service, &format!("{ids}X-Level: {asks}\r\n")).is(both);
    }
    post(&service, &format!("{ids}X-Level: low\r\nX-Level: high\r\n")).is(both);
    for other in ["low", "", "highest", "first"] {
        post(&service, &format!("{ids}X-Level: {other}\r\n")).is(FIRST);
    }
    // On top of the strictest there is nothing left to mask.
    post(&service, "X-Level: high\r\n").is(STRICT);
    service.end();
}

/// Two policies, one after the other, on a body that is larger than the window.
#[test]
fn a_stream_goes_through_both() {
    let set = "\
default: first
policies:
  first: { version: 1, rules: [{ id: ONE, literals: [canary.q4711q], replace: \"[ONE]\" }] }
  second: { version: 1, rules: [{ id: TWO, literals: [\"[ONE]@example.com\"], replace: \"[TWO]\" }] }
tighten: [{ header: x-level, value: high, policy: second }]
";
    let service = Setup::new("policies: set.yaml\nlimits: { window: 64K }").file("set.yaml", set).start();
    let input = large(3000);
    let replaced = |text: &str| String::from_utf8(input.clone()).unwrap().replace(CANARY, text).into_bytes();
    service.connect().post_large("Host: mask\r\n", &input).is(&replaced("[ONE]@example.com"));
    service.connect().post_large("Host: mask\r\nX-Level: high\r\n", &input).is(&replaced("[TWO]"));
    let pieces = input.chunks(1013).map(<[u8]>::to_vec);
    service.connect().post_pieces("Host: mask\r\nX-Level: high\r\n", pieces).is(&replaced("[TWO]"));
    assert_eq!(service.metric("spanmask_matches_total{policy=\"second\",rule=\"TWO\"}"), 6000.0);
    // A fault cuts off all of it.
    let reply = service.connect().post_large("Host: mask\r\nX-Level: high\r\n", &input[..input.len() - 1]);
    assert!(!reply.whole && replaced("[TWO]").starts_with(&reply.body) && !reply.body.is_empty());
    service.end();
}

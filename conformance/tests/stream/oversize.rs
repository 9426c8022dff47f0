//! Windows, and what is larger than one.

use super::pieces::{Outcome, Plan, in_place};
use spanmask::{Error, Framing, Oversize, Policy, Stream, StreamOptions};

const POLICY: &str = r#"{"version":1,"default_replacement":"<\"masked\">","rules":[
    {"id":"EMAIL","detect":"email","replace":"[EMAIL]"}]}"#;
const OTLP: &str = r#"{"version":1,"profile":"otlp","rules":[
    {"id":"NAMED","attributes":["user.*"]},
    {"id":"EMAIL","detect":"email","replace":"[EMAIL]"}]}"#;
const WHEN: &str = r#"{"version":1,"profile":"otlp","rules":[
    {"id":"TOOL","attributes":["out"],"when":{"span_kind":["TOOL"]}},
    {"id":"EMAIL","detect":"email","replace":"[EMAIL]"}]}"#;

fn stream(policy: &str, window: usize, oversize: Oversize) -> Stream {
    let options = StreamOptions { window, framing: Framing::Sequence, oversize: Some(oversize) };
    Policy::from_json(policy).unwrap().stream_with(&options)
}

/// By whatever pieces: what comes out, once.
#[track_caller]
fn run(stream: &mut Stream, input: &[u8]) -> Outcome {
    let whole = Plan::WHOLE.run(stream, input);
    let bytes: Vec<_> = (1..input.len()).collect();
    let cuts: Vec<_> = (0..=input.len()).map(|cut| [cut]).collect();
    let mut plans =
        vec![Plan { cuts: &bytes, room: 1, flush: false }, Plan { cuts: &bytes, room: 6, flush: true }];
    for flush in [false, true] {
        plans.extend(cuts.iter().map(|cuts| Plan { cuts, room: 10, flush }));
    }
    for plan in &plans {
        let outcome = plan.run(stream, input);
        assert_eq!(outcome.result, whole.result, "{plan:?}");
        if whole.result.is_ok() {
            assert_eq!(
                String::from_utf8_lossy(&outcome.output),
                String::from_utf8_lossy(&whole.output),
                "{plan:?}"
            );
        }
    }
    whole
}

#[track_caller]
fn gives(stream: &mut Stream, input: &[u8], output: &str) {
    let outcome = run(stream, input);
    assert_eq!(outcome.result, Ok(()));
    assert_eq!(String::from_utf8_lossy(&outcome.output), output);
}

#[track_caller]
fn fails(stream: &mut Stream, input: &[u8], error: Error) {
    assert_eq!(run(stream, input).result, Err(error));
}

/// A text around a value that takes `len` bytes with its quotes, and whose secret has the given place in it.
fn text_of(len: usize, secret_at: usize) -> String {
    let secret = " jo@example.com ";
    let rest = len - 2 - secret.len() - secret_at;
    format!("[1,{{\"k\":\"{}{secret}{}\"}},true]", "x".repeat(secret_at), "y".repeat(rest))
}

#[test]
fn a_value_of_exactly_the_window_fits() {
    for window in [32, 33, 64, 100, 4096 + 7] {
        for secret_at in [0, window - 18] {
            let input = text_of(window, secret_at);
            let expected = input.replace("jo@example.com", "[EMAIL]");
            for oversize in [Oversize::Error, Oversize::Mask] {
                let mut stream = stream(POLICY, window, oversize);
                if window < 4096 {
                    gives(&mut stream, input.as_bytes(), &expected);
                } else {
                    assert_eq!(Plan::WHOLE.run(&mut stream, input.as_bytes()).output, expected.as_bytes());
                }
            }
        }
    }
}

#[test]
fn a_value_of_one_byte_more_does_not() {
    for window in [32, 33, 64, 100] {
        for len in [window + 1, window + 2, window * 3, window * 3 + 1] {
            let input = text_of(len, 0);
            let oversize = Error::Oversize { offset: 8 };
            fails(&mut stream(POLICY, window, Oversize::Error), input.as_bytes(), oversize);
            let mut stream = stream(POLICY, window, Oversize::Mask);
            gives(&mut stream, input.as_bytes(), r#"[1,{"k":"<\"masked\">"},true]"#);
            assert_eq!(stream.oversized(), 1);
            let report = stream.report();
            assert_eq!((report.values(), report.parts(), report.bytes_masked()), (1, 0, len as u64 - 2));
        }
    }
}

#[test]
fn a_text_that_fits_as_a_whole_may_hold_anything() {
    let input = format!("\"{}jo@example.com\"", "€ ".repeat(4));
    let mut stream = stream(POLICY, 32, Oversize::Error);
    gives(&mut stream, input.as_bytes(), &input.replace("jo@example.com", "[EMAIL]"));
}

#[test]
fn what_is_masked_unread_is_checked() {
    let long = "x€\\n".repeat(30);
    let start = 1;
    for (text, reason, at) in [
        (format!("[\"{long}\\x\"]"), spanmask::Reason::Escape, 2 + long.len() + 1),
        (format!("[\"{long}\\u12g4\"]"), spanmask::Reason::Escape, 2 + long.len() + 4),
        (format!("[\"{long}\u{1}\"]"), spanmask::Reason::Control, 2 + long.len()),
        (format!("[\"{long}"), spanmask::Reason::Truncated, 2 + long.len()),
        (format!("[\"{long}\" \"\"]"), spanmask::Reason::Syntax, 2 + long.len() + 2),
        (format!("{{\"a\":1,\"b\":\"{long}\",}}"), spanmask::Reason::Syntax, 12 + long.len() + 2),
    ] {
        let refused = Error::Refused { reason, offset: at };
        let mut masker = Policy::from_json(POLICY).unwrap().masker();
        assert_eq!(in_place(&mut masker, text.as_bytes()).result, Err(refused), "{text}");
        fails(&mut stream(POLICY, 40, Oversize::Mask), text.as_bytes(), refused);
    }
    for bad in [&b"\xff\"]"[..], b"\xe2\x82\"]", b"\xe2\x82", b"\xc3"] {
        let text = [b"[\"", long.as_bytes(), bad].concat();
        let refused = Error::Refused { reason: spanmask::Reason::Utf8, offset: 1 + start + long.len() };
        fails(&mut stream(POLICY, 40, Oversize::Mask), &text, refused);
    }
}

#[test]
fn names_and_numbers_must_fit() {
    for oversize in [Oversize::Error, Oversize::Mask] {
        let mut stream = stream(POLICY, 32, oversize);
        let name = "n".repeat(30);
        gives(&mut stream, format!("{{\"{name}\": 1}}").as_bytes(), &format!("{{\"{name}\": 1}}"));
        let long = format!("[0,{{\"{name}n\": 1}}]");
        fails(&mut stream, long.as_bytes(), Error::Oversize { offset: 4 });
        let number = "1".repeat(31);
        gives(&mut stream, format!("[0,{number}]").as_bytes(), &format!("[0,{number}]"));
        fails(&mut stream, format!("[0,{number}1]").as_bytes(), Error::Oversize { offset: 3 });
        // The end of the input ends a number too.
        gives(&mut stream, format!("     {number}1").as_bytes(), &format!("     {number}1"));
    }
}

/// An attribute of exactly `len` bytes, whose name stands behind its value.
fn attribute(name: &str, value: &str, len: usize) -> String {
    let bare = format!(r#"{{"value":{{"stringValue":"{value}"}},"key":"{name}"}}"#);
    let blank = " ".repeat(len - bare.len());
    format!(r#"{{{blank}"value":{{"stringValue":"{value}"}},"key":"{name}"}}"#)
}

fn around(attributes: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{attributes}]}}}}]}}"#)
}

#[test]
fn names_behind_values_are_decided_within_the_window() {
    let window = 100;
    for (name, masked) in [("user.id", "[REDACTED]"), ("other", "secret"), ("llm.token_count.x", "secret")] {
        let one = attribute(name, "secret", window);
        let input = around(&[&one[..], &one, r#"{"key":"user.x","value":{"stringValue":"y"}}"#].join(", "));
        let expected = input.replace("secret", masked).replace("\"y\"", "\"[REDACTED]\"");
        gives(&mut stream(OTLP, window, Oversize::Error), input.as_bytes(), &expected);
        gives(&mut stream(OTLP, window, Oversize::Mask), input.as_bytes(), &expected);
    }
}

#[test]
fn an_attribute_that_does_not_fit_is_an_error_or_masked_whole() {
    let window = 100;
    let long = attribute("other", "jo@example.com", window + 1);
    let short = attribute("other", "fine", 70);
    let input = around(&format!("{short},{long},{short}"));
    let offset = input.find(&long).unwrap();
    fails(&mut stream(OTLP, window, Oversize::Error), input.as_bytes(), Error::Oversize { offset });
    let mut masking = stream(OTLP, window, Oversize::Mask);
    // Behind it all is as it was.
    gives(&mut masking, input.as_bytes(), &input.replace("jo@example.com", "[REDACTED]"));
    assert_eq!(masking.oversized(), 1);

    let held = r#"{"a":[1,-2.5,true,null,{"kvlistValue":{"values":[{"key":"z","value":{"intValue":"12"}}]}}],"b":"{}"}"#;
    let masked = r#"{"a":[0,0,false,null,{"kvlistValue":{"values":[{"key":"[REDACTED]","value":{"intValue":"[REDACTED]"}}]}}],"b":"[REDACTED]"}"#;
    let input = around(&format!(r#"{{"x":{held},"key":"llm.token_count.a","value":{{"intValue":"7"}}}}"#));
    let expected =
        around(&format!(r#"{{"x":{masked},"key":"llm.token_count.a","value":{{"intValue":"0"}}}}"#));
    gives(&mut masking, input.as_bytes(), &expected);
}

/// A fault in what there is of an object comes before its size.
#[test]
fn a_fault_in_an_object_that_does_not_fit_is_told_of() {
    let input = around(&format!(r#"{{"value":{{"stringValue":01}},"key":"{}"}}"#, "k".repeat(200)));
    let offset = input.find("01").unwrap() + 1;
    let refused = Error::Refused { reason: spanmask::Reason::Number, offset };
    for oversize in [Oversize::Error, Oversize::Mask] {
        fails(&mut stream(OTLP, 100, oversize), input.as_bytes(), refused);
    }
}

fn span(kind: &str, blank: usize) -> String {
    let blank = " ".repeat(blank);
    format!(
        concat!(
            r#"{{"traceId":"0af7651916cd43dd8448eb211c80319c","attributes":[{}"#,
            r#"{{"key":"out","value":{{"stringValue":"result"}}}},"#,
            r#"{{"key":"langfuse.observation.type","value":{{"stringValue":"{}"}}}}]}}"#
        ),
        blank, kind
    )
}

#[test]
fn span_kinds_are_decided_within_the_window() {
    let wrap = |spans: &str| format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}"#);
    let (tool, chain) = (span("tool", 0), span("chain", 1));
    let input = wrap(&format!("{tool},{chain},{tool}"));
    let masked_tool = tool.replace("result", "[REDACTED]");
    let expected = wrap(&format!("{masked_tool},{chain},{masked_tool}"));
    gives(&mut stream(WHEN, chain.len(), Oversize::Error), input.as_bytes(), &expected);
    let offset = input.find(&chain).unwrap();
    let error = Error::Oversize { offset };
    fails(&mut stream(WHEN, tool.len(), Oversize::Error), input.as_bytes(), error);
    // Ids stay, so that a trace holds together.
    let masked_chain = chain
        .replace(r#""result""#, r#""[REDACTED]""#)
        .replace(r#""stringValue":"chain""#, r#""stringValue":"[REDACTED]""#);
    let expected = wrap(&format!("{masked_tool},{masked_chain},{masked_tool}"));
    gives(&mut stream(WHEN, tool.len(), Oversize::Mask), input.as_bytes(), &expected);
}

/// What the policy says holds unless the stream is told otherwise, and for a policy that was saved.
#[test]
fn the_policy_decides() {
    let input = format!("[\"{}\"]", "x".repeat(100));
    for (field, masks) in [("", false), ("oversize: error\n", false), ("oversize: mask\n", true)] {
        let text = format!(
            "version: 1\n{field}default_replacement: \"[GONE]\"\nrules: [{{ id: A, pattern: 'secret' }}]"
        );
        let policy = Policy::from_yaml(&text).unwrap();
        let loaded = Policy::load(&policy.save().unwrap()).unwrap();
        for policy in [policy, loaded] {
            let options = StreamOptions { window: 40, ..StreamOptions::default() };
            let mut stream = policy.stream_with(&options);
            match masks {
                true => gives(&mut stream, input.as_bytes(), "[\"[GONE]\"]"),
                false => fails(&mut stream, input.as_bytes(), Error::Oversize { offset: 1 }),
            }
            let options = StreamOptions { oversize: Some(Oversize::Error), ..options };
            fails(&mut policy.stream_with(&options), input.as_bytes(), Error::Oversize { offset: 1 });
        }
    }
}

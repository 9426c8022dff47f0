//! Detectors of the host.

use spanmask::{Detectors, Error, Failed, Masker, Policy, ProblemKind, Spans, Status, StreamOptions};
use std::sync::{Arc, Mutex};

/// Finds every `name`.
fn finds(name: &'static str) -> impl FnMut(&str, &mut Spans<'_>) -> Result<(), Failed> + Send {
    move |text, spans| {
        text.match_indices(name).for_each(|(at, found)| spans.push(at, at + found.len()));
        Ok(())
    }
}

fn policy(rest: &str) -> Policy {
    Policy::from_yaml(&format!("version: 1\nrules: [{{ id: H, detect: host:h, replace: '#'{rest} }}]"))
        .unwrap()
}

fn masker(rest: &str, detector: impl spanmask::Detector + 'static) -> Masker {
    policy(rest).masker_with(Detectors::new().with("h", detector)).unwrap()
}

fn masked(masker: &mut Masker, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    masker.mask_vec(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn text_is_decoded_and_spans_map_back() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (heard, mut find) = (seen.clone(), finds("Zoë"));
    let mut masker = masker("", move |text: &str, spans: &mut Spans<'_>| {
        heard.lock().unwrap().push(text.to_owned());
        find(text, spans)
    });
    for (input, output) in [
        (r#"["Zo\u00eb, Zoë"]"#, r##"["#, #"]"##),
        (r#"{"a":"\nZoë\"x","b":1,"Zoë":null}"#, r##"{"a":"\n#\"x","b":1,"Zoë":null}"##),
        (r#"["{\"n\":[\"Zo\\u00eb\",true]}"]"#, r##"["{\"n\":[\"#\",true]}"]"##),
        // Nearly nested: both readings.
        (r#"["{\"n\":\"Zo\\u00eb"]"#, r##"["{\"n\":\"#"]"##),
        (r#"["", "none"]"#, r#"["", "none"]"#),
    ] {
        assert_eq!(masked(&mut masker, input), output);
        let mut found = 0;
        let len = masker.scan(input.as_bytes(), &mut |_| found += 1).unwrap();
        assert_eq!((len, found), (output.len(), masker.report().parts()));
    }
    assert!(seen.lock().unwrap().contains(&"\nZoë\"x".to_owned()));
}

/// Matches lie in segments of 4,096 bytes, and over their edges.
#[test]
fn long_values() {
    let mut masker = masker("", finds("Zoë"));
    for at in (0..20).chain(4085..4100).chain([8190, 60_000]) {
        let (front, back) = ("x".repeat(at), "y".repeat(5000 - at % 4000));
        let input = format!(r#"["{front}Zoë{back}Zoë"]"#);
        assert_eq!(masked(&mut masker, &input), format!(r##"["{front}#{back}#"]"##));
    }
}

#[test]
fn takes_part_like_any_rule() {
    let text = "version: 1\nrules:\n  - { id: E, detect: email, replace: '[E]' }\n  \
                - { id: H, detect: host:h, keys: [note], except_paths: ['$.x'], replace: '[H]' }\n\
                allow: { literals: ['Jo Doe Ltd'] }";
    let policy = Policy::from_yaml(text).unwrap();
    let mut masker = policy.masker_with(Detectors::new().with("h", finds("Jo Doe"))).unwrap();
    assert_eq!(
        masked(&mut masker, r#"{"a":"Jo Doe","note":"Jo Doe, Jo Doe Ltd","x":{"note":"Jo Doe"}}"#),
        r#"{"a":"Jo Doe","note":"[H], Jo Doe Ltd","x":{"note":"Jo Doe"}}"#
    );
    // Overlaps are one part, with the action of the earlier rule.
    let mut masker = policy.masker_with(Detectors::new().with("h", finds("to jo"))).unwrap();
    assert_eq!(masked(&mut masker, r#"{"note":"to jo@example.com"}"#), r#"{"note":"[E]"}"#);
}

#[test]
fn spans_in_any_order_and_overlapping() {
    let mut masker = masker("", |_: &str, spans: &mut Spans<'_>| {
        [(6, 8), (0, 2), (1, 4), (5, 5)].into_iter().for_each(|(start, end)| spans.push(start, end));
        Ok(())
    });
    assert_eq!(masked(&mut masker, r#"["abcdefghi"]"#), r##"["#ef#i"]"##);
}

fn tell(spans: &mut Spans<'_>, times: usize, (start, end): (usize, usize)) -> Result<(), Failed> {
    (0..times).for_each(|_| spans.push(start, end));
    Ok(())
}

/// Whatever a detector does wrong, the value is masked whole, or the call fails; as the policy says.
#[test]
fn failure() {
    type Broken = fn(&str, &mut Spans<'_>) -> Result<(), Failed>;
    let broken: [Broken; 5] = [
        |_, _| Err(Failed),
        |text, spans| tell(spans, 1, (0, text.len() + 1)),
        |_, spans| tell(spans, 1, (2, 1)),
        |_, spans| tell(spans, 1, (0, 1)),
        |_, spans| tell(spans, 1025, (0, 2)),
    ];
    for detector in broken {
        assert_eq!(masked(&mut masker("", detector), r#"[1,"é abc"]"#), r##"[1,"#"]"##);
        let mut masker = masker(", fail: refuse", detector);
        let mut text = *br#"[1,"\u00e9 abc"]"#;
        let len = text.len();
        let failed = Err(Error::Detector { rule: 0, offset: 4 });
        assert_eq!(masker.mask_in_place(&mut text, len), failed);
        assert_eq!(&text, br#"[1,"\u00e9 abc"]"#);
        assert_eq!(masker.scan(&text, &mut |_| {}), failed);
        let mut output = [0; 64];
        assert_eq!(masker.mask_into(&text, &mut output), failed);
        assert!(!String::from_utf8_lossy(&output).contains("abc"));
        // Nothing to ask, nothing that fails.
        assert_eq!(masker.mask_in_place(&mut text[..1], 0), Ok(0));
    }
}

/// Where the value begins, whichever way it was read.
#[test]
fn a_failure_has_its_place() {
    for (text, offset) in [(r#"["a"]"#, 2), (r#"["\u0061"]"#, 2), (r#"{"k":["",1,"a"]}"#, 12)] {
        let mut masker = masker(
            ", fail: refuse",
            |text: &str, _: &mut Spans<'_>| {
                if text.is_empty() { Ok(()) } else { Err(Failed) }
            },
        );
        let failed = Err(Error::Detector { rule: 0, offset });
        assert_eq!(masker.scan(text.as_bytes(), &mut |_| {}), failed, "{text}");
        let mut output = [0; 64];
        assert_eq!(masker.mask_into(text.as_bytes(), &mut output), failed, "{text}");
        let mut buffer = text.as_bytes().to_vec();
        assert_eq!(masker.mask_in_place(&mut buffer, text.len()), failed, "{text}");
    }
}

#[test]
fn limit_is_in_bytes_of_decoded_text() {
    let mut masker = masker(", max_bytes: 4", finds("b"));
    for (input, output) in [
        (r#"["abab"]"#, r##"["a#a#"]"##),
        (r#"["ababa"]"#, r##"["#"]"##),
        (r#"["\u0061bé"]"#, r##"["\u0061#é"]"##),
        (r#"["\u0061bbé"]"#, r##"["#"]"##),
    ] {
        assert_eq!(masked(&mut masker, input), output);
    }
}

/// A vector grows for a longer result, and its text is not read again for that.
#[test]
fn a_vector_that_must_grow() {
    let asked = Arc::new(Mutex::new(0));
    let (count, mut find) = (asked.clone(), finds("a"));
    let mut masker = Policy::from_yaml("version: 1\nrules: [{ id: H, detect: host:h, replace: '<name>' }]")
        .unwrap()
        .masker_with(Detectors::new().with("h", move |text: &str, spans: &mut Spans<'_>| {
            *count.lock().unwrap() += 1;
            find(text, spans)
        }))
        .unwrap();
    assert_eq!(masked(&mut masker, r#"["a","ba"]"#), r#"["<name>","b<name>"]"#);
    assert_eq!(*asked.lock().unwrap(), 2);
}

#[test]
fn one_that_is_not_handed_in() {
    let policy = policy("");
    assert_eq!(policy.host_detectors().collect::<Vec<_>>(), ["h"]);
    let error = policy.masker_with(Detectors::new().with("other", finds("x"))).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!((problem.kind, problem.path.as_str()), (ProblemKind::External, "rules[0].detect"));
    // And nothing passes unmasked.
    assert!(matches!(policy.masker().mask_vec(&mut br#"["x"]"#.to_vec()), Err(Error::Detector { .. })));
}

#[test]
fn policies_that_do_not_hold_together() {
    for (rule, path) in [
        ("detect: 'host:'", "detect"),
        ("detect: 'host:a b'", "detect"),
        ("detect: host:a, max_bytes: 0", "max_bytes"),
        ("detect: host:a, max_bytes: 16777217", "max_bytes"),
        ("detect: email, fail: mask", "fail"),
        ("pattern: x, max_bytes: 1", "max_bytes"),
        ("detect: host:a, validate: luhn", "validate"),
    ] {
        let error =
            Policy::from_yaml(&format!("{{ version: 1, rules: [{{ id: A, {rule} }}] }}")).unwrap_err();
        assert_eq!(error.problems()[0].path, format!("rules[0].{path}"), "{rule}");
    }
}

/// In pieces as in place; a stream that failed has given out masked text only, and goes on failing.
#[test]
fn streams() {
    let run = |rest: &str, detector: fn(&str, &mut Spans<'_>) -> Result<(), Failed>, input: &[u8]| {
        let options = StreamOptions { window: 64, ..StreamOptions::default() };
        let detectors = Detectors::new().with("h", detector);
        let mut stream = policy(rest).stream_with_detectors(&options, detectors).unwrap();
        let (mut out, mut room) = (Vec::new(), [0; 7]);
        for piece in input.chunks(5) {
            let mut left = piece;
            loop {
                let progress = stream.push(left, &mut room).map_err(|error| (error, out.clone()))?;
                out.extend_from_slice(&room[..progress.produced]);
                left = &left[progress.consumed..];
                if progress.status == Status::NeedsInput {
                    break;
                }
            }
        }
        loop {
            let progress = stream.finish(&mut room).map_err(|error| (error, out.clone()))?;
            out.extend_from_slice(&room[..progress.produced]);
            if progress.status == Status::Done {
                return Ok(out);
            }
        }
    };
    let input =
        r#"["Zo\u00eb","Zoë","long enough to fill the window","and another one that is about as long as the first","bad","and more of it here"]"#.as_bytes();
    let find: fn(&str, &mut Spans<'_>) -> _ = |text, spans| finds("Zoë")(text, spans);
    let whole = masked(&mut masker("", find), std::str::from_utf8(input).unwrap());
    assert_eq!(run("", find, input), Ok(whole.into_bytes()));
    let fails = |text: &str, spans: &mut Spans<'_>| {
        if text == "bad" { Err(Failed) } else { finds("Zoë")(text, spans) }
    };
    let (error, out) = run(", fail: refuse", fails, input).unwrap_err();
    let offset = input.windows(3).position(|bytes| bytes == b"bad").unwrap();
    assert_eq!(error, Error::Detector { rule: 0, offset });
    assert!(!String::from_utf8_lossy(&out).contains("Zo") && out.starts_with(br##"["#","#"##));
    // What is no JSON lies behind it: a stream tells of what comes first, wherever its windows begin.
    for fault in [1, 30, 200] {
        let text = format!(r#"["bad","{}",]"#, "x".repeat(fault));
        let (error, _) = run(", fail: refuse", fails, text.as_bytes()).unwrap_err();
        assert_eq!(error, Error::Detector { rule: 0, offset: 2 });
    }
}

//! A secret in the input shows in no error, report, finding or debug output.

use spanmask::{Error, Framing, Policy};

const CANARY: &str = "canary7f3a";

/// An input for each way to fail, each with the canary right at the fault, and for success.
fn inputs() -> Vec<Vec<u8>> {
    let text = |text: &str| text.replace('@', CANARY).into_bytes();
    let mut inputs: Vec<Vec<u8>> = [
        r#"{"@":"@" @}"#,
        r#"{"a":"@"#,
        "{\"a\":\"@\n@\"}",
        r#"{"a":"@\x@"}"#,
        r#"{"a":"@\u00g@"}"#,
        r#"["@",01]"#,
        r#"["@",t@]"#,
        r#"["@",@]"#,
        r#""@" "@""#,
        r#"{"@":["@",{"@":"x-@"}]}"#,
        r#"["{\"@\":\"@\"}","{\"@\":\"@"]"#,
        "",
    ]
    .map(text)
    .into();
    inputs.push([&text(r#"["@"#)[..], b"\xff", &text(r#"@"]"#)[..]].concat());
    inputs.push([&text(r#"["@","#)[..], &vec![b'['; 2000][..]].concat());
    inputs
}

fn show(shown: &mut String, what: &(impl std::fmt::Debug + ?Sized)) {
    shown.push_str(&format!("{what:?}\n{what:#?}\n"));
}

#[test]
fn the_input_is_shown_nowhere() {
    let policies = [
        Policy::preset("default").unwrap(),
        Policy::from_json(r#"{"version":1,"rules":[{"id":"C","pattern":"can[a-z]+[0-9a-f]+"}]}"#).unwrap(),
        Policy::from_json(r#"{"version":1,"rules":[{"id":"W","keys":["*"],"hash":{"key":"k"}}]}"#).unwrap(),
    ];
    let mut shown = String::new();
    let mut refused = 0;
    for policy in &policies {
        for framing in [Framing::One, Framing::Sequence] {
            let mut masker = policy.masker();
            masker.set_framing(framing);
            for input in inputs() {
                refused += usize::from(show_all(&mut masker, &input, &mut shown));
            }
        }
        show(&mut shown, policy);
    }
    assert!(refused > 50, "{refused}");
    assert!(!shown.contains(CANARY) && !shown.contains("canary"), "{shown}");
}

/// Everything that can be printed after masking an input; whether it was refused.
fn show_all(masker: &mut spanmask::Masker, input: &[u8], shown: &mut String) -> bool {
    // A finding's path names members, which is why it is not part of its debug output.
    let mut findings = Vec::new();
    let scanned = masker.scan(input, &mut |finding| {
        findings.push(format!("{finding:?} {finding:#?} {} {}", finding.rule, finding.level));
    });
    show(shown, &scanned);
    show(shown, &findings);
    let masked = masker.mask_vec(&mut input.to_vec());
    if let Err(error) = &masked {
        shown
            .push_str(&format!("{error}\n{:?}\n", std::error::Error::source(error).map(ToString::to_string)));
    }
    show(shown, &masked);
    show(shown, &masker.report());
    show(shown, masker);
    if !input.is_empty() {
        show(shown, &masker.mask_into(input, &mut []));
    }
    matches!(masked, Err(Error::Refused { .. }))
}

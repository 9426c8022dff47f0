//! What a policy nearly masks, and why it does not.

use spanmask::{Error, Framing, Policy, Why};

/// Rule, text and reason of each near miss, in the order of the text.
fn near_misses(policy: &str, text: &str) -> Vec<(String, String, Why)> {
    let policy = Policy::from_yaml(policy).expect("a policy");
    let mut found = Vec::new();
    let mut each = |near: &spanmask::NearMiss<'_>| {
        let finding = near.finding;
        let part = text[finding.start..finding.end].to_owned();
        found.push((finding.start, (finding.rule.to_owned(), part, near.why)));
    };
    policy.near_misses(text.as_bytes(), Framing::Sequence, &mut each).expect("JSON");
    found.sort_by_key(|(start, _)| *start);
    found.into_iter().map(|(_, near)| near).collect()
}

#[track_caller]
fn is(policy: &str, text: &str, expected: &[(&str, &str, Why)]) {
    let found = near_misses(policy, text);
    let found: Vec<_> = found.iter().map(|(rule, part, why)| (rule.as_str(), part.as_str(), *why)).collect();
    assert_eq!(found, expected, "{text}");
}

const REFUSED: Why = Why::Refused("a card number by issuer, length and check digit (Luhn)");

#[test]
fn a_check_that_fails() {
    let card = "{ version: 1, rules: [{ id: CARD, detect: payment_card }] }";
    is(card, r#"["4111111111111111", "4111111111111112"]"#, &[("CARD", "4111111111111112", REFUSED)]);
    // Where the rule may look: in numbers, too, and at every level.
    is(card, r#"[4111111111111112]"#, &[("CARD", "4111111111111112", REFUSED)]);
    is(card, r#"["{\"n\":\"4111 1111\\n1111 1112\"}"]"#, &[]);
    is(card, r#"["{\"n\":\"4111 1111 1111 1112\"}"]"#, &[("CARD", "4111 1111 1111 1112", REFUSED)]);
    let luhn = r"{ version: 1, rules: [{ id: N, pattern: '\b\d{4}\b', validate: luhn }] }";
    is(luhn, r#"["0018 0019"]"#, &[("N", "0019", Why::Refused("a check digit after Luhn"))]);
}

#[test]
fn what_is_allowed_or_excepted() {
    let policy = r#"
version: 1
profile: otlp
rules:
  - { id: NAME, literals: [anna, annabel], except_keys: [author] }
  - { id: SECRET, keys: [password] }
allow: { literals: [anna k.], keys: [kept] }
"#;
    is(policy, r#"["anna", "anna k."]"#, &[("NAME", "anna", Why::Allowed)]);
    is(policy, r#"{"author":"anna","x":"bob"}"#, &[("NAME", "anna", Why::Excepted)]);
    is(policy, r#"{"kept":"anna","password":"anna"}"#, &[("NAME", "anna", Why::Exempt)]);
    is(policy, r#"{"kept":{"password":"x"}}"#, &[("SECRET", "x", Why::Exempt)]);
    let span = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"anna","name":"anna"}]}]}]}"#;
    is(policy, span, &[("NAME", "anna", Why::Protected)]);
    // For two reasons, or masked by another rule: none.
    is(policy, r#"{"kept":{"author":"anna"}}"#, &[]);
    is(policy, r#"{"password":"x anna k."}"#, &[]);
}

/// A part of which any byte is masked is none.
#[test]
fn what_is_masked_in_part() {
    let policy = r#"{ version: 1, rules: [
        { id: N, pattern: '\d{4}-\d{4}', validate: luhn }, { id: FOUR, literals: ["1112"] }] }"#;
    is(policy, r#"["4111-1112"]"#, &[]);
    is(policy, r#"["4111-1114"]"#, &[("N", "4111-1114", Why::Refused("a check digit after Luhn"))]);
}

#[test]
fn where_nothing_is_found_there_is_none() {
    is("{ version: 1, rules: [] }", r#"["4111111111111112"]"#, &[]);
    is("{ version: 1, rules: [{ id: A, literals: [a] }] }", r#"["a", "b"]"#, &[]);
    let policy = Policy::preset("default").unwrap();
    let refused = policy.near_misses(b"[1,", Framing::One, &mut |_| panic!("a near miss"));
    assert!(matches!(refused, Err(Error::Refused { offset: 3, .. })), "{refused:?}");
    let host = Policy::from_yaml("{ version: 1, rules: [{ id: H, detect: host:h }] }").unwrap();
    let asked = host.near_misses(b"[\"x\"]", Framing::One, &mut |_| ());
    assert!(matches!(asked, Err(Error::Detector { .. })), "{asked:?}");
}

/// An image has what it takes.
#[test]
fn of_an_image() {
    let policy = Policy::load(&Policy::preset("default").unwrap().save().unwrap()).unwrap();
    let mut found = 0;
    policy.near_misses(br#"["4111111111111112"]"#, Framing::One, &mut |_| found += 1).unwrap();
    assert_eq!(found, 1);
}

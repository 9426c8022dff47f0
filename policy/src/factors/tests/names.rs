use super::super::names::of_glob;

/// Whether a window shows at a place of these raw bytes.
fn shows(glob: &str, raw: &str) -> bool {
    let windows = of_glob(glob).unwrap_or_else(|| panic!("{glob} has a factor"));
    let shows = |bytes: &[u8]| {
        windows.iter().any(|window| bytes.iter().zip(window).all(|(byte, lane)| lane.holds(*byte)))
    };
    raw.as_bytes().windows(5).any(shows)
}

#[test]
fn names_that_globs_match_show_their_factors() {
    for (glob, raw) in [
        ("password", r#"{"password":1}"#),
        ("password", r#"{"PassWord" : 1}"#),
        ("password", r#"{\"password\":1}"#),
        ("password", r#"{\\\"password\\\":1}"#),
        ("*phone", r#"{"home_Phone":1}"#),
        ("phone?", r#"{"phone2":1}"#),
        ("phone?", r#"{"phoneé":1}"#),
        ("phone*", r#"{"phone":1}"#),
        ("*ssn*", r#"{"ssn":1}"#),
        ("*ssn*", r#"{"a_ssn_b":1}"#),
        ("id", r#"{"ID":1}"#),
        ("x*y*zed", r#"{"x_y_zed":1}"#),
        ("zebra*y", r#"{"zebra-y":1}"#),
        ("a/bcd", r#"{"a\/bcd":1}"#),
        ("a/bcd", r#"{"a/bcd":1}"#),
        (r#"say "*"#, r#"{"say \"hi\"":1}"#),
        ("Straße", r#"{"straße":1}"#),
        (r"lit\*eral", r#"{"LIT*eral":1}"#),
    ] {
        assert!(shows(glob, raw), "{glob} {raw}");
    }
}

#[test]
fn other_names_hardly_show_them() {
    assert!(!shows("id", r#"{"idle":1,"a_id":2}"#));
    assert!(!shows("tel", r#"{"telemetry":1,"motel":2}"#));
    for glob in ["*", "a*", "*a*", "?", "", "??*"] {
        assert!(of_glob(glob).is_none(), "{glob}");
    }
}

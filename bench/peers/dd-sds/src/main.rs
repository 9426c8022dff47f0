//! dd-sensitive-data-scanner: parse with `serde_json`, scan and redact, serialise. It does not look into nested JSON.

use cpu_time::ProcessTime;
use dd_sds::{
    Event, EventVisitor, MatchAction, Path, PathSegment, RegexRuleConfig, RootRuleConfig, Scanner, ScannerError,
    Utf8Encoding,
};
use serde_json::Value;
use std::error::Error;
use std::path::Path as File;
use std::{env, fs, io};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A value whose strings are scanned. The scanner's own `Event` for values panics when a number matches.
struct Strings(Value);

impl Event for Strings {
    type Encoding = Utf8Encoding;

    fn visit_event<'a>(&'a mut self, visitor: &mut impl EventVisitor<'a>) -> std::result::Result<(), ScannerError> {
        visit(&mut self.0, visitor)
    }

    fn visit_string_mut(&mut self, path: &Path, visit: impl FnOnce(&mut String) -> bool) {
        self.0.visit_string_mut(path, visit);
    }
}

fn visit<'a>(value: &'a mut Value, visitor: &mut impl EventVisitor<'a>) -> std::result::Result<(), ScannerError> {
    match value {
        Value::String(text) => visitor.visit_string(text).map(drop)?,
        Value::Object(map) => {
            for (name, child) in map {
                visitor.push_segment(name.as_str().into());
                visit(child, visitor)?;
                visitor.pop_segment();
            }
        }
        Value::Array(list) => {
            for (index, child) in list.iter_mut().enumerate() {
                visitor.push_segment(PathSegment::Index(index));
                visit(child, visitor)?;
                visitor.pop_segment();
            }
        }
        _ => {}
    }
    Ok(())
}

fn scanner(rules: &[(String, String)]) -> Result<Scanner> {
    let rule = |(pattern, token): &(String, String)| {
        RootRuleConfig::new(RegexRuleConfig::new(pattern).build()).match_action(MatchAction::redact(token))
    };
    let rules: Vec<_> = rules.iter().map(rule).collect();
    Ok(Scanner::builder(&rules).build().map_err(|error| format!("{error:?}"))?)
}

fn mask(scanner: &Scanner, text: &[u8]) -> Result<Vec<u8>> {
    let mut value = Strings(serde_json::from_slice(text)?);
    scanner.scan(&mut value).map_err(|error| format!("{error:?}"))?;
    Ok(serde_json::to_vec(&value.0)?)
}

fn main() -> Result<()> {
    let folder = env::args().nth(1).ok_or("which folder?")?;
    let file = |name: &str| File::new(&folder).join(name);
    let text = fs::read(file("input"))?;
    let scanner = scanner(&serde_json::from_slice::<Vec<_>>(&fs::read(file("rules"))?)?)?;
    let mut output = Vec::new();
    println!("ready");
    for line in io::stdin().lines() {
        match line?.strip_prefix("run ") {
            Some(count) => {
                let start = ProcessTime::now();
                for _ in 0..count.parse()? {
                    output = mask(&scanner, &text)?;
                }
                println!("{}", start.elapsed().as_nanos());
            }
            None => {
                fs::write(file("output"), &output)?;
                println!("ok");
            }
        }
    }
    Ok(())
}

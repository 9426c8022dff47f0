//! A module of the core names only those before it in the layer order.

use std::fs;
use std::path::Path;

const ORDER: &[&str] = &[
    "arch",
    "error",
    "limits",
    "span",
    "table",
    "factor",
    "view",
    "scan",
    "sweep",
    "select",
    "prefilter",
    "near",
    "matcher",
    "validate",
    "policy",
    "active",
    "find",
    "rewrite",
    "report",
    "mask",
    "stream",
];

/// Crate-level names in code: `crate::x`, and each of `crate::{x::Y, z}`.
fn named(code: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(heads(group).into_iter().map(|head| word(head.trim_start()))),
            None => names.push(word(rest)),
        }
    }
    names
}

/// The members of a `use` group, which ends where its brace closes.
fn heads(group: &str) -> Vec<&str> {
    let (mut heads, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                heads.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    heads.retain(|head| !head.trim().is_empty());
    heads
}

/// The code of a file: without comments, and without what only tests see.
fn code_of(text: &str) -> String {
    let (mut code, mut in_tests) = (String::new(), false);
    for line in text.lines() {
        in_tests |= line.starts_with("#[cfg(test)]");
        if !in_tests {
            code.push_str(line.split("//").next().unwrap_or_default());
            code.push('\n');
        } else if line.starts_with('}') || !line.starts_with([' ', '#']) && line.ends_with(';') {
            in_tests = false;
        }
    }
    code
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|name| *name == module)
}

fn check(path: &Path, module: &str, wrong: &mut Vec<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            check(&entry.unwrap().path(), module, wrong);
        }
        return;
    }
    let rust = path.extension().is_some_and(|extension| extension == "rs");
    if !rust || path.file_stem().is_some_and(|stem| stem == "tests") {
        return;
    }
    for name in named(&code_of(&fs::read_to_string(path).unwrap())) {
        if rank(&name).is_none_or(|other| Some(other) > rank(module)) {
            wrong.push(format!("{} names crate::{name}", path.display()));
        }
    }
}

#[test]
fn a_module_names_only_those_before_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if module == "lib" {
            continue;
        }
        assert!(rank(&module).is_some(), "{module} has no place in the layer order");
        check(&path, &module, &mut wrong);
    }
    assert!(wrong.is_empty(), "layers:\n{}", wrong.join("\n"));
}

#[test]
fn names_are_read() {
    assert_eq!(named("use crate::{scan::{a, b}, view::C};"), ["scan", "view"]);
    assert_eq!(named("crate::arch::BLOCK + crate::span::Span::len"), ["arch", "span"]);
    assert_eq!(code_of("a // crate::x\n#[cfg(test)]\nmod t {\n  crate::mask\n}\nb"), "a \nb\n");
}

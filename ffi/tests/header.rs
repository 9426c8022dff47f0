//! The header is what the sources say, the library has what the header says, and compilers take it.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use support::{Library, has, root, skip};

fn generated() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).expect("cbindgen.toml");
    let bindings = cbindgen::Builder::new().with_crate(folder).with_config(config).generate();
    let mut header = Vec::new();
    bindings.expect("a header").write(&mut header);
    String::from_utf8(header).expect("UTF-8")
}

/// `make header` writes it.
#[test]
fn is_generated() {
    let path = root().join("include/spanmask.h");
    let header = generated();
    if std::env::var_os("SPANMASK_WRITE_HEADER").is_some() {
        fs::write(&path, &header).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == header, "include/spanmask.h is not what ffi/src says: make header");
}

#[test]
fn compiles() {
    for (compiler, standard, language, name) in [
        ("cc", "-std=c99", "c", "spanmask.h"),
        ("cc", "-std=c11", "c", "spanmask.h"),
        ("c++", "-std=c++17", "c++", "spanmask.h"),
        ("c++", "-std=c++17", "c++", "spanmask.hpp"),
        ("c++", "-std=c++20", "c++", "spanmask.hpp"),
        ("clang", "-std=c99", "c", "spanmask.h"),
        ("clang++", "-std=c++17", "c++", "spanmask.hpp"),
    ] {
        if !has(compiler) {
            match compiler.starts_with("clang") {
                true => println!("{name} is not compiled by {compiler} too"),
                false => skip(&format!("{name} is not compiled by {compiler}: not installed")),
            }
            continue;
        }
        let mut command = Command::new(compiler);
        command.args([standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]);
        // As an included file: a header by itself would be told that it has a main file's pragma.
        let include = Library::find().include;
        command.arg("-I").arg(&include).args(["-include", name, "-x", language, "/dev/null"]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{compiler} {name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = fs::read_to_string(root().join("include/spanmask.h")).unwrap();
    let functions = header.lines().filter_map(|line| line.strip_prefix("spanmask_status "));
    functions.filter_map(|line| line.split_once('(').map(|(name, _)| name.to_owned())).collect()
}

/// What the shared library exports, but for what only tests have.
fn exported(library: &Library) -> Option<BTreeSet<String>> {
    if !has("nm") {
        skip("symbols are not compared: no nm");
        return None;
    }
    let listed = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=posix"])
        .arg(library.shared())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).unwrap();
    let names = names.lines().filter_map(|line| line.split(' ').next().map(str::to_owned));
    Some(names.filter(|name| cfg!(not(feature = "test-hooks")) || name != "spanmask_test_panic").collect())
}

#[test]
fn header_and_library_list_the_same_names() {
    let Some(exported) = exported(&Library::find()) else { return };
    let declared = declared();
    assert_eq!(declared, exported);
    assert!(declared.len() <= 26, "{} functions", declared.len());
}

/// Programs find the installed library by its soname.
#[test]
fn has_a_soname() {
    if std::env::var_os("SPANMASK_PREFIX").is_none() {
        return println!("only the installed library has one");
    }
    if !has("readelf") {
        return skip("no soname is looked at: no readelf");
    }
    let listed = Command::new("readelf").arg("--dynamic").arg(Library::find().shared()).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("[libspanmask.so.0.1]"), "{listed}");
}

//! The examples and the C++ wrapper, built as users would, and what they print.

mod support;

use std::path::Path;
use std::process::Command;
use support::{Library, Way, build, command, ended_well, has, root, run, skip};

/// Builds and runs an example; it must print this.
fn prints(example: &str, arguments: &[&Path], expected: &str) {
    for way in [Way::Shared, Way::Sanitized] {
        let Some(program) = build(&root().join("examples").join(example), way, &[]) else { continue };
        let output = command(&program, way).args(arguments).output().unwrap();
        ended_well(example, &output);
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{example} {way:?}");
    }
}

#[test]
fn in_place() {
    let masked = r#"{"note": "{\"to\": \"[EMAIL]\"}", "api_token": "[REDACTED]"}"#;
    prints("c/in_place.c", &[], &format!("{masked}\n2 parts\n"));
}

#[test]
fn host_detector() {
    let masked = r#"{"chat": "{\"text\": \"[NAME], call [NAME] ([EMAIL])\"}"}"#;
    prints("c/host_detector.c", &[], &format!("{masked}\n"));
}

/// As the Rust library masks it, in place.
#[test]
fn stream() {
    let (policy, input) = (root().join("policy/presets/default.yaml"), root().join("examples/trace.json"));
    let mut masked = std::fs::read(&input).unwrap();
    spanmask_rs::Policy::preset("default").unwrap().masker().mask_vec(&mut masked).unwrap();
    prints("c/stream.c", &[&policy, &input], &String::from_utf8(masked).unwrap());
}

#[test]
fn cpp() {
    let expected = [
        "EMAIL at $['to'][0], bytes 9 to 23",
        "SECRET at $['api_token'], bytes 41 to 47",
        r#"{"to": ["[EMAIL]"], "api_token": "[REDACTED]"}"#,
        "invalid literal at byte 10",
    ];
    prints("cpp/mask.cpp", &[], &format!("{}\n", expected.join("\n")));
}

#[test]
fn cpp_wrapper() {
    for way in [Way::Shared, Way::Sanitized] {
        run("wrapper.cpp", way, &[], &[]);
    }
}

/// A project of CMake finds the installed library.
#[test]
fn cmake() {
    let Some(prefix) = std::env::var_os("SPANMASK_PREFIX") else {
        return println!("only the installed library is found by CMake");
    };
    if !has("cmake") || !has("pkg-config") {
        return skip("no CMake example: apt-get install cmake pkg-config");
    }
    let build = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cmake");
    let _ = std::fs::remove_dir_all(&build);
    let configured = Command::new("cmake")
        .arg("-S")
        .arg(root().join("examples/cmake"))
        .arg("-B")
        .arg(&build)
        .env("PKG_CONFIG_PATH", Path::new(&prefix).join("lib/pkgconfig"))
        .output()
        .unwrap();
    ended_well("cmake", &configured);
    let built = Command::new("cmake").arg("--build").arg(&build).output().unwrap();
    ended_well("cmake --build", &built);
    let run =
        Command::new(build.join("in_place")).env("LD_LIBRARY_PATH", Library::find().lib).output().unwrap();
    ended_well("in_place", &run);
}

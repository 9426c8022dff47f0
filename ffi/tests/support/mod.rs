//! Builds the C programs of the tests and runs them.
//!
//! They are linked with the library that cargo has just built or, when `SPANMASK_PREFIX` names a folder, with the one
//! that is installed there. Files go to cargo's folder for tests.

#![allow(dead_code, reason = "each test uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The folder of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// What is tested: include folder and library folder.
pub(crate) struct Library {
    pub(crate) include: PathBuf,
    pub(crate) lib: PathBuf,
}

/// How a program is built and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// With the shared library.
    Shared,
    /// With the static library.
    Static,
    /// With the static library, under AddressSanitizer and UndefinedBehaviorSanitizer.
    Sanitized,
    /// With the static library, under ThreadSanitizer.
    Threads,
    /// With the shared library, under valgrind.
    Valgrind,
}

impl Library {
    pub(crate) fn find() -> Self {
        match std::env::var_os("SPANMASK_PREFIX") {
            Some(prefix) => {
                let prefix = PathBuf::from(prefix);
                Self { include: prefix.join("include"), lib: prefix.join("lib") }
            }
            None => Self { include: root().join("include"), lib: built().to_path_buf() },
        }
    }

    pub(crate) fn shared(&self) -> PathBuf {
        self.lib.join("libspanmask.so")
    }
}

/// Builds the library, which cargo does not do by itself for tests that cannot name it; where it is then.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().and_then(Path::parent).unwrap();
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "test",
            Some(profile) => profile,
        };
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked", "--quiet", "-p", "spanmask-ffi", "--profile", profile]);
        cargo.arg("--target-dir").arg(folder.parent().unwrap()).current_dir(root());
        if cfg!(feature = "test-hooks") {
            cargo.args(["--features", "test-hooks"]);
        }
        assert!(cargo.status().unwrap().success(), "the library does not build");
        folder.to_path_buf()
    })
}

/// Says why something does not run; fails where nothing may be skipped.
pub(crate) fn skip(why: &str) {
    println!("SKIP: {why}");
    eprintln!("SKIP: {why}");
    let strict = std::env::var_os("STRICT").is_some_and(|strict| !strict.is_empty());
    assert!(!strict, "nothing may be skipped: {why}");
}

/// Whether a tool is there.
pub(crate) fn has(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

fn flags(way: Way) -> &'static [&'static str] {
    match way {
        Way::Shared | Way::Static | Way::Valgrind => &["-O1", "-g"],
        Way::Sanitized => &["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
        Way::Threads => &["-O1", "-g", "-fsanitize=thread"],
    }
}

/// Compiles a program in C or C++; `None` when a tool is missing.
pub(crate) fn build(source: &Path, way: Way, extra: &[&str]) -> Option<PathBuf> {
    let cpp = source.extension().is_some_and(|extension| extension == "cpp");
    let (compiler, standard) = if cpp { ("c++", "-std=c++17") } else { ("cc", "-std=c99") };
    if !has(compiler) {
        skip(&format!("no {compiler}: apt-get install gcc g++"));
        return None;
    }
    if way == Way::Valgrind && !has("valgrind") {
        skip("nothing under valgrind: apt-get install valgrind");
        return None;
    }
    let library = Library::find();
    let name = format!("{}-{way:?}", source.file_stem().unwrap().to_string_lossy());
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new(compiler);
    command.args([standard, "-Wall", "-Wextra", "-Werror", "-pedantic", "-D_POSIX_C_SOURCE=200809L"]);
    command.args(flags(way)).arg("-I").arg(&library.include).arg(source).arg("-o").arg(&program);
    match way {
        Way::Shared | Way::Valgrind => {
            command.arg("-L").arg(&library.lib).arg("-lspanmask");
            command.arg(format!("-Wl,-rpath,{}", library.lib.display()));
        }
        _ => _ = command.arg(library.lib.join("libspanmask.a")),
    }
    command.args(["-lpthread", "-lm", "-ldl"]).args(extra);
    let built = command.output().unwrap();
    let errors = String::from_utf8_lossy(&built.stderr);
    if !built.status.success() && errors.contains("cannot find") && errors.contains("san") {
        skip(&format!("no {way:?}: the compiler has no such sanitizer"));
        return None;
    }
    assert!(built.status.success(), "{}: {errors}", source.display());
    Some(program)
}

/// The command that runs a program.
pub(crate) fn command(program: &Path, way: Way) -> Command {
    match way {
        Way::Valgrind => {
            let mut command = Command::new("valgrind");
            command.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]).arg(program);
            command
        }
        _ => Command::new(program),
    }
}

/// Builds and runs a program of `tests/c`; it must end well and say nothing on standard error.
pub(crate) fn run(name: &str, way: Way, extra: &[&str], arguments: &[&Path]) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(name);
    let Some(program) = build(&source, way, extra) else { return };
    let output = command(&program, way).args(arguments).output().unwrap();
    ended_well(&format!("{name} {way:?}"), &output);
}

/// Fails unless a program has ended well and quietly.
pub(crate) fn ended_well(name: &str, output: &Output) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{name}: {}\n{errors}", output.status);
}

//! A directory to work in, and the command run in it.
#![allow(dead_code, reason = "each test file uses its own part")]

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Masks the word and all that follows `key-`.
pub(crate) const POLICY: &str = r#"
version: 1
rules:
  - id: NAME
    literals: [Falcon]
    replace: "[NAME]"
  - id: KEY
    pattern: 'key-\d+'
    mask: {}
"#;
pub(crate) const PLAIN: &str = "{\"a\":\"Falcon flies\",\"b\":[\"key-12\",\"x\"]}\n";
pub(crate) const MASKED: &str = "{\"a\":\"[NAME] flies\",\"b\":[\"******\",\"x\"]}\n";

/// A directory with a policy in it.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        place.write("policy.yaml", POLICY);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Names of the files, to see that no temporary file stays behind.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Runs the command in this directory; the arguments are parted at spaces.
    pub(crate) fn run(&self, args: &str) -> Outcome {
        self.run_with(args, "")
    }

    /// The same with text on standard input.
    pub(crate) fn run_with(&self, args: &str, input: impl AsRef<[u8]>) -> Outcome {
        run(self.command(args), input.as_ref())
    }

    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spanmask"));
        command.args(args.split_whitespace()).current_dir(self.0.path());
        command
    }

    pub(crate) fn dir(&self) -> &Path {
        self.0.path()
    }
}

pub(crate) fn run(mut command: Command, input: &[u8]) -> Outcome {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A command that fails early does not read its input.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome(output)
}

/// What the command gave.
pub(crate) struct Outcome(pub Output);

impl Outcome {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// It succeeded and said nothing on standard error.
    #[track_caller]
    pub(crate) fn clean(&self) -> String {
        assert_eq!((self.code(), self.err().as_str()), (0, ""));
        self.out()
    }

    /// It failed with this code, gave nothing on standard output, and said something that holds all of `words`.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, words: &[&str]) {
        let err = self.err();
        assert_eq!(self.code(), code, "{err}");
        assert_eq!(self.out(), "");
        for word in words {
            assert!(err.contains(word), "{word:?} is not in: {err}");
        }
        assert!(!err.contains("internal error"), "{err}");
    }
}

/// Runs the command with a standard output whose reader is gone before the first byte.
pub(crate) fn run_closed(mut command: Command) -> Outcome {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    Outcome(child.wait_with_output().unwrap())
}

pub(crate) fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gunzip(packed: &[u8]) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text
}

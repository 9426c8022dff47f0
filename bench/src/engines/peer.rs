//! Engines in other processes. Each reads the text and the expressions once, then does what it is told line by line
//! (`peers/README.md`), and times itself.

use super::Engine;
use crate::Result;
use crate::policies::Rules;
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use tempfile::TempDir;

const PYTHON: &str = include_str!("../../peers/langfuse_docs.py");
const NODE: &str = include_str!("../../peers/node_replace.js");

struct Peer {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    folder: TempDir,
    output: Vec<u8>,
}

/// The function in Langfuse's documentation.
pub(super) fn python(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    start(Command::new("python3").args(["-c", PYTHON]), rules, input)
}

/// Parse, replace in every string, write.
pub(super) fn node(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    start(Command::new("node").args(["-e", NODE, "--"]), rules, input)
}

/// dd-sensitive-data-scanner with `serde_json`.
pub(super) fn dd_sds(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    start(&mut Command::new(built("dd-sds")), rules, input)
}

/// vectorscan or hyperscan on the raw bytes.
pub(super) fn vectorscan(rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    start(&mut Command::new(built("vectorscan")), rules, input)
}

/// Where `make bench-peers` leaves what it builds.
fn built(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/peers").join(name)
}

fn start(command: &mut Command, rules: Option<&Rules>, input: &[u8]) -> Result<Box<dyn Engine>> {
    let patterns =
        rules.and_then(|rules| rules.patterns.as_ref()).ok_or("not a policy of expressions only")?;
    let pairs: Vec<_> = patterns.iter().map(|p| json!([p.pattern, p.replace])).collect();
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("input"), input)?;
    fs::write(folder.path().join("rules"), json!(pairs).to_string())?;
    let mut child = command.arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let stdin = child.stdin.take().ok_or("no standard input")?;
    let stdout = BufReader::new(child.stdout.take().ok_or("no standard output")?);
    let mut peer = Peer { child, stdin, stdout, folder, output: Vec::new() };
    peer.answer()?;
    Ok(Box::new(peer))
}

impl Peer {
    fn ask(&mut self, question: &str) -> Result<String> {
        writeln!(self.stdin, "{question}")?;
        self.stdin.flush()?;
        self.answer()
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.stdout.read_line(&mut line)? {
            0 => Err("it ended".into()),
            _ => Ok(line.trim().to_owned()),
        }
    }
}

impl Engine for Peer {
    fn call<'s>(&'s mut self, _: &'s mut [u8], _: usize) -> Result<&'s [u8]> {
        self.ask("run 1")?;
        self.ask("write")?;
        self.output = fs::read(self.folder.path().join("output"))?;
        Ok(&self.output)
    }

    fn timed_inside(&mut self, calls: usize) -> Option<Result<f64>> {
        let nanoseconds = self.ask(&format!("run {calls}"));
        Some(nanoseconds.and_then(|answer| Ok(answer.parse::<f64>()? / 1e9)))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends by itself when its input does; this is for one that does not.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The conformance cases, through a C program: plainly, under sanitizers, under valgrind.

mod support;

use spanmask_conformance::{Case, File, Found, Kind, Source, files};
use spanmask_rs::{Format, Framing, Policy, Reason};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use support::{Way, build, command};

const OK: u64 = 0;
const POLICY: u64 = 7;
const REFUSED: u64 = 8;
const CAPACITY: u64 = 9;
const OVERSIZE: u64 = 14;

/// What a stream looks at together.
const WINDOW: usize = 1 << 20;

/// Valgrind is some 50 times slower: longer inputs, and presets, which take long to compile, are left out there, and of the
/// other cases all but one in so many. The sanitizers see all of them.
const LONG: usize = 10_000;
const ONE_IN: usize = 6;

/// The C program.
struct Runner {
    child: Child,
    /// The policy that it holds, and what was told of it.
    held: Option<(Vec<Vec<u8>>, Compiled)>,
    /// The same for Rust.
    policy: Option<(Vec<Vec<u8>>, Policy)>,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
}

struct Outcome {
    status: u64,
    reason: u64,
    offset: u64,
    needed: u64,
    len: usize,
}

/// Status, problems and warnings, message.
type Compiled = (u64, Vec<Told>, String);

#[derive(Clone, Debug)]
struct Told {
    kind: u64,
    path: String,
    suggestion: String,
}

impl Runner {
    fn start(program: &Path, way: Way) -> Self {
        let mut child =
            command(program, way).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the runner");
        let input = BufWriter::new(child.stdin.take().unwrap());
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, held: None, policy: None, input, output }
    }

    fn put(&mut self, field: impl AsRef<[u8]>) {
        let field = field.as_ref();
        self.input.write_all(format!("{}\n", field.len()).as_bytes()).expect("the runner listens");
        self.input.write_all(field).expect("the runner listens");
    }

    fn get(&mut self) -> Vec<u8> {
        self.input.flush().expect("the runner listens");
        let mut len = String::new();
        self.output.read_line(&mut len).expect("the runner answers");
        let mut field = vec![0; len.trim_end().parse().expect("a length")];
        self.output.read_exact(&mut field).expect("the runner answers");
        field
    }

    fn text(&mut self) -> String {
        String::from_utf8(self.get()).expect("UTF-8")
    }

    fn number(&mut self) -> u64 {
        self.text().parse().expect("a number")
    }

    /// Many cases in a row have the same policy, which is compiled once.
    fn policy(&mut self, case: &Case, file: &File) -> Compiled {
        let fields = policy_fields(case, file);
        match &self.held {
            Some((held, compiled)) if *held == fields => compiled.clone(),
            _ => {
                fields.iter().for_each(|field| self.put(field));
                let compiled = self.compiled();
                self.held = Some((fields, compiled.clone()));
                compiled
            }
        }
    }

    fn compiled(&mut self) -> Compiled {
        let status = self.number();
        let told = (0..self.number())
            .map(|_| Told { kind: self.number(), path: self.text(), suggestion: self.text() })
            .collect();
        (status, told, self.text())
    }

    fn masker(&mut self, framing: Framing) {
        self.put("masker");
        self.put(if framing == Framing::One { "1" } else { "0" });
        assert_eq!(self.number(), OK, "a masker");
    }

    fn outcome(&mut self) -> Outcome {
        Outcome {
            status: self.number(),
            reason: self.number(),
            offset: self.number(),
            needed: self.number(),
            len: self.number() as usize,
        }
    }

    /// `verb`: `in_place` or `into`. Returns the whole room, too.
    fn mask(&mut self, verb: &str, input: &[u8], capacity: usize) -> (Outcome, Vec<u8>) {
        self.put(verb);
        self.put(input);
        self.put(capacity.to_string());
        (self.outcome(), self.get())
    }

    /// In pieces: the first one of another length than the others, with so much room at a time. Every other way flushes
    /// behind each.
    fn stream(&mut self, input: &[u8], [first, others, room]: [usize; 3], most: usize) -> (Outcome, Vec<u8>) {
        self.put("stream");
        self.put(input);
        for number in [first, others, room, first % 2, most] {
            self.put(number.to_string());
        }
        (self.outcome(), self.get())
    }

    fn scan(&mut self, input: &[u8]) -> (Outcome, Vec<Found>) {
        self.put("scan");
        self.put(input);
        let mut all = Vec::new();
        while self.text() == "finding" {
            let rule = self.text();
            let _index = self.number();
            let path = self.text();
            let (start, end) = (self.number() as usize, self.number() as usize);
            all.push(Found { rule, path, start, end, level: self.number() as u8 });
        }
        (self.outcome(), all)
    }

    /// Parts, bytes, values, texts; then parts by rule.
    fn report(&mut self) -> ([u64; 4], Vec<(String, u64)>) {
        self.put("report");
        let totals = [self.number(), self.number(), self.number(), self.number()];
        let counts = (0..self.number()).map(|_| (self.text(), self.number())).collect();
        (totals, counts)
    }

    /// What a free case gives is not said, but the same everywhere.
    fn masked_by_rust(&mut self, case: &Case, file: &File, input: &[u8]) -> Vec<u8> {
        let fields = policy_fields(case, file);
        let known = self.policy.take().filter(|(of, _)| *of == fields);
        let (_, policy) = self.policy.insert(known.unwrap_or_else(|| (fields, case.policy(file).unwrap())));
        let mut masker = policy.masker();
        masker.set_framing(case.framing());
        let mut text = input.to_vec();
        masker.mask_vec(&mut text).unwrap();
        text
    }

    fn finish(mut self) {
        drop(self.input);
        let status = self.child.wait().expect("the runner ends");
        assert!(status.success(), "the runner: {status}");
    }
}

fn takes_long(case: &Case, file: &File) -> bool {
    let preset = matches!(case.source(file), Source::Preset(_));
    case.problems.is_none() && (preset || case.input().len() > LONG)
}

fn policy_fields(case: &Case, file: &File) -> Vec<Vec<u8>> {
    let (format, text) = match case.source(file) {
        Source::Preset(name) => ("preset", name),
        Source::Text(Format::Yaml, text) => ("yaml", text),
        Source::Text(Format::Json, text) => ("json", text),
        Source::Text(Format::Toml, text) => ("toml", text),
    };
    let mut fields = vec![b"policy".to_vec(), format.into(), text.into_bytes()];
    for externals in [case.keys(), case.literals()] {
        fields.push(externals.len().to_string().into_bytes());
        for (name, value) in externals {
            fields.extend([name.clone().into_bytes(), value.clone().into_bytes()]);
        }
    }
    fields
}

fn run_all(way: Way) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/runner.c");
    let Some(program) = build(&source, way, &[]) else { return };
    let mut runner = Runner::start(&program, way);
    let (mut ran, mut left_out) = (0, 0);
    for (name, kind, file) in &files() {
        for case in &file.cases {
            let turn = (ran + left_out) % ONE_IN == 0;
            if way == Way::Valgrind && (!turn || takes_long(case, file)) {
                left_out += 1;
                continue;
            }
            ran += 1;
            // The panic message of a case does not say which it is.
            eprintln!("{name}: {}", case.name);
            run(&mut runner, *kind, file, case);
        }
    }
    runner.finish();
    println!("{ran} cases, {left_out} left out as they take too long under valgrind");
    assert!(ran > 300 || way == Way::Valgrind && ran > 30, "{ran} cases");
}

#[test]
fn plainly() {
    run_all(Way::Shared);
}

#[test]
fn under_sanitizers() {
    run_all(Way::Sanitized);
}

#[test]
fn under_valgrind() {
    run_all(Way::Valgrind);
}

fn run(runner: &mut Runner, kind: Kind, file: &File, case: &Case) {
    let (status, told, message) = runner.policy(case, file);
    if let Some(problems) = &case.problems {
        assert_eq!(status, POLICY);
        assert_eq!(problems.len(), told.len(), "{told:?}");
        for (wanted, told) in problems.iter().zip(&told) {
            assert_eq!((kind_code(&wanted.kind), &wanted.path), (told.kind, &told.path));
            assert!(told.suggestion.contains(wanted.suggestion.as_deref().unwrap_or_default()), "{told:?}");
        }
        return assert!(!message.is_empty(), "no message");
    }
    assert_eq!((status, message.as_str()), (OK, ""), "{told:?}");
    if let Some(warnings) = &case.warnings {
        let places: Vec<_> = told.iter().map(|told| told.path.as_str()).collect();
        assert_eq!(&places, warnings);
        assert!(told.iter().all(|told| told.kind == 0));
    }
    runner.masker(case.framing());
    let input = case.input();
    if case.error.is_some() {
        return refused(runner, case, &input);
    }
    let output = match kind {
        Kind::Mask => case.output().unwrap_or_default(),
        Kind::Keep => input.clone(),
        _ => runner.masked_by_rust(case, file, &input),
    };
    every_way(runner, &input, &output);
    in_pieces(runner, &input, &output);
    let (outcome, found) = runner.scan(&input);
    assert_eq!((outcome.status, outcome.len), (OK, output.len()), "scan");
    assert_eq!(found.len() as u64, runner.report().0[0], "findings and parts");
    if let Some(expected) = &case.findings {
        assert_eq!(&found, expected);
    }
    counted(runner, case);
}

fn every_way(runner: &mut Runner, input: &[u8], output: &[u8]) {
    let exact = input.len().max(output.len());
    for capacity in [exact, exact + 100] {
        let (mut outcome, mut room) = runner.mask("in_place", input, capacity);
        // Beyond so many parts the text may need more room on the way than at the end, and says how much.
        if outcome.status == CAPACITY && runner.report().0[0] > spanmask_rs::Masker::KEPT_PARTS {
            (outcome, room) = runner.mask("in_place", input, outcome.needed as usize);
        }
        assert_eq!((outcome.status, outcome.len), (OK, output.len()), "in place");
        assert!(room[..outcome.len] == *output, "in place: {}", String::from_utf8_lossy(&room));
    }
    let (outcome, room) = runner.mask("into", input, output.len());
    assert_eq!((outcome.status, outcome.len), (OK, output.len()), "into");
    assert!(room == output, "into");
    let Some(short) = output.len().checked_sub(1) else { return };
    let (outcome, _) = runner.mask("into", input, short);
    assert_eq!((outcome.status, outcome.needed, outcome.len), (CAPACITY, output.len() as u64, 0), "into");
    if output.len() > input.len() {
        let (outcome, room) = runner.mask("in_place", input, short);
        assert_eq!((outcome.status, outcome.len), (CAPACITY, 0), "in place");
        assert!(room[..input.len()] == *input, "the buffer changed");
    }
    // The numbers of a call that was done.
    runner.mask("in_place", input, exact + 100);
}

/// Pieces of the input, and room: at every split of short inputs, a few ways of long ones.
fn cuts(len: usize) -> Vec<[usize; 3]> {
    if len <= 64 {
        return (1..=len.max(1)).map(|first| [first, len.max(1), 1 + first % 9]).collect();
    }
    let some = [[1, 1 + len / 50, 3 + len / 100], [len / 2, len / 3, len], [len, len, 1 + len / 7]];
    some.into_iter().collect()
}

fn in_pieces(runner: &mut Runner, input: &[u8], output: &[u8]) {
    for cut in cuts(input.len()) {
        let (outcome, streamed) = runner.stream(input, cut, output.len() + 16);
        if outcome.status == OVERSIZE && input.len() > WINDOW {
            continue;
        }
        assert_eq!((outcome.status, outcome.len), (OK, output.len()), "in pieces {cut:?}");
        assert!(streamed == output, "in pieces {cut:?}: {}", String::from_utf8_lossy(&streamed));
    }
}

fn refused(runner: &mut Runner, case: &Case, input: &[u8]) {
    let wanted = case.error.as_ref().unwrap();
    let check = |outcome: &Outcome| {
        assert_eq!((outcome.status, outcome.len), (REFUSED, 0));
        assert_eq!((reason_code(&wanted.reason), wanted.offset as u64), (outcome.reason, outcome.offset));
    };
    let (outcome, room) = runner.mask("in_place", input, input.len() + 10);
    check(&outcome);
    assert!(room[..input.len()] == *input, "the buffer changed");
    check(&runner.mask("into", input, input.len() * 4 + 64).0);
    check(&runner.scan(input).0);
    for cut in cuts(input.len()) {
        let (outcome, _) = runner.stream(input, cut, input.len() * 4 + 64);
        let told = (outcome.status, outcome.reason, outcome.offset);
        assert_eq!(told, (REFUSED, reason_code(&wanted.reason), wanted.offset as u64), "in pieces {cut:?}");
    }
}

fn counted(runner: &mut Runner, case: &Case) {
    let ([parts, bytes, values, texts], counts) = runner.report();
    if let Some(totals) = &case.report {
        let wanted = [totals.bytes_masked, totals.values, totals.texts];
        let same =
            wanted.iter().zip([bytes, values, texts]).all(|(wanted, is)| wanted.is_none_or(|n| n == is));
        assert!(same, "{totals:?}");
    }
    let Some(wanted) = &case.counts else { return };
    for (rule, count) in counts {
        assert_eq!(count, wanted.get(&rule).copied().unwrap_or(0), "parts of {rule}");
    }
    assert_eq!(parts, wanted.values().sum::<u64>());
}

fn kind_code(name: &str) -> u64 {
    let names = [
        "format",
        "unknown_field",
        "invalid",
        "unknown_name",
        "duplicate_id",
        "syntax",
        "too_large",
        "external",
    ];
    names.iter().position(|known| *known == name).expect("a kind of problem") as u64 + 1
}

fn reason_code(name: &str) -> u64 {
    let reason = match name {
        "syntax" => Reason::Syntax,
        "truncated" => Reason::Truncated,
        "utf8" => Reason::Utf8,
        "control" => Reason::Control,
        "escape" => Reason::Escape,
        "number" => Reason::Number,
        "literal" => Reason::Literal,
        "depth" => Reason::Depth,
        "trailing" => Reason::Trailing,
        "empty" => Reason::Empty,
        other => panic!("reason {other}"),
    };
    u64::from(reason.code())
}

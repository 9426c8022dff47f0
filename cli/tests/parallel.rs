//! Whatever the number of jobs and the size of the blocks: the same bytes, messages, reports and findings.

mod common;
use common::*;
use std::fs;

const ONE: [&str; 2] = ["1", "1"];
const JOBS: [&str; 3] = ["2", "7", "64"];
const BLOCKS: [&str; 4] = ["1", "40", "333", "1048576"];

/// All that can be seen of a run.
type Seen = (i32, Vec<u8>, String);

/// Runs the command with so many jobs and blocks of so many bytes.
fn seen(place: &Place, args: &str, [jobs, block]: [&str; 2], input: &[u8]) -> Seen {
    let mut command = place.command(args);
    command.args(["--jobs", jobs]).env("SPANMASK_TEST_BLOCK_BYTES", block);
    let run = run(command, input);
    assert!(!run.err().contains("internal error"), "{args}: {}", run.err());
    (run.code(), run.0.stdout.clone(), run.err())
}

/// One job and many give the same, for `input` on standard input and as a file; gives the outcome of `mask`.
#[track_caller]
fn same(place: &Place, input: &[u8]) -> Seen {
    place.write("in.json", input);
    place.write("in.json.gz", gzip(input));
    let mut first = None;
    for args in [
        "mask -p policy.yaml --report",
        "mask -p policy.yaml --report in.json",
        "mask -p policy.yaml --report in.json.gz - in.json",
        "mask -p policy.yaml --framing one in.json",
        "scan -p policy.yaml",
        "scan -p policy.yaml -f table --fail in.json in.json.gz",
    ] {
        let expected = seen(place, args, ONE, input);
        for jobs in JOBS.iter().take(2) {
            for block in BLOCKS {
                let text = String::from_utf8_lossy(input);
                assert_eq!(seen(place, args, [jobs, block], input), expected, "{args}, {block}: {text:?}");
            }
        }
        first.get_or_insert(expected);
    }
    first.unwrap()
}

fn lines(count: usize) -> String {
    (0..count)
        .map(|i| match i % 5 {
            0 => format!("{{\"n\":{i},\"a\":\"Falcon {i}\",\"b\":[\"key-{i}\"]}}\n"),
            1 => format!("\"key-{i} and \\\"Falcon\\\" {{[\"\n"),
            2 => format!("{i}\r\n"),
            3 => "[{\"text\":\"{\\\"k\\\":\\\"Falcon\\\"}\"},null]\n\n".to_owned(),
            _ => "{\"a\\\"\":[],\"plain\":\"x\"}\n".to_owned(),
        })
        .collect()
}

#[test]
fn json_lines() {
    let place = Place::new();
    let text = lines(60);
    let (code, masked, _) = same(&place, text.as_bytes());
    assert_eq!(code, 0);
    let masked = String::from_utf8(masked).unwrap();
    assert_eq!(masked.lines().count(), text.lines().count());
    assert!(!masked.contains("Falcon") && !masked.contains("key-"), "{masked}");
    same(&place, text.trim_end().as_bytes());
}

#[test]
fn small_inputs() {
    let place = Place::new();
    for input in ["", "\n", " \n \n", "1", "1\n2", "\"Falcon\"\n", "\n\n\"Falcon\"", "1 2\n3 \"Falcon\""] {
        assert_eq!(same(&place, input.as_bytes()).0, 0, "{input:?}");
    }
}

#[test]
fn texts_over_many_lines() {
    let place = Place::new();
    let pretty: String = (0..8)
        .map(|i| {
            let text = serde_json::json!({"a": ["Falcon", i, {}], "b": {"c": format!("key-{i}"), "d": []}});
            serde_json::to_string_pretty(&text).unwrap() + if i % 2 == 0 { "\n" } else { "" }
        })
        .collect();
    assert_eq!(same(&place, pretty.as_bytes()).0, 0);
    // One text that looks like many wherever a line ends.
    let array = format!("[\n{}\n1]\n", "{\"a\":\n\"Falcon\"\n}\n,\n\"key-1\"\n,".repeat(9));
    assert_eq!(same(&place, array.as_bytes()).0, 0);
    // Longer than any block but the largest, and lines behind it.
    let long = format!("{}[{}0]\n{}", lines(7), "\"Falcon\", ".repeat(200), lines(7));
    assert_eq!(same(&place, long.as_bytes()).0, 0);
}

#[test]
fn a_fault_is_the_same_wherever_it_lies() {
    let place = Place::new();
    let text = lines(20);
    let faults: [&[u8]; 12] = [
        b"[1,]\n",
        b"]\n",
        b"{\"a\":\"Falcon\n\"}\n",
        b"\"Falcon\n\"Falcon\"\n",
        b"[\n1\n2\n]\n",
        b"{\"a\"\n1\n}\n",
        b"{\n\"Falcon\"\n\"Falcon\"\n}\n",
        b"\"\xff\"\n",
        b"\xe2\n",
        b"\xef\xbb\xbf1\n",
        b"[\"Falcon\"\n",
        b"tru\n",
    ];
    for fault in faults {
        for at in [0, 13] {
            let ends: Vec<_> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
            let (before, behind) = text.split_at(if at == 0 { 0 } else { ends[at] });
            let input = [before.as_bytes(), fault, behind.as_bytes()].concat();
            let (code, out, err) = same(&place, &input);
            assert_eq!((code, out.as_slice()), (1, b"".as_slice()), "{err}");
            assert!(err.contains("refused at byte"), "{err}");
        }
    }
}

#[test]
fn damage_behind_a_fault_is_told_first() {
    let place = Place::new();
    let packed = gzip(format!("1\n[,\n{}", lines(40)));
    let packed = &packed[..packed.len() - 3];
    for args in ["mask -p policy.yaml", "scan -p policy.yaml"] {
        let expected = seen(&place, args, ONE, packed);
        assert!(expected.2.contains("damaged or cut off"), "{}", expected.2);
        for jobs in JOBS {
            assert_eq!(seen(&place, args, [jobs, "8"], packed), expected);
        }
    }
}

/// Pieces that are texts, parts of texts and faults, put together by chance.
#[test]
fn random_inputs() {
    let pieces = [
        "\n",
        "\n",
        "\n",
        " ",
        "\r\n",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "1",
        "-1",
        "true",
        "null",
        "\"a\"",
        "\"Falcon\"",
        "\"key-1\":",
        "{}\n",
        "[1]\n",
        "{\"a\":\"Falcon\"}\n",
        "[\n\"Falcon\"\n]\n",
        "2\n",
        "\"x\"\n",
        "{\n\"b\":\n[\n]}\n",
    ];
    let place = Place::new();
    let mut seed = 88_172_645_463_325_252_u64;
    let mut next = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % n
    };
    let mut good = 0;
    for round in 0..150 {
        // Half of them of the pieces that are whole texts.
        let from = if round % 2 == 0 { 0 } else { 20 };
        let mut text: Vec<_> = (0..next(30)).map(|_| pieces[from + next(pieces.len() - from)]).collect();
        if round % 4 == 3 {
            text.insert(next(text.len() + 1), pieces[next(20)]);
        }
        let text = text.concat();
        for args in ["mask -p policy.yaml --report", "scan -p policy.yaml"] {
            let expected = seen(&place, args, ONE, text.as_bytes());
            good += usize::from(expected.0 == 0);
            for block in ["1", "9"] {
                assert_eq!(seen(&place, args, ["3", block], text.as_bytes()), expected, "{args}: {text:?}");
            }
        }
    }
    assert!((100..250).contains(&good), "{good}");
}

#[test]
fn traces() {
    let place = Place::new();
    let traces = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/traces");
    let mut text = Vec::new();
    for file in fs::read_dir(traces).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            text.extend(fs::read(path).unwrap());
            text.push(b'\n');
        }
    }
    for policy in ["preset:default", "preset:langfuse-docs"] {
        for args in [format!("mask --report -p {policy}"), format!("scan -f sarif -p {policy}")] {
            let expected = seen(&place, &args, ONE, &text);
            assert_eq!(expected.0, 0, "{}", expected.2);
            for jobs in ["2", "7"] {
                let seen = seen(&place, &args, [jobs, "1000"], &text);
                assert!(seen == expected, "{args}, {jobs} jobs");
            }
        }
    }
}

/// Twenty files, some of them long at a block of 40 bytes; gives their names.
fn files(place: &Place) -> String {
    let names: Vec<_> = (0..20).map(|i| format!("{i}.json")).collect();
    for (i, name) in names.iter().enumerate() {
        let text = format!("\"Falcon of {i}\"\n{}", lines(if i % 6 == 5 { 20 } else { i % 3 }));
        place.write(name, if i % 4 == 3 { gzip(text.trim_end()) } else { text.into_bytes() });
    }
    names.join(" ")
}

#[test]
fn many_files() {
    let place = Place::new();
    let names = files(&place);
    let broken = names.replace(" 11.json", " 11.json none.json bad.json . -");
    place.write("bad.json", "[\"Falcon\"");
    for names in [&names, &broken] {
        for args in ["mask --report", "mask --gzip-output", "scan", "scan -f sarif", "scan -f table --fail"] {
            let args = format!("{args} -p policy.yaml {names}");
            let expected = seen(&place, &args, ONE, b"\"key-1\"\n");
            for jobs in JOBS {
                for block in ["40", "1048576"] {
                    let seen = seen(&place, &args, [jobs, block], b"\"key-1\"\n");
                    assert_eq!(seen, expected, "{args}, {jobs}, {block}");
                }
            }
        }
    }
    let run = place.run(&format!("mask -p policy.yaml -j2 {broken} --output out.json"));
    run.fails(1, &["none.json: cannot read"]);
    assert!(!place.path("out.json").exists());
}

#[test]
fn files_in_place() {
    let result = |jobs: &str, block: &str| {
        let place = Place::new();
        let names = files(&place).replace(" 12.json", " 12.json 2.json bad.json");
        place.write("bad.json", "[\"Falcon\"");
        let args = format!("mask -p policy.yaml --in-place {names}");
        let seen = seen(&place, &args, [jobs, block], b"");
        let texts: Vec<_> = place.names().iter().map(|name| fs::read(place.path(name)).unwrap()).collect();
        (seen, place.names(), texts)
    };
    let expected = result("1", "1");
    assert!(expected.0.2.contains("bad.json: refused at byte 9"), "{}", expected.0.2);
    for jobs in JOBS {
        for block in ["40", "1048576"] {
            assert_eq!(result(jobs, block), expected, "{jobs}, {block}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_by_several_names_is_masked_once() {
    let place = Place::new();
    place.write("a.json", PLAIN);
    std::os::unix::fs::symlink("a.json", place.path("b.json")).unwrap();
    let run = place.run("mask -p policy.yaml --in-place --report -j4 a.json ./a.json b.json");
    assert_eq!((run.code(), run.out()), (0, String::new()), "{}", run.err());
    assert_eq!(place.read("a.json"), MASKED);
    let report: serde_json::Value = serde_json::from_str(&run.err()).unwrap();
    let parts: Vec<_> = report["files"].as_array().unwrap().iter().map(|file| &file["parts"]).collect();
    assert_eq!(parts, [2, 0, 0]);
}

#[test]
fn a_closed_pipe() {
    let place = Place::new();
    place.write("long.json", lines(60_000));
    for args in ["mask -p policy.yaml -j3 long.json long.json", "scan -p policy.yaml -j3 long.json long.json"]
    {
        assert_eq!(run_closed(place.command(args)).clean(), "", "{args}");
    }
}

#[test]
fn usage() {
    let place = Place::new();
    for jobs in ["0", "x", "1025"] {
        place.run(&format!("mask --jobs {jobs}")).fails(2, &["--jobs"]);
    }
    for page in ["mask --help", "scan --help", "completions bash", "completions zsh"] {
        assert!(place.run(page).clean().contains("--jobs"), "{page}");
    }
    place.run("man pages").clean();
    assert!(place.read("pages/spanmask-mask.1").contains("jobs"));
}

//! Writes the seeds of all targets to `corpus/`: from the conformance cases, JSONTestSuite, and the documents that the
//! reference is compared on. The same names for the same bytes, so that it can be run again.

use serde_json::Value;
use spanmask::Policy;
use spanmask_conformance::{files, folder, traces};
use spanmask_fuzz::{calls, image, paths, policies, reference, shown, split};
use spanmask_reference::generate::Random;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Longer inputs cost more than they find.
const MOST: usize = 4_000;

fn main() {
    // First, as seeds are made of them.
    (0..policies::COUNT).for_each(|index| save("policy", index, policies::compiled(index)));
    (0..reference::COUNT).for_each(|index| save("reference", index, reference::compiled(index)));
    let texts = texts();
    let mut random = Random(7);
    let mut byte = |bound: usize| random.below(bound) as u8;
    for (target, head) in [("split", split::HEAD), ("paths", paths::HEAD), ("reference", reference::HEAD)] {
        let seeds = texts.iter().map(|text| {
            let mut seed: Vec<u8> = (0..head).map(|_| byte(256)).collect();
            // Texts of some kilobytes lie over edges as they are.
            match target {
                "split" => seed[head - 1] = 0,
                "paths" => seed[1] &= 3,
                _ => {}
            }
            seed.extend_from_slice(text);
            seed
        });
        write(target, seeds.collect());
    }
    write("image", images(&texts, &mut byte));
    write("policy", written_policies());
    write("calls", sequences(&texts, &mut byte));
}

/// Where the targets look for it.
fn save(kind: &str, index: usize, policy: Policy) {
    let path = policies::image_of(kind, index);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, policy.save_with_keys().expect("an image")).expect("a file");
}

/// Files are called by what is in them.
fn write(target: &str, seeds: Vec<Vec<u8>>) {
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&to).expect("a folder");
    println!("{target}: {} seeds", seeds.len());
    for seed in seeds {
        let name = seed.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let path = to.join(format!("seed-{name:016x}"));
        fs::write(&path, &seed).unwrap_or_else(|error| panic!("{}: {error}", shown(&seed)));
    }
}

fn texts() -> BTreeSet<Vec<u8>> {
    let mut texts: BTreeSet<Vec<u8>> = files()
        .iter()
        .flat_map(|(_, _, file)| &file.cases)
        .filter(|case| case.problems.is_none())
        .map(spanmask_conformance::Case::input)
        .collect();
    for entry in fs::read_dir(folder().join("json-test-suite")).expect("the suite") {
        texts.extend(fs::read(entry.expect("a file").path()).ok());
    }
    let mut random = Random(1);
    for _ in 0..100 {
        texts.extend([random.document(), random.otlp()]);
    }
    texts.extend(traces().into_iter().map(|(_, text)| text));
    texts.retain(|text| text.len() <= MOST);
    texts
}

fn images(texts: &BTreeSet<Vec<u8>>, byte: &mut dyn FnMut(usize) -> u8) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for base in 0..image::COUNT {
        let bytes = image::base(base);
        if bytes.len() < 1 << 15 {
            seeds.push([&[image::RAW, 0], bytes].concat());
            seeds.push([&[image::SEALED, 0], bytes].concat());
        }
        for (n, text) in texts.iter().filter(|text| text.len() < 500).step_by(9).enumerate() {
            let mut seed = vec![base as u8, (n % 4) as u8];
            seed.extend((0..n % 4 * 8).map(|_| byte(256)));
            seed.extend_from_slice(text);
            seeds.push(seed);
        }
    }
    seeds
}

/// Policies of the cases, also those that are refused.
fn written_policies() -> Vec<Vec<u8>> {
    let (mut texts, mut written) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder().join("cases")).expect("the cases") {
        let text = fs::read_to_string(entry.expect("a file").path()).expect("UTF-8");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        let cases = file["cases"].as_array().expect("cases");
        for policy in cases.iter().map(|case| &case["policy"]).chain([&file["policy"]]) {
            if policy.is_object() {
                written.insert(policy.to_string());
            }
        }
        for text in cases.iter().map(|case| &case["policy_text"]) {
            if let (Some(format), Some(text)) = (text["format"].as_str(), text["text"].as_str()) {
                let format = ["yaml", "json", "toml"].iter().position(|known| *known == format).unwrap_or(0);
                texts.insert((format as u8, text.to_owned()));
            }
        }
    }
    // Each takes some tenths of a second to compile, with sanitizers. JSON is YAML as well.
    texts.extend(written.into_iter().step_by(2).enumerate().map(|(n, text)| (u8::from(n % 4 != 0), text)));
    for index in 0..10 {
        texts.insert((1, Random(index).policy(index % 2 == 0).to_string()));
    }
    texts
        .into_iter()
        .filter(|(_, text)| text.len() < MOST)
        .map(|(format, text)| [&[format], text.as_bytes()].concat())
        .collect()
}

/// A policy is saved and loaded, a masker and a stream are opened rightly, then come calls by chance.
fn sequences(texts: &BTreeSet<Vec<u8>>, byte: &mut dyn FnMut(usize) -> u8) -> Vec<Vec<u8>> {
    let sequence = |text: &Vec<u8>| {
        let mut calls = vec![
            [0, 0, byte(256), 0, 0],
            [20, 0, 1, 2, 9],
            [21, 1, 0, byte(256), 9],
            [5, 0, byte(2), 1, 9],
            [13, 0, byte(2), (3 + byte(4)) << 5 | 2 | byte(2), 9],
        ];
        calls.extend((0..5 + byte(30)).map(|_| [byte(256), 0, byte(256), byte(256), 9 + byte(247)]));
        assert!(calls.iter().all(|call| call.len() == calls::CALL));
        [&[calls.len() as u8], calls.as_flattened(), text].concat()
    };
    texts.iter().filter(|text| text.len() < 1_000).step_by(3).map(sequence).collect()
}

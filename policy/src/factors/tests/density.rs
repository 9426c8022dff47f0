//! How often text shows factors: what decides how fast the product is.

use crate::Policy;
use crate::document::Document;
use spanmask_core::arch::{GroupSet, LANES};
use spanmask_core::factor::{Groups, Lanes, Reach, ends_escape};
use std::path::Path;

fn traces() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/traces");
    let files =
        std::fs::read_dir(folder).expect("the captured traces").map(|file| file.expect("file").path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter(|path| !path.ends_with("truth.json"))
        .map(|path| (path.file_name().expect("name").to_string_lossy().into_owned(), std::fs::read(&path)))
        .map(|(name, read)| (name, read.expect("readable")))
        .collect();
    files.sort();
    files
}

/// The groups that show at a place.
fn at(lanes: &Lanes, text: &[u8], at: usize) -> Groups {
    let Some(bytes) = text.get(at - 1..at - 1 + LANES) else { return 0 };
    let behind_escape = ends_escape(bytes[0]) && at > 1 && text[at - 2] == b'\\';
    let first = if behind_escape { Groups::MAX } else { lanes.at(0, bytes[0]) };
    bytes.iter().enumerate().skip(1).fold(first, |groups, (lane, byte)| groups & lanes.at(lane, *byte))
}

/// The same by nibbles, as blocks are looked at.
fn roughly(sets: &[GroupSet], text: &[u8], at: usize) -> Groups {
    let Some(bytes) = text.get(at - 1..at - 1 + LANES) else { return 0 };
    let of = |set: &GroupSet| {
        let lanes = bytes.iter().enumerate();
        lanes.fold(u8::MAX, |groups, (lane, byte)| {
            groups & set.low[lane][usize::from(byte & 15)] & set.high[lane][usize::from(byte >> 4)]
        })
    };
    sets.iter().enumerate().fold(0, |all, (i, set)| all | Groups::from(of(set)) << (i * 8))
}

struct Density {
    bytes: usize,
    /// Places at which some search's group shows, exactly and by nibbles.
    places: usize,
    rough: usize,
    groups: [usize; 32],
    rough_groups: [usize; 32],
}

fn density(policy: &Policy) -> Density {
    let core = policy.core();
    let searches = core.searches.iter().fold(0, |all, search| all | search.factors.groups);
    let mut density = Density { bytes: 0, places: 0, rough: 0, groups: [0; 32], rough_groups: [0; 32] };
    for (_, text) in traces() {
        density.bytes += text.len();
        for place in 1..text.len() {
            let groups = at(&core.stops.lanes, &text, place);
            let rough = roughly(core.stops.lanes.sets(), &text, place);
            density.places += usize::from(groups & searches != 0);
            density.rough += usize::from(rough & searches != 0);
            for group in 0..32 {
                density.groups[group] += (groups >> group & 1) as usize;
                density.rough_groups[group] += (rough >> group & 1) as usize;
            }
        }
    }
    density
}

fn lane(lanes: &Lanes, lane: usize, group: usize) -> String {
    let bytes: Vec<u8> = (0..=u8::MAX).filter(|byte| lanes.at(lane, *byte) >> group & 1 == 1).collect();
    match bytes.len() {
        256 => "*".to_owned(),
        200.. => {
            format!("not {}", (0..=u8::MAX).filter(|b| !bytes.contains(b)).collect::<Vec<_>>().escape_ascii())
        }
        _ => bytes.escape_ascii().to_string(),
    }
}

fn report(name: &str, policy: &Policy) -> Density {
    let density = density(policy);
    let core = policy.core();
    let each = |places: usize| density.bytes as f64 / places.max(1) as f64;
    println!(
        "{name}: everywhere {}, one place in {:.0} bytes, by nibbles in {:.0}",
        core.stops.everywhere,
        each(density.places),
        each(density.rough)
    );
    for group in 0..32 {
        if core.stops.lanes.at(0, b'"') >> group & 1 == 0 && density.groups[group] == 0 {
            continue;
        }
        let lanes: Vec<String> = (0..LANES).map(|i| lane(&core.stops.lanes, i, group)).collect();
        println!(
            "  group {group}{}: 1 in {:.0}, by nibbles {:.0}: {}",
            if core.stops.names >> group & 1 == 1 { " (names)" } else { "" },
            each(density.groups[group]),
            each(density.rough_groups[group]),
            lanes.join(" | ")
        );
    }
    for search in core.searches.iter() {
        let places = (0..32).filter(|group| search.factors.groups >> group & 1 == 1);
        let places: usize = places.map(|group| density.groups[group]).sum();
        let reach = match search.factors.reach {
            Reach::Chars(count, _) => format!("{count}"),
            Reach::Run(run) => format!("run {:x} {}", run.ascii, run.wide),
        };
        let groups: Vec<_> = (0..32).filter(|group| search.factors.groups >> group & 1 == 1).collect();
        println!(
            "  {}: groups {groups:?}, reach {reach}, 1 in {:.0}",
            policy.core().rule_id(search.rule),
            each(places)
        );
    }
    density
}

/// Ceilings, so that what makes a policy slow is seen.
#[test]
fn few_places_show_a_factor() {
    for (name, least) in [("default", 36), ("langfuse-docs", 80)] {
        let policy = Policy::preset(name).expect("preset");
        let density = report(name, &policy);
        assert!(!policy.core().stops.everywhere, "{name}");
        assert!(density.places * least < density.bytes, "{name}: {} places", density.places);
    }
}

/// What names select is looked at under names alone.
#[test]
fn whole_values_are_looked_at_by_name() {
    let compile = |rules: &str| {
        let document = Document::parse(&format!("version: 1\nrules: [{rules}]"), crate::Format::Yaml);
        Policy::compile(&document.expect("document"), &crate::NoExternals).expect("policy")
    };
    for (rules, everywhere) in [
        (r#"{id: A, keys: [password, "*token"], replace: x}"#, false),
        (r#"{id: A, keys: ["*"], replace: x}"#, true),
        (r#"{id: A, keys: ["a*"], replace: x}"#, true),
        (r#"{id: A, keys: ["*"], pattern: "SECRET[a-z]+", replace: x}"#, false),
        (r#"{id: A, keys: [id], replace: x}"#, false),
        (r#"{id: A, paths: ["$.a"], replace: x}"#, true),
        (r#"{id: A, pattern: "[a-z]+", replace: x}"#, true),
        (r#"{id: A, pattern: "[a-z]+", keys: [password], replace: x}"#, false),
        (r#"{id: A, pattern: "SECRET[a-z]+", replace: x}"#, false),
    ] {
        let policy = compile(rules);
        assert_eq!(policy.core().stops.everywhere, everywhere, "{rules}");
    }
}

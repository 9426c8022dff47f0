//! Runs a target on files, on the stable toolchain and without sanitizers: `replay TARGET FILE...`. A folder stands for what
//! is in it.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().expect("replay TARGET FILE...");
    let run = match target.as_str() {
        "calls" => spanmask_fuzz::calls::run,
        "image" => spanmask_fuzz::image::run,
        "paths" => spanmask_fuzz::paths::run,
        "policy" => spanmask_fuzz::policy::run,
        "reference" => spanmask_fuzz::reference::run,
        "split" => spanmask_fuzz::split::run,
        other => panic!("no target {other}"),
    };
    let (mut ran, mut failed) = (0, 0);
    for file in arguments.flat_map(|argument| files(Path::new(&argument))) {
        let bytes = fs::read(&file).expect("a file");
        ran += 1;
        if std::panic::catch_unwind(|| run(&bytes)).is_err() {
            println!("FAILED {}", file.display());
            failed += 1;
        }
    }
    println!("{target}: {ran} ran, {failed} failed");
    std::process::exit(i32::from(failed > 0));
}

fn files(path: &Path) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![path.to_path_buf()],
    }
}

//! Load on the masking service, and on the one of Langfuse's documentation: `make bench-service`, `make soak-service`.
//!
//! ```text
//! service compare SPANMASK PYTHON    both, one after the other in each round; a table of medians
//! service soak SPANMASK SECONDS      at 80 % of what it can, watching its memory
//! ```

mod load;
mod process;

use load::{Load, Result as LoadResult};
use process::Server;
use std::env;
use std::process::ExitCode;
use std::time::Duration;

/// A captured body of Langfuse's worker; larger ones repeat what is in it.
const BODY: &[u8] = include_bytes!("../../../conformance/traces/py5_small.worker.json");
const ROUNDS: usize = 3;
const CONNECTIONS: usize = 4;

/// A body of some 33 KB as often as it takes.
fn body(times: usize) -> Vec<u8> {
    let text = BODY.trim_ascii();
    let inner = &text[1..text.len() - 1];
    let mut body = vec![b'['];
    body.extend(vec![inner; times].join(&b','));
    body.push(b']');
    body
}

struct Size {
    name: &'static str,
    times: usize,
    /// Requests a round, to ours and to theirs.
    requests: [usize; 2],
}

const SIZES: [Size; 3] = [
    Size { name: "33 KB", times: 1, requests: [20_000, 400] },
    Size { name: "64 KB", times: 2, requests: [10_000, 200] },
    Size { name: "1 MB", times: 31, requests: [1_000, 60] },
];

fn main() -> ExitCode {
    let args: Vec<_> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["compare", spanmask, python] => compare(spanmask, python),
        ["soak", spanmask, seconds] => match seconds.parse() {
            Ok(seconds) => return soak(spanmask, Duration::from_secs(seconds)),
            Err(_) => return usage(),
        },
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: service compare SPANMASK PYTHON | service soak SPANMASK SECONDS");
    ExitCode::from(2)
}

fn compare(spanmask: &str, python: &str) {
    let servers = [
        ("spanmask, its rules", Server::spanmask(spanmask, "preset:langfuse-docs"), 0),
        ("spanmask, default", Server::spanmask(spanmask, "preset:default"), 0),
        ("FastAPI, uvicorn", Server::fastapi(python), 1),
    ];
    println!(
        "{CONNECTIONS} connections, medians of {ROUNDS} rounds, servers one after the other in each round\n"
    );
    println!("| body | server | requests a second | MB/s | p50 ms | p99 ms | requests x | p99 x |");
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    for size in &SIZES {
        let body = body(size.times);
        let mut results = servers.each_ref().map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for ((_, server, whose), results) in servers.iter().zip(&mut results) {
                let load = Load { address: server.address, body: &body, connections: CONNECTIONS };
                load.run(size.requests[*whose] / 10);
                results.push(load.run(size.requests[*whose]));
            }
        }
        let medians: Vec<_> = results.iter().map(|rounds| LoadResult::median(rounds)).collect();
        let theirs = &medians[2];
        for ((name, ..), ours) in servers.iter().zip(&medians) {
            println!(
                "| {} | {name} | {:.0} | {:.0} | {:.2} | {:.2} | {:.1} | 1/{:.1} |",
                size.name,
                ours.per_second,
                ours.per_second * body.len() as f64 / 1e6,
                ours.p50 * 1e3,
                ours.p99 * 1e3,
                ours.per_second / theirs.per_second,
                theirs.p99 / ours.p99,
            );
        }
    }
}

/// Steady load; fails on an error, or when memory grows.
fn soak(spanmask: &str, time: Duration) -> ExitCode {
    let server = Server::spanmask(spanmask, "preset:default");
    let body = body(31);
    let load = Load { address: server.address, body: &body, connections: CONNECTIONS };
    load.run(200);
    let most = load.run(1000).per_second;
    let rate = most * 0.8;
    println!("{most:.0} requests of 1 MB a second at most; {rate:.0} for {} s", time.as_secs());
    let (mut sent, mut resident) = (0, Vec::new());
    let slices = (time.as_secs() / 10).max(2);
    for slice in 0..slices {
        let result = load.paced((rate * 10.0) as usize, rate);
        sent += result.requests;
        resident.push(server.resident());
        println!(
            "{:>5} s  {:>7} requests  p50 {:>6.2} ms  p99 {:>6.2} ms  {:>5.1} MB resident",
            (slice + 1) * 10,
            sent,
            result.p50 * 1e3,
            result.p99 * 1e3,
            server.resident() as f64 / 1e6
        );
    }
    let (early, late) = resident.split_at(resident.len() / 2);
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(0);
    let failed = server.failed();
    println!("{sent} requests, {failed} of them without a masked answer");
    println!(
        "resident: {:.1} MB at most in the first half, {:.1} in the second",
        most(early) as f64 / 1e6,
        most(late) as f64 / 1e6
    );
    let flat = most(late) as f64 <= most(early) as f64 * 1.05;
    if flat && failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! One call on texts of 4 KB, 64 KB, 1 MB and 16 MB. `spanmask-bench latency` prints percentiles.

use criterion::{BenchmarkId, Criterion, Throughput};
use spanmask_bench::latency::{INPUTS, POLICIES};
use spanmask_bench::policies::Rules;
use spanmask_bench::slots::Slots;
use spanmask_bench::{Result, engines, inputs};
use std::time::Duration;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    for name in INPUTS {
        let input = inputs::build(name)?;
        let mut group = criterion.benchmark_group("latency");
        group.throughput(Throughput::Bytes(input.bytes.len() as u64)).sample_size(10);
        for policy in POLICIES {
            let mut engine =
                engines::named("spanmask")?.engine(Some(&Rules::named(policy)?), &input.bytes)?;
            let mut slots = Slots::new(&input.bytes);
            group.bench_function(BenchmarkId::new(policy, name), |bencher| {
                bencher.iter_custom(|calls| slots.calls(engine.as_mut(), calls).unwrap_or(Duration::MAX));
            });
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

//! Each stage as far as it can be had alone: the check, finding with a policy, masking with it.

use criterion::{BenchmarkId, Criterion, Throughput};
use spanmask_bench::inputs::{self, Input};
use spanmask_bench::policies::{self, Rules};
use spanmask_bench::slots::Slots;
use spanmask_bench::{Result, engines};
use std::hint::black_box;
use std::time::Duration;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    for name in ["langfuse-1mb", "synthetic-1mb-low"] {
        stages(&mut criterion, &inputs::build(name)?)?;
    }
    criterion.final_summary();
    Ok(())
}

fn stages(criterion: &mut Criterion, input: &Input) -> Result<()> {
    let mut group = criterion.benchmark_group(input.name);
    group.throughput(Throughput::Bytes(input.bytes.len() as u64)).sample_size(20);
    let mut slots = Slots::new(&input.bytes);
    let mut check = engines::named("spanmask-check")?.engine(None, &input.bytes)?;
    group.bench_function("check", |bencher| {
        bencher.iter_custom(|calls| slots.calls(check.as_mut(), calls).unwrap_or(Duration::MAX));
    });
    for name in policies::names() {
        let rules = Rules::named(name)?;
        let mut masker = rules.compile()?.masker();
        group.bench_function(BenchmarkId::new("find", name), |bencher| {
            bencher.iter(|| {
                black_box(masker.scan(black_box(&input.bytes), &mut |finding| {
                    black_box(finding);
                }))
            });
        });
        let mut mask = engines::named("spanmask")?.engine(Some(&rules), &input.bytes)?;
        group.bench_function(BenchmarkId::new("mask", name), |bencher| {
            bencher.iter_custom(|calls| slots.calls(mask.as_mut(), calls).unwrap_or(Duration::MAX));
        });
    }
    group.finish();
    Ok(())
}

//! Hostile texts at a size and at twice that size. `spanmask-bench growth` prints the ratios.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use spanmask_bench::growth::{policy, prose};
use spanmask_bench::{Result, hostile};
use std::hint::black_box;
use std::time::Duration;

const SIZE: usize = 64 << 10;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    for name in ["default", "langfuse-docs"] {
        measure(&mut criterion, &format!("prose with {name}"), name, &prose)?;
    }
    for attack in hostile::all() {
        measure(&mut criterion, attack.name, attack.policy, &|size| attack.text(size))?;
    }
    criterion.final_summary();
    Ok(())
}

fn measure(
    criterion: &mut Criterion,
    name: &str,
    policy_name: &str,
    text: &dyn Fn(usize) -> Vec<u8>,
) -> Result<()> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400));
    let mut masker = policy(policy_name)?.masker();
    for size in [SIZE, 2 * SIZE] {
        let mut text = text(size);
        let len = text.len();
        text.resize(4 * len + 4096, 0);
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            let call = |buffer: &mut Vec<u8>| black_box(masker.mask_in_place(buffer, len)).ok();
            bencher.iter_batched_ref(|| text.clone(), call, BatchSize::LargeInput);
        });
    }
    group.finish();
    Ok(())
}

//! x
use std::time::Instant;
fn main() {
    let file = std::env::args().nth(1).unwrap_or("/work/shared/traces/py5_medium.worker.json".into());
    let text = std::fs::read(&file).unwrap();
    let none = spanmask::Policy::from_yaml("version: 1\nrules: []\n").unwrap();
    let docs = spanmask::Policy::preset("langfuse-docs").unwrap();
    let default = spanmask::Policy::preset("default").unwrap();
    let mut buf = vec![0u8; text.len() * 2];
    for (name, policy) in [("none", none), ("docs", docs), ("default", default)] {
        let mut m = policy.masker();
        let mut best = vec![];
        for _ in 0..15 {
            buf[..text.len()].copy_from_slice(&text);
            let t = Instant::now();
            let n = m.mask_in_place(&mut buf, text.len()).unwrap();
            best.push(t.elapsed().as_secs_f64());
            std::hint::black_box(n);
        }
        best.sort_by(f64::total_cmp);
        println!("{name:8} {:7.0} MB/s ({} parts)", text.len() as f64 / best[7] / 1e6, m.report().parts());
    }
}

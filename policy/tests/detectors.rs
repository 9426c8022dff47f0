//! The built-in detectors against their cases: our own (`detectors/*.jsonl`), the values of the traces, and the cases
//! of two peers. `detectors/README.md` says how the data is written.

#[path = "detectors/cases.rs"]
mod cases;
#[path = "detectors/peers.rs"]
mod peers;
#[path = "detectors/support.rs"]
mod support;
#[path = "detectors/truth.rs"]
mod truth;

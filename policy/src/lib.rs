//! Policies: from text to a compiled policy.

pub mod automata;
mod compile;
pub mod detectors;
mod document;
mod error;
mod escape;
mod externals;
mod factors;
pub mod files;
mod host;
mod image;
pub mod io;
pub mod literals;
mod masker;
mod near_misses;
mod policy;
pub mod presets;
pub mod schema;
mod selectors;
mod stream;

pub use document::{Document, Format};
pub use error::{Place, PolicyError, Problem, ProblemKind};
pub use externals::{Externals, MapExternals, NoExternals};
pub use host::{Detector, Detectors, Failed, Spans};
pub use masker::{Finding, Masker, Report, Texts};
pub use near_misses::{NearMiss, Why};
pub use policy::Policy;
pub use spanmask_core::error::{Error, Reason};
pub use spanmask_core::image::{Embedded, Fault, ImageError, Section, WriteError, is_image};
pub use spanmask_core::mask::Framing;
pub use spanmask_core::stream::{Oversize, Progress, Status};
pub use stream::{Stream, StreamOptions};

//! spanmask for Python: the native module `spanmask._spanmask`.
//!
//! Python objects come in here and masked ones go out; what masks is the crate `spanmask`. `README.md` is the documentation
//! for users, `python/spanmask/_spanmask.pyi` has every signature.

mod buffer;
mod detector;
mod error;
mod finding;
#[cfg(feature = "hooks")]
mod hooks;
mod input;
mod object;
mod options;
mod policy;
mod pool;
mod quiet;
mod report;
mod source;
mod stream;

/// Safe without a GIL: what several threads may reach is immutable or behind a lock.
#[pyo3::pymodule(gil_used = false)]
mod _spanmask {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::finding::Finding;
    #[cfg(feature = "hooks")]
    #[pymodule_export]
    use crate::hooks::{_core, _panic};
    #[pymodule_export]
    use crate::policy::Policy;
    #[pymodule_export]
    use crate::report::Report;
    #[pymodule_export]
    use crate::stream::Stream;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("PRESETS", pyo3::types::PyTuple::new(module.py(), spanmask::presets::names())?)
    }
}

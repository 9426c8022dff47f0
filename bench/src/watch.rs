//! Time.

/// Counts the time that this thread works: on a shared machine, waiting for a core would be charged to those who
/// work for long.
#[derive(Clone, Copy, Debug)]
pub struct Watch(f64);

impl Watch {
    /// From now on.
    #[must_use]
    pub fn start() -> Self {
        Self(worked())
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        worked() - self.0
    }
}

#[cfg(unix)]
fn worked() -> f64 {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// Where that is not known: the time on the wall.
#[cfg(not(unix))]
fn worked() -> f64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

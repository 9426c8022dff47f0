//! Copies of a text for engines to work on in place, so that one round of a short text takes long enough to be timed.

use crate::Result;
use crate::engines::Engine;
use crate::watch::Watch;
use std::hint::black_box;
use std::time::Duration;

/// What the copies may hold together: not more than a second-level cache.
const TOGETHER: usize = 256 << 10;

/// Copies of a text, each with room for what masking it adds.
pub struct Slots<'i> {
    input: &'i [u8],
    buffers: Vec<Vec<u8>>,
}

impl<'i> Slots<'i> {
    /// As many copies as fit a cache; one of a long text.
    #[must_use]
    pub fn new(input: &'i [u8]) -> Self {
        let copies = (TOGETHER / input.len().max(1)).clamp(1, 64);
        Self { input, buffers: vec![vec![0; 2 * input.len() + 4096]; copies] }
    }

    /// The text.
    #[must_use]
    pub const fn input(&self) -> &'i [u8] {
        self.input
    }

    /// How many copies there are.
    #[must_use]
    pub const fn copies(&self) -> usize {
        self.buffers.len()
    }

    fn refill(&mut self) {
        for buffer in &mut self.buffers {
            buffer[..self.input.len()].copy_from_slice(self.input);
        }
    }

    /// Seconds a call takes. Only the calls are timed, not the copying.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn time(&mut self, engine: &mut dyn Engine) -> Result<f64> {
        let copies = self.buffers.len();
        if let Some(seconds) = engine.timed_inside(copies) {
            return Ok(seconds? / copies as f64);
        }
        self.refill();
        let start = Watch::start();
        for buffer in &mut self.buffers {
            black_box(engine.call(black_box(buffer), self.input.len())?);
        }
        Ok(start.seconds() / copies as f64)
    }

    /// The time of so many calls.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn calls(&mut self, engine: &mut dyn Engine, calls: u64) -> Result<Duration> {
        let rounds = calls.div_ceil(self.buffers.len() as u64);
        let mut seconds = 0.0;
        for _ in 0..rounds {
            seconds += self.time(engine)?;
        }
        Ok(Duration::from_secs_f64(seconds / rounds as f64 * calls as f64))
    }

    /// What the engine makes of the text.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn once<'s>(&'s mut self, engine: &'s mut dyn Engine) -> Result<&'s [u8]> {
        self.refill();
        let buffer = self.buffers.first_mut().ok_or("no buffer")?;
        engine.call(buffer, self.input.len())
    }

    /// Whether the engine refuses the text without its last byte.
    pub fn refuses_part(&mut self, engine: &mut dyn Engine) -> bool {
        self.refill();
        let len = self.input.len().saturating_sub(1);
        self.buffers.first_mut().is_some_and(|buffer| engine.call(buffer, len).is_err())
    }
}

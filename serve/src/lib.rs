//! `spanmask serve`: the masking callback that Langfuse's worker posts its traces to.
//!
//! ```text
//!   worker --> server --> routes --> mask --> worker         requests
//!              (tls,      (access)   (tenant, policies, admission, pool)
//!              patient)
//!   browser -> server --> playground                         people who try a policy out
//!   files  --> settings, policies                            read and checked as a whole; policies again when they change
//!   log, metrics, health                                     what it tells of itself, never a byte of a body
//! ```

mod access;
mod admission;
mod args;
mod error;
mod health;
mod log;
mod mask;
mod metrics;
mod patient;
mod playground;
mod policies;
mod pool;
mod routes;
mod run;
mod server;
pub mod settings;
mod spans;
mod tenant;
mod tls;

pub use args::{AFTER_HELP, ServeArgs};
pub use error::ServeError;
pub use run::run;

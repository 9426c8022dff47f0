//! `spanmask serve`: the real program, driven as Langfuse's worker drives it, and as it hopefully never is.

mod access;
mod bad_input;
mod chaos;
mod limits;
mod operate;
mod playground;
mod reload;
mod retries;
mod settings;
mod support;
mod tenants;
mod worker;

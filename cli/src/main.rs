//! The spanmask command.

fn main() {}

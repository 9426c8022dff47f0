//! Random documents and policies.

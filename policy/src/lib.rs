//! Policies: from text to a compiled policy.

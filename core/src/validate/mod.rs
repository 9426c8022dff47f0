//! Checks that a match must pass, one file a check.

mod density;
mod matches;
mod names;

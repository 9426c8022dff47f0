mod density;
mod firsts;
mod matches;
mod names;

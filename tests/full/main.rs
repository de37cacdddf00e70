//! The slow tests: the program as a process, killed, starved and timed out.

#[path = "../harness/mod.rs"]
mod harness;

mod command_line;
mod disk;
mod kill;
mod logs;
mod memory;

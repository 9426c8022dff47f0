//! What a shell and `man` need to know about the command, from the parser itself.

use crate::args::Cli;
use crate::error::CliError;
use crate::output;
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use std::io;
use std::path::Path;

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "spanmask", &mut script);
    output::print(&script)
}

/// Prints the page of the command itself, or writes the pages of all commands into a directory.
pub(crate) fn man(directory: Option<&Path>) -> Result<(), CliError> {
    let Some(directory) = directory else {
        let mut page = Vec::new();
        Man::new(Cli::command()).render(&mut page).map_err(|error| CliError::stdout(&error))?;
        return output::print(&page);
    };
    write_pages(directory).map_err(|error| CliError::file(directory.display().to_string(), "write", &error))
}

fn write_pages(directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    clap_mangen::generate_to(Cli::command(), directory)
}

//! Running other programs: either with their output passed through, or with it read.

use std::process::{Command, Stdio};

use crate::failure::{Failure, OrFail, Result};

/// Runs to the end with the terminal's own output, so that progress is seen.
pub fn run(command: &mut Command, remedy: &str) -> Result {
    let status = command.status().or_fail(format!("`{}` did not start", shown(command)), remedy)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` failed ({status})", shown(command)), remedy)) }
}

/// Runs to the end and gives what was printed on standard output; standard error is told when it fails.
pub fn read(command: &mut Command, remedy: &str) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().or_fail(format!("`{}` did not start", shown(command)), remedy)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(format!("`{}` failed: {}", shown(command), said.trim()), remedy))
    }
}

/// Whether it runs and succeeds; what it prints is nobody's business.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

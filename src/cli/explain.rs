//! `goodhart explain`.

use clap::Args;

use super::stop::Stop;
use super::{exit, output};
use goodhart_core::diagnostic::{CODES, Code, closest};
use goodhart_core::error::Error;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The code of a diagnostic, such as `ceiling-missing`; without it, all are listed
    code: Option<String>,
}

pub fn run(arguments: &Arguments) -> Result<u8, Stop> {
    let Some(name) = &arguments.code else {
        output::data(&list())?;
        return Ok(exit::CLEAN);
    };
    let Some(code) = Code::named(name) else {
        let meant = match closest(name, CODES.iter().map(|code| code.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`goodhart explain` lists all codes".to_owned(),
        };
        return Err(Error::Usage(format!("there is no diagnostic called `{name}`\n{meant}")).into());
    };
    output::data(&page(code))?;
    Ok(exit::CLEAN)
}

fn list() -> String {
    let width = CODES.iter().map(|code| code.name.len()).max().unwrap_or(0);
    let line = |code: &&Code| {
        format!("{:width$}  {:5}  {}\n", code.name, code.default.name(), code.summary)
    };
    CODES.iter().map(line).collect()
}

fn page(code: &Code) -> String {
    let changes = if code.adjustable {
        "`[lints]` of goodhart.toml or of a metric may change it"
    } else {
        "it cannot be changed"
    };
    format!("{}\nLevel: {}; {changes}.\n", code.page, code.default.name())
}

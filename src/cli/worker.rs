//! `goodhart worker`: what goodhart calls to run SQL in a process of its own.

use std::io;
use std::path::Path;

use super::exit;
use super::stop::Stop;
use goodhart_core::error::Error;
use goodhart_engine::serve;

pub fn run() -> Result<u8, Stop> {
    serve(io::stdin().lock(), io::stdout().lock()).map_err(Error::reading(Path::new("stdin")))?;
    Ok(exit::CLEAN)
}

//! The sample data of an invented SOC, as a pure function: no clock, no
//! environment, no floating point, so the same bytes on any machine.
//!
//! One module per subject. What depends on what: clients, rules, analysts and
//! assets stand alone; alerts need all four; incidents grow out of alerts;
//! dispositions, status history and SLA clocks only restate what alerts and
//! incidents already say. What metrics should find in it is in [`stories`].

mod alerts;
mod assets;
mod clients;
mod dispositions;
mod handling;
mod incident_alerts;
mod incident_rows;
mod incidents;
mod lifecycle;
mod office_hours;
mod origins;
mod output;
mod random;
mod rules;
mod severity;
mod sla_clocks;
mod sla_targets;
mod staff;
mod status_history;
mod stories;
mod telemetry;
mod time;

use std::io;

pub use output::GeneratedFile;

/// Every file of the sample data, in the order a reader should meet them.
pub fn generate() -> io::Result<Vec<GeneratedFile>> {
    let rules = rules::catalogue()?;
    let roster = staff::Roster::draw();
    let assets = assets::draw();
    let alerts = alerts::draw(&rules, &assets, &roster);
    let incidents = incidents::draw(&alerts, &rules, &assets, &roster);
    let targets = sla_targets::all();

    Ok(vec![
        clients::file()?,
        rules::file(&rules)?,
        staff::analysts_file()?,
        staff::shifts_file(&roster)?,
        assets::file(&assets)?,
        telemetry::file(&assets)?,
        alerts::file(&alerts)?,
        dispositions::file(&alerts, &roster)?,
        incidents::file(&incidents)?,
        incident_alerts::file(&incidents, &alerts)?,
        status_history::file(&incidents, &alerts)?,
        sla_targets::file(&targets)?,
        sla_clocks::file(&targets, &alerts, &incidents)?,
    ])
}

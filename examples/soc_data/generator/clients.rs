//! The clients. None of them exists.

use std::io;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::output::{self, GeneratedFile};
use super::time;

#[derive(PartialEq, Eq, Serialize)]
pub struct Client {
    pub client_id: &'static str,
    pub name: &'static str,
    pub timezone: &'static str,
    /// Office hours, declared beside the other calendars of the project.
    pub calendar_id: &'static str,
    pub tier: &'static str,
    pub active_from: &'static str,
    pub active_to: Option<&'static str>,
}

pub static FALKMAR: Client = Client {
    client_id: "falkmar",
    name: "Falkmar Maschinenwerke",
    timezone: "Europe/Berlin",
    calendar_id: "falkmar_office",
    tier: "standard",
    active_from: "2023-04-01",
    active_to: None,
};

pub static QUILLHAVEN: Client = Client {
    client_id: "quillhaven",
    name: "Quillhaven Health Plans",
    timezone: "America/New_York",
    calendar_id: "quillhaven_office",
    tier: "premium",
    active_from: "2022-09-15",
    active_to: None,
};

pub static TANVORO: Client = Client {
    client_id: "tanvoro",
    name: "Tanvoro Freight Lines",
    timezone: "Asia/Singapore",
    calendar_id: "tanvoro_office",
    tier: "standard",
    active_from: "2024-11-01",
    active_to: None,
};

pub static CLIENTS: [&Client; 3] = [&FALKMAR, &QUILLHAVEN, &TANVORO];

impl Client {
    pub fn zone(&self) -> TimeZone {
        time::zone(self.timezone)
    }

    /// What names of this client's machines and people begin with.
    pub fn prefix(&self) -> &'static str {
        &self.client_id[..3]
    }

    /// People who can turn up in an alert.
    pub fn users(&self) -> u64 {
        match self.client_id {
            "falkmar" => 900,
            "quillhaven" => 1_600,
            _ => 700,
        }
    }

    /// Share of all alerts, in 1/1000.
    pub fn alert_share(&self) -> u64 {
        match self.client_id {
            "falkmar" => 310,
            "quillhaven" => 400,
            _ => 290,
        }
    }
}

pub fn file() -> io::Result<GeneratedFile> {
    output::csv("clients.csv", CLIENTS)
}

//! The tests of the program and of its library, in one executable: linking DuckDB takes longer than
//! most of them. `cargo test --test all NAME` runs some. What needs a process of its own has one:
//! attacks, confinement, faults.

mod acceptance;
mod alerts;
mod architecture;
mod bad_input;
mod base_revision;
mod binding;
mod cache;
mod check_formats;
mod ci;
mod cli;
mod cli_reference;
mod codes;
mod committed_cache;
mod definition_tests;
mod determinism;
mod diff_formats;
mod diff_sides;
mod duckdb_facts;
mod formats;
mod fuzz_seeds;
mod gate;
mod generated;
mod history;
mod hostile_data;
mod inputs;
mod lineage;
mod meanwhile;
mod measures;
mod nondeterministic;
mod parsing;
mod planning;
mod privacy;
mod publish;
mod repository;
mod review;
mod sample_data;
mod schema;
mod shipped_project;
mod support;
mod text_order;
mod time;
mod times_and_order;
mod worker;
mod workflows;

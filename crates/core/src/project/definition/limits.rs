//! `[limits]`: what a run, or one metric of it, may take.

use super::read::{At, Duration, Size, record};

record! {
    /// How small a sample may be, and what an evaluation may take.
    pub struct LimitsTable {
        /// A rate, mean or quantile of fewer rows is `insufficient`; the default is 20.
        min_n: Option<u32>,
        /// How long one metric may take; the default is "60s".
        time: Option<At<Duration>>,
        /// How long the whole run may take; the default is "15m".
        run_time: Option<At<Duration>>,
        /// How much memory DuckDB may take; the default is "4GB".
        memory: Option<At<Size>>,
        /// How many rows of one metric may come from DuckDB; the default is 100000.
        result_rows: Option<At<u32>>,
        /// How much of one metric may come from DuckDB; the default is "64MB".
        result_size: Option<At<Size>>,
        /// How large the snapshot of one metric may be; the default is "16MB".
        snapshot_size: Option<At<Size>>,
        /// How large a file of a source or metric may be; the default is "1MiB".
        definition_size: Option<At<Size>>,
        /// How deep derived sources may read derived sources; the default is 16.
        depth: Option<At<u32>>,
    }
}

record! {
    /// What this metric may take: less than the project allows, never more.
    pub struct MetricLimitsTable {
        /// How long the metric may take.
        time: Option<At<Duration>>,
        /// How many rows of the metric may come from DuckDB.
        result_rows: Option<At<u32>>,
        /// How much of the metric may come from DuckDB.
        result_size: Option<At<Size>>,
        /// How large the snapshot of the metric may be.
        snapshot_size: Option<At<Size>>,
    }
}

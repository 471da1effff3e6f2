//! `[limits]`: what a run, or one metric of it, may take.

use super::read::{At, Duration, Size, record};

record! {
    /// How small a sample may be, and what an evaluation may take.
    pub struct LimitsTable {
        /// A rate, mean or quantile of fewer rows is `insufficient`; 20 where absent.
        min_n: Option<u32>,
        /// How long one metric may take; "60s" where absent.
        time: Option<At<Duration>>,
        /// How long the whole run may take; "15m" where absent.
        run_time: Option<At<Duration>>,
        /// How much memory DuckDB may take; "4GB" where absent.
        memory: Option<At<Size>>,
        /// How many rows of one metric may come from DuckDB; 100000 where absent.
        result_rows: Option<At<u32>>,
        /// How much of one metric may come from DuckDB; "64MB" where absent.
        result_size: Option<At<Size>>,
        /// How large the snapshot of one metric may be; "16MB" where absent.
        snapshot_size: Option<At<Size>>,
        /// How large a file of a source or metric may be; "1MiB" where absent.
        definition_size: Option<At<Size>>,
        /// How deep derived sources may read derived sources; 16 where absent.
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

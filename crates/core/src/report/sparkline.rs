//! A series as bars of one character.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One bar per value, scaled between the series' own extremes; a dot where there is no value, so
/// that bars of several series stand below each other. Nothing where one value is all there is.
pub fn sparkline(values: &[Option<f64>]) -> String {
    if values.len() < 2 {
        return String::new();
    }
    let known = || values.iter().flatten().copied();
    let low = known().fold(f64::INFINITY, f64::min);
    let high = known().fold(f64::NEG_INFINITY, f64::max);
    values
        .iter()
        .map(|value| match value {
            None => '·',
            Some(_) if high <= low => BARS[3],
            Some(value) => BARS[(((value - low) / (high - low) * 7.0).round() as usize).min(7)],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    #[test]
    fn bars_are_scaled_between_the_extremes() {
        assert_eq!(sparkline(&[Some(0.88), None, Some(0.94), Some(0.91)]), "▁·█▅");
        assert_eq!(sparkline(&[Some(2.0), Some(2.0)]), "▄▄");
        assert_eq!(sparkline(&[Some(2.0)]), "");
    }
}

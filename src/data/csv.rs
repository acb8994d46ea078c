//! Cells of comma-separated values, wherever they are written.

use crate::series::number_of_text;

/// `text` as a cell (RFC 4180). What a spreadsheet would run as a formula gets a `'` before it; a number is none.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && number_of_text(text).is_none();
    let guarded = if formula { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_cells_and_numbers_numbers() {
        for (text, expected) in [
            ("adam", "adam"),
            ("train/loss", "train/loss"),
            ("a,b", "\"a,b\""),
            ("a\nb", "\"a\nb\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=cmd()", "'=cmd()"),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("=\"a\"", "\"'=\"\"a\"\"\""),
            ("@SUM(1)", "'@SUM(1)"),
            ("+1+cmd()", "'+1+cmd()"),
            ("-1,2", "\"'-1,2\""),
            ("-1e-3", "-1e-3"),
            ("-inf", "-inf"),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}

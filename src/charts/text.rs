//! Text in pictures: how wide it is, cut to a width, and made harmless.

/// How many characters of one text are drawn at most.
const MOST_CHARS: usize = 400;

/// About how wide `text` is at a height of `text_dpx`, a little more rather than less: no backend
/// is asked, so that every backend lays out alike.
pub fn text_width(text: &str, text_dpx: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * text_dpx
}

fn em(c: char) -> f64 {
    match c {
        '.' | ',' | ':' | ' ' | 'i' | 'l' => 0.32,
        'm' | 'M' | 'W' | '∞' => 0.97,
        '-' | 't' | 'r' | 'f' => 0.41,
        // Scripts whose letters fill a square, and pictures.
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1.0,
        '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}' => 1.0,
        _ => 0.64,
    }
}

/// `text` on one line, without what would change the text around it: control characters become
/// spaces, marks that turn the direction of writing are left out, and a very long text is cut.
///
/// XML knows no control characters, not even escaped: an SVG with one cannot be opened.
pub fn harmless(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let no_character = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut kept: String = text
        .chars()
        .filter(|&c| !turns(c) && !no_character(c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .take(MOST_CHARS + 1)
        .collect();
    if kept.chars().count() > MOST_CHARS {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// `text` made [`harmless`], and cut in the middle so that it is no wider than `room`; empty if not even one
/// character and an ellipsis fit. Ends of names often differ more than middles, so both ends stay.
pub fn fitted(text: &str, room: f64, text_dpx: f64) -> String {
    let text = harmless(text);
    let text = text.trim();
    if text_width(text, text_dpx) <= room {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let (mut head, mut tail) = (String::new(), Vec::new());
    let (mut first, mut end) = (0, chars.len());
    let mut left = room - text_width("…", text_dpx);
    while first < end {
        let from_head = head.chars().count() <= tail.len();
        let next = if from_head { chars[first] } else { chars[end - 1] };
        left -= em(next) * text_dpx;
        if left < 0.0 {
            break;
        }
        if from_head {
            head.push(next);
            first += 1;
        } else {
            tail.push(next);
            end -= 1;
        }
    }
    if head.is_empty() {
        return String::new();
    }
    head.trim_end().to_owned() + "…" + tail.into_iter().rev().collect::<String>().trim_start()
}

/// `text` made [`harmless`] and broken at spaces into lines no wider than `room`; what does not fit into `most`
/// lines is cut off with an ellipsis.
pub fn wrapped(text: &str, room: f64, text_dpx: f64, most: usize) -> Vec<String> {
    let text = harmless(text);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer {
            Some(longer) if text_width(&longer, text_dpx) <= room => *lines.last_mut().expect("it has a last") = longer,
            Some(_) if lines.len() == most => {
                let last = lines.last_mut().expect("it has a last");
                *last = fitted_end(last, room, text_dpx);
                return lines;
            }
            Some(_) | None if most > 0 => lines.push(fitted(word, room, text_dpx)),
            Some(_) | None => return lines,
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// `text` with an ellipsis at its end, cut there so that it is no wider than `room`.
fn fitted_end(text: &str, room: f64, text_dpx: f64) -> String {
    let mut kept = text.to_owned();
    while !kept.is_empty() && text_width(&kept, text_dpx) + text_width("…", text_dpx) > room {
        kept.pop();
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_one_harmless_line() {
        for (text, expected) in [
            ("adam", "adam"),
            ("größe 🦀", "größe 🦀"),
            ("a\nb\tc\0d\u{1b}[31m", "a b c d [31m"),
            ("safe\u{202e}gpj.exe", "safegpj.exe"),
            ("\u{ffff}\u{2066}x", "x"),
            ("<script>&", "<script>&"),
        ] {
            assert_eq!(harmless(text), expected);
        }
        assert_eq!(harmless(&"x".repeat(1_000_000)).chars().count(), MOST_CHARS + 1);
    }

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(fitted("run-1", 100.0, 10.0), "run-1");
        let cut = fitted("resnet50-imagenet-lr-0.1-seed-17", 110.0, 10.0);
        assert!(cut.starts_with("resnet") && cut.ends_with("-17") && cut.contains('…'), "{cut}");
        assert!(text_width(&cut, 10.0) <= 110.0, "{cut}");
        assert_eq!(fitted("run", 5.0, 10.0), "");
    }

    #[test]
    fn sentences_break_at_spaces() {
        assert_eq!(wrapped("one two three", 45.0, 10.0, 5), ["one two", "three"]);
        assert_eq!(wrapped("one two three", 45.0, 10.0, 1), ["one tw…"]);
        assert_eq!(wrapped("", 45.0, 10.0, 3), Vec::<String>::new());
        assert_eq!(wrapped("one", 45.0, 10.0, 0), Vec::<String>::new());
    }
}

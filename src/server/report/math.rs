//! LaTeX as MathML.

use super::clean::escape;
use pulldown_latex::{Parser, RenderConfig, Storage, config::DisplayMode, mathml::push_mathml};

/// The longest formula, bytes; a longer one is shown as its source.
const LONGEST: usize = 8_000;
/// How deep braces, brackets and environments may lie in each other.
const DEEPEST: usize = 60;
/// Words that define others: a few of them can make a formula as long as they like.
const DEFINING: &[&str] = &["\\def", "\\let", "\\futurelet", "\\newcommand", "\\renewcommand", "\\providecommand"];

/// The formula as MathML; its source, marked as wrong, if it cannot be read. The answer is not cleaned yet.
pub(super) fn mathml(formula: &str, display: DisplayMode) -> String {
    read(formula, display).unwrap_or_else(|why| format!("<code title=\"{}\">{}</code>", escape(&why), escape(formula)))
}

fn read(formula: &str, display: DisplayMode) -> Result<String, String> {
    if formula.len() > LONGEST {
        return Err(format!("a formula has at most {LONGEST} bytes"));
    }
    if DEFINING.iter().any(|word| formula.contains(word)) {
        return Err("a formula cannot define commands".to_owned());
    }
    let (mut depth, mut deepest) = (0usize, 0);
    for part in formula.split_inclusive(['{', '}', '^', '_', '\\']) {
        match part.as_bytes().last() {
            Some(b'{' | b'^' | b'_' | b'\\') => depth += 1,
            Some(b'}') => depth = depth.saturating_sub(1),
            Some(_) | None => {}
        }
        if part.as_bytes().last() != Some(&b'{') && part.as_bytes().last() != Some(&b'}') {
            depth = depth.saturating_sub(1);
        }
        deepest = deepest.max(depth);
    }
    if deepest > DEEPEST {
        return Err(format!("braces lie at most {DEEPEST} deep in each other"));
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(formula, &storage) {
        events.push(Ok::<_, std::convert::Infallible>(event.map_err(|error| error.to_string())?));
    }
    let mut out = String::new();
    let config = RenderConfig { display_mode: display, ..RenderConfig::default() };
    push_mathml(&mut out, events.into_iter(), config).map_err(|error| error.to_string())?;
    Ok(out)
}

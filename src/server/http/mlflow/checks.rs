//! MLflow's limits on names and values.

use super::{MlflowError, fields::Text};
use std::borrow::Cow;

/// Characters of a metric's, param's or tag's key.
pub const LONGEST_KEY: usize = 250;
/// Characters of a param's value; the rest is cut.
const LONGEST_PARAM: usize = 6_000;
/// Characters of a run tag's value; the rest is cut.
const LONGEST_TAG: usize = 8_000;

/// The text that a request must have; an empty one counts as missing.
pub fn required<T: AsRef<str>>(text: Option<T>, parameter: &str) -> Result<T, MlflowError> {
    text.filter(|text| !text.as_ref().is_empty()).ok_or_else(|| MlflowError::missing(parameter))
}

/// The run that a request names by `run_id`, or by `run_uuid` as old clients do.
pub fn run_id<'a>(run_id: &'a Option<Text<'a>>, run_uuid: &'a Option<Text<'a>>) -> Result<&'a str, MlflowError> {
    let given = [run_id, run_uuid].into_iter().flatten().find(|id| !id.is_empty());
    given.map(|id| &**id).ok_or_else(|| MlflowError::missing("run_id"))
}

/// As [`run_id`], of a request that logs: an id that could never be one is refused as such.
pub fn logging_run_id<'a>(id: &'a Option<Text<'a>>, run_uuid: &'a Option<Text<'a>>) -> Result<&'a str, MlflowError> {
    let id = run_id(id, run_uuid)?;
    let mut bytes = id.bytes();
    let plain = bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && id.len() <= 256;
    match plain {
        true => Ok(id),
        false => Err(MlflowError::bad_value("run_id", id, "a run id has letters, digits, '-' and '_' only.")),
    }
}

/// The number of the experiment that a request names.
pub fn experiment_id(id: &str) -> Result<i64, MlflowError> {
    id.parse().map_err(|_| {
        MlflowError::Invalid(format!("Invalid experiment ID '{id}'. Experiment ID must be a valid integer."))
    })
}

/// Checks a key of a metric, param or tag: its characters, and that it is its own path.
pub fn key(name: &str, path: &str) -> Result<(), MlflowError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ' | b':' | b'/');
    let wide = |c: char| c.is_alphanumeric() || (c.is_ascii() && plain(c as u8));
    if !name.bytes().all(plain) && !name.chars().all(wide) {
        return Err(MlflowError::bad_value(
            path,
            name,
            "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) \
             and slashes (/).",
        ));
    }
    let normal = !name.starts_with("..") && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !normal {
        return Err(MlflowError::bad_value(
            path,
            name,
            &format!(
                "Names may be treated as files in certain cases, and must not resolve to other names when treated \
                 as such. This name would resolve to '{}'",
                resolved(name)
            ),
        ));
    }
    Ok(())
}

/// What a path means once `.`, `..` and empty parts are followed.
fn resolved(name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if name.starts_with('/') { "/" } else { "" };
    match format!("{root}{}", parts.join("/")) {
        empty if empty.is_empty() => ".".to_owned(),
        path => path,
    }
}

/// Checks that `text` has at most `limit` characters.
pub fn length(text: &str, limit: usize, what: &str) -> Result<(), MlflowError> {
    match text.len() <= limit || text.chars().count() <= limit {
        true => Ok(()),
        false => Err(MlflowError::Invalid(format!("'{what}' exceeds the maximum length of {limit} characters"))),
    }
}

/// A metric's key, checked.
pub fn metric_key(name: &str, path: &str) -> Result<(), MlflowError> {
    key(name, path)?;
    length(name, LONGEST_KEY, "Metric name")
}

/// Checks when a point of the metric `key` was logged.
pub fn timestamp(millis: i64, key: &str, path: &str) -> Result<(), MlflowError> {
    match millis >= 0 {
        true => Ok(()),
        false => {
            let why = format!("metric '{key}'. Timestamp must be a nonnegative long (64-bit integer)");
            Err(MlflowError::bad_value(path, &millis, &why))
        }
    }
}

/// A param, checked, its value cut if it is too long.
pub fn param(name: &str, value: Option<Text>, path: &str) -> Result<(String, String), MlflowError> {
    key(name, path)?;
    length(name, LONGEST_KEY, "Param key")?;
    Ok((name.to_owned(), cut(value, LONGEST_PARAM)))
}

/// A run's tag, checked, its value cut if it is too long.
pub fn tag(name: &str, value: Option<Text>, path: &str) -> Result<(String, String), MlflowError> {
    key(name, path)?;
    length(name, LONGEST_KEY, path)?;
    Ok((name.to_owned(), cut_tag(value)))
}

/// The value of a run's tag, cut if it is too long.
pub fn cut_tag(value: Option<Text>) -> String {
    cut(value, LONGEST_TAG)
}

fn cut(value: Option<Text>, limit: usize) -> String {
    let mut value = value.map(|text| text.0).unwrap_or(Cow::Borrowed("")).into_owned();
    if value.len() > limit
        && let Some((end, _)) = value.char_indices().nth(limit)
    {
        value.truncate(end);
    }
    value
}

/// A page's size, which must lie in `least..=most`.
pub fn page_size(given: i64, least: i64, most: i64) -> Result<u64, MlflowError> {
    match (least..=most).contains(&given) {
        true => Ok(given as u64),
        false => Err(MlflowError::Invalid(format!(
            "Invalid value {given} for parameter 'max_results' supplied: It must be at least {least} and at most {most}."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_own_path_in_letters_of_any_script() {
        for (name, good) in [
            ("train/loss", true),
            ("größe: 数 .x_-1", true),
            ("system/gpu_0", true),
            ("...", false),
            (".hidden", true),
            ("", false),
            (".", false),
            ("..a", false),
            ("a/../b", false),
            ("a//b", false),
            ("/a", false),
            ("a/", false),
            ("a/./b", false),
            ("a#b", false),
            ("a\u{0}b", false),
            ("a\nb", false),
            ("a=b", false),
            ("🙂", false),
        ] {
            assert_eq!(key(name, "key").is_ok(), good, "{name:?}");
        }
    }

    #[test]
    fn lengths_count_characters() {
        assert!(metric_key(&"ü".repeat(250), "name").is_ok());
        assert!(metric_key(&"ü".repeat(251), "name").is_err());
        let (_, value) = param("k", Some(Text("ü".repeat(7_000).into())), "key").unwrap();
        assert_eq!(value.chars().count(), 6_000);
    }
}

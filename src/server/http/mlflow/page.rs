//! Page tokens: where the next page begins, as text that only we read.

use super::MlflowError;

/// The offset that `token` stands for; no token stands for the beginning.
pub fn offset(token: Option<&str>) -> Result<u64, MlflowError> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(0) };
    let number = token.strip_prefix('o').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let offset = number.and_then(|digits| digits.parse::<u64>().ok()).filter(|&offset| i64::try_from(offset).is_ok());
    offset.ok_or_else(|| MlflowError::Invalid(format!("Invalid page token '{}'.", token.escape_debug())))
}

/// As [`offset`], of a token that was bound to `question` by [`bind`].
pub fn offset_of_question(token: Option<&str>, question: u64) -> Result<u64, MlflowError> {
    let Some(bound) = token.filter(|token| !token.is_empty()) else { return Ok(0) };
    match bound.strip_suffix(&format!("-{question:016x}")) {
        Some(token) => offset(Some(token)),
        None => Err(MlflowError::Invalid("The page token does not belong to this search.".to_owned())),
    }
}

/// Binds a token to the question that it continues.
pub fn bind(token: String, question: u64) -> String {
    format!("{token}-{question:016x}")
}

/// Cuts `found`, which was asked for with one more than `size`, to a page, and gives the token of the
/// next page if there is one.
pub fn cut<T>(found: &mut Vec<T>, offset: u64, size: u64) -> Option<String> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if found.len() <= size {
        return None;
    }
    found.truncate(size);
    Some(token(offset + size as u64))
}

/// The token of the page that begins at `offset`.
pub fn token(offset: u64) -> String {
    format!("o{offset}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tokens_of_ours_are_read() {
        for (token, expected) in [
            (None, Some(0)),
            (Some(""), Some(0)),
            (Some("o20"), Some(20)),
            (Some("o"), None),
            (Some("20"), None),
            (Some("o+2"), None),
            (Some("o99999999999999999999"), None),
            (Some("o18446744073709551615"), None),
            (Some("eyJvZmZzZXQiOjEwfQ=="), None),
        ] {
            assert_eq!(offset(token).ok(), expected, "{token:?}");
        }
        let mut page = vec![1, 2, 3];
        assert_eq!(cut(&mut page, 10, 2), Some("o12".to_owned()));
        assert_eq!(page, [1, 2]);
        assert_eq!(cut(&mut page, 12, 2), None, "a page that is exactly full may be the last");
    }
}

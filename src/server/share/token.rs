//! The secret part of a link's address: 128 random bits, kept as a hash only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A link's token, as it stands in addresses: 22 characters of URL-safe Base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 16]);

/// Never written in full, so that no log and no error holds it.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one.
    pub fn random() -> std::io::Result<Token> {
        Ok(Token(random_bytes()?))
    }

    /// The token that `text` is, or `None`: there is one way only to write it.
    pub fn of_text(text: &str) -> Option<Token> {
        if text.len() != 22 {
            return None;
        }
        Some(Token(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
    }

    /// As it stands in addresses.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// Random bytes of the system.
pub(super) fn random_bytes<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// Whether both are equal, in a time that does not tell where they differ.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && std::hint::black_box(a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_from_its_text_and_from_no_other() {
        let token = Token::random().expect("the system has random bytes");
        let text = token.text();
        assert_eq!(Token::of_text(&text), Some(token.clone()));
        assert_ne!(Token::random().expect("again").text(), text);
        assert!(!format!("{token:?}").contains(&text));
        let padded = format!("{text}==");
        for bad in
            ["", &text[1..], &padded, "////////////////////++", "AAAAAAAAAAAAAAAAAAAAAB", "%41AAAAAAAAAAAAAAAAAAA"]
        {
            assert!(Token::of_text(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn comparing_says_what_is_equal() {
        for (a, b, equal) in [("", "", true), ("abc", "abc", true), ("abc", "abd", false), ("abc", "abcd", false)] {
            assert_eq!(same(a.as_bytes(), b.as_bytes()), equal);
        }
    }
}

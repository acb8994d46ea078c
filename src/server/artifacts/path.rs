//! Paths of artifacts that cannot lead out of their folder.

use percent_encoding::percent_decode_str;

/// A path of plain names parted by `/`: relative, not empty, without `.` and `..`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactPath(String);

/// The text is not such a path, or would become another one if it were decoded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Invalid path")]
pub struct BadPath;

/// How often a text is decoded to see what it could mean.
const DECODINGS: usize = 8;

impl ArtifactPath {
    /// Reads a path that was decoded as often as its carrier encoded it, so never again. Empty parts
    /// and parts that are `.` are left out.
    ///
    /// A path is refused if it, or anything it decodes to, is absolute, has a `..`, a backslash, a
    /// `#`, a NUL, a drive, or is a `file:` URI: whoever decodes it once more must not be led away.
    pub fn parse(text: &str) -> Result<ArtifactPath, BadPath> {
        let mut meaning = text.to_owned();
        for _ in 0..DECODINGS {
            check(&meaning)?;
            let decoded = percent_decode_str(&meaning).decode_utf8_lossy().into_owned();
            if decoded == meaning {
                return normal(text);
            }
            meaning = decoded;
        }
        Err(BadPath)
    }

    /// The path below another one.
    pub fn below(&self, folder: &str) -> Result<ArtifactPath, BadPath> {
        ArtifactPath::parse(&format!("{folder}/{}", self.0))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last name in it.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

fn check(text: &str) -> Result<(), BadPath> {
    let drive = matches!(text.as_bytes(), [letter, b':'] | [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    let file_uri = text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
    let away = text.starts_with('/') || text.contains(['\\', '#', '\0']) || text.split('/').any(|part| part == "..");
    if drive || file_uri || away { Err(BadPath) } else { Ok(()) }
}

fn normal(text: &str) -> Result<ArtifactPath, BadPath> {
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let path = parts.join("/");
    // What file systems take.
    let fits = !path.is_empty() && path.len() <= 2_048 && parts.iter().all(|part| part.len() <= 255);
    if fits { Ok(ArtifactPath(path)) } else { Err(BadPath) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_stay_below_are_read() {
        for (text, expected) in [
            ("a", Some("a")),
            ("0/run/artifacts/a b/ü.txt", Some("0/run/artifacts/a b/ü.txt")),
            ("a//b/./c/", Some("a/b/c")),
            ("100%", Some("100%")),
            ("a%20b", Some("a%20b")),
            ("a;b?c", Some("a;b?c")),
            ("...", Some("...")),
            (".hidden", Some(".hidden")),
            ("a:b", Some("a:b")),
            ("", None),
            (".", None),
            ("/", None),
            ("/etc/passwd", None),
            ("//etc", None),
            ("%2Fetc", None),
            ("..", None),
            ("a/../b", None),
            ("a/%2e%2e/b", None),
            ("a/%252e%252e/b", None),
            ("a/%25252e%25252e/b", None),
            ("%25252525252525252525252e", None),
            ("..%2fb", None),
            ("a\\b", None),
            ("a%5Cb", None),
            ("..\\b", None),
            ("a#b", None),
            ("a%23b", None),
            ("a\0b", None),
            ("a%00b", None),
            ("C:/x", None),
            ("c:", None),
            ("c%3A/x", None),
            ("file:x", None),
            ("FILE:///etc/passwd", None),
            ("file%3A///x", None),
        ] {
            assert_eq!(ArtifactPath::parse(text).ok().as_ref().map(ArtifactPath::as_str), expected, "{text:?}");
        }
        assert!(ArtifactPath::parse(&"a".repeat(256)).is_err());
        assert!(ArtifactPath::parse(&"a/".repeat(1_024)).is_ok());
        assert!(ArtifactPath::parse(&"ab/".repeat(1_024)).is_err());
    }
}

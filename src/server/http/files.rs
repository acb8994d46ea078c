//! Sending a file: streamed, with ranges and a tag to ask again by.

use super::ApiError;
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use std::{
    io::SeekFrom,
    ops::Range,
    path::{Component, Path, PathBuf},
    time::UNIX_EPOCH,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

/// How many bytes are read at a time.
const PIECE: usize = 256 << 10;

/// The path below `root` that `relative` names, both without following links out of `root`.
///
/// 400 for a path that tries to leave, 404 for one that leads nowhere.
pub async fn below(root: &Path, relative: &str) -> Result<PathBuf, ApiError> {
    let plain = |part: Component| matches!(part, Component::Normal(_));
    if relative.contains(['\0', '\\']) || !Path::new(relative).components().all(plain) {
        return Err(ApiError::BadRequest("a path must stay inside its folder, without `..`".to_owned()));
    }
    let nowhere = |_| ApiError::NotFound(format!("there is no artifact {relative}"));
    let root = tokio::fs::canonicalize(root).await.map_err(nowhere)?;
    let path = tokio::fs::canonicalize(root.join(relative)).await.map_err(nowhere)?;
    match path.starts_with(&root) {
        true => Ok(path),
        false => Err(ApiError::NotFound(format!("there is no artifact {relative}"))),
    }
}

/// The file at `path` as an answer: whole, the one range that `headers` ask for, or nothing where the
/// client has it already. `headers` are the request's. The caller adds the media type.
pub async fn send(path: &Path, headers: &HeaderMap) -> Result<Response, ApiError> {
    let nowhere = |_| ApiError::NotFound("there is no such file".to_owned());
    let mut file = File::open(path).await.map_err(nowhere)?;
    let about = file.metadata().await.map_err(nowhere)?;
    if !about.is_file() {
        return Err(ApiError::NotFound("this is a folder, not a file".to_owned()));
    }
    let length = about.len();
    let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let tag = format!("\"{:x}-{length:x}\"", changed.as_nanos());
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let tag_value = HeaderValue::from_str(&tag).expect("hexadecimal digits are a header");
    let changed = httpdate::fmt_http_date(UNIX_EPOCH + changed);
    let known = match text(header::IF_NONE_MATCH) {
        Some(known) => known == "*" || known.contains(&tag),
        None => text(header::IF_MODIFIED_SINCE).is_some_and(|known| known == changed),
    };
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag_value)]).into_response());
    }
    let asked =
        text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|known| known == tag || known == changed));
    let range = match asked.map(|range| range_of(range, length)) {
        Some(Asked::Part(range)) => Some(range),
        Some(Asked::Nothing) => {
            let size = HeaderValue::from_str(&format!("bytes */{length}")).expect("digits are a header");
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, size)]).into_response());
        }
        Some(Asked::All) | None => None,
    };
    let part = range.clone().unwrap_or(0..length);
    file.seek(SeekFrom::Start(part.start)).await.map_err(nowhere)?;
    let mut response = Body::from_stream(stream::unfold((file, part.end - part.start), piece)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, tag_value);
    headers.insert(header::LAST_MODIFIED, HeaderValue::from_str(&changed).expect("a date is a header"));
    if let Some(range) = range {
        let said = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        headers.insert(header::CONTENT_RANGE, HeaderValue::from_str(&said).expect("digits are a header"));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// What of a file is asked for.
#[derive(Debug, PartialEq)]
enum Asked {
    Part(Range<u64>),
    /// A range that lies outside.
    Nothing,
    /// No range, or one that this server need not understand.
    All,
}

fn range_of(header: &str, length: u64) -> Asked {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Asked::All;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
        _ => return Asked::All,
    };
    if range.is_empty() { Asked::Nothing } else { Asked::Part(range) }
}

async fn piece((mut file, left): (File, u64)) -> Option<(std::io::Result<Bytes>, (File, u64))> {
    if left == 0 {
        return None;
    }
    let mut buffer = Vec::with_capacity(left.min(PIECE as u64) as usize);
    let read = (&mut file).take(left.min(PIECE as u64)).read_to_end(&mut buffer).await;
    Some(match read {
        // The file became shorter: ending the body early tells the client.
        Ok(0) => (Err(std::io::ErrorKind::UnexpectedEof.into()), (file, 0)),
        Ok(n) => (Ok(Bytes::from(buffer)), (file, left - n as u64)),
        Err(error) => (Err(error), (file, 0)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (header, asked) in [
            ("bytes=0-4", Asked::Part(0..5)),
            ("bytes=5-", Asked::Part(5..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=8-99", Asked::Part(8..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-4", Asked::All),
            ("bytes=1-2,4-5", Asked::All),
            ("steps=1-2", Asked::All),
            ("bytes=", Asked::All),
        ] {
            assert_eq!(range_of(header, 10), asked, "{header}");
        }
    }

    #[tokio::test]
    async fn a_path_stays_below_its_root() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir_all(root.join("a")).unwrap();
        std::fs::write(root.join("a/b.txt"), "b").unwrap();
        std::fs::write(dir.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), root.join("link")).unwrap();
        for (path, good) in [
            ("a/b.txt", true),
            ("a", true),
            ("", true),
            ("a//b.txt", true),
            ("../secret", false),
            ("a/../../secret", false),
            ("/etc/passwd", false),
            ("link", false),
            ("a\\b.txt", false),
            ("nothing", false),
        ] {
            assert_eq!(below(&root, path).await.is_ok(), good, "{path}");
        }
    }
}

//! Passwords of links: hashed slowly, guessed slowly.
//!
//! Who knows the password gets a key for some hours. It is sent with each request in a header or an
//! address, because a page in a frame may keep no cookie.

use super::token::{random_bytes, same};
use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{PasswordHash, Salt},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Mutex};
use tokio::sync::Semaphore;

/// The shortest and the longest password, characters and bytes.
const LENGTHS: (usize, usize) = (8, 200);
/// How long a key lasts, milliseconds.
const KEY_MILLIS: i64 = 12 * 60 * 60 * 1000;
/// How many wrong passwords a link takes in [`PAUSE_MILLIS`].
const TRIES: u32 = 8;
/// How long a link takes no password after too many wrong ones, milliseconds.
const PAUSE_MILLIS: i64 = 60_000;
/// How many passwords are hashed at a time: each takes 19 MiB.
const HASHING: usize = 2;

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is another one.
    Wrong,
    /// Too many wrong ones came before; try again after so many milliseconds.
    Wait(i64),
}

/// Who may try, and what makes keys.
pub struct Doorkeeper {
    /// Known to this process only: keys end with it.
    secret: [u8; 32],
    wrong: Mutex<HashMap<i64, (u32, i64)>>,
    hashing: Semaphore,
}

impl Doorkeeper {
    /// A doorkeeper with a secret of its own.
    pub fn new() -> std::io::Result<Doorkeeper> {
        Ok(Doorkeeper { secret: random_bytes()?, wrong: Mutex::default(), hashing: Semaphore::new(HASHING) })
    }

    /// The hash of a new password, or why it cannot be one.
    pub async fn hash(&self, password: String) -> Result<String, String> {
        let (least, most) = LENGTHS;
        if password.chars().count() < least || password.len() > most {
            return Err(format!("a password has {least} characters or more, and at most {most} bytes"));
        }
        let _turn = self.hashing.acquire().await.map_err(|_| "the server is stopping".to_owned())?;
        let hashed = tokio::task::spawn_blocking(move || {
            let bytes: [u8; 16] = random_bytes().map_err(|error| error.to_string())?;
            let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
            let salt = Salt::from_b64(&text).map_err(|error| error.to_string())?;
            let hash = Argon2::default().hash_password(password.as_bytes(), salt);
            hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
        });
        hashed.await.map_err(|_| "the password could not be hashed".to_owned())?
    }

    /// A key for the link `sid`, if `password` is the one that `hash` was made from.
    pub async fn unlock(&self, sid: i64, hash: &str, password: String, now: i64) -> Result<String, Refused> {
        // Counted before it is looked at, so that many at once count as many.
        self.count(sid, now)?;
        let good = match self.hashing.acquire().await {
            Err(_) => false,
            Ok(_turn) if password.len() > LENGTHS.1 => false,
            Ok(_turn) => {
                let hash = hash.to_owned();
                let checked = tokio::task::spawn_blocking(move || {
                    let hash = PasswordHash::new(&hash).ok()?;
                    Argon2::default().verify_password(password.as_bytes(), &hash).ok()
                });
                matches!(checked.await, Ok(Some(())))
            }
        };
        if !good {
            return Err(Refused::Wrong);
        }
        self.wrong.lock().expect("no panic while held").remove(&sid);
        Ok(self.key(sid, hash, now + KEY_MILLIS))
    }

    /// Whether `key` opens the link `sid` at `now`.
    pub fn opens(&self, sid: i64, hash: &str, key: &str, now: i64) -> bool {
        let until = key.split_once('.').and_then(|(until, _)| until.parse::<i64>().ok());
        until.is_some_and(|until| now < until && same(self.key(sid, hash, until).as_bytes(), key.as_bytes()))
    }

    fn key(&self, sid: i64, hash: &str, until: i64) -> String {
        let inner =
            Sha256::digest([&self.secret[..], &sid.to_le_bytes(), &until.to_le_bytes(), hash.as_bytes()].concat());
        let outer = Sha256::digest([&self.secret[..], &inner[..]].concat());
        format!("{until}.{}", URL_SAFE_NO_PAD.encode(&outer[..16]))
    }

    fn count(&self, sid: i64, now: i64) -> Result<(), Refused> {
        let mut wrong = self.wrong.lock().expect("no panic while held");
        wrong.retain(|_, (_, since)| now - *since < PAUSE_MILLIS);
        let (tries, since) = wrong.entry(sid).or_insert((0, now));
        if *tries >= TRIES {
            return Err(Refused::Wait(PAUSE_MILLIS - (now - *since)));
        }
        *tries += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_link_for_some_hours() {
        let keeper = Doorkeeper::new().expect("random bytes");
        let hash = keeper.hash("correct horse".to_owned()).await.expect("a password");
        assert!(hash.starts_with("$argon2id$") && !hash.contains("horse"));
        assert_eq!(keeper.unlock(1, &hash, "wrong horse".to_owned(), 0).await, Err(Refused::Wrong));
        let key = keeper.unlock(1, &hash, "correct horse".to_owned(), 0).await.expect("the password");
        let other = keeper.hash("correct horse".to_owned()).await.expect("a password");
        for (name, sid, hash, key, now, opens) in [
            ("its link", 1, &hash, key.as_str(), 1, true),
            ("another link", 2, &hash, &key, 1, false),
            ("another password", 1, &other, &key, 1, false),
            ("too late", 1, &hash, &key, KEY_MILLIS, false),
            ("no key", 1, &hash, "", 1, false),
            ("a key made longer", 1, &hash, &key.replacen("43200000", "99999999999", 1), 1, false),
        ] {
            assert_eq!(keeper.opens(sid, hash, key, now), opens, "{name}");
        }
    }

    #[tokio::test]
    async fn guessing_is_slow() {
        let keeper = Doorkeeper::new().expect("random bytes");
        assert!(keeper.hash("short".to_owned()).await.is_err());
        for _ in 0..TRIES {
            assert_eq!(keeper.unlock(1, "no hash", "guess".to_owned(), 5).await, Err(Refused::Wrong));
        }
        assert_eq!(keeper.unlock(1, "no hash", "guess".to_owned(), 6).await, Err(Refused::Wait(PAUSE_MILLIS - 1)));
        assert_eq!(
            keeper.unlock(2, "no hash", "guess".to_owned(), 6).await,
            Err(Refused::Wrong),
            "other links are open"
        );
        assert_eq!(keeper.unlock(1, "no hash", "guess".to_owned(), 5 + PAUSE_MILLIS).await, Err(Refused::Wrong));
    }
}

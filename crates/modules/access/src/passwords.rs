//! Passwords: argon2id, one at a time on each of two threads, away from the database's.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use kernel::{Check, Error, Result, Rng};
use tokio::sync::Semaphore;

/// Each hash takes 19 MiB and some 20 ms of a core: more at once would starve the chats.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Kept for an account without a password: no password is the one kept as this.
pub(crate) const NONE: &str = "none";

/// Whether this may be a password: 10 to 200 characters, not the login itself.
pub(crate) fn check(field: &'static str, password: &str, login: &str) -> Result<()> {
    let count = password.chars().take(201).count();
    Check::new()
        .that(count >= 10, field, "password_too_short")
        .that(count <= 200, field, "too_long")
        .that(!password.to_lowercase().contains(login) || login.len() < 4, field, "password_holds_login")
        .done()
}

/// The hash to keep.
pub(crate) async fn hash(password: String, rng: &Rng) -> Result<String> {
    let rng = rng.clone();
    on_a_thread(move || hash_here(&password, &rng)).await?
}

/// The hash to keep, made on this very thread.
pub(crate) fn hash_here(password: &str, rng: &Rng) -> Result<String> {
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &rng.bytes::<16>());
    hashed.map(|hash| hash.to_string()).map_err(|error| Error::internal(error.to_string()))
}

/// Whether `password` is the one kept as `hash`. Takes as long for an account that does not exist.
pub(crate) async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    on_a_thread(move || {
        let Some(hash) = hash.filter(|hash| hash != NONE) else {
            // The same work for nobody, so that time does not tell who exists.
            let _ = Argon2::default().hash_password_with_salt(password.as_bytes(), b"nobody at all...");
            return false;
        };
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = AT_ONCE.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

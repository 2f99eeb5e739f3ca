// SPDX-License-Identifier: Apache-2.0
//! Tokens by a key, for one node: the last one is shown until shortly before it ends.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use chain::keys::SecretKey;
use chain::{Hash, Time};
use reqwest::header::HeaderValue;

use crate::error::ClientError;

/// How long a token is good, in seconds.
const LIFE_S: u64 = 300;
/// How long before its end it is not shown any more, in milliseconds.
const LAST_MS: u64 = 60_000;

/// Makes tokens. Nothing that it prints shows key or token.
pub(crate) struct Tokens {
    key: SecretKey,
    audience: String,
    last: Mutex<Option<(HeaderValue, Time)>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokens by {}", self.key.public())
    }
}

impl Tokens {
    /// For the node of a name on a chain.
    pub(crate) fn new(key: SecretKey, chain: Hash, node: &str) -> Self {
        Self { key, audience: token::audience(chain, node), last: Mutex::new(None) }
    }

    /// What the header `Authorization` says now.
    pub(crate) fn now(&self) -> Result<HeaderValue, ClientError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.at(Time(since.as_millis() as u64))
    }

    fn at(&self, now: Time) -> Result<HeaderValue, ClientError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((value, _)) = last.as_ref().filter(|(_, until)| now < *until) {
            return Ok(value.clone());
        }
        let token = token::sign(&self.key, &self.audience, now, LIFE_S);
        let token = token.map_err(|error| ClientError::Answer(error.to_string()))?;
        let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| ClientError::Credentials)?;
        value.set_sensitive(true);
        *last = Some((value.clone(), now.plus(LIFE_S * 1_000 - LAST_MS)));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_is_shown_until_shortly_before_it_ends_and_then_another() {
        let key = SecretKey::from_seed(&[4; 32]);
        let tokens = Tokens::new(key.clone(), Hash([1; 32]), "validator-1");
        let at = |ms: u64| tokens.at(Time(1_700_000_000_000 + ms)).unwrap();
        let first = at(0);
        assert_eq!(at(239_999), first);
        let second = at(240_000);
        assert_ne!(second, first);
        let text = second.to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned();
        let audience = token::audience(Hash([1; 32]), "validator-1");
        let good = token::verify(&text, &audience, Time(1_700_000_240_000)).unwrap();
        assert_eq!(good.key, key.public());
        assert!(!format!("{tokens:?} {second:?}").contains(&text));
    }
}

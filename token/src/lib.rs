// SPDX-License-Identifier: Apache-2.0
//! Short-lived tokens that organisations and holders sign with a key that the chain knows: JSON Web Tokens
//! (RFC 7519) with EdDSA (RFC 8037). Whose the key is, and whether it is in force, the chain says, never the token.

use std::sync::Once;

use chain::keys::{PublicKey, SecretKey, Signature};
use chain::{Hash, Time};
use jsonwebtoken::crypto::{CryptoProvider, JwkUtils, JwtSigner, JwtVerifier};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use signature::{Signer, Verifier};

/// Longest life of a token, in seconds.
pub const LIFE_S: u64 = 600;
/// How far the clock of who signs may be off, in seconds.
const LEEWAY_S: u64 = 30;
/// Longest text of a token, in bytes.
pub const TOKEN_BYTES: usize = 1_024;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// For which node of which chain.
    pub aud: String,
    /// Since when, in seconds since 1970.
    pub iat: u64,
    /// Until when, in seconds since 1970: at most 600 after `iat`.
    pub exp: u64,
}

/// Why a token is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenError {
    /// It is no token with `alg` EdDSA and a `kid`.
    #[error("it is no JSON Web Token with alg EdDSA and the public key as kid")]
    Malformed,
    /// Its signature is wrong.
    #[error("its signature does not hold")]
    Signature,
    /// It is for another chain or another node.
    #[error("its aud is not dianyun:CHAIN:NODE of this chain and this node")]
    Audience,
    /// Its time is over, or has not come.
    #[error("it is not good now: iat and exp are seconds since 1970")]
    Time,
    /// It would be good for too long.
    #[error("it is good for more than {LIFE_S} seconds")]
    Life,
}

/// What the `aud` of a token says: a node takes only what was signed for it, so that none can ask another
/// in its caller's name.
pub fn audience(chain: Hash, node: &str) -> String {
    format!("dianyun:{chain}:{node}")
}

/// A token by `key` for an audience, good from `now` for `life_s` seconds.
pub fn sign(key: &SecretKey, audience: &str, now: Time, life_s: u64) -> Result<String, TokenError> {
    install();
    let iat = now.0 / 1_000;
    let claims = Claims { aud: audience.to_owned(), iat, exp: iat + life_s };
    let kid = Some(hex::encode(key.public().bytes));
    let header = Header { kid, ..Header::new(Algorithm::EdDSA) };
    let secret = EncodingKey::from_ed_der(&key.seed());
    jsonwebtoken::encode(&header, &claims, &secret).map_err(|_| TokenError::Malformed)
}

/// What a good token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The key that signed it.
    pub key: PublicKey,
    /// Until when it is good, the leeway of clocks included.
    pub until: Time,
}

/// The key that a token says it is signed by: nothing is checked yet but that a signature by it could mean
/// anything.
pub fn signer(token: &str) -> Result<PublicKey, TokenError> {
    if token.len() > TOKEN_BYTES {
        return Err(TokenError::Malformed);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
    let kid = header.kid.filter(|_| header.alg == Algorithm::EdDSA);
    let key: Option<PublicKey> = kid.and_then(|kid| format!("ed25519:{kid}").parse().ok());
    key.filter(|key| !key.is_weak()).ok_or(TokenError::Malformed)
}

/// What a token says, if it is good at `now`.
pub fn verify(token: &str, audience: &str, now: Time) -> Result<Token, TokenError> {
    install();
    let key = signer(token)?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["exp", "aud"]);
    // The clock is the caller's, so that one request has one instant.
    rules.validate_exp = false;
    let public = DecodingKey::from_ed_der(&key.bytes);
    let claims = jsonwebtoken::decode::<Claims>(token, &public, &rules).map_err(refusal)?.claims;
    in_time(&claims, now.0 / 1_000)?;
    Ok(Token { key, until: Time(claims.exp.saturating_add(LEEWAY_S).saturating_mul(1_000)) })
}

fn in_time(claims: &Claims, now_s: u64) -> Result<(), TokenError> {
    let (iat, exp) = (claims.iat, claims.exp);
    if exp.saturating_sub(iat) > LIFE_S {
        return Err(TokenError::Life);
    }
    let begun = iat <= now_s.saturating_add(LEEWAY_S);
    let over = exp.saturating_add(LEEWAY_S) <= now_s;
    if iat < exp && begun && !over { Ok(()) } else { Err(TokenError::Time) }
}

fn refusal(error: Error) -> TokenError {
    match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAudience => TokenError::Audience,
        _ => TokenError::Malformed,
    }
}

/// Tokens are checked by the same rules as transactions, with the chain's own keys.
static KEYS: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        let seed = key.inner().try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
        eddsa(algorithm)?;
        Ok(Box::new(Own(SecretKey::from_seed(seed))))
    },
    verifier_factory: |algorithm, key| {
        let bytes = key.as_bytes().try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
        eddsa(algorithm)?;
        Ok(Box::new(Other(PublicKey::ed25519(bytes))))
    },
    jwk_utils: JwkUtils::new_unimplemented(),
};

fn eddsa(algorithm: &Algorithm) -> Result<(), Error> {
    match algorithm {
        Algorithm::EdDSA => Ok(()),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _there = KEYS.install_default();
    });
}

struct Own(SecretKey);

impl Signer<Vec<u8>> for Own {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).bytes.to_vec())
    }
}

impl JwtSigner for Own {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Other(PublicKey);

impl Verifier<Vec<u8>> for Other {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let bytes: [u8; 64] =
            signature.as_slice().try_into().map_err(|_| signature::Error::new())?;
        let signature = Signature { scheme: self.0.scheme, bytes };
        match self.0.verifies(message, &signature) {
            true => Ok(()),
            false => Err(signature::Error::new()),
        }
    }
}

impl JwtVerifier for Other {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HERE: &str = "dianyun:00:validator-1";
    const NOW: Time = Time(1_800_000_000_000);

    fn key() -> SecretKey {
        SecretKey::from_seed(&[5; 32])
    }

    fn token(life_s: u64) -> String {
        sign(&key(), HERE, NOW, life_s).unwrap()
    }

    #[test]
    fn a_token_names_the_key_that_signed_it() {
        let read = verify(&token(60), HERE, NOW).unwrap();
        assert_eq!((read.key, read.until), (key().public(), NOW.plus(90_000)));
    }

    #[test]
    fn a_token_is_good_for_its_time_and_the_leeway_of_clocks() {
        let at = |s: i64| Time((NOW.0 as i64 + s * 1_000) as u64);
        for (second, good) in [(-31, false), (-30, true), (0, true), (89, true), (90, false)] {
            assert_eq!(verify(&token(60), HERE, at(second)).is_ok(), good, "{second}");
        }
        assert!(verify(&token(LIFE_S), HERE, NOW).is_ok());
        assert_eq!(verify(&token(LIFE_S + 1), HERE, NOW), Err(TokenError::Life));
        assert_eq!(verify(&token(0), HERE, NOW), Err(TokenError::Time));
    }

    #[test]
    fn a_token_for_another_node_is_refused() {
        assert_eq!(verify(&token(60), "dianyun:00:validator-2", NOW), Err(TokenError::Audience));
    }

    #[test]
    fn a_token_with_any_byte_changed_is_refused() {
        let whole = token(60);
        for place in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(verify(&changed, HERE, NOW).is_err(), "byte {place}");
        }
    }

    #[test]
    fn a_token_by_no_algorithm_or_by_another_is_refused() {
        let part = |value: serde_json::Value| {
            use base64::Engine;
            base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
        };
        let kid = hex::encode(key().public().bytes);
        let iat = NOW.0 / 1_000;
        let claims = part(serde_json::json!({"aud": HERE, "iat": iat, "exp": iat + 60}));
        for alg in ["none", "HS256", "ES256"] {
            let header = part(serde_json::json!({"alg": alg, "kid": kid}));
            let unsigned = format!("{header}.{claims}.");
            assert_eq!(verify(&unsigned, HERE, NOW), Err(TokenError::Malformed), "{alg}");
        }
    }

    /// Anybody can make signatures by such a key that hold.
    #[test]
    fn a_token_by_a_key_of_small_order_is_refused() {
        let part = |value: serde_json::Value| {
            use base64::Engine;
            base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
        };
        let mut identity = [0; 32];
        identity[0] = 1;
        for bytes in [identity, [0; 32]] {
            let header = part(serde_json::json!({"alg": "EdDSA", "kid": hex::encode(bytes)}));
            assert_eq!(signer(&format!("{header}.e30.AA")), Err(TokenError::Malformed));
        }
        assert_eq!(signer(&token(60)), Ok(key().public()));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in ["", ".", "..", "a.b.c", &"x".repeat(TOKEN_BYTES + 1)] {
            assert_eq!(verify(text, HERE, NOW), Err(TokenError::Malformed), "{text}");
        }
    }
}

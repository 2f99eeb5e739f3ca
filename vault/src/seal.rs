// SPDX-License-Identifier: Apache-2.0
//! Sealing one document: XChaCha20-Poly1305 under its subject's key, with subject and name as associated
//! data, padded so that its length says little.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::document::DocumentName;
use crate::error::VaultError;
use crate::key::{Secret, random};
use crate::subject::Subject;

/// The layout behind it: version (1) ‖ nonce (24) ‖ ciphertext of length (4) ‖ bytes ‖ zeros.
const VERSION: u8 = 1;
const NONCE: usize = 24;
/// What is sealed is padded to a multiple of this, bytes.
const PAD: usize = 256;
const CONTEXT: &[u8] = b"dianyun vault document 1";

/// Context ‖ subject (17) ‖ name.
fn associated(subject: Subject, name: &DocumentName) -> Vec<u8> {
    [CONTEXT, &subject.to_bytes(), name.as_str().as_bytes()].concat()
}

fn cipher(key: &Secret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(**key))
}

fn padded(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let whole = (4 + bytes.len()).next_multiple_of(PAD);
    let mut out = Zeroizing::new(Vec::with_capacity(whole));
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
    out.resize(whole, 0);
    out
}

fn unpadded(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let inner = rest.get(..u32::from_le_bytes(*length) as usize)?;
    Some(Zeroizing::new(inner.to_vec()))
}

/// Seals a document under a fresh nonce.
pub(crate) fn seal(
    key: &Secret,
    (subject, name): (Subject, &DocumentName),
    bytes: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    let (msg, aad) = (padded(bytes), associated(subject, name));
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), Payload { msg: &msg, aad: &aad });
    // It fails only for more bytes than a document may have.
    let limit = crate::DOCUMENT_BYTES;
    let sealed = sealed.map_err(|_| VaultError::TooLarge { name: name.clone(), limit })?;
    Ok([&[VERSION][..], &nonce, &sealed].concat())
}

/// The document, if these are the bytes that were sealed for that subject under that name.
pub(crate) fn open(
    key: &Secret,
    (subject, name): (Subject, &DocumentName),
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let opened = (|| {
        let (version, rest) = sealed.split_first()?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>()?;
        if *version != VERSION {
            return None;
        }
        let aad = associated(subject, name);
        let plain = cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: &aad });
        unpadded(&Zeroizing::new(plain.ok()?))
    })();
    let what = format!("document {name}");
    opened.ok_or(VaultError::Altered { subject, what })
}

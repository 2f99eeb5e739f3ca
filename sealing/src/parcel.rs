// SPDX-License-Identifier: Apache-2.0
//! What an authority is sent: claims with what opens them, or a change of a person's key, sealed to its published
//! key. Who carries a parcel reads nothing of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chain::actions::{Action, PersonKeyRegister, Statement};
use chain::domain;
use chain::exchange::Sealed;
use chain::fields::Field;
use chain::hash::Hash;
use chain::ids::{ApplicationId, OrganisationId, Time};
use chain::records::certificate::CertificateKind;
use chain::text::hex_array;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::hpke::{Purpose, Receiver, SealError, seal};
use crate::published::Published;

/// Most claims in one parcel.
pub const CLAIMS: usize = 500;
/// Largest parcel as JSON.
pub const PARCEL_BYTES: usize = 3 * 1024 * 1024;

/// One claim with what opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimSent {
    /// The application, which need not be on chain yet.
    pub application: ApplicationId,
    /// Place of the claim in it, from 0.
    pub claim: u32,
    /// Kind of certificate.
    pub kind: CertificateKind,
    /// All fields of the kind's table, in its order.
    pub fields: Vec<Field>,
}

impl Drop for ClaimSent {
    fn drop(&mut self) {
        wipe(&mut self.fields);
    }
}

/// A person who lost a device asks for a new key: the identity authority verifies the person again, and registers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// What the authority is asked to send: person, new key, custody, and the new key's word.
    pub register: PersonKeyRegister,
    /// The word of who sponsored the application that led to the person's code, on the same action: it saw to it
    /// that who asks has the person's phone.
    pub sponsor: Statement,
    /// All fields of the person's identity, in the order of the table. Their salts open nothing.
    pub fields: Vec<Field>,
}

impl KeyChange {
    /// True if the sponsor's word is good on a chain at an instant; whose key that is, the chain says.
    pub fn is_vouched(&self, chain: Hash, now: Time) -> bool {
        let action = Action::from(self.register.clone());
        let message = self.sponsor.message(chain, action.statement_digest());
        now < self.sponsor.valid_until
            && self.sponsor.signer.verifies(&message, &self.sponsor.signature)
    }
}

impl Drop for KeyChange {
    fn drop(&mut self) {
        wipe(&mut self.fields);
    }
}

fn wipe(fields: &mut [Field]) {
    for field in fields {
        field.value.zeroize();
        field.salt.0.zeroize();
    }
}

/// What is in a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// 1 to 500 claims.
    Claims(Vec<ClaimSent>),
    /// One change of a key.
    KeyChange(Box<KeyChange>),
}

/// A sealed parcel, as it is posted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    /// The published key that it is sealed to.
    pub to: Hash,
    /// The encapsulated key of HPKE: 32 bytes, as hexadecimal digits.
    pub encapsulated: String,
    /// The sealed JSON of the content, in base64 (RFC 4648).
    pub sealed: String,
}

impl std::fmt::Debug for Parcel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parcel to {}", self.to)
    }
}

/// Why a parcel was not made or not opened.
#[derive(Debug, thiserror::Error)]
pub enum ParcelError {
    /// HPKE.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What is around the sealed bytes is malformed.
    #[error("the parcel is malformed: {0}. It has 64 hexadecimal digits and base64")]
    Malformed(&'static str),
    /// What was inside is no content.
    #[error("the parcel opens, but what is inside is not understood: line {line}, column {column}")]
    Content {
        /// Line of the JSON.
        line: usize,
        /// Column.
        column: usize,
    },
}

fn purpose(chain: Hash, organisation: &OrganisationId) -> Purpose<'_> {
    Purpose { tag: domain::INBOX, chain, about: &organisation.0.0 }
}

impl Parcel {
    /// Seals content to an authority's published key, which was checked.
    pub fn seal(content: &Content, to: &Published) -> Result<Self, ParcelError> {
        let json = serde_json::to_vec(content);
        let json = json.map_err(|_| ParcelError::Malformed("the content is no JSON"))?;
        let json = Zeroizing::new(json);
        let sealed = seal(&json, to.key, purpose(to.chain, &to.organisation))?;
        let encapsulated = Hash(sealed.key).to_string();
        Ok(Self { to: to.key, encapsulated, sealed: STANDARD.encode(&sealed.bytes) })
    }

    /// Opens it with the key that it is sealed to.
    pub fn open(
        &self,
        receiver: &Receiver,
        (chain, organisation): (Hash, OrganisationId),
    ) -> Result<Content, ParcelError> {
        let key = hex_array(&self.encapsulated, "64 lower-case hexadecimal digits");
        let key = key.map_err(|_| ParcelError::Malformed("encapsulated"))?;
        let bytes = STANDARD.decode(&self.sealed);
        let bytes = bytes.map_err(|_| ParcelError::Malformed("sealed"))?;
        let opened = receiver.open(&Sealed { key, bytes }, purpose(chain, &organisation))?;
        // The error of the parser would show what it read.
        serde_json::from_slice(&opened)
            .map_err(|error| ParcelError::Content { line: error.line(), column: error.column() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::fields::Salt;
    use chain::ids::RecordId;
    use chain::keys::SecretKey;

    use super::*;

    fn content() -> Content {
        let value = "16400000001".to_owned();
        let field = Field { name: "telephone".to_owned(), salt: Salt([5; 32]), value };
        let application = ApplicationId(RecordId([6; 16]));
        let kind = CertificateKind::Identity;
        Content::Claims(vec![ClaimSent { application, claim: 1, kind, fields: vec![field] }])
    }

    #[test]
    fn a_parcel_opens_for_its_authority_alone_and_shows_nothing_on_its_way() {
        let receiver = Receiver::fresh();
        let of = (Hash([1; 32]), OrganisationId(RecordId([2; 16])));
        let signer = SecretKey::from_seed(&[7; 32]);
        let published = Published::sign(&signer, of, receiver.public(), Time(1_000));
        let parcel = Parcel::seal(&content(), &published).unwrap();
        let text = serde_json::to_string(&parcel).unwrap();
        assert!(!text.contains("16400000001") && !text.contains("telephone"));
        let read: Parcel = serde_json::from_str(&text).unwrap();
        assert_eq!(read.open(&receiver, of).unwrap(), content());
        let not_opened = |found| matches!(found, Err(ParcelError::Seal(SealError::NotOpened)));
        assert!(not_opened(read.open(&Receiver::fresh(), of)));
        let other = OrganisationId(RecordId([9; 16]));
        assert!(not_opened(read.open(&receiver, (of.0, other))));
        let broken = Parcel { sealed: "%".to_owned(), ..read.clone() };
        assert!(matches!(broken.open(&receiver, of), Err(ParcelError::Malformed("sealed"))));
        let broken = Parcel { encapsulated: "00".to_owned(), ..read };
        let found = broken.open(&receiver, of);
        assert!(matches!(found, Err(ParcelError::Malformed("encapsulated"))));
    }

    #[test]
    fn what_is_no_content_is_refused_without_showing_it() {
        let receiver = Receiver::fresh();
        let of = (Hash([1; 32]), OrganisationId(RecordId([2; 16])));
        let sealed =
            seal(br#"{"claims":"16400000001"}"#, receiver.public(), purpose(of.0, &of.1)).unwrap();
        let parcel = Parcel {
            to: receiver.public(),
            encapsulated: Hash(sealed.key).to_string(),
            sealed: STANDARD.encode(&sealed.bytes),
        };
        let error = parcel.open(&receiver, of).unwrap_err();
        assert!(matches!(error, ParcelError::Content { .. }));
        assert!(!error.to_string().contains("16400000001"));
    }
}

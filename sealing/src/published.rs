// SPDX-License-Identifier: Apache-2.0
//! The key that an authority publishes for what is sent to it, signed by a key of its own that the chain knows.

use chain::domain;
use chain::hash::Hash;
use chain::ids::{OrganisationId, Time};
use chain::keys::{PublicKey, SecretKey, Signature};
use serde::{Deserialize, Serialize};

/// A key to seal to, until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The chain on which the authority answers.
    pub chain: Hash,
    /// The authority.
    pub organisation: OrganisationId,
    /// X25519 public key, 32 bytes.
    pub key: Hash,
    /// Until when it is good.
    pub valid_until: Time,
    /// A key of the authority's with the role `attest`.
    pub signer: PublicKey,
    /// Over tag, chain, organisation, key and end.
    pub signature: Signature,
}

/// Why nothing is sealed to a published key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishedError {
    /// It is of another chain or authority.
    #[error(
        "the key is published by another authority, or for another chain: see the inbox's address"
    )]
    Other,
    /// It is over.
    #[error("the key has ended: ask the inbox for the one in force")]
    Ended,
    /// Its signature is not one of the signer's.
    #[error("the signature of the published key is wrong: nothing is sent there")]
    Signature,
}

impl Published {
    /// Publishes a key.
    pub fn sign(
        signer: &SecretKey,
        (chain, organisation): (Hash, OrganisationId),
        key: Hash,
        valid_until: Time,
    ) -> Self {
        let digest = digest(chain, organisation, key, valid_until);
        let signature = signer.sign(&digest.0);
        Self { chain, organisation, key, valid_until, signer: signer.public(), signature }
    }

    /// Checks everything but whether the chain has the signer as a key of the authority's with the role
    /// `attest`: that is asked where the chain is.
    pub fn check(
        &self,
        (chain, organisation): (Hash, OrganisationId),
        now: Time,
    ) -> Result<(), PublishedError> {
        if (self.chain, self.organisation) != (chain, organisation) {
            return Err(PublishedError::Other);
        }
        if now >= self.valid_until {
            return Err(PublishedError::Ended);
        }
        let digest = digest(self.chain, self.organisation, self.key, self.valid_until);
        match self.signer.verifies(&digest.0, &self.signature) {
            true => Ok(()),
            false => Err(PublishedError::Signature),
        }
    }
}

fn digest(chain: Hash, organisation: OrganisationId, key: Hash, valid_until: Time) -> Hash {
    let until = valid_until.0.to_le_bytes();
    Hash::tagged(domain::INBOX_KEY, &[&chain.0, &organisation.0.0, &key.0, &until])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::ids::RecordId;

    use super::*;

    #[test]
    fn a_published_key_is_good_for_its_authority_and_chain_until_it_ends() {
        let signer = SecretKey::from_seed(&[7; 32]);
        let of = (Hash([1; 32]), OrganisationId(RecordId([2; 16])));
        let good = Published::sign(&signer, of, Hash([3; 32]), Time(1_000));
        assert_eq!(good.check(of, Time(999)), Ok(()));
        assert_eq!(good.check(of, Time(1_000)), Err(PublishedError::Ended));
        assert_eq!(good.check((Hash([9; 32]), of.1), Time(0)), Err(PublishedError::Other));
        let other = OrganisationId(RecordId([9; 16]));
        assert_eq!(good.check((of.0, other), Time(0)), Err(PublishedError::Other));
        let wrong = Err(PublishedError::Signature);
        let longer = Published { valid_until: Time(2_000), ..good.clone() };
        assert_eq!(longer.check(of, Time(0)), wrong);
        let replaced = Published { key: Hash([4; 32]), ..good.clone() };
        assert_eq!(replaced.check(of, Time(0)), wrong);
        let stranger = SecretKey::from_seed(&[8; 32]).public();
        assert_eq!(Published { signer: stranger, ..good.clone() }.check(of, Time(0)), wrong);
        let text = serde_json::to_string(&good).unwrap();
        assert_eq!(serde_json::from_str::<Published>(&text).unwrap(), good);
    }
}

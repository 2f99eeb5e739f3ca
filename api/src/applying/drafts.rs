// SPDX-License-Identifier: Apache-2.0
//! What was prepared and waits for the holder's word. In memory alone, bounded and for half an hour: who comes later
//! prepares anew. Values are wiped with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chain::fields::Field;
use chain::ids::{ApplicationId, OrganisationId, Time};
use chain::keys::PublicKey;
use chain::records::certificate::CertificateKind;
use chain::{Action, Transaction};
use parking_lot::Mutex;
use vault::Contact;
use zeroize::Zeroize;

/// How long a draft is kept, in milliseconds.
pub(crate) const DRAFT_MS: u64 = 30 * 60_000;
/// Most drafts at once, and of one ticket or organisation.
const MOST: usize = 10_000;
const MOST_OF_ONE: usize = 20;

/// Whose draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// Who showed a ticket, by its digest.
    Ticket([u8; 32]),
    /// An organisation with a credential.
    Member(OrganisationId),
}

/// One certificate's fields.
pub(crate) struct Paper {
    pub(crate) place: u32,
    pub(crate) kind: CertificateKind,
    pub(crate) fields: Vec<Field>,
}

impl Drop for Paper {
    fn drop(&mut self) {
        for field in &mut self.fields {
            field.value.zeroize();
            field.salt.0.zeroize();
        }
    }
}

/// What a draft is for.
pub(crate) enum Purpose {
    /// A new application.
    Apply {
        /// How the holder is reached.
        contact: Contact,
    },
    /// The correction of a claim.
    Correct {
        /// Of which application.
        application: ApplicationId,
    },
    /// A new key in the place of a lost one.
    ChangeKey {
        /// The authority that verifies the person.
        authority: OrganisationId,
    },
}

/// What was prepared.
pub(crate) struct Draft {
    pub(crate) owner: Owner,
    /// Who sends it.
    pub(crate) sponsor: OrganisationId,
    /// The action, without anybody's word.
    pub(crate) action: Action,
    pub(crate) holder_key: PublicKey,
    pub(crate) papers: Vec<Paper>,
    pub(crate) purpose: Purpose,
    pub(crate) until: Time,
    /// The transaction that it became: sent again it is the same. Held while it is on its way.
    pub(crate) sent: tokio::sync::Mutex<Option<Transaction>>,
}

/// There are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// All of them, by what they are submitted with.
#[derive(Default)]
pub(crate) struct Drafts(Mutex<BTreeMap<[u8; 16], Arc<Draft>>>);

impl Drafts {
    /// Keeps one under a name that nobody can guess.
    pub(crate) fn keep(&self, name: [u8; 16], draft: Draft, now: Time) -> Result<(), Full> {
        let mut all = self.0.lock();
        all.retain(|_, draft| now < draft.until);
        let of_one = all.values().filter(|other| other.owner == draft.owner).count();
        if all.len() >= MOST || of_one >= MOST_OF_ONE {
            return Err(Full);
        }
        all.insert(name, Arc::new(draft));
        Ok(())
    }

    /// A draft of somebody, while it is good.
    pub(crate) fn of(&self, name: [u8; 16], owner: Owner, now: Time) -> Option<Arc<Draft>> {
        let all = self.0.lock();
        let found = all.get(&name).filter(|draft| draft.owner == owner && now < draft.until);
        found.cloned()
    }
}

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
use vault::{Contact, HeldClaim};
use zeroize::Zeroize;

use super::submit::Submitted;

/// How long a draft is kept, in milliseconds.
pub(crate) const DRAFT_MS: u64 = 30 * 60_000;
/// Most drafts at once, and of one ticket or organisation without those that are on chain.
const MOST: usize = 10_000;
const MOST_OF_ONE: usize = 20;
/// Bytes of fields in all of them.
const MOST_BYTES: usize = 64 << 20;

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

/// How far a draft got.
#[derive(Default)]
pub(crate) enum Progress {
    /// It waits for the holder's word.
    #[default]
    Open,
    /// It is in the vault, and its transaction was sent.
    Sent(Box<Sent>),
    /// It is on chain.
    Done(Submitted),
}

/// What a draft became.
pub(crate) struct Sent {
    /// Sent again it is the same.
    pub(crate) transaction: Transaction,
    /// What the vault had in a corrected claim's place before.
    pub(crate) before: Option<HeldClaim>,
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
    /// How far it got. Locked while it goes on.
    pub(crate) progress: Arc<tokio::sync::Mutex<Progress>>,
}

impl Draft {
    fn bytes(&self) -> usize {
        let fields = self.papers.iter().flat_map(|paper| &paper.fields);
        fields.map(|field| field.name.len() + field.value.len() + size_of::<Field>()).sum()
    }

    fn is_done(&self) -> bool {
        self.progress.try_lock().is_ok_and(|progress| matches!(*progress, Progress::Done(_)))
    }
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
        self.forget_old(now);
        let mut all = self.0.lock();
        let of_one = all.values().filter(|other| other.owner == draft.owner && !other.is_done());
        let is_one_too_many = all.len() >= MOST || of_one.count() >= MOST_OF_ONE;
        let bytes: usize = all.values().map(|other| other.bytes()).sum();
        if is_one_too_many || bytes.saturating_add(draft.bytes()) > MOST_BYTES {
            return Err(Full);
        }
        all.insert(name, Arc::new(draft));
        Ok(())
    }

    /// Wipes those whose time is over.
    pub(crate) fn forget_old(&self, now: Time) {
        self.0.lock().retain(|_, draft| now < draft.until);
    }

    /// A draft of somebody, while it is good.
    pub(crate) fn of(&self, name: [u8; 16], owner: Owner, now: Time) -> Option<Arc<Draft>> {
        let all = self.0.lock();
        let found = all.get(&name).filter(|draft| draft.owner == owner && now < draft.until);
        found.cloned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::actions::MatterSettle;
    use chain::fields::Salt;
    use chain::ids::{MatterId, RecordId};
    use chain::keys::SecretKey;

    use super::*;

    const NOW: Time = Time(1_000_000);

    fn owner(number: u32) -> Owner {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&number.to_le_bytes());
        Owner::Ticket(digest)
    }

    fn name(number: u32) -> [u8; 16] {
        u128::from(number).to_le_bytes()
    }

    fn draft(owner: Owner, until: Time) -> Draft {
        Draft {
            owner,
            sponsor: OrganisationId(RecordId([1; 16])),
            action: MatterSettle { matter: MatterId(RecordId([2; 16])) }.into(),
            holder_key: SecretKey::from_seed(&[3; 32]).public(),
            papers: Vec::new(),
            purpose: Purpose::Correct { application: ApplicationId(RecordId([4; 16])) },
            until,
            progress: Arc::default(),
        }
    }

    #[test]
    fn a_draft_is_its_owners_until_its_end() {
        let drafts = Drafts::default();
        let until = NOW.plus(DRAFT_MS);
        drafts.keep(name(1), draft(owner(1), until), NOW).unwrap();
        assert!(drafts.of(name(1), owner(1), NOW.plus(DRAFT_MS - 1)).is_some());
        assert!(drafts.of(name(1), owner(2), NOW).is_none(), "somebody else's");
        let member = Owner::Member(OrganisationId(RecordId([1; 16])));
        assert!(drafts.of(name(1), member, NOW).is_none());
        assert!(drafts.of(name(2), owner(1), NOW).is_none());
        assert!(drafts.of(name(1), owner(1), until).is_none(), "over");
        drafts.forget_old(until);
        assert!(drafts.0.lock().is_empty());
    }

    #[test]
    fn nobody_has_more_than_twenty_and_the_node_no_more_than_it_remembers() {
        let drafts = Drafts::default();
        let until = NOW.plus(DRAFT_MS);
        for number in 0..MOST as u32 {
            let of = owner(number / MOST_OF_ONE as u32);
            drafts.keep(name(number), draft(of, until), NOW).unwrap();
        }
        assert_eq!(drafts.keep(name(u32::MAX), draft(owner(u32::MAX), until), NOW), Err(Full));
        drafts.keep(name(u32::MAX), draft(owner(u32::MAX), until), until).unwrap();
        let few = Drafts::default();
        for number in 0..MOST_OF_ONE as u32 {
            few.keep(name(number), draft(owner(1), until), NOW).unwrap();
        }
        assert_eq!(few.keep(name(99), draft(owner(1), until), NOW), Err(Full));
        few.keep(name(99), draft(owner(2), until), NOW).unwrap();
    }

    #[test]
    fn what_is_on_chain_counts_for_nobody_any_more() {
        let drafts = Drafts::default();
        let until = NOW.plus(DRAFT_MS);
        for number in 0..MOST_OF_ONE as u32 {
            drafts.keep(name(number), draft(owner(1), until), NOW).unwrap();
        }
        assert_eq!(drafts.keep(name(99), draft(owner(1), until), NOW), Err(Full));
        let one = drafts.of(name(7), owner(1), NOW).unwrap();
        let (transaction, application, code, person) = (None, None, None, None);
        let done = Submitted { transaction, application, code, person };
        *one.progress.try_lock().unwrap() = Progress::Done(done);
        drafts.keep(name(99), draft(owner(1), until), NOW).unwrap();
        assert_eq!(drafts.keep(name(100), draft(owner(1), until), NOW), Err(Full));
    }

    #[test]
    fn no_more_bytes_are_kept_than_a_node_has_room_for() {
        let value = "x".repeat(MOST_BYTES / 4);
        let drafts = Drafts::default();
        let keep = |number, at: Time| {
            let mut large = draft(owner(number), at.plus(DRAFT_MS));
            let (name_of, salt) = ("name".to_owned(), Salt([0; 32]));
            let field = Field { name: name_of, value: value.clone(), salt };
            let kind = CertificateKind::TransportPermit;
            large.papers.push(Paper { place: 0, kind, fields: vec![field] });
            drafts.keep(name(number), large, at)
        };
        for number in 0..3 {
            keep(number, NOW).unwrap();
        }
        assert_eq!(keep(3, NOW), Err(Full));
        keep(3, NOW.plus(DRAFT_MS)).unwrap();
    }
}

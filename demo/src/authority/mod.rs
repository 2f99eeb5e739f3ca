// SPDX-License-Identifier: Apache-2.0
//! An authority of the demo: a process with its own key, its part of the invented register, and an
//! HTTP inbox on loopback that takes parcels sealed to it. It never answers for a claim that it has
//! not recomputed and compared, and never lends its key to anybody.

pub mod book;
mod clerk;
mod inbox;
pub mod judge;
mod keys;
pub mod messages;

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chain::ids::{ApplicationId, OrganisationId};
use chain::keys::SecretKey;
use chain::records::certificate::CertificateKind as Kind;
use genesis::TagSecrets;
use sealing::{ClaimSent, Receiver};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use self::book::Book;
use self::messages::{ClaimStanding, REMEMBERED, WAITING};
use crate::node::Node;
use crate::yunnan::Register;
use formats::FormatError;

/// What an authority plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 公安: identities.
    PublicSecurity,
    /// 交警: driving and vehicle licences.
    TrafficPolice,
    /// 交通运输: qualifications, transport and business permits.
    Transport,
    /// 保险: policies.
    Insurer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::PublicSecurity, Self::TrafficPolice, Self::Transport, Self::Insurer];

    /// Its word on command lines and in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::PublicSecurity => "public-security",
            Self::TrafficPolice => "traffic-police",
            Self::Transport => "transport",
            Self::Insurer => "insurer",
        }
    }

    /// The role of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// The kinds of certificates that it answers.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Self::PublicSecurity => &[Kind::Identity],
            Self::TrafficPolice => &[Kind::DrivingLicence, Kind::VehicleLicence],
            Self::Transport => &[Kind::Qualification, Kind::TransportPermit, Kind::BusinessPermit],
            Self::Insurer => &[Kind::Policy],
        }
    }

    /// Who answers a kind; none for bank accounts, which the demo leaves out.
    pub fn of(kind: Kind) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.kinds().contains(&kind))
    }
}

/// What an authority starts from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What it plays.
    pub role: Role,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// Its key with the role `attest`.
    pub key: SecretKey,
    /// Secrets of the tags.
    pub secrets: TagSecrets,
    /// The invented register.
    pub register: Register,
    /// How many drivers its book holds.
    pub people: u64,
}

/// Why an authority does not start or ends.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The register cannot be made.
    #[error("the invented register cannot be made: {0}")]
    Register(#[from] FormatError),
    /// The inbox cannot be served.
    #[error("the inbox cannot be served: {0}. Is the port taken?")]
    Inbox(#[from] std::io::Error),
}

/// A claim on its way to an answer.
type Waiting = ClaimSent;
/// Which claim.
type ClaimKey = (ApplicationId, u32);

/// Changes of keys that are under way at once.
const KEY_CHANGES: usize = 8;

/// What inbox and clerk share.
struct Office<N> {
    setup: Setup,
    node: N,
    book: Mutex<Book>,
    standings: Mutex<Standings>,
    queue: mpsc::Sender<Waiting>,
    /// Opens parcels. It lives as long as the process: who sealed to an earlier one asks for this one.
    receiver: Receiver,
    /// Changes of keys at once.
    key_changes: Semaphore,
}

/// Where claims stand, the oldest forgotten first.
#[derive(Default)]
struct Standings {
    of: HashMap<ClaimKey, ClaimStanding>,
    order: VecDeque<ClaimKey>,
}

impl Standings {
    /// An answer that is on chain stays, whatever is posted afterwards.
    fn set(&mut self, key: ClaimKey, standing: ClaimStanding) {
        let answered = |old: &ClaimStanding| matches!(old, ClaimStanding::Answered { .. });
        let news = matches!(standing, ClaimStanding::Answered { .. });
        if !news && self.of.get(&key).is_some_and(answered) {
            return;
        }
        if self.of.insert(key, standing).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.of.remove(&oldest);
            }
        }
    }
}

/// A lock that outlives a panic of its holder: what it guards is never half written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves an authority's inbox until `stop` is done, and answers what comes.
pub async fn serve<N: Node>(
    setup: Setup,
    node: N,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), AuthorityError> {
    let book = Mutex::new(Book::new(setup.register, setup.people)?);
    let (queue, waiting) = mpsc::channel(WAITING);
    let standings = Mutex::new(Standings::default());
    let office = Arc::new(Office {
        setup,
        node,
        book,
        standings,
        queue,
        receiver: Receiver::fresh(),
        key_changes: Semaphore::new(KEY_CHANGES),
    });
    let clerk = tokio::spawn(clerk::work(Arc::clone(&office), waiting));
    let served = axum::serve(listener, inbox::router(office)).with_graceful_shutdown(stop).await;
    clerk.abort();
    Ok(served?)
}

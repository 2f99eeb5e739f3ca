// SPDX-License-Identifier: Apache-2.0
//! What was put into the vault for an application that never came onto the chain: a node that was cut off between the
//! two keeps nobody's papers for nothing. Taken out once no transaction that was made before can be executed any more.

use std::collections::BTreeMap;

use chain::ids::{ApplicationId, Time};
use chain::limits::{PROPOSED_AHEAD_MS, VALIDITY_MS};
use chain::records::Application;
use chain::{Records, query};
use vault::{Standing, Subject, Vault, VaultError};

/// From when on, by the clocks of blocks, nothing from before an instant is executed.
const OVER_MS: u64 = VALIDITY_MS + PROPOSED_AHEAD_MS;

/// Applications that the vault has and the chain has not, and since when that is known.
#[derive(Debug, Default)]
pub struct Strays(BTreeMap<ApplicationId, Time>);

impl Strays {
    /// True if there are any.
    pub fn are_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Looks at what is held of an application, now and in records as of a block's time; true if it was taken out.
    pub fn look<R: Records + ?Sized>(
        &mut self,
        (vault, id, standing): (&Vault, ApplicationId, Standing),
        (records, as_of): (&R, Time),
        now: Time,
    ) -> Result<bool, VaultError> {
        let is_on_chain = || query::typed::<Application, _>(records, id.0, now).is_some();
        if standing != Standing::Held || is_on_chain() {
            self.0.remove(&id);
            return Ok(false);
        }
        let since = *self.0.entry(id).or_insert(now);
        if as_of <= since.plus(OVER_MS) {
            return Ok(false);
        }
        self.0.remove(&id);
        vault.forget(Subject::Application(id))
    }
}

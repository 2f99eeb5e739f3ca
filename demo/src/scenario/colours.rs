// SPDX-License-Identifier: Apache-2.0
//! Codes that are not blue: some with an open violation, some whose compulsory policy ends while one
//! looks on. The chain turns them; nobody else does.

use std::collections::BTreeSet;
use std::time::Duration;

use chain::actions::MatterOpen;
use chain::hash::Hash;
use chain::ids::{CodeId, Time};
use chain::records::{Colour, MatterKind, Subject};
use chain::transaction::Transaction;

use super::{Driver, Loader, Office};
use crate::applicant::DemoError;
use crate::node::{Node, now, random, sign};
use crate::yunnan::certificates::{Certificate, FATED, Fate};

/// Drivers below this number are those whose policies end.
pub(crate) const ENDING: u64 = 64;
/// How far ahead the policies end at the first try; each further try doubles it.
const ENDS_MS: u64 = 10_000;
const TRIES: u32 = 4;
/// How much later than its end a code may be seen red.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl<N: Node> Loader<'_, N> {
    /// Drivers of light lorries whose policies end some seconds ahead. A slow machine may see a
    /// policy end before its code is issued; then others try, with policies that last longer.
    pub(crate) async fn ending_drivers(
        &self,
        offices: &[Office],
    ) -> Result<Vec<Driver>, DemoError> {
        if self.settings.size.red == 0 {
            return Ok(Vec::new());
        }
        let mut sound = (0..ENDING).filter(|index| {
            let light = self.register.vehicle(*index).is_ok_and(|v| !v.build.pulls());
            light && matches!(self.register.fate(*index, FATED), Fate::Sound)
        });
        for attempt in 0..TRIES {
            let some: Vec<u64> = sound.by_ref().take(self.settings.size.red as usize).collect();
            let lasts = ENDS_MS << attempt;
            let mut hasty = Loader::new(self.settings);
            hasty.applicant.patience = Duration::from_millis(lasts);
            match hasty.ending_some(offices, &some, now().plus(lasts)).await {
                Ok(drivers) if drivers.is_empty() => {}
                Err(DemoError::TookTooLong { .. }) => {}
                ended => return ended,
            }
        }
        Err(DemoError::TookTooLong { step: "codes whose policies end" })
    }

    async fn ending_some(
        &self,
        offices: &[Office],
        numbers: &[u64],
        ends: Time,
    ) -> Result<Vec<Driver>, DemoError> {
        let mut drafts = Vec::new();
        for index in numbers {
            let vehicle = self.register.vehicle(*index)?;
            let office = self.office(offices, *index);
            let sold = self.applicant.buy_policy(&vehicle.numbers.vin, ends).await?;
            let mut policy = self.register.policy(&vehicle, &office.enterprise);
            take_over(&mut policy, &sold.fields);
            drafts.push((*index, false, self.vehicle_draft(&vehicle, office, Some(policy))?));
        }
        let vehicles = self.apply_for_vehicles(offices, drafts).await?;
        self.drivers(offices, vehicles).await
    }

    /// Opens a violation on some drivers; returns the codes that are yellow by it.
    pub(crate) async fn violations(
        &self,
        drivers: &[Driver],
    ) -> Result<BTreeSet<CodeId>, DemoError> {
        // From the end: the first drivers stay blue and free for whoever wants to try something.
        let count = self.settings.size.yellow as usize;
        let some: Vec<&Driver> = drivers.iter().rev().take(count.min(drivers.len() / 2)).collect();
        let opened: Vec<Transaction> = some.iter().map(|driver| self.violation(driver)).collect();
        self.applicant.must("violations", &opened).await?;
        Ok(some.into_iter().map(|driver| driver.code).collect())
    }

    fn violation(&self, driver: &Driver) -> Transaction {
        let now = now();
        let action = MatterOpen {
            subject: Subject::Person(driver.person),
            kind: MatterKind::Violation,
            reference: Hash(random()),
            points: [1, 3, 1, 5][(driver.index % 4) as usize],
            over_limit: false,
            occurred_at: Time(now.0 - 3 * 86_400_000),
            settle_by: None,
        };
        sign(&self.settings.police, self.chain, action, now)
    }

    /// Waits until the first of these codes has turned red by itself.
    pub(crate) async fn wait_for_red(
        &self,
        drivers: &[Driver],
    ) -> Result<Option<CodeId>, DemoError> {
        let Some(driver) = drivers.first() else { return Ok(None) };
        let turns = self.turns_red(driver.code);
        let longest = PATIENCE + Duration::from_millis(ENDS_MS << TRIES);
        let turned = tokio::time::timeout(longest, turns).await;
        turned.map_err(|_| DemoError::TookTooLong { step: "a code that turns red" })?
    }

    async fn turns_red(&self, code: CodeId) -> Result<Option<CodeId>, DemoError> {
        let mut look = tokio::time::interval(LOOK_AGAIN);
        loop {
            look.tick().await;
            if self.settings.node.code(code).await?.colour == Some(Colour::Red) {
                return Ok(Some(code));
            }
        }
    }
}

/// The fields of a policy from the counter, in the place of the register's.
fn take_over(policy: &mut Certificate, sold: &[(String, String)]) {
    for (name, value) in &mut policy.fields {
        if let Some((_, new)) = sold.iter().find(|(of, _)| of == name) {
            value.clone_from(new);
        }
    }
}

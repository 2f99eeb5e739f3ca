// SPDX-License-Identifier: Apache-2.0
//! Which of several fields somebody may see of one code: sorted by what they rest on, so that one access is
//! recorded for each basis and none in vain.

use chain::ids::{CodeId, OrganisationId};
use chain::query::exchange::{Asked, Question as MaySee, may_see};
use chain::records::{Basis, ExchangeField, FieldSet, Purpose};

use super::Exchange;
use super::asker::refused;

/// Sets of fields that rest on one basis each, and why the others may not be seen.
type Openable = (Vec<FieldSet>, Vec<(ExchangeField, &'static str)>);

impl Exchange {
    /// What an organisation may see of a code for a purpose, or under a waybill of its own that is under way.
    /// May read the disk.
    pub(crate) fn openable(
        &self,
        (by, purpose): (OrganisationId, Purpose),
        code: CodeId,
        fields: FieldSet,
    ) -> Openable {
        let (at, now) = (self.parts.store.latest(), self.now());
        let basis = |fields| {
            let asked = Asked { by, about: code.into(), fields };
            let question = MaySee { asked, purpose: Some(purpose), waybill: None, case: None };
            may_see(&at, &question, now).map_err(|why| refused(&why).code())
        };
        if fields.is_empty() {
            return (Vec::new(), Vec::new());
        }
        if basis(fields).is_ok() {
            return (vec![fields], Vec::new());
        }
        let (mut found, mut not) = (Vec::<(Basis, FieldSet)>::new(), Vec::new());
        for field in fields.iter() {
            match basis(FieldSet::of(&[field])) {
                Err(code) => not.push((field, code)),
                Ok(basis) => match found.iter_mut().find(|(one, _)| *one == basis) {
                    Some((_, set)) => *set = set.iter().chain([field]).collect(),
                    None => found.push((basis, FieldSet::of(&[field]))),
                },
            }
        }
        (found.into_iter().map(|(_, set)| set).collect(), not)
    }
}

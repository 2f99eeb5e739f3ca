// SPDX-License-Identifier: Apache-2.0
//! Moves about consents and accesses.

use chain::actions::*;
use chain::ids::*;
use chain::records::*;
use chain::{Hash, Records};

use crate::common::{DAY, SECOND};
use crate::exchanges::Given;
use crate::stage::{Move, Stage};
use crate::waybills::Consignment;

const PURPOSES: [Purpose; 2] = [Purpose::Engagement, Purpose::Carriage];

impl Stage {
    /// Mostly what is usual; now and then more, a sensitive field or nothing.
    fn some_fields(&mut self) -> FieldSet {
        use ExchangeField::*;
        let sets: [&[ExchangeField]; 9] = [
            &[Name],
            &[Name, Phone],
            &[Name, Phone, Plate, Validity],
            &[Plate, VehicleLicence],
            &[Name, Identity],
            &[IdentityNumber],
            &[BankAccount],
            &[Name, Track],
            &[],
        ];
        let most = if self.rng.percent(90) { 7 } else { 9 };
        FieldSet::of(sets[self.rng.below(most) as usize])
    }

    fn holder_of(&self, code: CodeId) -> Option<Owner> {
        self.model.codes.get(&code).map(|code| crate::colours::owner_of(code.holder))
    }

    pub(crate) fn give_consent(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let owner = self.holder_of(code);
        let until = match self.rng.below(10) {
            0 => self.about(366 * DAY),
            1 => self.about(0),
            2..5 => self.about(SECOND),
            _ => self.about(5 * DAY),
        };
        let terms = ConsentTerms {
            code,
            to: self.anybody().id,
            purpose: self.rng.one(&PURPOSES),
            fields: self.some_fields(),
            until,
            uses: self.rng.one(&[1, 1, 2, 3, 1_000, 1_001, 0]),
        };
        let (platform, enterprise) =
            (self.world.parties.platform.key.clone(), self.world.parties.enterprise.key.clone());
        let right = match self.rng.below(4) {
            0 => Some(platform),
            1 => Some(enterprise),
            _ => owner.and_then(|owner| self.key_of(owner)),
        };
        let sender = self.sender(right);
        let words = self.words_of(&[owner], &sender);
        let action = ConsentGive { terms, statements: Vec::new() };
        Some(Move { sender, action: action.into(), words })
    }

    /// A consent: mostly one in force.
    fn some_consent(&mut self) -> Option<(ConsentId, Given)> {
        let any = self.rng.percent(10);
        let now = self.now();
        let all = self.model.consents.iter();
        let fit: Vec<(ConsentId, Given)> = all
            .filter(|(_, given)| any || given.stands(now).0 == ConsentState::InForce)
            .map(|(id, given)| (*id, given.clone()))
            .collect();
        self.rng.pick(&fit)
    }

    pub(crate) fn revoke_consent(&mut self) -> Option<Move> {
        let (consent, given) = self.some_consent()?;
        let right = self.key_of(crate::colours::owner_of(given.holder));
        let sender = self.sender(right);
        Some(Move::new(sender, ConsentRevoke { consent }))
    }

    pub(crate) fn use_shown_code(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let owner = self.holder_of(code);
        let request = Hash::of(&self.world.fresh().to_le_bytes());
        let terms = CapacityTerms { code, fields: self.some_fields(), shown: request };
        let right = self.world.parties.platform.key.clone();
        let by =
            if self.rng.percent(95) { self.world.parties.platform.id } else { self.anybody().id };
        let sender = self.sender(Some(right));
        let words = self.words_of(&[owner], &sender);
        // Whose node it is decides; what it says is checked before anything is executed.
        let sponsor = self.model.applications[&self.model.codes[&code].application].sponsor;
        let node = if self.rng.percent(95) { sponsor } else { self.anybody().id };
        let release = Release { word: TransactionId::default(), by, request };
        let (chain, until) = (self.world.memory.chain(), self.world.clock.plus(SECOND));
        let node = self.party(node).key;
        let release = release.sign(&node, chain, chain::nonce::Nonce(request.half()), until);
        let action = ConsentUse { terms, by, request, release, statements: Vec::new() };
        Some(Move { sender, action: action.into(), words })
    }

    pub(crate) fn record_access(&mut self) -> Option<Move> {
        match self.rng.below(10) {
            0..5 => self.access_by_consent(),
            5..8 => self.access_by_waybill(),
            _ => self.access_by_office(),
        }
    }

    fn access_by_consent(&mut self) -> Option<Move> {
        let (consent, given) = self.some_consent()?;
        let terms = given.terms;
        let code = if self.rng.percent(95) { terms.code } else { self.some_code()? };
        let fields = if self.rng.percent(80) { terms.fields } else { self.some_fields() };
        let other = self.rng.one(&PURPOSES);
        let purpose = if self.rng.percent(95) { terms.purpose } else { other };
        let basis = Basis::Consent { consent, purpose };
        Some(self.access_of(terms.to, (code, basis), fields))
    }

    fn access_by_waybill(&mut self) -> Option<Move> {
        let all: Vec<Consignment> = self.model.waybills.values().cloned().collect();
        let one = self.rng.pick(&all)?;
        let carrier = self.model.stand(&one, self.model.now).carrier;
        let code = match carrier {
            Some(carrier) if self.rng.percent(95) => carrier.code,
            _ => self.some_code()?,
        };
        let fields = self.some_fields();
        Some(self.access_of(one.maker, (code, Basis::Waybill(one.id)), fields))
    }

    fn access_by_office(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let case = if self.rng.percent(95) { Hash::of(b"case") } else { Hash::ZERO };
        let (by, fields) = (self.anybody().id, self.some_fields());
        Some(self.access_of(by, (code, Basis::Office { case }), fields))
    }

    fn access_of(
        &mut self,
        by: OrganisationId,
        (code, basis): (CodeId, Basis),
        fields: FieldSet,
    ) -> Move {
        let right = self.party(by).key;
        let sender = self.sender(Some(right));
        let request = Hash::of(&self.world.fresh().to_le_bytes());
        Move::new(sender, AccessRecord { about: code.into(), basis, fields, request })
    }
}

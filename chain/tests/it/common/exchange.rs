// SPDX-License-Identifier: Apache-2.0
//! Consents, accesses and verification codes of the small world.

use super::fleet::Driver;
use super::interface::EXCHANGE;
use super::*;
use chain::limits::CONSENT_MS;

/// A set of fields.
pub fn fields(of: &[ExchangeField]) -> FieldSet {
    FieldSet::of(of)
}

/// Name and qualification: what consents of the tests are about unless they say otherwise.
pub const USUAL: FieldSet = FieldSet::of(&[ExchangeField::Name, ExchangeField::Qualification]);

/// The digest of a request.
pub fn request() -> Hash {
    Hash::of(b"request")
}

impl World {
    /// Insurer and bank are granted what enterprises and platforms have from genesis.
    #[track_caller]
    pub fn let_others_ask(&mut self) {
        for party in [self.parties.insurer.clone(), self.parties.bank.clone()] {
            self.granted(&party, EXCHANGE, self.usual_terms(EXCHANGE));
        }
    }

    /// What a driver agrees to for the enterprise: the usual fields, a day, three times.
    pub fn consent_terms(&self, code: CodeId) -> ConsentTerms {
        ConsentTerms {
            code,
            to: self.parties.enterprise.id,
            purpose: Purpose::Engagement,
            fields: USUAL,
            until: self.clock.plus(DAY),
            uses: 3,
        }
    }

    /// A driver consents by the own key.
    #[track_caller]
    pub fn consent(&mut self, driver: &Driver, terms: ConsentTerms) -> ConsentId {
        let give = ConsentGive { terms, statements: Vec::new() };
        ConsentId(World::first_made(self.send(&driver.key, give)))
    }

    /// A driver consents to the usual terms.
    #[track_caller]
    pub fn usual_consent(&mut self, driver: &Driver) -> ConsentId {
        let terms = self.consent_terms(driver.code);
        self.consent(driver, terms)
    }

    /// An access by the usual consent.
    pub fn on_consent(&self, code: CodeId, consent: ConsentId) -> AccessRecord {
        let basis = Basis::Consent { consent, purpose: Purpose::Engagement };
        AccessRecord { about: code.into(), basis, fields: USUAL, request: request() }
    }

    /// What a driver's app signs for a verification code, good until an instant, with the word of the
    /// sponsor's node that the enterprise entered the digits.
    pub fn shown(&mut self, driver: &Driver, fields: FieldSet, until: Time) -> ConsentUse {
        let by = self.parties.enterprise.id;
        self.shown_to(driver, by, (fields, until))
    }

    /// The same, entered by another.
    pub fn shown_to(
        &mut self,
        driver: &Driver,
        by: OrganisationId,
        (fields, until): (FieldSet, Time),
    ) -> ConsentUse {
        let shown = Hash::of(&self.fresh().to_le_bytes());
        let terms = CapacityTerms { code: driver.code, fields, shown };
        let nonce = chain::nonce::Nonce(shown.half());
        let word = terms.sign(&driver.key, self.memory.chain(), nonce, until);
        let (request, release) = (request(), word.clone());
        let action = ConsentUse { terms, by, request, release, statements: vec![word] };
        let node = self.parties.enterprise.key.clone();
        self.released(&node, action)
    }

    /// The same action with the word of a node on it as it is.
    pub fn released(&self, node: &SecretKey, action: ConsentUse) -> ConsentUse {
        let chain = self.memory.chain();
        let nonce = chain::nonce::Nonce(action.request.half());
        let until = action.statements.first().map_or(self.clock, |word| word.valid_until);
        let release = action.released(chain).sign(node, chain, nonce, until);
        ConsentUse { release, ..action }
    }
}

/// A world and a driver without vehicle, in which insurer and bank may ask for data.
pub fn with_driver() -> (World, Driver) {
    let mut world = World::new();
    world.let_others_ask();
    let driver = world.driver_for(&[], None);
    (world, driver)
}

/// The longest that a consent may last.
pub const LONGEST: u64 = CONSENT_MS;

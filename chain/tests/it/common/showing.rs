// SPDX-License-Identifier: Apache-2.0
//! Shown codes of an invented chain with four validators, and their bytes as `docs/showing.md` lays them out,
//! whatever the values: what is malformed is made here too, and well signed.

use super::*;
use chain::query::OperatorState;
use chain::shown::*;

/// When the facts are of: 2026-11-24T12:00:00+08:00.
pub const AS_OF: Time = START;
/// Until when they hold unless a test says otherwise: an hour.
pub const UNTIL: Time = Time(START.0 + 3_600 * SECOND);
/// When they are shown: a minute after.
pub const SHOWN_AT: Time = Time(START.0 + 60 * SECOND);

/// The chain.
pub fn chain() -> Hash {
    Hash::of(b"an invented chain")
}

/// The key of the validator with a number.
pub fn validator(number: u16) -> SecretKey {
    key(&format!("validator-{number}"))
}

/// Who holds what is shown.
pub fn holder() -> SecretKey {
    key("holder")
}

/// Validators 1 to 4.
pub fn list() -> WitnessList {
    let listed = |number| ListedWitness {
        number,
        name: word(&format!("validator-{number}")),
        key: validator(number).public(),
    };
    WitnessList { chain: chain(), witnesses: (1..=4).map(listed).collect() }
}

/// A code in this state.
pub fn code_in(state: CodeState, operator: OperatorState, custody: KeyCustody) -> ShownWhat {
    let id = CodeId::made_by(TransactionId(Hash::of(b"an application")));
    ShownWhat::Code { id, state, operator, custody }
}

/// A blue code of a driver whose operator is valid.
pub fn blue() -> ShownWhat {
    code_in(CodeState::Blue, OperatorState::Valid, KeyCustody::Device)
}

/// The badge of an organisation.
pub fn badge(kind: OrganisationKind) -> ShownWhat {
    ShownWhat::Organisation { id: OrganisationId(RecordId([0xab; 16])), kind }
}

/// Facts that hold for an hour.
pub fn facts(shows: ShownWhat) -> Facts {
    let (chain_tag, height) = (ChainTag::of(&chain()), Height(1_234));
    let key = holder().public();
    Facts { chain_tag, shows, height, as_of: AS_OF, valid_until: UNTIL, key }
}

/// Bytes with their signatures, whether or not they are well formed: of a shown code with these witnesses.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The chain that everybody signs for.
    pub chain: Hash,
    /// Bytes of the facts.
    pub facts: Vec<u8>,
    /// Number and key of each witness.
    pub witnesses: Vec<(u16, SecretKey)>,
    /// Milliseconds from the facts to showing.
    pub shown_after: u32,
    /// Who shows.
    pub holder: SecretKey,
}

impl Raw {
    /// A shown code with one witness.
    pub fn of(facts: &Facts) -> Self {
        let (shown_after, holder) = (SHOWN_AT.since(AS_OF) as u32, holder());
        let witnesses = vec![(1, validator(1))];
        Self {
            chain: chain(),
            facts: facts.to_bytes().unwrap().into(),
            witnesses,
            shown_after,
            holder,
        }
    }

    /// The same with these witnesses.
    pub fn by(self, numbers: &[u16]) -> Self {
        let witnesses = numbers.iter().map(|number| (*number, validator(*number))).collect();
        Self { witnesses, ..self }
    }

    /// The same with a byte of the facts changed, before anybody signs.
    pub fn with(mut self, place: usize, byte: u8) -> Self {
        self.facts[place] = byte;
        self
    }

    /// All bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let signed = |tag: &[u8], key: &SecretKey, bytes: &[u8]| {
            let mut message = tag.to_vec();
            message.resize(16, 0);
            message.extend(self.chain.0);
            message.extend(bytes);
            key.sign(&message).bytes
        };
        let mut bytes = self.facts.clone();
        for (number, key) in &self.witnesses {
            bytes.extend(number.to_be_bytes());
            bytes.extend(signed(b"dy/witness/1", key, &self.facts));
        }
        bytes.extend(self.shown_after.to_be_bytes());
        let signature = signed(b"dy/shown/1", &self.holder, &bytes);
        bytes.extend(signature);
        bytes
    }

    /// The text.
    pub fn text(&self) -> String {
        text_of(&self.bytes())
    }
}

/// The text of any bytes.
pub fn text_of(bytes: &[u8]) -> String {
    format!("DYM1:{}", base45::encode(bytes))
}

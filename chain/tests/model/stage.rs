// SPDX-License-Identifier: Apache-2.0
//! One case: a chain and its model, blocks of random transactions, and what is printed if they differ.

use std::collections::BTreeMap;

use chain::actions::ConsentUse;
use chain::ids::*;
use chain::keys::{PublicKey, SecretKey};
use chain::receipt::Outcome;
use chain::records::name::{NameKind, UniqueName};
use chain::records::*;
use chain::refusal::RefusalCode;
use chain::{Action, Checked, Hash};

use crate::common::{Party, World};
use crate::compare::{compare, compare_answer, compare_next, learn};
use crate::rng::Rng;
use crate::world::{Model, Why};

/// A transaction to be: who sends, what, and who else gives a word.
pub(crate) struct Move {
    pub(crate) sender: SecretKey,
    pub(crate) action: Action,
    pub(crate) words: Vec<SecretKey>,
}

impl Move {
    pub(crate) fn new(sender: SecretKey, action: impl Into<Action>) -> Self {
        Self { sender, action: action.into(), words: Vec::new() }
    }
}

/// A case.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) model: Model,
    pub(crate) rng: Rng,
    pub(crate) parties: Vec<Party>,
    /// Keys that were made, by their public half.
    pub(crate) secrets: BTreeMap<PublicKey, SecretKey>,
    /// Executed and refused by kind of action.
    pub(crate) seen: BTreeMap<String, (u64, u64)>,
    /// True if the case is about trips rather than papers.
    pub(crate) on_road: bool,
    /// A parameter that is changed all the time.
    pub(crate) busy: Option<ParameterName>,
    seed: u64,
    case: u64,
    log: Vec<String>,
}

impl Stage {
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let mut rng = Rng::new(seed, case);
        let world = World::with(&crate::chances::parameters(&mut rng));
        let p = world.parties.clone();
        let parties = vec![
            p.regulator,
            p.public_security,
            p.traffic_police,
            p.transport,
            p.insurer,
            p.bank,
            p.platform,
            p.enterprise,
            p.other_enterprise,
        ];
        let secrets = parties.iter().map(|p| (p.key.public(), p.key.clone())).collect();
        let model = Model::new(&world.genesis);
        let log = vec![format!("parameters: {:?}", world.genesis.parameters)];
        let (seen, on_road) = (BTreeMap::new(), rng.percent(60));
        let busy = crate::chances::busy(&mut rng);
        Self { world, model, rng, parties, secrets, seen, on_road, busy, seed, case, log }
    }

    /// Makes a key that can sign for whom it will be.
    pub(crate) fn new_key(&mut self) -> SecretKey {
        let key = crate::common::key(&format!("holder {}", self.world.fresh()));
        self.secrets.insert(key.public(), key.clone());
        key
    }

    /// A key of an owner that signs.
    pub(crate) fn key_of(&self, owner: Owner) -> Option<SecretKey> {
        let own = |(_, whose): &(&PublicKey, &(Owner, bool))| **whose == (owner, true);
        let found = self.model.keys.iter().find(own)?;
        self.secrets.get(found.0).cloned()
    }

    /// A few blocks after which there are vehicles and codes.
    pub(crate) fn prepare(&mut self) {
        for round in 0..12 {
            let moves = self.beginning(round);
            self.block(moves);
            self.world.wait(self.rng.below(1_000));
        }
    }

    /// A block of random transactions at a random time.
    pub(crate) fn play(&mut self) {
        self.jump();
        let counts = if self.on_road { [0, 1, 1, 2, 2, 3, 4, 6] } else { [0, 0, 1, 1, 1, 2, 3, 5] };
        let count = self.rng.one(&counts);
        let moves = (0..count).filter_map(|_| self.random_move()).collect();
        self.block(moves);
    }

    /// Runs a block on both sides.
    pub(crate) fn block(&mut self, moves: Vec<Move>) {
        let signed: Vec<Checked> = moves.into_iter().map(|one| self.sign(one)).collect();
        let at = self.world.clock;
        self.log.push(format!("block at {at}"));
        let outcomes = self.world.block(&signed);
        self.model.pass_to(at);
        for (checked, outcome) in signed.iter().zip(outcomes) {
            self.one(checked, outcome);
        }
        learn(&mut self.model, &self.world.memory);
        let differs = compare(&self.model, &self.world.memory);
        differs.unwrap_or_else(|why| self.fail(&why));
        self.look_ahead();
    }

    fn sign(&mut self, one: Move) -> Checked {
        let keys: Vec<&SecretKey> = one.words.iter().collect();
        let action = self.world.stated(one.action, &keys);
        let action = match action {
            Action::ConsentUse(action) => self.released(action).into(),
            action => action,
        };
        self.world.sign(&one.sender, action)
    }

    /// The word of the node that was chosen, on what the holder's word has come to be.
    fn released(&self, action: ConsentUse) -> ConsentUse {
        let nodes = self.model.organisations.keys().map(|id| self.party(*id).key);
        let node = nodes.into_iter().find(|key| key.public() == action.release.signer);
        self.world.released(&node.expect("a party's"), action)
    }

    fn one(&mut self, checked: &Checked, outcome: Outcome) {
        let memory = &self.world.memory;
        let names = |kind: NameKind, digest: Hash| {
            let name = memory.get::<UniqueName>(UniqueName::id_of(kind, &digest));
            name.map_or_else(RecordId::default, |name| name.target_id)
        };
        let result = self.model.run(checked, &names);
        // What came into a dossier may be due at once.
        self.model.pass_to(self.model.now);
        let action = &checked.transaction().action;
        self.log.push(self.describe(checked, &outcome));
        let seen = self.seen.entry(action.word().to_owned()).or_default();
        match &result {
            Ok(()) => seen.0 += 1,
            Err(_) => seen.1 += 1,
        }
        if let Some(why) = disagreement(action, &result, &outcome) {
            self.fail(&why);
        }
    }

    /// Now and then: does what the chain says of the future hold?
    fn look_ahead(&mut self) {
        let Some(code) = self.some_code().filter(|_| self.rng.percent(30)) else { return };
        let differs = compare_next(&self.model, &self.world.memory, code);
        differs.unwrap_or_else(|why| self.fail(&why));
        let now = self.model.now;
        let ahead = match self.rng.pick(&self.model.instants()) {
            Some(at) => at.0.saturating_sub(self.rng.below(2)),
            None => now.0 + self.rng.below(1_000),
        };
        let at = chain::Time(ahead.max(now.0));
        let differs = compare_answer(&self.model, &self.world.memory, (code, at));
        differs.unwrap_or_else(|why| self.fail(&why));
    }

    fn describe(&self, checked: &Checked, outcome: &Outcome) -> String {
        let name = |key: &PublicKey| match self.model.owner_of(key) {
            Some(Owner::Person(id)) => id.to_string(),
            Some(Owner::Organisation(id)) => {
                format!("{:?} {id}", self.model.organisations[&id].kind)
            }
            None => "nobody yet".to_owned(),
        };
        let transaction = checked.transaction();
        let words: Vec<String> =
            transaction.action.statements().iter().map(|word| name(&word.signer)).collect();
        let bare = transaction.action.clone().with_statements(Vec::new());
        let bare = shortened(&serde_json::to_string(&bare).unwrap());
        let outcome = match outcome {
            Outcome::Executed { changes, .. } => format!("executed, {changes} changes"),
            Outcome::Refused { reasons } => {
                let reason = |r: &chain::refusal::Reason| {
                    let about = r.about.as_ref().map_or_else(String::new, ToString::to_string);
                    format!("{} {about}", r.code.code())
                };
                format!("refused: {:?}", reasons.iter().map(reason).collect::<Vec<_>>())
            }
        };
        format!("  {} with {words:?}: {bare}\n    {outcome}", name(&transaction.sender))
    }

    fn fail(&self, why: &str) -> ! {
        let (seed, case) = (self.seed, self.case);
        let log = self.log.join("\n");
        panic!(
            "case {case} of seed {seed}: model and chain differ.\n{log}\n\n{why}\n\
             Again: DIANYUN_MODEL_SEED={seed} DIANYUN_MODEL_CASE={case}"
        );
    }
}

/// Keeps the first digits of each long hash: enough to tell them apart.
fn shortened(text: &str) -> String {
    let mut kept = String::new();
    let mut run = 0;
    for symbol in text.chars() {
        run = if symbol.is_ascii_hexdigit() { run + 1 } else { 0 };
        if run <= 8 {
            kept.push(symbol);
        }
    }
    kept
}

fn disagreement(action: &Action, model: &Result<(), Why>, chain: &Outcome) -> Option<String> {
    let reasons: Vec<RefusalCode> = match chain {
        Outcome::Executed { .. } => Vec::new(),
        Outcome::Refused { reasons } => reasons.iter().map(|reason| reason.code).collect(),
    };
    let expected = model.as_ref().err().cloned().unwrap_or_default();
    let known = reasons.iter().all(|code| expected.contains(code));
    // Some are refused with every reason, others with those that are seen first.
    let lists_all = match action {
        Action::WaybillAccept(_) | Action::CertificateAttest(_) => true,
        Action::OperatorSet(_) | Action::VehicleUnbind(_) => true,
        Action::WaybillSwap(_) | Action::WaybillSwapAgree(_) => true,
        Action::ClaimAnswer(_) => !expected.contains(&RefusalCode::SubjectExists),
        _ => false,
    };
    let whole = !lists_all || expected.iter().all(|code| reasons.contains(code));
    let agree = expected.is_empty() == reasons.is_empty();
    (!(agree && known && whole))
        .then(|| format!("{}\n-- model: {model:?}\n-- chain: {chain:?}", action.word()))
}

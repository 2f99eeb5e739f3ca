// SPDX-License-Identifier: Apache-2.0
//! Executing one proposal: due records, then transactions, then the roots and the header.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, registered_key};
use super::overlay::{Mark, Overlay, Writes};
use super::{
    affiliation, application, binding, certificate, code, due, exchange, interface, matter,
    organisation, parameter, person, waybill,
};
use crate::actions::Action;
use crate::block::{Header, PROTOCOL};
use crate::hash::Hash;
use crate::ids::{Time, TransactionId};
use crate::keys::PublicKey;
use crate::limits::{
    BUCKET_CHOSEN, BUCKET_ENTRIES, DUE_RECORDS, REASONS, TRANSACTION_CHANGES, VALIDITY_MS,
};
use crate::receipt::{Change, Outcome, Receipt};
use crate::records::{DataSubject, NameKind, RecordKey, Value};
use crate::refusal::{RefusalCode, Refused};
use crate::transaction::Checked;
use crate::view::{Executed, View};
use crate::{history, merkle, state_tree};

/// A proposal as it was ordered, with the signatures of its transactions checked.
pub struct Ordered<'a> {
    /// The proposal's payload hash.
    pub payload_hash: Hash,
    /// The proposer's clock.
    pub proposed_ms: Time,
    /// Number of the validator set.
    pub config_no: u32,
    /// The transactions in order; None where bytes or signatures are wrong.
    pub transactions: &'a [Option<Checked>],
}

/// The time of the block after `parent`: later than it, and the proposer's clock if that is later.
pub(super) fn block_time(parent: Time, proposed_ms: Time) -> Time {
    parent.plus(1).max(proposed_ms)
}

struct Block<'v, V: View> {
    view: &'v V,
    overlay: Overlay<'v, V>,
    now: Time,
    seen: BTreeSet<TransactionId>,
    recent: Vec<(Time, TransactionId)>,
    created: BTreeMap<u32, usize>,
}

/// Executes a proposal on top of a view.
pub fn execute<V: View>(view: &V, ordered: &Ordered<'_>) -> Executed {
    let parent = view.header();
    let now = block_time(parent.time_ms, ordered.proposed_ms);
    let mut block = Block {
        view,
        overlay: Overlay::new(view, parent.height.next(), view.next_seq()),
        now,
        seen: BTreeSet::new(),
        recent: Vec::new(),
        created: BTreeMap::new(),
    };
    block.bring_up_due();
    let mut included = Vec::new();
    let mut leaves = Vec::new();
    let mut receipts = Vec::new();
    for (place, checked) in ordered.transactions.iter().enumerate() {
        let Some(checked) = checked.as_ref().filter(|checked| block.counts(checked)) else {
            continue;
        };
        let index = receipts.len() as u32;
        let outcome = block.run(checked, index);
        block.remember(checked.transaction().valid_until, checked.id());
        receipts.push(Receipt { transaction: checked.id(), index, outcome });
        included.push((checked.id(), place as u32));
        leaves.push(checked.leaf());
    }
    let recent = block.recent;
    let writes = block.overlay.into_writes();
    let mut executed = seal_off(view, ordered, now, writes, &leaves, &receipts);
    executed.transactions = included;
    executed.receipts = receipts;
    executed.recent = recent;
    executed
}

impl<V: View> Block<'_, V> {
    fn bring_up_due(&mut self) {
        self.overlay.begin(None);
        for (_, key) in self.view.due(self.now, DUE_RECORDS) {
            due::bring_up(&mut self.overlay, key, self.now);
        }
        let (changes, _) = self.overlay.changes_since(EMPTY);
        let bucket = |key: RecordKey| state_tree::bucket_of(&key.state_key(), self.view.depth());
        let buckets: Vec<u32> = created(changes).map(bucket).collect();
        self.count_created(&buckets);
    }

    /// False for what leaves no trace: a duplicate, or one whose time is over or too far ahead.
    fn counts(&self, checked: &Checked) -> bool {
        let valid_until = checked.transaction().valid_until;
        self.now <= valid_until
            && valid_until <= self.now.plus(VALIDITY_MS)
            && !self.is_used(valid_until, &checked.id())
    }

    fn is_used(&self, valid_until: Time, id: &TransactionId) -> bool {
        self.seen.contains(id) || self.view.is_recent(valid_until, id)
    }

    fn remember(&mut self, valid_until: Time, id: TransactionId) {
        self.seen.insert(id);
        self.recent.push((valid_until, id));
    }

    fn run(&mut self, checked: &Checked, index: u32) -> Outcome {
        let mark = self.overlay.begin(Some(index));
        let first_change = self.overlay.next_seq();
        let result = self.attempt(checked).and_then(|()| self.within_limits(mark));
        match result {
            Ok(buckets) => {
                self.count_created(&buckets);
                self.remember_statements(checked);
                let changes = self.overlay.changes_since(mark).0.len() as u32;
                Outcome::Executed { first_change, changes }
            }
            Err(Refused(mut reasons)) => {
                self.overlay.roll_back(mark);
                reasons.truncate(REASONS);
                Outcome::Refused { reasons }
            }
        }
    }

    fn attempt(&mut self, checked: &Checked) -> Result<(), Refused> {
        let transaction = checked.transaction();
        let statements = self.statements(checked)?;
        let sender = registered_key(&mut self.overlay, &transaction.sender)
            .ok_or(RefusalCode::UnknownKey)?;
        let mut context =
            Context::new(&mut self.overlay, self.now, checked.id(), sender, statements);
        context.check_sender(&transaction.action)?;
        dispatch(&mut context, &transaction.action)?;
        if context.statements.is_empty() {
            Ok(())
        } else {
            Err(RefusalCode::StatementUnexpected.into())
        }
    }

    /// The keys whose statements came along: in time and not used before.
    fn statements(&self, checked: &Checked) -> Result<Vec<PublicKey>, Refused> {
        for (valid_until, id) in statement_ids(checked) {
            if valid_until < self.now || valid_until > self.now.plus(VALIDITY_MS) {
                return Err(RefusalCode::StatementExpired.into());
            }
            if self.is_used(valid_until, &id) {
                return Err(RefusalCode::StatementUsed.into());
            }
        }
        Ok(checked.transaction().action.statements().iter().map(|s| s.signer).collect())
    }

    fn remember_statements(&mut self, checked: &Checked) {
        for (valid_until, id) in statement_ids(checked) {
            self.remember(valid_until, id);
        }
    }

    /// Checks the limits of changes and of buckets; returns the buckets of created records.
    fn within_limits(&mut self, mark: Mark) -> Result<Vec<u32>, Refused> {
        let (changes, own) = self.overlay.changes_since(mark);
        if own > TRANSACTION_CHANGES {
            return Err(RefusalCode::ChangesLimit.into());
        }
        let created: Vec<RecordKey> = created(changes).collect();
        let mut buckets = Vec::new();
        for key in created {
            let bucket = state_tree::bucket_of(&key.state_key(), self.view.depth());
            buckets.push(bucket);
            let Some(most) = self.overlay.stored(&key).and_then(|s| most_entries(&s.value)) else {
                continue;
            };
            let mine = buckets.iter().filter(|b| **b == bucket).count();
            let before = self.created.get(&bucket).copied().unwrap_or(0);
            if self.view.bucket(bucket).len() + before + mine > most {
                return Err(RefusalCode::BucketFull.into());
            }
        }
        Ok(buckets)
    }

    fn count_created(&mut self, buckets: &[u32]) {
        for bucket in buckets {
            *self.created.entry(*bucket).or_default() += 1;
        }
    }
}

const EMPTY: Mark = Mark::START;

fn statement_ids(checked: &Checked) -> Vec<(Time, TransactionId)> {
    let transaction = checked.transaction();
    let said = transaction.action.said(transaction.chain).into_iter();
    said.map(|(word, about)| (word.valid_until, word.id(transaction.chain, about))).collect()
}

fn created(changes: &[Change]) -> impl Iterator<Item = RecordKey> {
    changes.iter().filter(|change| change.version.number == 1).map(|change| change.version.key())
}

/// How far a new record may fill its bucket. Whoever looks for ids that fall into one bucket must not
/// keep others out of it who cannot choose theirs: names that an authority gives, the code that an
/// application made earlier leads to, what has one record for a subject or a pair (an interface of an
/// organisation, an erasure of what was issued, an affiliation), the chain's own matters. An erasure of
/// an application that led to nothing is none of these: its sponsor chose the id with a nonce.
fn most_entries(new: &Value) -> Option<usize> {
    match new {
        Value::UniqueName(name) if name.kind != NameKind::WaybillNumber => None,
        Value::Matter(matter) if matter.source.automatic => None,
        Value::Code(_) | Value::Interface(_) => None,
        Value::Erasure(erasure) => match erasure.subject {
            DataSubject::Code(_) | DataSubject::Vehicle(_) => None,
            DataSubject::Application(_) => Some(BUCKET_ENTRIES),
        },
        Value::Affiliation(_) => None,
        Value::UniqueName(_) | Value::RegisteredKey(_) => Some(BUCKET_CHOSEN),
        _ => Some(BUCKET_ENTRIES),
    }
}

/// Computes the roots and the header over what a block wrote.
pub(super) fn seal_off<V: View>(
    view: &V,
    ordered: &Ordered<'_>,
    now: Time,
    writes: Writes,
    leaves: &[Hash],
    receipts: &[Receipt],
) -> Executed {
    let parent = view.header();
    let change_leaves: Vec<Hash> = writes.changes.iter().map(Change::leaf).collect();
    let receipt_leaves: Vec<Hash> = receipts.iter().map(Receipt::leaf).collect();
    let touched = touched_buckets(view, &writes);
    let (state_root, tree_nodes) = state_tree::update(view, &touched);
    let history = history::append(
        |level, index| view.history_node(level, index),
        parent.height.0,
        &view.header_hash(),
    );
    let header = Header {
        version: PROTOCOL,
        chain: view.chain(),
        config_no: ordered.config_no,
        height: parent.height.next(),
        parent_hash: view.header_hash(),
        time_ms: now,
        tx_count: receipts.len() as u32,
        tx_root: merkle::root_of(leaves),
        receipt_root: merkle::root_of(&receipt_leaves),
        change_first_seq: view.next_seq(),
        change_count: change_leaves.len() as u32,
        change_root: merkle::root_of(&change_leaves),
        history_root: history.root,
        state_root,
        payload_hash: ordered.payload_hash,
    };
    Executed {
        header_hash: header.hash(),
        header,
        transactions: Vec::new(),
        receipts: Vec::new(),
        changes: writes.changes,
        written: writes.written,
        newest: writes.newest,
        tree_nodes,
        history_nodes: history.nodes,
        recent: Vec::new(),
        deadlines: writes.deadlines,
        lists: writes.lists,
    }
}

/// The buckets that a block touched, with their new entries in order of the state key.
pub(super) fn touched_buckets<V: View>(
    view: &V,
    writes: &Writes,
) -> BTreeMap<u32, Vec<(Hash, Hash)>> {
    let mut heads: BTreeMap<Hash, Hash> = BTreeMap::new();
    for written in &writes.written {
        heads.insert(written.version.key().state_key(), written.hash);
    }
    let mut touched: BTreeMap<u32, Vec<(Hash, Hash)>> = BTreeMap::new();
    for (state_key, hash) in heads {
        let index = state_tree::bucket_of(&state_key, view.depth());
        let bucket = touched.entry(index).or_insert_with(|| view.bucket(index));
        match bucket.binary_search_by(|(key, _)| key.cmp(&state_key)) {
            Ok(at) => bucket[at].1 = hash,
            Err(at) => bucket.insert(at, (state_key, hash)),
        }
    }
    touched
}

/// Each action goes to the file of its family.
fn dispatch<V: View>(context: &mut Context<'_, '_, V>, action: &Action) -> Result<(), Refused> {
    match action {
        Action::OrganisationAdmit(a) => organisation::admit(context, a),
        Action::OrganisationScopes(a) => organisation::set_scopes(context, a),
        Action::OrganisationEnd(a) => organisation::end(context, a),
        Action::KeyAdd(a) => organisation::add_key(context, a),
        Action::KeyEnd(a) => person::end_key(context, a),
        Action::KeyReplace(a) => person::replace_key(context, a),
        Action::ParameterSet(a) => parameter::set(context, a),
        Action::PersonKeyRegister(a) => person::register_key(context, a),
        Action::CodeApply(a) => application::apply_for_code(context, a),
        Action::VehicleApply(a) => application::apply_for_vehicle(context, a),
        Action::ClaimAnswer(a) => application::answer(context, a),
        Action::ClaimCorrect(a) => application::correct(context, a),
        Action::ApplicationWithdraw(a) => application::withdraw(context, a),
        Action::CodeSuspend(a) => code::suspend(context, a),
        Action::CodeResume(a) => code::resume(context, a),
        Action::CodeCancel(a) => code::cancel(context, a),
        Action::VehicleBind(a) => binding::bind(context, a),
        Action::VehicleUnbind(a) => binding::unbind(context, a),
        Action::VehicleChoose(a) => binding::choose(context, a),
        Action::TrailerCouple(a) => binding::couple(context, a),
        Action::TrailerUncouple(a) => binding::uncouple(context, a),
        Action::OperatorSet(a) => binding::set_operator(context, a),
        Action::CertificateAttest(a) => certificate::attest(context, a),
        Action::CertificateSuspend(a) => certificate::suspend(context, a),
        Action::CertificateResume(a) => certificate::resume(context, a),
        Action::CertificateRevoke(a) => certificate::revoke(context, a),
        Action::MatterOpen(a) => matter::open(context, a),
        Action::MatterExtend(a) => matter::extend(context, a),
        Action::MatterSettle(a) => matter::settle(context, a),
        Action::MatterVoid(a) => matter::void(context, a),
        Action::VehicleRelease(a) => matter::release(context, a),
        Action::WaybillOffer(a) => waybill::offer(context, a),
        Action::WaybillAccept(a) => waybill::accept(context, a),
        Action::WaybillDecline(a) => waybill::decline(context, a),
        Action::WaybillWithdraw(a) => waybill::withdraw(context, a),
        Action::WaybillCancel(a) => waybill::cancel(context, a),
        Action::WaybillLoad(a) => waybill::load(context, a),
        Action::WaybillDepart(a) => waybill::depart(context, a),
        Action::WaybillArrive(a) => waybill::arrive(context, a),
        Action::WaybillSign(a) => waybill::sign(context, a),
        Action::WaybillAbort(a) => waybill::propose_abort(context, a),
        Action::WaybillAbortAgree(a) => waybill::agree_abort(context, a),
        Action::WaybillSettle(a) => waybill::propose_settlement(context, a),
        Action::WaybillSettleAgree(a) => waybill::agree_settlement(context, a),
        Action::WaybillDispute(a) => waybill::open_dispute(context, a),
        Action::WaybillDisputeEnd(a) => waybill::end_dispute(context, a),
        Action::InterfaceApply(a) => interface::apply(context, a),
        Action::InterfaceWithdraw(a) => interface::withdraw(context, a),
        Action::InterfaceGrant(a) => interface::grant(context, a),
        Action::InterfaceRefuse(a) => interface::refuse(context, a),
        Action::InterfaceRevoke(a) => interface::revoke(context, a),
        Action::InterfaceRelease(a) => interface::release(context, a),
        Action::WaybillSwap(a) => waybill::propose_swap(context, a),
        Action::WaybillSwapAgree(a) => waybill::agree_swap(context, a),
        Action::ConsentGive(a) => exchange::give(context, a),
        Action::ConsentRevoke(a) => exchange::revoke(context, a),
        Action::ConsentUse(a) => exchange::use_shown(context, a),
        Action::AccessRecord(a) => exchange::record(context, a),
        Action::ErasurePublish(a) => exchange::publish_erasure(context, a),
        Action::AffiliationRequest(a) => affiliation::request(context, a),
        Action::AffiliationReview(a) => affiliation::review(context, a),
        Action::AffiliationOpen(a) => affiliation::open(context, a),
        Action::AffiliationEnd(a) => affiliation::end(context, a),
    }
}

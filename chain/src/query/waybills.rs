// SPDX-License-Identifier: Apache-2.0
//! Which waybills are wanted, a page at a time. Instants of offers bound the part of a list that is
//! looked at, so that what is open now is found without going through all that ever was.

use super::list::{Page, list_between};
use super::record::typed;
use crate::data::small_data;
use crate::ids::{CodeId, OrganisationId, Prefecture, RecordId, Time};
use crate::records::{
    Code, Holder, List, ListKey, ParameterName, Parameters, RecordKind, RecordValue, Standing,
    Value, Vehicle, Waybill, WaybillKind, WaybillState,
};
use crate::rules::goods;
use crate::text::Word;
use crate::view::{Past, Records};

small_data! {
    /// To whom waybills are offered.
    pub enum OfferedTo {
        /// 专属: to one code.
        Exclusive,
        /// 公共: to every eligible code within limits.
        Public,
    }
}

/// Which waybills are wanted: what fits everything that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaybillFilter {
    /// In one of these states; none means any.
    pub states: Vec<WaybillState>,
    /// Exclusive or public.
    pub kind: Option<OfferedTo>,
    /// Part loads, or all others.
    pub part_load: Option<bool>,
    /// A class of goods such as 1600 with all its kinds, or one kind such as 1601.
    pub goods: Option<u16>,
    /// From this prefecture.
    pub from: Option<Prefecture>,
    /// To this prefecture.
    pub to: Option<Prefecture>,
    /// Made by this organisation.
    pub maker: Option<OrganisationId>,
    /// Accepted by this code, or offered to it.
    pub code: Option<CodeId>,
    /// Public, offered now, and within limits that this code fits with its current vehicle. Whether it is
    /// eligible in other ways is seen when it accepts.
    pub open_to: Option<CodeId>,
    /// Offered at this instant or later.
    pub offered_since: Option<Time>,
    /// Offered before this instant.
    pub offered_until: Option<Time>,
}

/// What limits of public waybills look at; none of a code that accepts nothing: an enterprise's, one
/// without a current vehicle, or one that is not issued.
struct Candidate {
    home: Prefecture,
    vehicle_type: Option<Word>,
    at: Time,
    /// How long after `load_by` there is to load, in milliseconds.
    grace: u64,
}

impl WaybillFilter {
    /// True for a waybill that fits all that needs no look at another record.
    fn fits(&self, waybill: &Waybill) -> bool {
        let offer = &waybill.offer;
        let offered_to = match offer.kind {
            WaybillKind::Exclusive { .. } => OfferedTo::Exclusive,
            WaybillKind::Public(_) => OfferedTo::Public,
        };
        (self.states.is_empty() || self.states.contains(&waybill.state))
            && is(self.kind, offered_to)
            && is(self.part_load, offer.part_load)
            && self.goods.is_none_or(|wanted| goods::is_within(offer.goods, wanted))
            && is(self.from, offer.from)
            && is(self.to, offer.to)
            && is(self.maker, waybill.maker)
            && self.code.is_none_or(|code| waybill.lists().contains(&by_code(code)))
            && self.offered_since.is_none_or(|since| waybill.offered_at >= since)
            && self.offered_until.is_none_or(|until| waybill.offered_at < until)
    }

    /// The shortest list that holds them all.
    fn list(&self) -> ListKey {
        match (self.maker, self.code) {
            (Some(maker), _) => ListKey { list: List::WaybillsByMaker, of: maker.0 },
            (None, Some(code)) => by_code(code),
            (None, None) => ListKey::of_kind(RecordKind::Waybill),
        }
    }

    /// Nothing that is wanted was offered before.
    fn since<R: Records + ?Sized>(&self, records: &R, at: Time) -> Option<Time> {
        let is_open = self.open_to.is_some() || self.states == [WaybillState::Offered];
        let oldest = if is_open { oldest_open(records, at) } else { None };
        self.offered_since.max(oldest)
    }
}

fn is<T: PartialEq>(wanted: Option<T>, found: T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

fn by_code(code: CodeId) -> ListKey {
    ListKey { list: List::WaybillsByCode, of: code.record() }
}

/// No offer that is open at an instant was made before this one, since none stays open for longer.
fn oldest_open<R: Records + ?Sized>(records: &R, at: Time) -> Option<Time> {
    let parameters: Parameters = typed(records, RecordId::default(), at)?.value;
    let longest = parameters.largest(ParameterName::OfferMs)?;
    Some(Time(at.0.saturating_sub(longest)))
}

/// What limits look at; an outer none for a code that there is not, an inner one for one that may not
/// accept.
fn candidate<R: Records + ?Sized>(records: &R, id: CodeId, at: Time) -> Option<Option<Candidate>> {
    let code: Code = typed(records, id.record(), at)?.value;
    if code.standing() != Standing::Issued {
        return Some(None);
    }
    let (Holder::Person(_), Some(current)) = (code.holder, code.current) else {
        return Some(None);
    };
    let vehicle = typed::<Vehicle, _>(records, current.0, at);
    let class = vehicle.as_ref().and_then(|seen| seen.value.class());
    let vehicle_type = class.map(|class| class.vehicle_type.clone());
    let parameters = typed::<Parameters, _>(records, RecordId::default(), at);
    let grace = parameters.map(|seen| seen.value.at(ParameterName::LoadGraceMs, at));
    let grace = grace.unwrap_or_else(|| ParameterName::LoadGraceMs.default_value());
    Some(Some(Candidate { home: code.prefecture, vehicle_type, at, grace }))
}

impl Candidate {
    /// True if it could accept a waybill by the limits of the offer.
    fn may_accept(&self, waybill: &Waybill) -> bool {
        waybill.state == WaybillState::Offered
            && self.at < waybill.offer.load_by.plus(self.grace)
            && waybill.offer.kind.limits().is_some_and(|limits| {
                limits.admit_home(self.home) && limits.admit_type(self.vehicle_type.as_ref())
            })
    }
}

/// The number of the first change of a block that is not before an instant.
fn first_change<S: Past + ?Sized>(state: &S, instant: Time) -> u64 {
    let before = instant.0.checked_sub(1).and_then(|at| state.header_before(Time(at)));
    before.map_or(0, |header| header.change_first_seq + u64::from(header.change_count))
}

/// A page of the waybills that are wanted, as of `at`, in the order in which they came into the list:
/// after `after`, at most `limit`, of those alone that whoever asks may see. None if `open_to` names a code
/// that there is not.
pub fn waybills<S: Records + Past + ?Sized>(
    state: &S,
    filter: &WaybillFilter,
    after: Option<u64>,
    (limit, at): (usize, Time),
    sees: &dyn Fn(&Value) -> bool,
) -> Option<Page> {
    let candidate = match filter.open_to {
        Some(code) => Some(candidate(state, code, at)?),
        None => None,
    };
    let keep = |value: &Value| match value {
        Value::Waybill(waybill) => {
            let fits =
                |one: &Option<Candidate>| one.as_ref().is_some_and(|c| c.may_accept(waybill));
            filter.fits(waybill) && candidate.as_ref().is_none_or(fits) && sees(value)
        }
        _ => false,
    };
    let list = filter.list();
    let since = filter.since(state, at).map(|since| first_change(state, since));
    let after = after.max(since.and_then(|first| first.checked_sub(1)));
    // A public waybill comes into the list of a code later than it was offered.
    let is_by_offer = list.list != List::WaybillsByCode;
    let until = filter.offered_until.filter(|_| is_by_offer);
    let before = until.map(|until| first_change(state, until));
    Some(list_between(state, list, (after, before), (limit, at), &keep))
}

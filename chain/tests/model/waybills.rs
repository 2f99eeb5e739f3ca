// SPDX-License-Identifier: Apache-2.0
//! Waybills: an offer and the list of what was done. Where one stands is told anew from that list each
//! time it is asked, with what silence did in between.

use chain::Time;
use chain::actions::*;
use chain::calendar::Date;
use chain::ids::*;
use chain::records::waybill::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::text::Word;

use crate::applications::{OPERATORS, Sent};
use crate::world::{Issued, Model, Why, bar, unless};

/// Something that was done, at an instant.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    Accepted(Carrier),
    Over(WaybillState, Side, Word),
    Loaded(Step),
    Departed(Step),
    Arrived(Step),
    Signed(Signing),
    AbortProposed(Abort),
    SwapProposed(Swap),
    /// The other side agreed and others have yet to.
    SwapAwaited(Option<Custody>),
    /// Another vehicle with its trailer took over.
    Swapped(VehicleId, Option<VehicleId>),
    SettlementProposed(Settlement),
    SettlementAgreed,
    Disputed(Dispute),
    /// One side, or a regulator, ends a dispute.
    DisputeEnded(Option<Side>),
    Flagged,
}

/// A waybill.
#[derive(Clone, Debug)]
pub(crate) struct Consignment {
    pub(crate) id: WaybillId,
    pub(crate) maker: OrganisationId,
    pub(crate) offered_at: Time,
    pub(crate) offer: Offer,
    pub(crate) facts: Vec<(Time, Fact)>,
}

const LOADED: [WaybillState; 3] =
    [WaybillState::Loaded, WaybillState::InTransit, WaybillState::Arrived];

fn take_over(stand: &mut Waybill, at: Time, new: (VehicleId, Option<VehicleId>)) {
    let (Some(carrier), Some(swap)) = (&mut stand.carrier, stand.swap.take()) else {
        panic!("what is swapped is carried, and proposed");
    };
    let old = (carrier.vehicle, carrier.trailer);
    (carrier.vehicle, carrier.trailer) = new;
    let (by, custody, reason) = (swap.by, swap.custody, swap.reason);
    let ((from, from_trailer), (to, to_trailer)) = (old, new);
    stand.swaps.push(Swapped { at, from, from_trailer, to, to_trailer, by, custody, reason });
}

impl Model {
    /// Where a waybill stands at an instant, by its whole history.
    pub(crate) fn stand(&self, one: &Consignment, at: Time) -> Waybill {
        let mut stand = Waybill {
            id: one.id,
            maker: one.maker,
            offered_at: one.offered_at,
            offer: one.offer.clone(),
            state: WaybillState::Offered,
            carrier: None,
            loaded: None,
            departed: None,
            arrived: None,
            signed: None,
            settlement: None,
            abort: None,
            swap: None,
            swaps: Vec::new(),
            dispute: None,
            flagged: false,
            ended_at: None,
            end_reason: None,
            ended_by: None,
            next_change_at: None,
        };
        for (then, fact) in &one.facts {
            self.stay_silent(&mut stand, *then);
            self.apply(&mut stand, *then, fact.clone());
        }
        self.stay_silent(&mut stand, at);
        stand
    }

    fn apply(&self, stand: &mut Waybill, at: Time, fact: Fact) {
        match fact {
            Fact::Accepted(carrier) => {
                stand.state = WaybillState::Accepted;
                stand.carrier = Some(carrier);
            }
            Fact::Over(state, by, reason) => {
                stand.state = state;
                stand.ended_at = Some(at);
                stand.ended_by = Some(by);
                stand.end_reason = Some(reason);
                stand.swap = None;
            }
            Fact::Loaded(step) => {
                stand.state = WaybillState::Loaded;
                stand.loaded = Some(step);
            }
            Fact::Departed(step) => {
                stand.state = WaybillState::InTransit;
                stand.departed = Some(step);
            }
            Fact::Arrived(step) => {
                stand.state = WaybillState::Arrived;
                stand.arrived = Some(step);
                stand.swap = None;
            }
            Fact::Signed(signing) => {
                stand.state = WaybillState::Signed;
                stand.signed = Some(signing);
                stand.abort = None;
            }
            Fact::AbortProposed(abort) => stand.abort = Some(abort),
            Fact::SwapProposed(swap) => stand.swap = Some(swap),
            Fact::SwapAwaited(custody) => {
                let swap = stand.swap.as_mut().expect("a proposal");
                (swap.agreed, swap.custody) = (true, swap.custody.or(custody));
            }
            Fact::Swapped(to, to_trailer) => take_over(stand, at, (to, to_trailer)),
            Fact::SettlementProposed(settlement) => stand.settlement = Some(settlement),
            Fact::SettlementAgreed => {
                stand.state = WaybillState::Settled;
                stand.ended_at = Some(at);
            }
            Fact::Disputed(dispute) => stand.dispute = Some(dispute),
            Fact::DisputeEnded(by) => self.end_dispute(stand, at, by),
            Fact::Flagged => stand.flagged = true,
        }
    }

    fn end_dispute(&self, stand: &mut Waybill, at: Time, by: Option<Side>) {
        let Some(dispute) = &mut stand.dispute else { panic!("no dispute to end") };
        dispute.maker_ends |= by != Some(Side::Driver);
        dispute.driver_ends |= by != Some(Side::Maker);
        if dispute.maker_ends && dispute.driver_ends {
            stand.dispute = None;
            let silence = self.parameter_at(ParameterName::SettlementMs, at);
            if let Some(settlement) = stand.settlement.as_mut()
                && stand.state == WaybillState::Signed
            {
                settlement.stands_at = at.plus(silence);
            }
        }
    }

    /// What happens up to an instant because nobody does anything.
    fn stay_silent(&self, stand: &mut Waybill, until: Time) {
        let passed = |at: Option<Time>| at.filter(|at| *at <= until);
        if stand.state == WaybillState::Offered && stand.offer.offer_ends <= until {
            stand.state = WaybillState::Lapsed;
            stand.ended_at = Some(stand.offer.offer_ends);
        }
        let load_ends = self.load_ends(stand);
        if stand.state == WaybillState::Accepted && load_ends <= until {
            stand.state = WaybillState::Cancelled;
            stand.ended_at = Some(load_ends);
            stand.end_reason = Some("not_loaded".parse().expect("a word"));
            stand.swap = None;
        }
        if passed(stand.swap.as_ref().map(|swap| swap.until)).is_some() {
            stand.swap = None;
        }
        let open = LOADED.contains(&stand.state);
        if open && passed(stand.abort.as_ref().map(|abort| abort.until)).is_some() {
            stand.abort = None;
        }
        let arrived = self.signs_at(stand);
        if let (WaybillState::Arrived, Some(at)) = (stand.state, passed(arrived)) {
            stand.state = WaybillState::Signed;
            stand.abort = None;
            stand.signed = Some(Signing {
                at,
                weight_kg: stand.offer.weight_to_kg,
                distance_km: 0,
                difference_ppm: 0,
                reason: None,
                by_silence: true,
            });
        }
        let stands = stand.settlement.as_ref().map(|settlement| settlement.stands_at);
        let quiet = stand.state == WaybillState::Signed && stand.dispute.is_none();
        if let (true, Some(at)) = (quiet, passed(stands)) {
            stand.state = WaybillState::Settled;
            stand.ended_at = Some(at);
        }
    }

    /// Until when it has to be loaded, once it is accepted.
    fn load_ends(&self, stand: &Waybill) -> Time {
        let begun = stand.carrier.as_ref().map_or(self.now, |carrier| carrier.accepted_at);
        stand.offer.load_by.plus(self.parameter_at(ParameterName::LoadGraceMs, begun))
    }

    /// When silence signs, once it arrived.
    fn signs_at(&self, stand: &Waybill) -> Option<Time> {
        let known = stand.arrived.as_ref()?.recorded_at;
        Some(known.plus(self.parameter_at(ParameterName::SignMs, known)))
    }

    /// Every instant at which silence may mean something for a waybill.
    pub(crate) fn waybill_instants(&self, one: &Consignment) -> Vec<Time> {
        let stand = self.stand(one, self.now);
        let mut instants = vec![stand.offer.offer_ends, self.load_ends(&stand)];
        instants.extend(self.signs_at(&stand));
        instants.extend(stand.abort.map(|abort| abort.until));
        instants.extend(stand.swap.map(|swap| swap.until));
        instants.extend(stand.settlement.map(|settlement| settlement.stands_at));
        instants.retain(|at| *at > self.now);
        instants.sort();
        instants
    }

    /// The first instant ahead at which a waybill stands otherwise than now with nothing done.
    pub(crate) fn waybill_changes(&self, one: &Consignment) -> Option<Time> {
        let now = self.stand(one, self.now);
        self.waybill_instants(one).into_iter().find(|at| self.stand(one, *at) != now)
    }

    /// Adds to the history of a waybill.
    pub(crate) fn happens(&mut self, id: WaybillId, fact: Fact) {
        let now = self.now;
        self.waybills.get_mut(&id).expect("found").facts.push((now, fact));
    }

    fn waybill(&self, id: WaybillId) -> Result<Waybill, Why> {
        let one = self.waybills.get(&id).ok_or(vec![R::NotFound])?;
        Ok(self.stand(one, self.now))
    }

    pub(crate) fn offer(&mut self, sent: &Sent<'_>, offer: &Offer) -> Result<(), Why> {
        let maker = sent.organisation()?;
        if !self.is_of_kind(sent.owner, &OPERATORS) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        let number = offer.number.as_str();
        let plain = number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        bar(&mut why, number.len() > 20 || !plain, R::InvalidField);
        let segment = offer.segment.as_str();
        let digits = segment.len() == 4 && segment.bytes().all(|b| b.is_ascii_digit());
        bar(&mut why, !digits, R::InvalidField);
        let longest = self.after(ParameterName::OfferMs);
        let open = offer.offer_ends > self.now && offer.offer_ends <= longest;
        bar(&mut why, !open || offer.load_by <= self.now, R::InvalidField);
        bar(&mut why, offer.deliver_by <= offer.load_by, R::InvalidField);
        bar(&mut why, !(100..1_800).contains(&offer.goods), R::InvalidField);
        let band = 0 < offer.weight_from_kg && offer.weight_from_kg <= offer.weight_to_kg;
        bar(&mut why, !band, R::InvalidField);
        let mut places = vec![offer.from, offer.to];
        match &offer.kind {
            WaybillKind::Exclusive { code } => {
                let live = self.codes.get(code).filter(|code| code.cancelled_at.is_none());
                bar(&mut why, live.is_none(), R::NotFound);
                let drives = live.is_none_or(|code| matches!(code.holder, Holder::Person(_)));
                bar(&mut why, !drives, R::InvalidField);
            }
            WaybillKind::Public(limits) => {
                bar(&mut why, limits.prefectures.len() > 16, R::TooMany);
                places.extend(&limits.prefectures);
            }
        }
        let strange = places.iter().any(|place| !self.prefectures.contains(place));
        bar(&mut why, strange, R::InvalidField);
        let consignee = offer.consignee.map(|id| self.is_admitted(id));
        bar(&mut why, consignee == Some(false), R::NotFound);
        let taken = self.waybills.values().any(|other| {
            let named = (&other.offer.number, &other.offer.segment);
            other.maker == maker && named == (&offer.number, &offer.segment)
        });
        bar(&mut why, taken, R::WaybillNumberTaken);
        unless(why)?;
        let id = WaybillId(sent.first());
        let (offered_at, offer) = (self.now, offer.clone());
        let one = Consignment { id, maker, offered_at, offer, facts: Vec::new() };
        self.waybills.insert(id, one);
        Ok(())
    }

    /// The code of the sending person.
    fn own_code(&self, sender: Owner) -> Result<CodeId, Why> {
        let Owner::Person(person) = sender else { return Err(vec![R::NotAllowed]) };
        self.code_of(Holder::Person(person)).ok_or(vec![R::CodeNotIssued])
    }

    fn offered(&self, id: WaybillId) -> Result<Waybill, Why> {
        let stand = self.waybill(id)?;
        match stand.state {
            WaybillState::Offered => Ok(stand),
            WaybillState::Lapsed => Err(vec![R::OfferEnded]),
            _ if stand.carrier.is_some() => Err(vec![R::WaybillAlreadyAccepted]),
            _ => Err(vec![R::WaybillState]),
        }
    }

    pub(crate) fn accept(&mut self, sender: Owner, action: &WaybillAccept) -> Result<(), Why> {
        let code = self.own_code(sender)?;
        let stand = self.offered(action.waybill)?;
        unless(self.reasons_against(code, &stand.offer))?;
        let issued = &self.codes[&code];
        let (Holder::Person(person), Some(vehicle)) = (issued.holder, issued.current) else {
            panic!("an eligible code is a driver's and has a vehicle");
        };
        let trailer = self.couplings.get(&vehicle).copied();
        let carrier = Carrier { code, person, vehicle, trailer, accepted_at: self.now };
        self.happens(action.waybill, Fact::Accepted(carrier));
        Ok(())
    }

    /// Every reason why a code may not accept an offer now.
    fn reasons_against(&self, id: CodeId, offer: &Offer) -> Why {
        let code = &self.codes[&id];
        let mut why = Why::new();
        let class = code.current.and_then(|vehicle| self.class_of(vehicle));
        match &offer.kind {
            WaybillKind::Exclusive { code } => bar(&mut why, *code != id, R::NotOfferedToCode),
            WaybillKind::Public(limits) => {
                let home = &limits.prefectures;
                let abroad = !home.is_empty() && !home.contains(&code.prefecture);
                bar(&mut why, abroad, R::NotOfferedToCode);
                let wanted = limits.vehicle_type.as_ref();
                let other = wanted.is_some() && wanted != class.map(|class| &class.vehicle_type);
                bar(&mut why, other, R::NotOfferedToCode);
            }
        }
        bar(&mut why, !code.suspensions.is_empty(), R::CodeNotIssued);
        bar(&mut why, self.colour(code) == Some(Colour::Red), R::CodeRed);
        let mut open = self.counted(code).into_iter().flat_map(|one| self.open_on(one));
        let most = self.parameter(ParameterName::BarringPoints);
        bar(&mut why, open.any(|matter| u64::from(matter.points) >= most), R::PointsTooMany);
        why.extend(self.against_parties(code, code.current, &[offer]));
        let grace = self.parameter(ParameterName::LoadGraceMs);
        bar(&mut why, self.now >= offer.load_by.plus(grace), R::OfferEnded);
        bar(&mut why, self.waybills_of(id).len() >= 8, R::TooMany);
        why
    }

    /// What speaks against a driver, an operator and a vehicle for more loads.
    pub(crate) fn against_parties(
        &self,
        code: &Issued,
        vehicle: Option<VehicleId>,
        more: &[&Offer],
    ) -> Why {
        let mut why = Why::new();
        let Holder::Person(person) = code.holder else { panic!("only persons accept") };
        let driver = (self.held_by(Subject::Person(person)), vehicle);
        let operator = self.held_by_operator(code.operator);
        bar(&mut why, code.operator.is_some() && operator.is_none(), R::OperatorInvalid);
        let hazardous = more.iter().any(|offer| offer.hazardous);
        why.extend(self.lacking_for(driver, operator, hazardous));
        match vehicle {
            None => why.push(R::NoVehicle),
            Some(vehicle) => self.against_vehicle(&mut why, vehicle, more),
        }
        why
    }

    fn against_vehicle(&self, why: &mut Why, vehicle: VehicleId, more: &[&Offer]) {
        let trailer = self.couplings.get(&vehicle).copied();
        let both: Vec<VehicleId> = [Some(vehicle), trailer].into_iter().flatten().collect();
        let often = both.iter().any(|id| self.is_over_limit_too_often(*id));
        bar(why, often, R::OverLimitTooMany);
        let mut loads: Vec<WaybillId> = both.iter().flat_map(|id| self.loads_of(*id)).collect();
        loads.sort();
        loads.dedup();
        let there: Vec<&Offer> = loads.iter().map(|id| &self.waybills[id].offer).collect();
        let all: Vec<&Offer> = there.iter().chain(more).copied().collect();
        let busy = all.len() > 8 || (all.len() > 1 && all.iter().any(|o| !o.part_load));
        bar(why, busy, R::VehicleBusy);
        let counted: &[&Offer] = if busy { more } else { &all };
        let weight: u32 = counted.iter().map(|o| o.weight_to_kg).sum();
        let rated: u32 =
            both.iter().filter_map(|id| self.class_of(*id)).map(|c| c.rated_load_kg).sum();
        bar(why, weight > rated, R::OverLoaded);
    }

    /// When something that happened at an instant is out of the over-limit window.
    fn window_ends(&self, at: Time) -> Time {
        let day = Date::in_beijing(at);
        let months = self.parameter(ParameterName::OverLimitMonths);
        day.plus_months(months).start().plus(at.since(day.start()))
    }

    /// The ends of windows and grants ahead: no code changes by itself then, and yet an answer may.
    pub(crate) fn edges(&self) -> Vec<Time> {
        let kept = self.vehicles.values().flat_map(|lorry| &lorry.over_limit);
        let mut edges: Vec<Time> = kept.map(|(_, at)| self.window_ends(*at)).collect();
        let signed = self.waybills.values().filter_map(|w| self.stand(w, self.now).signed);
        edges.extend(
            signed.map(|signed| {
                signed.at.plus(self.parameter_at(ParameterName::DisputeMs, signed.at))
            }),
        );
        edges.extend(self.grant_ends());
        let all = self.waybills.values();
        edges.extend(all.filter_map(|w| self.seen_until(&self.stand(w, self.now))));
        edges.retain(|at| *at > self.now);
        edges
    }

    fn is_over_limit_too_often(&self, vehicle: VehicleId) -> bool {
        let lorry = &self.vehicles[&vehicle];
        let counts = |at: Time| {
            let in_window = self.now < self.window_ends(at);
            in_window && lorry.released_at.is_none_or(|released| at > released)
        };
        let count = lorry.over_limit.iter().filter(|(_, at)| counts(*at)).count() as u64;
        count > self.parameter(ParameterName::OverLimitMatters)
    }

    pub(crate) fn decline(&mut self, sender: Owner, action: &WaybillDecline) -> Result<(), Why> {
        let code = self.own_code(sender)?;
        let stand = self.offered(action.waybill)?;
        if stand.offer.kind != (WaybillKind::Exclusive { code }) {
            return Err(vec![R::NotOfferedToCode]);
        }
        let over = Fact::Over(WaybillState::Declined, Side::Driver, action.reason.clone());
        self.happens(action.waybill, over);
        Ok(())
    }

    /// A waybill in one of these states, and which side of it the sender is.
    pub(crate) fn of_side(
        &self,
        sender: Owner,
        id: WaybillId,
        states: &[WaybillState],
    ) -> Result<(Waybill, Side), Why> {
        let stand = self.waybill(id)?;
        let driver = stand.carrier.as_ref().map(|carrier| Owner::Person(carrier.person));
        let side = if driver == Some(sender) {
            Side::Driver
        } else if sender == Owner::Organisation(stand.maker) {
            Side::Maker
        } else {
            return Err(vec![R::NotAllowed]);
        };
        if states.contains(&stand.state) { Ok((stand, side)) } else { Err(vec![R::WaybillState]) }
    }

    /// Where a waybill stands for a regulator or anybody who is no side of it.
    pub(crate) fn stands(&self, id: WaybillId) -> Result<Waybill, Why> {
        self.waybill(id)
    }
}

// SPDX-License-Identifier: Apache-2.0
//! Moves about codes, bindings and waybills.

use chain::actions::*;
use chain::ids::*;
use chain::keys::SecretKey;
use chain::records::waybill::*;
use chain::records::*;
use chain::{Action, Hash, Time};

use crate::common::{DAY, QUJING, SECOND, word};
use crate::stage::{Move, Stage};
use crate::world::Issued;

/// Upper ends of weight bands: what a light lorry may load and half a heavy one, and a bit more.
const WEIGHTS: [u32; 10] = [500, 500, 1_000, 1_000, 2_000, 2_247, 2_248, 4_500, 9_000, 9_001];

impl Stage {
    fn issued(&self, code: CodeId) -> Issued {
        self.model.codes[&code].clone()
    }

    fn holder_key(&self, code: &Issued) -> Option<SecretKey> {
        self.key_of(crate::colours::owner_of(code.holder))
    }

    pub(crate) fn suspend_code(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let p = self.world.parties.clone();
        let by = self.rng.one(&[p.regulator, p.traffic_police, p.transport]).key;
        let (sender, reason) = (self.sender(Some(by)), self.reason());
        Some(Move::new(sender, CodeSuspend { code, reason }))
    }

    pub(crate) fn resume_code(&mut self) -> Option<Move> {
        let mut laid = Vec::new();
        for (id, code) in &self.model.codes {
            laid.extend(code.suspensions.iter().map(|s| (*id, s.0, s.1.clone())));
        }
        let (code, by, mut reason) = self.rng.pick(&laid)?;
        if self.rng.percent(10) {
            reason = self.reason();
        }
        let regulator = self.world.parties.regulator.clone();
        let right = if self.rng.percent(30) { regulator } else { self.party(by) };
        let sender = self.sender(Some(right.key));
        Some(Move::new(sender, CodeResume { code, by, reason }))
    }

    pub(crate) fn cancel_code(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let p = self.world.parties.clone();
        let holder = self.holder_key(&self.issued(code));
        let right = match self.rng.below(4) {
            0 => Some(p.regulator.key),
            1 => Some(self.attester(CertificateKind::Identity).key),
            _ => holder,
        };
        let (sender, reason) = (self.sender(right), self.reason());
        Some(Move::new(sender, CodeCancel { code, reason }))
    }

    fn owner_of_vehicle(&self, vehicle: VehicleId) -> Option<Owner> {
        self.model.vehicle_owner(self.model.vehicles.get(&vehicle)?.owner)
    }

    fn parties_of(&self, code: &Issued, vehicle: VehicleId) -> Vec<Option<Owner>> {
        let operator = code.operator.map(|operator| match operator {
            Operator::Organisation(id) => Owner::Organisation(id),
            Operator::Person(id) => Owner::Person(id),
        });
        let holder = crate::colours::owner_of(code.holder);
        vec![self.owner_of_vehicle(vehicle), Some(holder), operator]
    }

    pub(crate) fn bind(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let vehicle = self.some_vehicle(false)?;
        let parties = self.parties_of(&self.issued(code), vehicle);
        let right = self.rng.one(&parties).and_then(|owner| self.key_of(owner));
        let sender = self.sender(right);
        let words = self.words_of(&parties, &sender);
        let action = VehicleBind { code, vehicle, statements: Vec::new() };
        Some(Move { sender, action: action.into(), words })
    }

    pub(crate) fn unbind(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let issued = self.issued(code);
        let bound = self.rng.pick(&issued.vehicles).filter(|_| self.rng.percent(90));
        let vehicle = bound.or_else(|| self.some_vehicle(false))?;
        let parties = self.parties_of(&issued, vehicle);
        let right = self.rng.one(&parties).and_then(|owner| self.key_of(owner));
        let sender = self.sender(right);
        Some(Move::new(sender, VehicleUnbind { code, vehicle }))
    }

    pub(crate) fn choose(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let issued = self.issued(code);
        let vehicle = match self.rng.below(10) {
            0 => None,
            1 => self.some_vehicle(false),
            _ => self.rng.pick(&issued.vehicles),
        };
        let sender = self.sender(self.holder_key(&issued));
        Some(Move::new(sender, VehicleChoose { code, vehicle }))
    }

    pub(crate) fn couple(&mut self) -> Option<Move> {
        let (vehicle, trailer) = (self.some_vehicle(false)?, self.some_vehicle(true)?);
        let owner = self.owner_of_vehicle(vehicle).and_then(|owner| self.key_of(owner));
        let sender = self.sender(owner);
        let words = self.words_of(&[self.owner_of_vehicle(trailer)], &sender);
        let action = TrailerCouple { vehicle, trailer, statements: Vec::new() };
        Some(Move { sender, action: action.into(), words })
    }

    pub(crate) fn uncouple(&mut self) -> Option<Move> {
        let drawing: Vec<VehicleId> = self.model.couplings.keys().copied().collect();
        let vehicle = match self.rng.percent(10) {
            true => self.some_vehicle(true)?,
            false => self.rng.pick(&drawing)?,
        };
        let owner = self.owner_of_vehicle(vehicle).and_then(|owner| self.key_of(owner));
        let sender = self.sender(owner);
        Some(Move::new(sender, TrailerUncouple { vehicle }))
    }

    pub(crate) fn set_operator(&mut self) -> Option<Move> {
        let code = self.some_code()?;
        let issued = self.issued(code);
        let p = self.world.parties.clone();
        let of_person = match issued.holder {
            Holder::Person(id) => Operator::Person(id),
            Holder::Organisation(id) => Operator::Organisation(id),
        };
        let persons: Vec<PersonId> = self.model.persons.keys().copied().collect();
        let operator = match self.rng.below(20) {
            0..3 => None,
            3..10 => Some(Operator::Organisation(p.enterprise.id)),
            10..13 => Some(Operator::Organisation(p.other_enterprise.id)),
            13 => Some(Operator::Organisation(p.bank.id)),
            14 => self.rng.pick(&persons).map(Operator::Person),
            _ => Some(of_person),
        };
        let holder = crate::colours::owner_of(issued.holder);
        let other = operator.or(issued.operator).map(|operator| match operator {
            Operator::Organisation(id) => Owner::Organisation(id),
            Operator::Person(id) => Owner::Person(id),
        });
        let right = if self.rng.percent(50) { Some(holder) } else { other };
        let sender = self.sender(right.and_then(|owner| self.key_of(owner)));
        let words = match operator {
            Some(_) => self.words_of(&[Some(holder), other], &sender),
            None => Vec::new(),
        };
        let action = OperatorSet { code, operator, statements: Vec::new() };
        Some(Move { sender, action: action.into(), words })
    }

    pub(crate) fn release_vehicle(&mut self) -> Option<Move> {
        let trailer = self.rng.percent(30);
        let vehicle = self.some_vehicle(trailer)?;
        let (regulator, reason) = (self.world.parties.regulator.key.clone(), self.reason());
        let sender = self.sender(Some(regulator));
        Some(Move::new(sender, VehicleRelease { vehicle, reason }))
    }

    pub(crate) fn offer(&mut self) -> Option<Move> {
        let offered = |one: &&crate::waybills::Consignment| {
            self.model.stand(one, self.model.now).state == WaybillState::Offered
        };
        if self.model.waybills.values().filter(offered).count() > 3 {
            return None;
        }
        let p = self.world.parties.clone();
        let maker = self.rng.one(&[p.enterprise.clone(), p.enterprise.clone(), p.platform]);
        let longest = self.model.parameter(ParameterName::OfferMs);
        let kind = match self.some_code().filter(|_| self.rng.percent(60)) {
            Some(code) => WaybillKind::Exclusive { code },
            None => {
                let mut limits = PublicLimits { prefectures: Vec::new(), vehicle_type: None };
                if self.rng.percent(20) {
                    limits.prefectures.push(self.prefecture());
                }
                if self.rng.percent(20) {
                    limits.vehicle_type = Some(word("H31"));
                }
                WaybillKind::Public(limits)
            }
        };
        let number = if self.rng.percent(3) { 0 } else { self.world.fresh() };
        let open = self.rng.one(&[longest, longest, DAY.min(longest), SECOND]);
        let load = self.rng.one(&[SECOND, 3_600 * SECOND, DAY, 3 * DAY]);
        let load_by = self.about(load);
        let consignees = [p.other_enterprise.id, p.bank.id, OrganisationId(RecordId([9; 16]))];
        let consignee = if self.rng.percent(15) { Some(self.rng.one(&consignees)) } else { None };
        let late = self.rng.percent(96);
        let mut offer = Offer {
            number: word(&format!("YD{number}")),
            segment: word("0000"),
            kind,
            offer_ends: self.about(open),
            load_by,
            deliver_by: load_by.plus(if late { DAY } else { self.rng.below(2) }),
            goods: 500,
            hazardous: self.rng.percent(5),
            weight_from_kg: 500,
            weight_to_kg: self.rng.one(&WEIGHTS),
            part_load: self.rng.percent(70),
            from: self.rng.one(&[crate::common::KUNMING, QUJING]),
            to: QUJING,
            consignee,
            fields_root: Hash::of(b"waybill fields"),
            price: Hash::of(b"price"),
        };
        match self.rng.below(60) {
            0 => offer.segment = word("12x4"),
            1 => offer.goods = self.rng.one(&[99, 100, 1_799, 1_800]),
            2 => offer.weight_from_kg = self.rng.one(&[0, 1, offer.weight_to_kg + 1]),
            3 => offer.to = self.prefecture(),
            4 => offer.number = word(self.rng.one(&["a b", "123456789012345678901", "A-1"])),
            5 => offer.offer_ends = self.now(),
            _ => {}
        }
        let sender = self.sender(Some(maker.key));
        Some(Move::new(sender, WaybillOffer { offer }))
    }

    /// A waybill that stands in one of these states; seldom any.
    fn waybill(&mut self, states: &[WaybillState]) -> Option<Waybill> {
        let any = self.rng.percent(1);
        let all = self.model.waybills.values().map(|one| self.model.stand(one, self.model.now));
        let fit: Vec<Waybill> = all.filter(|w| any || states.contains(&w.state)).collect();
        self.rng.pick(&fit)
    }

    pub(crate) fn accept(&mut self) -> Option<Move> {
        let stand = self.waybill(&[WaybillState::Offered])?;
        if stand.offer.load_by <= self.now() && self.rng.percent(80) {
            return None;
        }
        let code = match &stand.offer.kind {
            WaybillKind::Exclusive { code } if self.rng.percent(95) => Some(*code),
            _ => self.some_code(),
        };
        let drives = |code: &Issued| matches!(code.holder, Holder::Person(_));
        if code.is_some_and(|code| !drives(&self.issued(code))) && self.rng.percent(90) {
            return None;
        }
        let right = code.and_then(|code| self.holder_key(&self.issued(code)))?;
        let sender = self.sender(Some(right));
        Some(Move::new(sender, WaybillAccept { waybill: stand.id }))
    }

    pub(crate) fn decline(&mut self) -> Option<Move> {
        let stand = self.waybill(&[WaybillState::Offered])?;
        let code = match &stand.offer.kind {
            WaybillKind::Exclusive { code } => Some(*code),
            _ => self.some_code(),
        };
        let right = code.and_then(|code| self.holder_key(&self.issued(code)));
        let (sender, reason) = (self.sender(right), self.reason());
        Some(Move::new(sender, WaybillDecline { waybill: stand.id, reason }))
    }

    pub(crate) fn withdraw(&mut self) -> Option<Move> {
        let stand = self.waybill(&[WaybillState::Offered])?;
        let (maker, reason) = (self.maker_key(&stand), self.reason());
        let sender = self.sender(maker);
        Some(Move::new(sender, WaybillWithdraw { waybill: stand.id, reason }))
    }

    fn maker_key(&self, stand: &Waybill) -> Option<SecretKey> {
        self.key_of(Owner::Organisation(stand.maker))
    }

    fn driver_key(&self, stand: &Waybill) -> Option<SecretKey> {
        let carrier = stand.carrier.as_ref()?;
        self.key_of(Owner::Person(carrier.person))
    }

    /// The key of one side or the other.
    fn either(&mut self, stand: &Waybill) -> SecretKey {
        let sides = [self.maker_key(stand), self.driver_key(stand)];
        let right = self.rng.one(&sides);
        self.sender(right)
    }

    pub(crate) fn cancel(&mut self) -> Option<Move> {
        let stand = self.waybill(&[WaybillState::Accepted])?;
        let (sender, reason) = (self.either(&stand), self.reason());
        Some(Move::new(sender, WaybillCancel { waybill: stand.id, reason }))
    }

    /// When a step is said to be taken: about now, or at an edge of what is allowed.
    fn step_time(&mut self, stand: &Waybill) -> Time {
        let ahead = self.model.parameter(ParameterName::StepAheadMs);
        let steps = [&stand.departed, &stand.loaded];
        let last = steps.into_iter().flatten().next().map(|step| step.at);
        let accepted = stand.carrier.as_ref().map_or(self.now(), |carrier| carrier.accepted_at);
        let earliest = last.unwrap_or(Time(accepted.0.saturating_sub(ahead)));
        match self.rng.below(10) {
            0 => Time(self.about(ahead).0),
            1 => Time((earliest.0 + self.rng.below(2)).saturating_sub(1)),
            _ => self.now().max(earliest),
        }
    }

    /// The next step of a waybill that goes well.
    pub(crate) fn step(&mut self) -> Option<Move> {
        use WaybillState::*;
        let stand = self.waybill(&[Accepted, Loaded, InTransit, Arrived, Signed])?;
        let waits = stand.state == Signed && stand.dispute.is_some();
        if waits && self.rng.percent(85) {
            return None;
        }
        let (waybill, at) = (stand.id, self.step_time(&stand));
        let evidence = Hash::of(b"photo");
        let driver = self.driver_key(&stand);
        let maker = self.maker_key(&stand);
        let (right, action): (_, Action) = match stand.state {
            Loaded => (driver, WaybillDepart { waybill, at, evidence }.into()),
            InTransit => (driver, WaybillArrive { waybill, at, evidence }.into()),
            Arrived => {
                let consignee = stand
                    .offer
                    .consignee
                    .filter(|id| self.model.is_admitted(*id) || self.rng.percent(20));
                let consignee = consignee.map(Owner::Organisation);
                let signer = consignee.and_then(|owner| self.key_of(owner)).or(maker);
                (signer, self.signing(waybill).into())
            }
            Signed if stand.settlement.is_some() && self.rng.percent(90) => {
                (driver, WaybillSettleAgree { waybill }.into())
            }
            Signed => {
                let (amount, payment) = (Hash::of(b"amount"), Hash::of(b"payment"));
                (maker, WaybillSettle { waybill, amount, payment }.into())
            }
            _ => (driver, WaybillLoad { waybill, at, evidence }.into()),
        };
        let sender = self.sender(right);
        Some(Move::new(sender, action))
    }

    fn signing(&mut self, waybill: WaybillId) -> WaybillSign {
        let most = self.model.parameter(ParameterName::DifferencePpm) as u32;
        let reason = Some(Hash::of(b"wet"));
        WaybillSign {
            waybill,
            weight_kg: self.rng.one(&[900, 900, 900, 900, 0]),
            distance_km: self.rng.one(&[150, 150, 150, 150, 0]),
            difference_ppm: self.rng.one(&[0, most, most + 1]),
            reason: if self.rng.percent(30) { reason } else { None },
        }
    }

    pub(crate) fn abort(&mut self) -> Option<Move> {
        let stand = self.waybill(LOADED)?;
        let (sender, reason) = (self.either(&stand), self.reason());
        Some(Move::new(sender, WaybillAbort { waybill: stand.id, reason }))
    }

    pub(crate) fn agree_abort(&mut self) -> Option<Move> {
        let stand = self.waybill(LOADED)?;
        if stand.abort.is_none() && !self.rng.percent(10) {
            return None;
        }
        let sender = self.either(&stand);
        Some(Move::new(sender, WaybillAbortAgree { waybill: stand.id }))
    }

    /// A vehicle of the driver's, if there is one that does not carry it already; seldom any other.
    pub(crate) fn swap(&mut self) -> Option<Move> {
        let stand = self.waybill(UNDER_WAY)?;
        let (code, carrying) = stand.carrier.as_ref().map(|c| (c.code, c.vehicle))?;
        let mut fit = self.issued(code).vehicles;
        fit.retain(|vehicle| *vehicle != carrying || self.rng.percent(5));
        let other = self.rng.percent(10);
        let vehicle = match self.rng.pick(&fit).filter(|_| !other) {
            Some(vehicle) => vehicle,
            None => self.some_vehicle(false).filter(|_| other)?,
        };
        let (sender, reason) = (self.either(&stand), self.reason());
        Some(Move::new(sender, WaybillSwap { waybill: stand.id, vehicle, reason }))
    }

    /// The other side of a proposal mostly, about the vehicle that was proposed.
    pub(crate) fn agree_swap(&mut self) -> Option<Move> {
        let all = self.model.waybills.values().map(|one| self.model.stand(one, self.model.now));
        let open: Vec<Waybill> = all.filter(|w| w.swap.is_some()).collect();
        let stand = self.rng.pick(&open)?;
        let (by, proposed) = stand.swap.as_ref().map(|swap| (swap.by, swap.vehicle))?;
        let strange = self.some_vehicle(false).filter(|_| self.rng.percent(5));
        let vehicle = strange.unwrap_or(proposed);
        let other = match by {
            Side::Maker => self.driver_key(&stand),
            Side::Driver => self.maker_key(&stand),
        };
        let sender = match self.rng.percent(85) {
            true => self.sender(other),
            false => self.either(&stand),
        };
        Some(Move::new(sender, WaybillSwapAgree { waybill: stand.id, vehicle }))
    }

    pub(crate) fn dispute(&mut self) -> Option<Move> {
        use WaybillState::*;
        let stand = self.waybill(&[Accepted, Loaded, InTransit, Arrived, Signed, Settled])?;
        let (sender, reason) = (self.either(&stand), self.reason());
        Some(Move::new(sender, WaybillDispute { waybill: stand.id, reason }))
    }

    pub(crate) fn end_dispute(&mut self) -> Option<Move> {
        let all = self.model.waybills.values().map(|one| self.model.stand(one, self.model.now));
        let any = self.rng.percent(10);
        let open: Vec<Waybill> = all.filter(|w| any || w.dispute.is_some()).collect();
        let stand = self.rng.pick(&open)?;
        let regulator = self.world.parties.regulator.key.clone();
        let sender = match self.rng.percent(25) {
            true => regulator,
            false => self.either(&stand),
        };
        Some(Move::new(sender, WaybillDisputeEnd { waybill: stand.id }))
    }
}

const LOADED: &[WaybillState] =
    &[WaybillState::Loaded, WaybillState::InTransit, WaybillState::Arrived];

const UNDER_WAY: &[WaybillState] =
    &[WaybillState::Accepted, WaybillState::Loaded, WaybillState::InTransit];

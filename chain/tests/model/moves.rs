// SPDX-License-Identifier: Apache-2.0
//! Which transaction comes next: mostly one that is legal, on what is there.

use chain::actions::*;
use chain::ids::*;
use chain::records::application::WantedOperator;
use chain::records::*;

use crate::stage::{Move, Stage};

/// How many kinds of actions are tried.
pub(crate) const KINDS: usize = 54;

type Maker = fn(&mut Stage) -> Option<Move>;

/// Each kind of move with its weights: in a case about papers, and in one about trips.
const MOVES: &[(u64, u64, Maker)] = &[
    (5, 3, Stage::set_parameter),
    (1, 0, Stage::end_organisation),
    (3, 0, Stage::set_scopes),
    (3, 1, Stage::register_key),
    (6, 25, Stage::heal),
    (6, 2, Stage::apply_for_code),
    (4, 1, Stage::apply_for_vehicle),
    (30, 12, Stage::answer),
    (12, 2, Stage::correct),
    (2, 1, Stage::withdraw_application),
    (5, 1, Stage::suspend_code),
    (6, 8, Stage::resume_code),
    (3, 1, Stage::cancel_code),
    (6, 4, Stage::bind),
    (3, 1, Stage::unbind),
    (5, 3, Stage::choose),
    (5, 3, Stage::couple),
    (3, 2, Stage::uncouple),
    (4, 1, Stage::set_operator),
    (16, 3, Stage::attest),
    (5, 1, Stage::suspend_certificate),
    (6, 6, Stage::resume_certificate),
    (3, 0, Stage::revoke_certificate),
    (12, 3, Stage::open_matter),
    (6, 2, Stage::extend_matter),
    (9, 6, Stage::settle_matter),
    (4, 3, Stage::void_matter),
    (2, 2, Stage::release_vehicle),
    (8, 30, Stage::offer),
    (10, 50, Stage::accept),
    (1, 2, Stage::decline),
    (1, 2, Stage::withdraw),
    (10, 70, Stage::step),
    (1, 3, Stage::cancel),
    (2, 6, Stage::abort),
    (2, 6, Stage::agree_abort),
    (2, 7, Stage::dispute),
    (3, 8, Stage::end_dispute),
    (12, 14, Stage::ask_for_interface),
    (24, 28, Stage::answer_interface),
    (1, 1, Stage::revoke_interface),
    (1, 1, Stage::release_interface),
    (2, 2, Stage::withdraw_interface),
    (3, 20, Stage::swap),
    (3, 25, Stage::agree_swap),
    (6, 8, Stage::give_consent),
    (2, 3, Stage::revoke_consent),
    (2, 3, Stage::use_shown_code),
    (9, 16, Stage::record_access),
];

impl Stage {
    /// A move by the dice; none if nothing is there for it.
    pub(crate) fn random_move(&mut self) -> Option<Move> {
        let on_road = self.on_road;
        let weight =
            |(papers, trips, _): &(u64, u64, Maker)| if on_road { *trips } else { *papers };
        let sum = MOVES.iter().map(weight).sum();
        if self.busy.is_some() && self.rng.percent(30) {
            return self.set_parameter();
        }
        for _ in 0..10 {
            let mut place = self.rng.below(sum);
            let found = MOVES.iter().find(|one| {
                let is_it = place < weight(one);
                place = place.saturating_sub(weight(one));
                is_it
            });
            let made = found.and_then(|(_, _, make)| make(self));
            if made.is_some() {
                return made;
            }
        }
        None
    }

    /// The moves of the blocks with which a case begins: vehicles, then drivers, each answered.
    pub(crate) fn beginning(&mut self, round: u64) -> Vec<Move> {
        let enterprise = self.world.parties.enterprise.clone();
        let transport = self.world.parties.transport.clone();
        let mut moves = Vec::new();
        if round == 0 {
            let permit = CertificateAttest {
                valid_from: self.now(),
                ..self.attestation(
                    Subject::Organisation(enterprise.id),
                    (CertificateKind::BusinessPermit, Class::Permit { hazardous: true }),
                )
            };
            moves.push(Move::new(transport.key, permit));
            for trailer in [false, false, true] {
                moves.push(
                    self.vehicle_application(VehicleOwner::Organisation(enterprise.id), trailer),
                );
            }
        }
        if round == 5 {
            let vehicles: Vec<VehicleId> = self.model.vehicles.keys().copied().collect();
            for place in 0..3 {
                // On the road some have a second one, which may take over.
                let vehicles: Vec<VehicleId> = vehicles
                    .iter()
                    .filter(|id| self.model.class_of(**id).is_some_and(|class| !class.trailer))
                    .skip(place % 2)
                    .take(if self.on_road { 2 } else { 1 })
                    .copied()
                    .collect();
                let operator = Some(WantedOperator::Organisation(enterprise.id));
                moves.push(self.code_application((vehicles, operator), enterprise.clone()));
            }
        }
        let waiting: Vec<(ApplicationId, u32)> = self.waiting();
        for (id, claim) in waiting {
            moves.extend(self.good_answer(id, claim));
        }
        moves
    }

    /// All claims that wait for an answer.
    pub(crate) fn waiting(&self) -> Vec<(ApplicationId, u32)> {
        let mut waiting = Vec::new();
        for (id, asked) in self.model.applications.iter().filter(|(_, a)| a.is_verifying()) {
            let claims = asked.claims.iter().enumerate();
            let open = claims.filter(|(_, claim)| claim.state == ClaimState::Waiting);
            waiting.extend(open.map(|(place, _)| (*id, place as u32)));
        }
        waiting
    }
}

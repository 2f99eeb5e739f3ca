// SPDX-License-Identifier: Apache-2.0
//! Consents and accesses: what was agreed to and each time it was used. Where a consent stands is told
//! anew from these instants.

use chain::actions::*;
use chain::ids::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Hash, Time};

use crate::applications::Sent;
use crate::colours::owner_of;
use crate::world::{Issued, Model, Why, bar, unless};

/// A consent as it was given, and what happened with it.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) holder: Holder,
    pub(crate) terms: ConsentTerms,
    pub(crate) given_at: Time,
    pub(crate) custody: Option<Custody>,
    pub(crate) sponsor: Option<OrganisationId>,
    pub(crate) revoked: Option<(Time, Option<Custody>)>,
    pub(crate) used_at: Vec<Time>,
}

impl Given {
    /// Where it stands at an instant, and since when if it is over: revoked, else whatever came first.
    pub(crate) fn stands(&self, at: Time) -> (ConsentState, Option<Time>) {
        if let Some((end, _)) = self.revoked {
            return (ConsentState::Revoked, Some(end));
        }
        let last_use = self.used_at.get(self.terms.uses as usize - 1).copied();
        let ends =
            [(last_use, ConsentState::UsedUp), (Some(self.terms.until), ConsentState::Ended)];
        let over = ends.into_iter().filter_map(|(end, state)| Some((end?, state)));
        match over.filter(|(end, _)| *end <= at).min_by_key(|(end, _)| *end) {
            Some((end, state)) => (state, Some(end)),
            None => (ConsentState::InForce, None),
        }
    }
}

/// The fields that are about one kind of certificate.
fn about(kind: CertificateKind) -> Vec<ExchangeField> {
    use ExchangeField as F;
    match kind {
        CertificateKind::Identity => {
            vec![F::Identity, F::IdentityNumber, F::Name, F::Validity]
        }
        CertificateKind::DrivingLicence => {
            vec![F::DrivingLicence, F::IdentityNumber, F::Name, F::Validity]
        }
        CertificateKind::Qualification => {
            vec![F::Qualification, F::IdentityNumber, F::Name, F::Validity]
        }
        CertificateKind::VehicleLicence => vec![F::VehicleLicence, F::Plate, F::Validity],
        CertificateKind::TransportPermit => vec![F::TransportPermit, F::Plate, F::Validity],
        CertificateKind::BusinessPermit => vec![F::BusinessPermit, F::Validity],
        CertificateKind::Policy => vec![F::Policy, F::Plate, F::Validity],
        CertificateKind::BankAccount => vec![F::BankAccount],
    }
}

const SENSITIVE: [ExchangeField; 3] =
    [ExchangeField::IdentityNumber, ExchangeField::BankAccount, ExchangeField::Track];
const LEAST: [ExchangeField; 4] =
    [ExchangeField::Name, ExchangeField::Phone, ExchangeField::Plate, ExchangeField::Validity];
const OF_VEHICLES: [ExchangeField; 6] = [
    ExchangeField::Plate,
    ExchangeField::Validity,
    ExchangeField::VehicleLicence,
    ExchangeField::TransportPermit,
    ExchangeField::Policy,
    ExchangeField::Track,
];

/// Fields that are about vehicles and nothing else.
fn of_vehicle_alone(fields: FieldSet) -> bool {
    use ExchangeField as F;
    let alone = [F::Plate, F::VehicleLicence, F::TransportPermit, F::Policy];
    fields.iter().any(|field| alone.contains(&field))
}

fn wrong_fields(why: &mut Why, fields: FieldSet) {
    let all: Vec<ExchangeField> = fields.iter().collect();
    bar(why, all.is_empty(), R::InvalidField);
    let sensitive = all.iter().any(|field| SENSITIVE.contains(field));
    bar(why, sensitive && all.len() > 1, R::SensitiveTogether);
}

fn beyond(fields: FieldSet, allowed: &[ExchangeField]) -> bool {
    fields.iter().any(|field| !allowed.contains(&field))
}

impl Model {
    fn live_code(&self, id: CodeId) -> Result<Issued, Why> {
        let code = self.codes.get(&id).ok_or_else(|| vec![R::NotFound])?;
        if code.cancelled_at.is_some() { Err(vec![R::CodeNotIssued]) } else { Ok(code.clone()) }
    }

    /// Takes the word of a code's holder; who has the key in hand that signed.
    fn signed_word_of(
        &self,
        sent: &mut Sent<'_>,
        why: &mut Why,
        holder: Holder,
    ) -> Option<Custody> {
        let owner = owner_of(holder);
        let signs = |key: &&chain::keys::PublicKey| self.keys.get(*key) == Some(&(owner, true));
        let key = sent.words.0.iter().find(signs).copied();
        sent.words.owner(why, self, owner);
        key.and_then(|key| self.custodies.get(&key).copied())
    }

    pub(crate) fn consent(&mut self, sent: &mut Sent<'_>, a: &ConsentGive) -> Result<(), Why> {
        let code = self.live_code(a.terms.code)?;
        let mut why = Why::new();
        wrong_fields(&mut why, a.terms.fields);
        let days_366 = 366 * 24 * 60 * 60 * 1_000;
        let lasts = a.terms.until > self.now && a.terms.until.since(self.now) <= days_366;
        bar(&mut why, !lasts, R::InvalidField);
        bar(&mut why, a.terms.uses == 0 || a.terms.uses > 1_000, R::InvalidField);
        bar(&mut why, code.holder == Holder::Organisation(a.terms.to), R::InvalidField);
        match self.organisations.get(&a.terms.to) {
            None => why.push(R::NotFound),
            Some(org) => bar(&mut why, org.ended, R::OrganisationEnded),
        }
        let is_own = owner_of(code.holder) == sent.owner;
        let (custody, sponsor) = match sent.owner {
            _ if is_own => (self.custodies.get(&sent.key).copied(), None),
            Owner::Organisation(id) => (self.signed_word_of(sent, &mut why, code.holder), Some(id)),
            Owner::Person(_) => {
                why.push(R::NotAllowed);
                (None, None)
            }
        };
        unless(why)?;
        let given = Given {
            holder: code.holder,
            terms: a.terms.clone(),
            given_at: self.now,
            custody,
            sponsor,
            revoked: None,
            used_at: Vec::new(),
        };
        self.consents.insert(ConsentId(sent.first()), given);
        Ok(())
    }

    pub(crate) fn revoke_consent(&mut self, sent: &Sent<'_>, a: &ConsentRevoke) -> Result<(), Why> {
        let (now, sender) = (self.now, sent.owner);
        let custody = self.custodies.get(&sent.key).copied();
        let given = self.consents.get_mut(&a.consent).ok_or_else(|| vec![R::NotFound])?;
        let mut why = Why::new();
        bar(&mut why, owner_of(given.holder) != sender, R::NotAllowed);
        bar(&mut why, given.revoked.is_some(), R::ConsentNotInForce);
        unless(why)?;
        given.revoked = Some((now, custody));
        Ok(())
    }

    pub(crate) fn use_shown(&mut self, sent: &mut Sent<'_>, a: &ConsentUse) -> Result<(), Why> {
        let by = sent.organisation()?;
        let code = self.live_code(a.terms.code)?;
        let mut why = Why::new();
        wrong_fields(&mut why, a.terms.fields);
        let latest = self.after(ParameterName::CapacityMs);
        let late = a.statements.iter().any(|word| word.valid_until > latest);
        bar(&mut why, late, R::StatementExpired);
        bar(&mut why, a.by != by, R::InvalidField);
        self.wrong_node(&mut why, &code, &a.release);
        let custody = self.signed_word_of(sent, &mut why, code.holder);
        unless(why)?;
        let id = ConsentId(sent.first());
        let (purpose, fields) = (Purpose::CapacityCheck, a.terms.fields);
        let until = a.statements[0].valid_until;
        let terms = ConsentTerms { code: a.terms.code, to: by, purpose, fields, until, uses: 1 };
        let given = Given {
            holder: code.holder,
            terms,
            given_at: self.now,
            custody,
            sponsor: Some(by),
            revoked: None,
            used_at: vec![self.now],
        };
        let mut misses = Why::new();
        let (_, vehicles) = self.seen_of(&code);
        bar(&mut misses, vehicles.is_empty() && of_vehicle_alone(fields), R::NoVehicle);
        unless(misses)?;
        self.consents.insert(id, given);
        let asks = AccessRecord {
            about: a.terms.code.into(),
            basis: Basis::Consent { consent: id, purpose },
            fields,
            request: a.request,
        };
        let access = AccessId(RecordId::made_by(sent.transaction, 1));
        self.write_access((access, by, custody), &asks, None);
        Ok(())
    }

    pub(crate) fn access(&mut self, sent: &mut Sent<'_>, a: &AccessRecord) -> Result<(), Why> {
        let by = sent.organisation()?;
        let id = a.about.code().expect("the model asks about codes");
        let code = self.codes.get(&id).cloned().ok_or_else(|| vec![R::NotFound])?;
        let mut why = Why::new();
        bar(&mut why, a.fields.is_empty(), R::InvalidField);
        let (mut custody, mut kinds) = (None, None);
        let (_, current) = self.seen_of(&code);
        let on_waybill = matches!(a.basis, Basis::Waybill(_));
        let misses = current.is_empty() && !on_waybill && of_vehicle_alone(a.fields);
        bar(&mut why, misses, R::NoVehicle);
        match &a.basis {
            Basis::Consent { consent, purpose } => {
                let given = self.consents.get(consent).ok_or_else(|| vec![R::NotFound])?;
                custody = given.custody;
                let terms = &given.terms;
                let same = (terms.to, terms.code, terms.purpose) == (by, id, *purpose);
                bar(&mut why, !same, R::ConsentForOther);
                let agreed: Vec<ExchangeField> = terms.fields.iter().collect();
                bar(&mut why, beyond(a.fields, &agreed), R::FieldsBeyondBasis);
                let holds = given.stands(self.now).0 == ConsentState::InForce;
                bar(&mut why, !holds, R::ConsentNotInForce);
                bar(&mut why, code.cancelled_at.is_some(), R::CodeNotIssued);
            }
            Basis::Waybill(waybill) => {
                bar(&mut why, !self.is_contract(*waybill, (by, id))?, R::NoBasis);
                bar(&mut why, beyond(a.fields, &LEAST), R::FieldsBeyondBasis);
            }
            Basis::Office { case } => {
                bar(&mut why, *case == Hash::ZERO, R::InvalidField);
                kinds = self.wrong_office(&mut why, (by, &code), a.fields);
            }
        }
        unless(why)?;
        if let Basis::Consent { consent, .. } = &a.basis {
            let now = self.now;
            self.consents.get_mut(consent).expect("found").used_at.push(now);
        }
        self.write_access((AccessId(sent.first()), by, custody), a, kinds);
        Ok(())
    }

    /// True while a waybill of this maker is under way with this code, and for a while after.
    fn is_contract(
        &self,
        id: WaybillId,
        (maker, code): (OrganisationId, CodeId),
    ) -> Result<bool, Why> {
        let one = self.waybills.get(&id).ok_or_else(|| vec![R::NotFound])?;
        let stand = self.stand(one, self.now);
        let carries = stand.carrier.as_ref().is_some_and(|carrier| carrier.code == code);
        let open = stand.is_under_way() || self.seen_until(&stand).is_some_and(|t| self.now < t);
        Ok(stand.maker == maker && carries && open)
    }

    /// Until when the maker sees what the contract needs, once a waybill is over.
    pub(crate) fn seen_until(&self, stand: &Waybill) -> Option<Time> {
        if stand.carrier.is_none() || stand.is_under_way() {
            return None;
        }
        let over = match &stand.arrived {
            Some(step) => step.recorded_at,
            None => stand.ended_at?,
        };
        Some(over.plus(self.parameter_at(ParameterName::WaybillAccessMs, over)))
    }

    /// The word of the node that holds the data: a key of the organisation that applied for the code.
    fn wrong_node(&self, why: &mut Why, code: &Issued, word: &Statement) {
        let sponsor = self.applications[&code.application].sponsor;
        match self.keys.get(&word.signer) {
            _ if !self.is_admitted(sponsor) => why.push(R::OrganisationEnded),
            Some((Owner::Organisation(id), true)) if *id == sponsor => {}
            _ => why.push(R::StatementMissing),
        }
    }

    /// Holder and current vehicles of a code: whose certificates an access opens.
    fn seen_of(&self, code: &Issued) -> (Subject, Vec<VehicleId>) {
        let trailer = code.current.and_then(|vehicle| self.couplings.get(&vehicle).copied());
        (code.holder.into(), code.current.into_iter().chain(trailer).collect())
    }

    /// What is wrong with an attester's office, and the kinds that it opens.
    fn wrong_office(
        &self,
        why: &mut Why,
        (by, code): (OrganisationId, &Issued),
        fields: FieldSet,
    ) -> Option<Vec<CertificateKind>> {
        use CertificateKind::*;
        if self.organisations[&by].kind == OrganisationKind::Regulator {
            return None;
        }
        let kinds = [
            Identity,
            DrivingLicence,
            Qualification,
            VehicleLicence,
            TransportPermit,
            BusinessPermit,
            Policy,
            BankAccount,
        ];
        let own = kinds.into_iter().filter(|kind| self.attests(by, *kind, code.prefecture));
        let own: Vec<CertificateKind> = own.collect();
        let covered: Vec<ExchangeField> = own.iter().flat_map(|kind| about(*kind)).collect();
        let (holder, vehicles) = self.seen_of(code);
        let with_vehicles = fields.iter().any(|field| OF_VEHICLES.contains(&field));
        let vehicles = vehicles.into_iter().filter(|_| with_vehicles).map(Subject::Vehicle);
        let mut held = std::iter::once(holder)
            .chain(vehicles)
            .flat_map(|one| self.held_by(one).iter().map(|held| (held.kind, held.terms.attester)));
        let is_own = held.any(|(kind, attester)| {
            attester == by && own.contains(&kind) && about(kind).iter().any(|f| fields.contains(*f))
        });
        let single = own.contains(&Policy) || own.contains(&BankAccount);
        bar(why, covered.is_empty() || (single && !is_own), R::NoBasis);
        bar(why, !covered.is_empty() && beyond(fields, &covered), R::FieldsBeyondBasis);
        Some(own)
    }

    fn write_access(
        &mut self,
        (id, by, custody): (AccessId, OrganisationId, Option<Custody>),
        asks: &AccessRecord,
        kinds: Option<Vec<CertificateKind>>,
    ) {
        let code = &self.codes[&asks.about.code().expect("a code")];
        let (_, current) = self.seen_of(code);
        let vehicles = match &asks.basis {
            _ if !asks.fields.iter().any(|field| OF_VEHICLES.contains(&field)) => Vec::new(),
            Basis::Waybill(waybill) => {
                let carrier = self.stand(&self.waybills[waybill], self.now).carrier;
                let carrier = carrier.expect("it is carried");
                std::iter::once(carrier.vehicle).chain(carrier.trailer).collect()
            }
            _ => current,
        };
        let access = Access {
            id,
            by,
            about: asks.about,
            holder: Some(code.holder),
            vehicles,
            kinds,
            basis: asks.basis.clone(),
            custody,
            fields: asks.fields,
            request: asks.request,
            at: self.now,
        };
        self.accesses.insert(id, access);
    }

    /// The record of a consent as the chain should have it.
    pub(crate) fn consent_record(&self, id: ConsentId, given: &Given) -> Consent {
        let (state, ended_at) = given.stands(self.now);
        Consent {
            id,
            holder: given.holder,
            terms: given.terms.clone(),
            given_at: given.given_at,
            custody: given.custody,
            sponsor: given.sponsor,
            used: given.used_at.len() as u32,
            state,
            ended_at,
            revoked_custody: given.revoked.and_then(|(_, custody)| custody),
        }
    }
}

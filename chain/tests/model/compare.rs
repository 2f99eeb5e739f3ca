// SPDX-License-Identifier: Apache-2.0
//! Model and chain side by side after each block: every record of the families that are modelled.

use std::collections::BTreeSet;
use std::fmt::Debug;

use chain::ids::*;
use chain::memory::Memory;
use chain::query::{self, OperatorState};
use chain::records::vehicle::OverLimit;
use chain::records::*;
use chain::text::Word;
use chain::{Hash, Time};

use crate::applications::Asked;
use crate::interfaces::Which;
use crate::world::{Due, Held, Issued, Lorry, Model};

/// What differs: what the model expects, and what the chain has.
pub(crate) type Differs = String;

fn same<T: Debug + PartialEq>(what: impl Debug, model: &T, chain: &T) -> Result<(), Differs> {
    if model == chain {
        return Ok(());
    }
    let (model, chain) = (format!("{model:#?}"), format!("{chain:#?}"));
    let odd = |ours: &str, theirs: &str| -> String {
        let theirs: BTreeSet<&str> = theirs.lines().collect();
        ours.lines().filter(|line| !theirs.contains(line)).map(|l| format!("{l}\n")).collect()
    };
    let (ours, theirs) = (odd(&model, &chain), odd(&chain, &model));
    Err(format!(
        "{what:?}\n-- model:\n{model}\n-- chain:\n{chain}\n\n-- lines of the model alone:\n{ours}\
         -- lines of the chain alone:\n{theirs}"
    ))
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

fn get<T: RecordValue + Clone>(memory: &Memory, id: RecordId) -> Result<T, Differs> {
    memory.get(id).ok_or_else(|| format!("the chain has no {:?} {id:?}", T::KIND))
}

/// Compares everything.
pub(crate) fn compare(model: &Model, memory: &Memory) -> Result<(), Differs> {
    kinds(model, memory)?;
    for (id, code) in &model.codes {
        of_code(model, memory, (*id, code))?;
    }
    for (id, asked) in &model.applications {
        let chain: Application = get(memory, id.0)?;
        same(id, &application(model, *id, asked), &chain)?;
    }
    for (id, matter) in &model.matters {
        same(id, matter, &get(memory, id.0)?)?;
    }
    for (id, one) in &model.waybills {
        let next_change_at = model.waybill_changes(one);
        let expected = Waybill { next_change_at, ..model.stand(one, model.now) };
        same(id, &expected, &get(memory, id.0)?)?;
    }
    for (id, given) in &model.consents {
        same(id, &model.consent_record(*id, given), &get(memory, id.0)?)?;
    }
    for (id, access) in &model.accesses {
        same(id, access, &get(memory, id.0)?)?;
    }
    for (id, driver) in &model.persons {
        let chain: Person = get(memory, id.0)?;
        same(id, &person(model, *id, driver.tag), &chain)?;
    }
    for (id, lorry) in &model.vehicles {
        of_vehicle(model, memory, (*id, lorry))?;
    }
    for id in model.organisations.keys() {
        of_organisation(model, memory, *id)?;
    }
    for (which, dealing) in &model.interfaces {
        of_interface(model, memory, (*which, dealing))?;
    }
    let parameters: Parameters = get(memory, RecordId::default())?;
    for parameter in &parameters.all {
        let chain = parameter.values.iter().map(|one| (one.from, one.value)).collect();
        same(parameter.name, &model.parameters[&parameter.name], &chain)?;
    }
    for (key, (owner, signs)) in &model.keys {
        let chain: RegisteredKey = get(memory, RegisteredKey::id_of(key))?;
        same(key, &(*owner, *signs), &(chain.owner, chain.ended_at.is_none()))?;
    }
    Ok(())
}

/// Neither has a record that the other has not, and nothing that was due is left.
fn kinds(model: &Model, memory: &Memory) -> Result<(), Differs> {
    let mut ours = BTreeSet::new();
    let mut add = |kind, id| ours.extend([RecordKey { kind, id }]);
    model.persons.keys().for_each(|id| add(RecordKind::Person, id.0));
    model.vehicles.keys().for_each(|id| add(RecordKind::Vehicle, id.0));
    model.applications.keys().for_each(|id| add(RecordKind::Application, id.0));
    model.codes.keys().for_each(|id| add(RecordKind::Code, id.record()));
    model.matters.keys().for_each(|id| add(RecordKind::Matter, id.0));
    model.waybills.keys().for_each(|id| add(RecordKind::Waybill, id.0));
    let interfaces = model.interfaces.keys();
    interfaces.for_each(|(id, kind)| add(RecordKind::Interface, Interface::id_of(*id, *kind)));
    model.consents.keys().for_each(|id| add(RecordKind::Consent, id.0));
    model.accesses.keys().for_each(|id| add(RecordKind::Access, id.0));
    let mut theirs = BTreeSet::new();
    for (key, stored) in memory.newest() {
        if let Some(due) = stored.value.next_change_at().filter(|due| *due <= model.now) {
            let version = &stored.version;
            return Err(format!("{key:?} was due at {due} and is not brought up: {version:?}"));
        }
        if key.kind >= RecordKind::Person {
            theirs.insert(*key);
        }
    }
    same("records", &ours, &theirs)
}

fn of_interface(
    model: &Model,
    memory: &Memory,
    (which, dealing): (Which, &Interface),
) -> Result<(), Differs> {
    let (id, kind) = which;
    let grant = model.granted(which).cloned();
    let expected = Interface { grant: grant.clone(), ..dealing.clone() };
    same(which, &expected, &get(memory, Interface::id_of(id, kind))?)?;
    same((which, "answer"), &grant, &query::grant(memory, id, kind, model.now))
}

fn summary(model: &Model, subject: Subject) -> Summary {
    let open = model.open_on(subject);
    let changes = |held| Held::changes(held).chain(model.begins_to_cover(subject, held));
    let changes = model.held_by(subject).iter().flat_map(changes).min();
    Summary {
        open: open.len() as u32,
        earliest_settle_by: open.iter().map(|matter| matter.settle_by).min(),
        most_points: open.iter().map(|matter| matter.points).max().unwrap_or(0),
        earliest_certificate_change: changes,
        digest: Hash::ZERO,
    }
}

/// Without what the model does not know: the digest of the list.
fn undigested(summary: Summary) -> Summary {
    Summary { digest: Hash::ZERO, ..summary }
}

fn of_code(model: &Model, memory: &Memory, (id, code): (CodeId, &Issued)) -> Result<(), Differs> {
    let chain: Code = get(memory, id.record())?;
    let trailer = code.current.and_then(|vehicle| model.couplings.get(&vehicle).copied());
    let suspension = |(by, reason, at): &(OrganisationId, Word, Time)| Suspension {
        by: *by,
        reason: reason.clone(),
        at: *at,
    };
    let mut expected = Code {
        id,
        holder: code.holder,
        application: code.application,
        issued_at: code.issued_at,
        cancelled_at: code.cancelled_at,
        suspensions: code.suspensions.iter().map(suspension).collect(),
        prefecture: code.prefecture,
        vehicles: code.vehicles.clone(),
        current: code.current,
        trailer,
        operator: code.operator,
        own: summary(model, code.holder.into()),
        of_vehicle: code.current.map(|id| summary(model, Subject::Vehicle(id))),
        of_trailer: trailer.map(|id| summary(model, Subject::Vehicle(id))),
        colour: model.colour(code),
        waybills: model.waybills_of(id),
        carried_until: model.carried_until(|carrier| carrier.code == id),
        disputes: model.disputes_of(id),
        next_change_at: chain.next_change_at,
    };
    if code.cancelled_at.is_some() {
        // What a cancelled code would count is nobody's business any more.
        expected.own = undigested(chain.own);
        expected.next_change_at = None;
    }
    let on_current = |waybill: &WaybillId| {
        let carrier = model.stand(&model.waybills[waybill], model.now).carrier;
        carrier.is_some_and(|carrier| Some(carrier.vehicle) == code.current)
    };
    if code.cancelled_at.is_none() && !expected.waybills.iter().all(on_current) {
        return Err(format!("{id}: what it has under way is not all on its current vehicle"));
    }
    let next = chain.next_change_at;
    let chain = Code {
        own: undigested(chain.own),
        of_vehicle: chain.of_vehicle.map(undigested),
        of_trailer: chain.of_trailer.map(undigested),
        waybills: sorted(chain.waybills),
        ..chain
    };
    same(id, &expected, &chain)?;
    match next {
        Some(next) if !model.instants().contains(&next) => {
            Err(format!("{id}: nothing happens at its next_change_at {next}"))
        }
        _ => Ok(()),
    }
}

/// The next change of a code is not after the first that there is. This tries every instant ahead.
pub(crate) fn compare_next(model: &Model, memory: &Memory, id: CodeId) -> Result<(), Differs> {
    let chain: Code = get(memory, id.record())?;
    let ends = model.colour_ends(id);
    if ends.is_some_and(|ends| chain.next_change_at.is_none_or(|next| next > ends)) {
        let next = chain.next_change_at;
        return Err(format!("{id}: its colour changes at {ends:?}, next_change_at is {next:?}"));
    }
    Ok(())
}

fn operator_state(model: &Model, code: &Issued) -> OperatorState {
    if code.operator.is_none() {
        return OperatorState::None;
    }
    let held = model.held_by_operator(code.operator).unwrap_or_default();
    let holds = |c: &Held| c.kind == CertificateKind::BusinessPermit && c.holds(model.now);
    if held.iter().any(holds) { OperatorState::Valid } else { OperatorState::Invalid }
}

/// The answer about a code at an instant ahead, and how long it holds.
pub(crate) fn compare_answer(
    model: &Model,
    memory: &Memory,
    (id, at): (CodeId, Time),
) -> Result<(), Differs> {
    let answer = query::code(memory, id, at);
    let mut later = model.clone();
    later.pass_to(at);
    let shown = |model: &Model| {
        let code = &model.codes[&id];
        (model.colour(code), operator_state(model, code))
    };
    let first = shown(&later);
    same((id, at), &first, &(answer.colour, answer.operator))?;
    let dimmed = first == (Some(Colour::Blue), OperatorState::Invalid);
    let displayed = if dimmed { Some(Colour::Yellow) } else { first.0 };
    same((id, at, "displayed"), &displayed, &answer.displayed)?;
    if let Some(until) = answer.valid_until.filter(|until| *until <= at) {
        return Err(format!("{id}: the answer at {at} is valid until {until}"));
    }
    while let Some(next) = later.instants().first().copied() {
        if answer.valid_until.is_some_and(|until| next >= until) {
            break;
        }
        later.pass_to(next);
        if shown(&later) != first {
            let until = answer.valid_until;
            return Err(format!("{id}: the answer at {at} holds to {next}, not {until:?}"));
        }
    }
    Ok(())
}

fn application(model: &Model, id: ApplicationId, asked: &Asked) -> Application {
    let asked = asked.clone();
    Application {
        id,
        lapses_at: model.lapses_at(&asked),
        made_by: asked.made_by,
        wanted: asked.wanted,
        sponsor: asked.sponsor,
        holder_key: asked.holder_key,
        custody: asked.custody,
        prefecture: asked.prefecture,
        claims: asked.claims,
        corrections: asked.corrections,
        asked_at: asked.asked_at,
        state: asked.state,
        ended_at: asked.ended_at,
        person: asked.person,
        vehicle: asked.vehicle,
        code: asked.code,
    }
}

fn dossier(model: &Model, subject: Subject) -> (Dossier, Option<Time>) {
    let certificate = |held: &Held| Certificate {
        id: held.id.expect("ids are learnt first"),
        kind: held.kind,
        terms: held.terms.clone(),
        state: held.state,
        stopped_at: held.stopped_at,
        notice: held.noticed,
        next: held.next.clone(),
    };
    let certificates = model.held_by(subject).iter().map(certificate).collect();
    let open = model.open_on(subject).into_iter();
    let listed = |m: &Matter| OpenMatter { id: m.id, settle_by: m.settle_by, points: m.points };
    let matters = open.map(listed).collect();
    let is_own = |(_, due): &(Time, Due)| match due {
        Due::Takeover(of, _) | Due::Begin(of, _) => *of == subject,
        Due::End(of, _) | Due::Notice(of, _) => *of == subject,
        Due::Lapse(_) => false,
    };
    let next = model.all_due().into_iter().filter(is_own).map(|(at, _)| at).min();
    (Dossier { certificates, matters }, next)
}

/// The application that is verifying and holds something.
fn held_for(model: &Model, is_it: impl Fn(&Asked) -> bool) -> Option<ApplicationId> {
    let mut all = model.applications.iter().filter(|(_, a)| a.is_verifying() && is_it(a));
    all.next().map(|(id, _)| *id)
}

fn person(model: &Model, id: PersonId, tag: Hash) -> Person {
    let (dossier, next_change_at) = dossier(model, Subject::Person(id));
    let owner = Owner::Person(id);
    let keys = model.keys.iter().filter(|(_, whose)| **whose == (owner, true));
    Person {
        id,
        tag,
        keys: keys.map(|(key, _)| *key).collect(),
        dossier,
        code: model.code_of(Holder::Person(id)),
        application: held_for(model, |asked| asked.person == Some(id)),
        next_change_at,
    }
}

fn of_vehicle(
    model: &Model,
    memory: &Memory,
    (id, lorry): (VehicleId, &Lorry),
) -> Result<(), Differs> {
    let chain: Vehicle = get(memory, id.0)?;
    let (dossier, next_change_at) = dossier(model, Subject::Vehicle(id));
    let draws = model.couplings.get(&id).copied();
    let drawn = model.couplings.iter().find(|(_, t)| **t == id).map(|(vehicle, _)| *vehicle);
    let current = model.codes.iter().filter(|(_, code)| code.current == Some(id));
    let kept = |(matter, occurred_at): &(MatterId, Time)| OverLimit {
        matter: *matter,
        occurred_at: *occurred_at,
    };
    let expected = Vehicle {
        id,
        vin_tag: lorry.vin,
        plate_tag: lorry.plate,
        owner: lorry.owner,
        dossier,
        drivers: sorted(model.drivers_of(id)),
        current_for: current.map(|(id, _)| *id).collect(),
        coupled: draws.or(drawn),
        over_limit: lorry.over_limit.iter().map(kept).collect(),
        released_at: lorry.released_at,
        under_way: model.loads_of(id),
        carried_until: model.carried_until(|one| one.vehicle == id || one.trailer == Some(id)),
        application: held_for(model, |asked| asked.vehicle == Some(id)),
        named_by: sorted(model.naming(id)),
        next_change_at,
    };
    let chain = Vehicle {
        drivers: sorted(chain.drivers),
        current_for: sorted(chain.current_for),
        under_way: sorted(chain.under_way),
        named_by: sorted(chain.named_by),
        ..chain
    };
    same(id, &expected, &chain)
}

fn of_organisation(model: &Model, memory: &Memory, id: OrganisationId) -> Result<(), Differs> {
    let chain: Organisation = get(memory, id.0)?;
    same((id, "ended"), &!model.is_admitted(id), &chain.ended_at.is_some())?;
    same((id, "scopes"), &model.organisations[&id].scopes, &chain.scopes)?;
    let (dossier, next_change_at) = dossier(model, Subject::Organisation(id));
    let wanted = Wanted::Code(CodeFor::Enterprise(id));
    let expected = Organisation {
        dossier,
        next_change_at,
        code: model.code_of(Holder::Organisation(id)),
        application: held_for(model, |asked| asked.wanted == wanted),
        ..chain.clone()
    };
    same(id, &expected, &chain)
}

/// Takes over the ids of certificates that the block made, which the chain alone chooses.
pub(crate) fn learn(model: &mut Model, memory: &Memory) {
    for (subject, held) in &mut model.certificates {
        let found = match subject {
            Subject::Person(id) => memory.get::<Person>(id.0).map(|r| r.dossier),
            Subject::Vehicle(id) => memory.get::<Vehicle>(id.0).map(|r| r.dossier),
            Subject::Organisation(id) => memory.get::<Organisation>(id.0).map(|r| r.dossier),
        };
        let chain = found.map_or_else(Vec::new, |dossier| dossier.certificates);
        for (place, held) in held.iter_mut().enumerate() {
            let id = chain.get(place).map(|certificate| certificate.id);
            held.id = held.id.or(id).or(Some(CertificateId::default()));
        }
    }
}

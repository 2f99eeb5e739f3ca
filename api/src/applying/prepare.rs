// SPDX-License-Identifier: Apache-2.0
//! From papers to an action that the holder can give its word on: values are checked, salts drawn, roots computed,
//! and an authority picked for each. Nothing is sent, and nothing kept but a draft in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use chain::actions::{ClaimCorrect, CodeApply, NewClaim, PersonKeyRegister, VehicleApply};
use chain::calendar::Date;
use chain::exchange::{KeyField, KeyKind};
use chain::fields::{self, Field, Salt};
use chain::ids::{ApplicationId, OrganisationId, PersonId, Prefecture, Time};
use chain::keys::PublicKey;
use chain::query;
use chain::records::application::{ClaimState, Wanted};
use chain::records::certificate::CertificateKind;
use chain::records::vehicle::VehicleOwner;
use chain::records::{Application, Code, Custody, InterfaceScope, Organisation, Person};
use chain::rules::senders::Row;
use chain::text::Word;
use chain::{Action, Hash};
use formats::{Rules, Table};
use store::At;
use subtle::ConstantTimeEq;
use vault::{HeldClaim, Subject, View};

use super::drafts::{DRAFT_MS, Draft, Owner, Paper, Purpose};
use super::phones::Phone;
use crate::access::Caller;
use crate::access::guard::Asking;
use crate::exchange::random;
use crate::http::extract::{invalid, shortened};
use crate::http::messages;
use crate::http::problem::Problem;
use crate::routes::Api;
use crate::routes::holdings::{ContactLeft, field_wrong};

/// A certificate as it is typed in: the names are those of the kind's table, absent ones are empty.
pub(crate) struct PaperLeft {
    pub(crate) kind: CertificateKind,
    pub(crate) values: BTreeMap<String, String>,
}

/// What is applied for.
pub(crate) struct Wish {
    pub(crate) wanted: Wanted,
    pub(crate) holder_key: PublicKey,
    pub(crate) custody: Custody,
    pub(crate) prefecture: Prefecture,
    pub(crate) papers: Vec<PaperLeft>,
    /// How the holder is reached; the phone is that of the ticket where one is shown.
    pub(crate) contact: ContactLeft,
}

/// A claim that is asked anew.
pub(crate) struct Correction {
    pub(crate) application: ApplicationId,
    pub(crate) place: Option<u32>,
    pub(crate) paper: PaperLeft,
}

/// A new key in the place of a lost one.
pub(crate) struct KeyWish {
    pub(crate) holder_key: PublicKey,
    pub(crate) custody: Custody,
    pub(crate) identity_number: String,
    pub(crate) name: String,
}

/// What waits for the holder's word.
pub(crate) struct Prepared {
    /// What it is submitted with.
    pub(crate) name: [u8; 16],
    /// The action, without anybody's word.
    pub(crate) action: Action,
    /// Whose word it needs first.
    pub(crate) holder_key: PublicKey,
    /// Who sends it.
    pub(crate) sponsor: OrganisationId,
    /// Each certificate with what opens it.
    pub(crate) claims: Vec<PreparedClaim>,
    /// Until when it is kept.
    pub(crate) until: Time,
}

/// A certificate with what opens its root.
pub(crate) struct PreparedClaim {
    pub(crate) place: u32,
    pub(crate) kind: CertificateKind,
    pub(crate) attester: OrganisationId,
    pub(crate) root: Hash,
    pub(crate) fields: Vec<Field>,
}

/// Who applies: whose draft it is, who sends it, and the phone that was proved.
pub(crate) struct Applicant {
    pub(super) owner: Owner,
    pub(super) sponsor: OrganisationId,
    phone: Option<Phone>,
}

/// A person whose phone, number and name were right.
struct Matched {
    person: PersonId,
    /// Who sent the application that led to the code.
    sponsor: OrganisationId,
    prefecture: Prefecture,
    /// The attested identity.
    fields: Vec<Field>,
}

fn not_good() -> Problem {
    Problem::new(&messages::TICKET_NEEDED).field("ticket")
}

impl Api {
    /// Who applies: an organisation that may, or who proved a phone. Reads the database.
    pub(crate) fn applicant(
        &self,
        asking: &Asking,
        ticket: Option<&str>,
    ) -> Result<Applicant, Problem> {
        if self.vault.is_none() {
            return Err(Problem::new(&messages::NO_VAULT));
        }
        let member = match &asking.caller {
            Caller::Member(member) if member.may(InterfaceScope::Codes) => Some(member),
            _ => None,
        };
        if let (Some(member), None) = (member, ticket) {
            self.vault_of(member.id)?;
            let owner = Owner::Member(member.id);
            return Ok(Applicant { owner, sponsor: member.id, phone: None });
        }
        let ticket = ticket.ok_or_else(not_good)?;
        let shown = self.applying.shown(ticket, self.exchange.now());
        let (phone, owner) = shown.ok_or_else(not_good)?;
        Ok(Applicant { owner, sponsor: self.sponsor()?, phone: Some(phone) })
    }

    /// Who sends what persons apply for here: the organisation that runs this node, if it may and its key lies here.
    /// Reads the database.
    pub(crate) fn sponsor(&self) -> Result<OrganisationId, Problem> {
        let closed = || Problem::new(&messages::APPLYING_CLOSED);
        let runner = self.applying.runner.ok_or_else(closed)?;
        let (at, now) = (self.store.latest(), self.exchange.now());
        let kind = query::typed::<Organisation, _>(&at, runner.0, now).map(|seen| seen.value.kind);
        let row = Row::by_word("code_apply");
        let (kind, row) = kind.zip(row).ok_or_else(closed)?;
        let is_granted = row.grant_of(kind).is_none_or(|scope| {
            let grant = query::grant(&at, runner, scope.interface(), now);
            grant.is_some_and(|grant| grant.terms.scopes.has(scope))
        });
        let may = row.role_of(kind).is_some() && is_granted;
        self.exchange.signing_key(runner).filter(|_| may).map(|_| runner).ok_or_else(closed)
    }

    /// What the numbers of this node's chain are checked by.
    pub(crate) fn rules(&self) -> Rules {
        Rules { mode: self.genesis.mode, as_of: Date::in_beijing(self.exchange.now()) }
    }

    /// An application, made ready. Reads the database.
    pub(crate) fn prepare_application(
        &self,
        who: Applicant,
        mut wish: Wish,
    ) -> Result<Prepared, Problem> {
        if let Some(phone) = &who.phone {
            wish.contact.phone = phone.as_str().to_owned();
        }
        wish.contact.check(self.rules())?;
        if let Wanted::Vehicle(VehicleOwner::Holder(key)) = wish.wanted
            && key != wish.holder_key
        {
            let same = "the key that owns the vehicle";
            return Err(invalid("holder_key", same));
        }
        let at = self.store.latest();
        let mut claims = Vec::new();
        for (place, paper) in (0_u32..).zip(&wish.papers) {
            let where_from = format!("certificates[{place}]");
            claims.push(self.claim(&at, (place, paper), wish.prefecture, &where_from)?);
        }
        let new = claims.iter().map(PreparedClaim::new_claim).collect();
        let (prefecture, statements) = (wish.prefecture, Vec::new());
        let action = match wish.wanted {
            Wanted::Code(wanted) => CodeApply {
                wanted,
                holder_key: wish.holder_key,
                custody: wish.custody,
                prefecture,
                claims: new,
                statements,
            }
            .into(),
            Wanted::Vehicle(owner) => {
                VehicleApply { owner, prefecture, claims: new, statements }.into()
            }
        };
        let contact = wish.contact.contact();
        self.keep(who, (action, wish.holder_key), claims, Purpose::Apply { contact })
    }

    /// A correction, made ready. Reads the database.
    pub(crate) fn prepare_correction(
        &self,
        who: Applicant,
        wish: &Correction,
    ) -> Result<Prepared, Problem> {
        let id = wish.application;
        let at = self.store.latest();
        let found = query::typed::<Application, _>(&at, id.0, self.exchange.now());
        let own = found.map(|seen| seen.value).filter(|found| found.sponsor == who.sponsor);
        let own = own.filter(|_| match &who.phone {
            Some(phone) => self.is_of_phone(id, phone),
            None => true,
        });
        let Some(application) = own else {
            self.guessed(&who.owner);
            return Err(Problem::new(&messages::NOT_FOUND).value(id));
        };
        let replaced = wish.place.and_then(|place| application.claims.get(place as usize));
        if replaced.is_some_and(|claim| !matches!(claim.state, ClaimState::Refused { .. })) {
            return Err(Problem::new(&messages::CLAIM_DIFFERS).field("place").value("place"));
        }
        let place = wish.place.map_or(application.claims.len(), |place| place as usize);
        if place > application.claims.len() {
            return Err(Problem::new(&messages::CLAIM_DIFFERS).field("place").value("place"));
        }
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let paper = (place, &wish.paper);
        let claim = self.claim(&at, paper, application.prefecture, "certificate")?;
        let action = ClaimCorrect {
            application: id,
            claim: claim.new_claim(),
            replaces: wish.place,
            statements: Vec::new(),
        };
        let purpose = Purpose::Correct { application: id };
        self.keep(who, (action.into(), application.holder_key), vec![claim], purpose)
    }

    /// A change of a key, made ready for the authority that verifies the person. Reads the database.
    pub(crate) fn prepare_key(&self, who: Applicant, wish: &KeyWish) -> Result<Prepared, Problem> {
        let matched = who.phone.as_ref().and_then(|phone| self.matched(phone, wish));
        let Some(Matched { person, sponsor, prefecture, fields }) = matched else {
            self.guessed(&who.owner);
            return Err(Problem::new(&messages::PERSON_NOT_MATCHED));
        };
        // Whoever sponsored the application vouches for the phone.
        let who = Applicant { sponsor, ..who };
        let at = self.store.latest();
        let kind = CertificateKind::Identity;
        let now = self.exchange.now();
        let authority = self.applying.inboxes.attester(&at, (kind, prefecture), now);
        let authority = authority.ok_or_else(|| no_attester(kind))?;
        let (key, custody, statements) = (wish.holder_key, wish.custody, Vec::new());
        let action = PersonKeyRegister { person, key, custody, statements };
        let root = Hash::ZERO;
        let claim = PreparedClaim { place: 0, kind, attester: authority, root, fields };
        let purpose = Purpose::ChangeKey { authority };
        let mut prepared = self.keep(who, (action.into(), key), vec![claim], purpose)?;
        // Whoever has the phone is not told what is held of the person.
        prepared.claims.clear();
        Ok(prepared)
    }

    /// The person whose number, name and phone these are, if this node holds its application.
    fn matched(&self, phone: &Phone, wish: &KeyWish) -> Option<Matched> {
        let value = Word::new(&wish.identity_number).ok()?;
        let number = KeyField { kind: KeyKind::IdentityNumber, value };
        let vault = self.vault.as_ref()?;
        let now = self.exchange.now();
        let at = self.store.latest();
        let key = vault::KeyField::new(vault::KeyKind::IdentityNumber, &number.plain());
        for subject in vault.find(&key).ok()? {
            let Subject::Application(id) = subject else { continue };
            if !self.is_of_phone(id, phone) {
                continue;
            }
            let Some(seen) = query::typed::<Application, _>(&at, id.0, now) else { continue };
            let Some(person) = seen.value.person else { continue };
            let Some(seen_person) = query::typed::<Person, _>(&at, person.0, now) else { continue };
            let code = seen_person.value.code;
            let code = code.and_then(|code| query::typed::<Code, _>(&at, code.record(), now));
            // Not one that somebody else tried with this person's papers, and no earlier phone.
            let leads = match &code {
                Some(code) => code.value.application == id,
                None => seen_person.value.application == Some(id),
            };
            if !leads {
                continue;
            }
            let prefecture = code.map_or(seen.value.prefecture, |code| code.value.prefecture);
            let Ok(claims) = vault.claims(subject, View::ordinary(now)) else { continue };
            let identity = claims.iter().find(|claim| is_attested_identity(&seen.value, claim));
            let Some(identity) = identity else { continue };
            let has = |name: &str, text: &str| {
                let field = identity.fields.iter().find(|field| field.name == name);
                field.is_some_and(|field| bool::from(field.value.as_bytes().ct_eq(text.as_bytes())))
            };
            if has("driverName", wish.name.trim()) {
                let (sponsor, fields) = (seen.value.sponsor, identity.fields.clone());
                return Some(Matched { person, sponsor, prefecture, fields });
            }
        }
        None
    }

    fn is_of_phone(&self, id: ApplicationId, phone: &Phone) -> bool {
        let Some(vault) = &self.vault else { return false };
        let view = View::ordinary(self.exchange.now());
        let contact = vault.contact(Subject::Application(id), view).ok().flatten();
        contact.is_some_and(|contact| bool::from(contact.phone.as_bytes().ct_eq(phone.as_bytes())))
    }

    fn guessed(&self, owner: &Owner) {
        if let Owner::Ticket(digest) = owner {
            self.applying.phones.guessed(digest);
        }
    }

    /// Checks, salts and commits to one certificate.
    fn claim(
        &self,
        at: &At,
        (place, paper): (u32, &PaperLeft),
        prefecture: Prefecture,
        path: &str,
    ) -> Result<PreparedClaim, Problem> {
        let values = checked(paper, self.rules(), path)?;
        let mut fields = Vec::new();
        for (name, value) in values {
            let salt = random().ok_or_else(|| Problem::new(&messages::INTERNAL))?;
            let (name, value) = (name.to_owned(), value.to_owned());
            fields.push(Field { name, salt: Salt(salt), value });
        }
        let kind = paper.kind;
        let root = fields::root(fields::table(kind), &fields);
        let root = root.map_err(|error| invalid(path, error))?;
        let now = self.exchange.now();
        let attester = self.applying.inboxes.attester(at, (kind, prefecture), now);
        let attester = attester.ok_or_else(|| no_attester(kind))?;
        Ok(PreparedClaim { place, kind, attester, root, fields })
    }

    fn keep(
        &self,
        who: Applicant,
        (action, holder_key): (Action, PublicKey),
        claims: Vec<PreparedClaim>,
        purpose: Purpose,
    ) -> Result<Prepared, Problem> {
        let name = random().ok_or_else(|| Problem::new(&messages::INTERNAL))?;
        let now = self.exchange.now();
        let until = now.plus(DRAFT_MS);
        let Applicant { owner, sponsor, .. } = who;
        let paper = |claim: &PreparedClaim| Paper {
            place: claim.place,
            kind: claim.kind,
            fields: claim.fields.clone(),
        };
        let draft = Draft {
            owner,
            sponsor,
            action: action.clone(),
            holder_key,
            papers: claims.iter().map(paper).collect(),
            purpose,
            until,
            progress: Arc::default(),
        };
        let kept = self.applying.drafts.keep(name, draft, now);
        kept.map_err(|_| Problem::new(&messages::DRAFTS_FULL).retry_after(60))?;
        Ok(Prepared { name, action, holder_key, sponsor, claims, until })
    }
}

impl PreparedClaim {
    fn new_claim(&self) -> NewClaim {
        NewClaim { kind: self.kind, root: self.root, attester: self.attester }
    }
}

/// True for what opens the identity that an authority attested in an application.
fn is_attested_identity(application: &Application, held: &HeldClaim) -> bool {
    let Some(claim) = application.claims.get(held.place as usize) else { return false };
    let root = fields::root(fields::table(held.kind), &held.fields);
    claim.kind == CertificateKind::Identity
        && held.kind == claim.kind
        && matches!(claim.state, ClaimState::Attested(_))
        && root == Ok(claim.root)
}

/// All values of a certificate in the order of its table; a problem that names the first wrong one.
pub(crate) fn checked<'a>(
    paper: &'a PaperLeft,
    rules: Rules,
    path: &str,
) -> Result<Vec<(&'static str, &'a str)>, Problem> {
    let values = in_order(paper, path)?;
    let wrong = formats::check(Table::Certificate(paper.kind), &values, rules);
    match wrong.first() {
        Some(wrong) => Err(field_wrong(&format!("{path}.{}", wrong.field), wrong.messages())),
        None => Ok(values),
    }
}

/// The values in the order of the table; a problem for a name that the table does not have.
pub(crate) fn in_order<'a>(
    paper: &'a PaperLeft,
    path: &str,
) -> Result<Vec<(&'static str, &'a str)>, Problem> {
    let table = fields::table(paper.kind);
    if let Some(name) = paper.values.keys().find(|name| !table.contains(&name.as_str())) {
        let field = format!("{path}.values.{}", shortened(name));
        return Err(Problem::new(&messages::UNKNOWN_FIELD).field(field));
    }
    let value =
        |name: &&'static str| (*name, paper.values.get(*name).map_or("", |value| value.as_str()));
    Ok(table.iter().map(value).collect())
}

fn no_attester(kind: CertificateKind) -> Problem {
    let word = serde_json::to_value(kind).unwrap_or_default();
    Problem::new(&messages::NO_ATTESTER).value(word.as_str().unwrap_or_default())
}

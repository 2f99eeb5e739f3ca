// SPDX-License-Identifier: Apache-2.0
//! Who sends which action, with whose word beside (`domain.md` section 1): one row an action. The state
//! machine refuses by this table before any other rule looks at the action; how a sender must stand to
//! the record is then that action's own rule. What begins something (an application, a waybill, an
//! affiliation and its account), sends a holder's consent, or asks for others' data needs an interface
//! grant with the row's scope, but of persons, and of regulators and authorities, who do so by office. So
//! does nothing that is about the sender's own code or vehicles, or refuses an affiliation. What follows
//! from a step that was taken needs none, so that nothing is left half done when a grant ends.

use crate::actions::Action;
use crate::records::OrganisationKind;
use crate::records::Role::{self, Admin, Attest, Operate};
use crate::records::interface::InterfaceScope;

/// How a party stands to what an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its office alone: any organisation of the kind.
    Office,
    /// Registered to attest the kind of certificate, in the prefecture where one is named.
    Registered,
    /// The attester that the claim asks.
    Asked,
    /// The attester of the certificate.
    Attester,
    /// Whoever took the measure: laid the suspension, opened the matter, attested its certificate.
    Source,
    /// The sponsor of the application.
    Sponsor,
    /// Whose key it is.
    KeyOwner,
    /// The key that is registered: it is in hand.
    NewKey,
    /// The holder of the code, now or to be.
    Holder,
    /// The operator of the code, now or to be.
    Operator,
    /// The owner of the vehicle.
    Owner,
    /// The owner of the trailer.
    TrailerOwner,
    /// The maker of the waybill.
    Maker,
    /// The driver that the waybill is offered to or carried by, or of the affiliation.
    Driver,
    /// The consignee of the waybill.
    Consignee,
    /// With a basis for the access.
    Basis,
    /// The enterprise of the affiliation.
    Affiliate,
}

/// Who may send an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// An organisation of one of these kinds whose registration has not ended, by a key with this role.
    Organisation(&'static [OrganisationKind], Role, Standing),
    /// A person, by a key in force.
    Person(Standing),
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The action's word.
    pub action: &'static str,
    /// Who sends it: any of these.
    pub senders: &'static [Sender],
    /// Whose words come along as statements: of each of these that there is and that does not send it.
    pub words: &'static [Standing],
    /// The scope of an interface grant that it needs, of senders who need grants.
    pub grant: Option<InterfaceScope>,
}

use OrganisationKind as Kind;
use Sender::{Organisation, Person};
use Standing::*;

const REGULATORS: &[Kind] = &[Kind::Regulator];
const AUTHORITIES: &[Kind] = &[Kind::Authority];
/// Those who may be registered to attest.
const ATTESTERS: &[Kind] = &[Kind::Authority, Kind::Insurer, Kind::Bank];
/// Those who may operate vehicles, have a code of their own, and make waybills.
const CARRIERS: &[Kind] = &[Kind::Enterprise, Kind::Platform];
/// Those who may apply for others.
const SPONSORS: &[Kind] = &[Kind::Enterprise, Kind::Platform, Kind::Regulator];
/// Those who do nothing by office: they apply for interfaces.
const GRANTEES: &[Kind] =
    &[Kind::Enterprise, Kind::Platform, Kind::Insurer, Kind::Bank, Kind::ServiceProvider];
/// Any organisation may own a vehicle, receive goods, and has keys.
const ALL: &[Kind] = &[
    Kind::Regulator,
    Kind::Authority,
    Kind::Enterprise,
    Kind::Platform,
    Kind::Insurer,
    Kind::Bank,
    Kind::ServiceProvider,
];

const REGULATOR: Sender = Organisation(REGULATORS, Operate, Office);
const OWNER: Sender = Organisation(ALL, Operate, Owner);
const MAKER: Sender = Organisation(CARRIERS, Operate, Maker);
const DRIVER: Sender = Person(Driver);
const AFFILIATE: Sender = Organisation(CARRIERS, Operate, Affiliate);
const ATTESTER: Sender = Organisation(ATTESTERS, Attest, Attester);
const GRANTEE: Sender = Organisation(GRANTEES, Admin, Office);
const SOURCE: Sender = Organisation(ATTESTERS, Operate, Source);

const fn row(action: &'static str, senders: &'static [Sender], words: &'static [Standing]) -> Row {
    Row { action, senders, words, grant: None }
}

/// A row of what needs a grant.
const fn granted(scope: InterfaceScope, row: Row) -> Row {
    Row { grant: Some(scope), ..row }
}

/// The table, in the order of the format.
pub const TABLE: [Row; Action::WORDS.len()] = [
    row("organisation_admit", &[REGULATOR], &[]),
    row("organisation_scopes", &[REGULATOR], &[]),
    row("organisation_end", &[REGULATOR], &[]),
    row("key_add", &[Organisation(ALL, Admin, KeyOwner)], &[NewKey]),
    row("key_end", &[Organisation(ALL, Admin, KeyOwner), Person(KeyOwner)], &[]),
    row("key_replace", &[Organisation(ALL, Admin, KeyOwner), Person(KeyOwner)], &[NewKey]),
    row("parameter_set", &[REGULATOR], &[]),
    row("person_key_register", &[Organisation(AUTHORITIES, Attest, Registered)], &[NewKey]),
    granted(
        InterfaceScope::Codes,
        row("code_apply", &[Organisation(SPONSORS, Operate, Office)], &[Holder, Operator, Owner]),
    ),
    granted(
        InterfaceScope::Vehicles,
        row("vehicle_apply", &[Organisation(SPONSORS, Operate, Office)], &[Owner]),
    ),
    row("claim_answer", &[Organisation(ATTESTERS, Attest, Asked)], &[]),
    row("claim_correct", &[Organisation(SPONSORS, Operate, Sponsor)], &[Holder, Owner]),
    row(
        "application_withdraw",
        &[
            Organisation(SPONSORS, Operate, Sponsor),
            Organisation(CARRIERS, Operate, Holder),
            OWNER,
            Person(Holder),
            Person(Owner),
        ],
        &[],
    ),
    row("code_suspend", &[REGULATOR, Organisation(AUTHORITIES, Operate, Office)], &[]),
    row("code_resume", &[REGULATOR, Organisation(AUTHORITIES, Operate, Source)], &[]),
    row(
        "code_cancel",
        &[
            REGULATOR,
            Organisation(AUTHORITIES, Operate, Registered),
            Organisation(CARRIERS, Operate, Holder),
            Person(Holder),
        ],
        &[],
    ),
    row(
        "vehicle_bind",
        &[Organisation(CARRIERS, Operate, Operator), OWNER, Person(Holder), Person(Owner)],
        &[Holder, Operator, Owner],
    ),
    row(
        "vehicle_unbind",
        &[Organisation(CARRIERS, Operate, Operator), OWNER, Person(Holder), Person(Owner)],
        &[],
    ),
    row("vehicle_choose", &[Person(Holder)], &[]),
    row("trailer_couple", &[OWNER, Person(Owner)], &[TrailerOwner]),
    row(
        "trailer_uncouple",
        &[OWNER, Organisation(ALL, Operate, TrailerOwner), Person(Owner), Person(TrailerOwner)],
        &[],
    ),
    row(
        "operator_set",
        &[Organisation(CARRIERS, Operate, Operator), Person(Holder)],
        &[Holder, Operator],
    ),
    row("certificate_attest", &[Organisation(ATTESTERS, Attest, Registered)], &[]),
    row("certificate_suspend", &[ATTESTER, REGULATOR], &[]),
    row("certificate_resume", &[ATTESTER, REGULATOR], &[]),
    row("certificate_revoke", &[ATTESTER, REGULATOR], &[]),
    row("matter_open", &[REGULATOR, Organisation(AUTHORITIES, Operate, Office)], &[]),
    row("matter_extend", &[SOURCE, Organisation(REGULATORS, Operate, Source)], &[]),
    row("matter_settle", &[SOURCE, REGULATOR], &[]),
    row("matter_void", &[SOURCE, REGULATOR], &[]),
    row("vehicle_release", &[REGULATOR], &[]),
    granted(
        InterfaceScope::Waybills,
        row("waybill_offer", &[Organisation(CARRIERS, Operate, Office)], &[]),
    ),
    row("waybill_accept", &[DRIVER], &[]),
    row("waybill_decline", &[DRIVER], &[]),
    row("waybill_withdraw", &[MAKER], &[]),
    row("waybill_cancel", &[MAKER, DRIVER], &[]),
    row("waybill_load", &[DRIVER], &[]),
    row("waybill_depart", &[DRIVER], &[]),
    row("waybill_arrive", &[DRIVER], &[]),
    row("waybill_sign", &[MAKER, Organisation(ALL, Operate, Consignee)], &[]),
    row("waybill_abort", &[MAKER, DRIVER], &[]),
    row("waybill_abort_agree", &[MAKER, DRIVER], &[]),
    row("waybill_settle", &[MAKER], &[]),
    row("waybill_settle_agree", &[DRIVER], &[]),
    row("waybill_dispute", &[MAKER, DRIVER], &[]),
    row("waybill_dispute_end", &[MAKER, DRIVER, REGULATOR], &[]),
    row("interface_apply", &[GRANTEE], &[]),
    row("interface_withdraw", &[GRANTEE], &[]),
    row("interface_grant", &[REGULATOR], &[]),
    row("interface_refuse", &[REGULATOR], &[]),
    row("interface_revoke", &[REGULATOR], &[]),
    row("interface_release", &[GRANTEE], &[]),
    row("waybill_swap", &[MAKER, DRIVER], &[]),
    row("waybill_swap_agree", &[MAKER, DRIVER], &[]),
    granted(
        InterfaceScope::Codes,
        row(
            "consent_give",
            &[
                Person(Holder),
                Organisation(CARRIERS, Operate, Holder),
                Organisation(SPONSORS, Operate, Office),
            ],
            &[Holder],
        ),
    ),
    row("consent_revoke", &[Person(Holder), Organisation(CARRIERS, Operate, Holder)], &[]),
    granted(
        InterfaceScope::Exchange,
        row("consent_use", &[Organisation(CARRIERS, Operate, Office)], &[Holder, Sponsor]),
    ),
    granted(
        InterfaceScope::Exchange,
        row("access_record", &[Organisation(ALL, Operate, Basis)], &[]),
    ),
    row("erasure_publish", &[Organisation(SPONSORS, Operate, Sponsor), REGULATOR], &[]),
    granted(InterfaceScope::Modules, row("affiliation_request", &[AFFILIATE, DRIVER], &[Driver])),
    granted(InterfaceScope::Modules, row("affiliation_review", &[AFFILIATE], &[])),
    granted(InterfaceScope::Modules, row("affiliation_open", &[AFFILIATE], &[])),
    row("affiliation_end", &[AFFILIATE, DRIVER], &[]),
];

impl Row {
    /// The row of an action.
    pub fn of(action: &Action) -> &'static Self {
        &TABLE[action.place()]
    }

    /// The row of an action by its word, where there is no action yet.
    pub fn by_word(word: &str) -> Option<&'static Self> {
        TABLE.iter().find(|row| row.action == word)
    }

    /// The role that a key of such an organisation needs; none if it may not send the action at all.
    pub fn role_of(&self, kind: OrganisationKind) -> Option<Role> {
        self.senders.iter().find_map(|sender| match sender {
            Organisation(kinds, role, _) => kinds.contains(&kind).then_some(*role),
            Person(_) => None,
        })
    }

    /// The scope of a grant that an organisation of a kind needs to send the action.
    pub fn grant_of(&self, kind: OrganisationKind) -> Option<InterfaceScope> {
        self.grant.filter(|_| needs_grants(kind))
    }

    /// True if persons may send the action.
    pub fn is_a_persons(&self) -> bool {
        self.senders.iter().any(|sender| matches!(sender, Person(_)))
    }
}

/// True if organisations of a kind apply for interfaces; the others act by office.
pub fn needs_grants(kind: OrganisationKind) -> bool {
    GRANTEES.contains(&kind)
}

// SPDX-License-Identifier: Apache-2.0
//! The table of senders: every cell of it, and the page that shows it.

use std::collections::BTreeMap;
use std::fmt::Write;

use chain::Action;
use chain::actions::*;
use chain::keys::SecretKey;
use chain::receipt::Outcome;
use chain::records::key::Roles;
use chain::records::organisation::{Identity, OrganisationKind};
use chain::records::{CertificateKind, InterfaceScope, Role};
use chain::refusal::RefusalCode as R;
use chain::rules::senders::{Row, Sender, Standing, TABLE, needs_grants};

use crate::codec::any_of;
use crate::common::*;

const ROLES: [Role; 3] = [Role::Admin, Role::Operate, Role::Attest];
const KINDS: [OrganisationKind; 7] = [
    OrganisationKind::Regulator,
    OrganisationKind::Authority,
    OrganisationKind::Enterprise,
    OrganisationKind::Platform,
    OrganisationKind::Insurer,
    OrganisationKind::Bank,
    OrganisationKind::ServiceProvider,
];

/// One of every action, about what is not there.
fn actions() -> Vec<Action> {
    let mut found = BTreeMap::new();
    for seed in 0.. {
        let (action, _) = any_of::<Action>(seed);
        let action = with_a_reason(action.with_statements(Vec::new()));
        found.entry(action.place()).or_insert(action);
        if found.len() == TABLE.len() {
            break;
        }
    }
    found.into_values().collect()
}

/// The same action with a reason that is a code, if it gives one.
fn with_a_reason(action: Action) -> Action {
    let Some(reason) = action.reason().cloned() else { return action };
    let text = serde_json::to_string(&action).unwrap();
    let of = |reason: &str| format!("\"reason\":{}", serde_json::to_string(reason).unwrap());
    serde_json::from_str(&text.replace(&of(reason.as_str()), &of("inquiry"))).unwrap()
}

/// Those who are granted every scope in genesis.
fn has_grants(kind: OrganisationKind) -> bool {
    matches!(kind, OrganisationKind::Enterprise | OrganisationKind::Platform)
}

/// A key with one role for an organisation.
fn key_with(world: &mut World, party: &Party, role: Role) -> SecretKey {
    let new = key(&format!("{} {role:?}", party.id));
    let has = |one| one == role;
    let roles =
        Roles { admin: has(Role::Admin), operate: has(Role::Operate), attest: has(Role::Attest) };
    let add = KeyAdd { key: new.public(), roles, statements: Vec::new() };
    let add = world.stated(add, &[&new]);
    world.send(&party.key, add);
    new
}

/// A service provider, which genesis has none of.
fn service_provider(world: &mut World) -> Party {
    let admin = key("service provider");
    let admit = OrganisationAdmit {
        kind: OrganisationKind::ServiceProvider,
        identity: Identity::Open {
            credit_code: credit_code(900),
            name: "滇测服务".parse().unwrap(),
        },
        prefecture: KUNMING,
        scopes: Vec::new(),
        keys: vec![KeyGrant { key: admin.public(), roles: Roles::ALL }],
    };
    let regulator = world.parties.regulator.key.clone();
    let transaction = world.send(&regulator, admit);
    let id = chain::ids::OrganisationId(chain::ids::RecordId::made_by(transaction, 0));
    Party { id, key: admin }
}

#[test]
fn a_sender_that_the_table_does_not_name_is_refused_before_anything_else_is_looked_at() {
    let mut world = World::new();
    let driver =
        world.new_driver("driver", &[CertificateKind::Identity, CertificateKind::DrivingLicence]);
    let p = world.parties.clone();
    let service = service_provider(&mut world);
    let parties = [
        (OrganisationKind::Regulator, p.regulator),
        (OrganisationKind::Authority, p.public_security),
        (OrganisationKind::Enterprise, p.enterprise),
        (OrganisationKind::Platform, p.platform),
        (OrganisationKind::Insurer, p.insurer),
        (OrganisationKind::Bank, p.bank),
        (OrganisationKind::ServiceProvider, service),
    ];
    let mut senders = Vec::new();
    for (kind, party) in &parties {
        for role in ROLES {
            senders.push((*kind, role, key_with(&mut world, party, role)));
        }
    }
    for action in actions() {
        let action = match action {
            Action::ConsentUse(action) => world.released(&key("node"), action).into(),
            action => action,
        };
        let row = Row::of(&action);
        // Each by itself: a grant may be given back by one of them.
        let told = |world: &World, key| match world.clone().attempt(key, action.clone()).1 {
            Outcome::Executed { .. } => Vec::new(),
            Outcome::Refused { reasons } => reasons.into_iter().map(|reason| reason.code).collect(),
        };
        for (kind, role, key) in &senders {
            let reasons = told(&world, key);
            let expected = match row.role_of(*kind) {
                None => Some(R::NotAllowed),
                Some(needed) if needed != *role => Some(R::RoleMissing),
                Some(_) if row.grant_of(*kind).is_some() && !has_grants(*kind) => {
                    Some(R::GrantMissing)
                }
                Some(_) => None,
            };
            let case = format!("{} by {kind:?} as {role:?}: {reasons:?}", row.action);
            match expected {
                Some(code) => assert_eq!(reasons, [code], "{case}"),
                None => {
                    let looked_at = !reasons.contains(&R::RoleMissing);
                    assert!(looked_at && !reasons.contains(&R::GrantMissing), "{case}");
                }
            }
        }
        if !row.is_a_persons() {
            let reasons = told(&world, &driver.key);
            assert_eq!(reasons, [R::NotAllowed], "{}", row.action);
        }
    }
}

#[test]
fn the_table_has_a_row_for_every_action_and_one_role_for_every_kind_in_it() {
    let rows: Vec<&str> = TABLE.iter().map(|row| row.action).collect();
    assert_eq!(rows, Action::WORDS);
    for row in &TABLE {
        let mut roles: BTreeMap<String, Role> = BTreeMap::new();
        for sender in row.senders {
            let Sender::Organisation(kinds, role, _) = sender else { continue };
            for kind in *kinds {
                let before = *roles.entry(format!("{kind:?}")).or_insert(*role);
                assert_eq!(before, *role, "{} by {kind:?}", row.action);
            }
        }
    }
}

#[test]
fn a_grant_is_needed_for_nine_actions_by_those_who_may_apply_for_it() {
    let needing: Vec<_> = TABLE.iter().filter_map(|row| Some((row.action, row.grant?))).collect();
    let expected = [
        ("code_apply", InterfaceScope::Codes),
        ("vehicle_apply", InterfaceScope::Vehicles),
        ("waybill_offer", InterfaceScope::Waybills),
        ("consent_give", InterfaceScope::Codes),
        ("consent_use", InterfaceScope::Exchange),
        ("access_record", InterfaceScope::Exchange),
        ("affiliation_request", InterfaceScope::Modules),
        ("affiliation_review", InterfaceScope::Modules),
        ("affiliation_open", InterfaceScope::Modules),
    ];
    assert_eq!(needing, expected);
    let may_apply = TABLE.iter().find(|row| row.action == "interface_apply").unwrap();
    for kind in KINDS {
        let asks = may_apply.role_of(kind).is_some();
        assert_eq!(needs_grants(kind), asks, "{kind:?}");
        for row in &TABLE {
            assert_eq!(row.grant_of(kind), row.grant.filter(|_| asks), "{} {kind:?}", row.action);
        }
    }
}

#[test]
fn an_action_has_room_for_statements_if_and_only_if_the_table_asks_for_words() {
    for action in actions() {
        let some = any_of::<Statement>(1).0;
        let stated = action.clone().with_statements(vec![some]);
        let has_room = !stated.statements().is_empty();
        assert_eq!(has_room, !Row::of(&action).words.is_empty(), "{}", action.word());
    }
}

/// How the page names a party.
fn party(standing: Standing) -> &'static str {
    match standing {
        Standing::Office => "",
        Standing::Registered => "registered for the kind of certificate",
        Standing::Asked => "that the claim asks",
        Standing::Attester => "that attested it",
        Standing::Source => "whose measure it is",
        Standing::Sponsor => "that sponsors the application",
        Standing::KeyOwner => "whose key it is",
        Standing::NewKey => "new key",
        Standing::Holder => "holder",
        Standing::Operator => "operator",
        Standing::Owner => "owner of the vehicle",
        Standing::TrailerOwner => "owner of the trailer",
        Standing::Maker => "maker",
        Standing::Driver => "driver",
        Standing::Consignee => "consignee",
        Standing::Basis => "with a basis",
        Standing::Affiliate => "of the affiliation",
    }
}

fn kinds_text(kinds: &[OrganisationKind]) -> String {
    if kinds.len() == KINDS.len() {
        return "any organisation".to_owned();
    }
    let words: Vec<String> = kinds
        .iter()
        .map(|kind| serde_json::to_value(kind).unwrap().as_str().unwrap().replace('_', " "))
        .collect();
    words.join(" or ")
}

fn sender_text(sender: &Sender) -> String {
    let with = |who: String, standing| match party(standing) {
        "" => who,
        other => format!("{who}, {other}"),
    };
    match sender {
        Sender::Organisation(kinds, role, standing) => {
            format!(
                "{} (`{}`)",
                with(kinds_text(kinds), *standing),
                format!("{role:?}").to_lowercase()
            )
        }
        Sender::Person(standing) => with("person".to_owned(), *standing),
    }
}

fn page() -> String {
    let mut page = String::from(
        "# Who sends which action\n\n\
         Written by a test from the table that the state machine refuses by. A sender that is not in\n\
         its action's row is answered `not_allowed`, an organisation's key without the role in brackets\n\
         `role_missing`; an organisation whose registration has ended sends nothing. Words come along as\n\
         statements: of each party named that there is and that does not itself send the transaction.\n\
         Without one of them the answer is `statement_missing`, with one too many\n\
         `statement_unexpected`. A grant is that of the scope in the last column, in force at block time:\n\
         without it an organisation is answered `grant_missing`, unless it acts by office as regulators and\n\
         authorities do, or the action is about its own code, vehicles or consents, or refuses an\n\
         affiliation. A person's key in the hands of a platform whose registration has ended signs nothing.\n\n\
         | action | sent by any of | with the words of | needs a grant of |\n|---|---|---|---|\n",
    );
    for row in &TABLE {
        let senders: Vec<String> = row.senders.iter().map(sender_text).collect();
        let words: Vec<&str> = row.words.iter().map(|word| party(*word)).collect();
        let (senders, words) = (senders.join("; "), words.join(", "));
        let grant = row.grant.map_or_else(String::new, |scope| {
            format!("`{}` of `{}`", scope.word(), scope.interface().word())
        });
        writeln!(page, "| `{}` | {senders} | {words} | {grant} |", row.action).unwrap();
    }
    page
}

/// `DIANYUN_REWRITE=1` writes it anew.
#[test]
fn the_page_of_senders_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/actions.md");
    if std::env::var_os("DIANYUN_REWRITE").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap();
    assert!(checked_in == page(), "docs/actions.md is old: run this with DIANYUN_REWRITE=1");
}

// SPDX-License-Identifier: Apache-2.0
//! Genesis: what a chain may begin with, and the block at height 0 that it makes.

use crate::common::*;
use chain::event::Event;
use chain::genesis::{NodeRole, ParameterChoice, TagSecret};
use chain::ids::{Prefecture, RecordId};
use chain::machine::{GenesisError, genesis_block};
use chain::records::key::Roles;
use chain::records::organisation::{Identity, OrganisationKind, Scope};
use chain::records::{
    CertificateKind as Kind, Grant, Interface, InterfaceKind, InterfaceScopes, NameKind,
    Organisation, Owner, ParameterName, Parameters, RegisteredKey, UniqueName,
};
use chain::{Genesis, Hash, Height};

type Change = fn(&mut Genesis);

/// What a change makes wrong, in words.
fn wrong(change: Change) -> String {
    let mut changed = genesis(&[]);
    change(&mut changed);
    genesis_block(&changed).unwrap_err().to_string()
}

fn secret(kind: NameKind) -> TagSecret {
    TagSecret { kind, commitment: Hash::ZERO, test_tag: Hash::ZERO }
}

#[test]
fn every_rule_of_a_genesis_is_kept() {
    let cases: &[(&str, Change)] = &[
        ("protocol 2", |g| g.protocol = 2),
        ("depth 0", |g| g.depth = 0),
        ("depth 25", |g| g.depth = 25),
        ("prefectures", |g| g.prefectures.clear()),
        ("prefectures", |g| g.prefectures.push(KUNMING)),
        ("no regulator", |g| g.organisations[0].kind = OrganisationKind::Platform),
        ("no regulator", |g| g.organisations[0].keys[0].roles.operate = false),
        ("tag secrets: Vin", |g| g.tag_secrets = vec![secret(NameKind::Vin); 2]),
        ("tag secrets: CreditCode", |g| g.tag_secrets.push(secret(NameKind::CreditCode))),
        ("parameter VehiclesPerDriver", |g| {
            g.parameters.push(ParameterChoice { name: ParameterName::VehiclesPerDriver, value: 9 });
        }),
        ("parameter AnswerMs", |g| {
            let choice = ParameterChoice { name: ParameterName::AnswerMs, value: DAY };
            g.parameters.extend([choice.clone(), choice]);
        }),
        ("nodes: there is no validator", |g| g.nodes[0].role = NodeRole::Observer),
        ("nodes: there is no validator", |g| g.nodes.clear()),
        ("nodes: validator-1", |g| g.nodes[0].number = 0),
        ("nodes: validator-1", |g| g.nodes.push(g.nodes[0].clone())),
        ("nodes: validator-1", |g| g.nodes[0].organisation = 9),
        ("organisation 3", |g| g.organisations[3].identity = g.organisations[2].identity.clone()),
        ("organisation 4: keys", |g| g.organisations[4].keys.clear()),
        ("organisation 4: no key", |g| g.organisations[4].keys[0].roles.admin = false),
        ("organisation 4: a key", |g| {
            let mut grant = g.organisations[4].keys[0].clone();
            grant.key = key("other").public();
            grant.roles = Roles { admin: false, operate: false, attest: false };
            g.organisations[4].keys.push(grant);
        }),
        ("organisation 4: a key is there twice", |g| {
            let grant = g.organisations[4].keys[0].clone();
            g.organisations[4].keys.push(grant);
        }),
        ("organisation 4: the prefecture", |g| g.organisations[4].prefecture = Prefecture(1)),
        ("organisation 4: a prefecture", |g| {
            g.organisations[4].scopes[0].prefectures.push(Prefecture(1));
        }),
        ("organisation 4: scopes", |g| {
            let scope = g.organisations[4].scopes[0].clone();
            g.organisations[4].scopes.push(scope);
        }),
        ("organisation 7: this kind", |g| {
            let scope = Scope { kind: Kind::Identity, prefectures: Vec::new() };
            g.organisations[7].scopes.push(scope);
        }),
        ("organisation 0: this kind", |g| {
            let scope = Scope { kind: Kind::Identity, prefectures: Vec::new() };
            g.organisations[0].scopes.push(scope);
        }),
        ("organisation 5: a one-man business", |g| {
            let credit_code = "92539903MA0QDY012D".parse().unwrap();
            g.organisations[5].identity =
                Identity::Open { credit_code, name: "name".parse().unwrap() };
        }),
        ("organisation 0: this kind of organisation needs no grant", |g| {
            g.organisations[0].interfaces = g.organisations[7].interfaces.clone();
        }),
        ("organisation 1: this kind of organisation needs no grant", |g| {
            g.organisations[1].interfaces = g.organisations[7].interfaces.clone();
        }),
        ("organisation 7: an interface is granted twice", |g| {
            g.organisations[7].interfaces[1] = g.organisations[7].interfaces[0].clone();
        }),
        ("organisation 7: a grant has scopes", |g| {
            g.organisations[7].interfaces[0].terms.scopes.verify = true;
        }),
        ("organisation 7: a grant has scopes", |g| {
            g.organisations[7].interfaces[0].terms.scopes = InterfaceScopes::NONE;
        }),
        ("organisation 7: calls a minute", |g| {
            g.organisations[7].interfaces[0].terms.calls_a_minute = 0;
        }),
        ("organisation 7: a grant ends", |g| g.organisations[7].interfaces[0].terms.until = g.time),
        ("organisation 7: a grant ends", |g| {
            g.organisations[7].interfaces[0].terms.until = GRANTS_END.plus(1);
        }),
        ("key", |g| g.organisations[5].keys = g.organisations[4].keys.clone()),
        ("key", |g| g.organisations[5].keys[0].key = g.nodes[0].key),
    ];
    for (expected, change) in cases {
        let found = wrong(*change);
        assert!(found.contains(expected), "{found:?} should hold {expected:?}");
    }
    assert!(genesis_block(&genesis(&[])).is_ok());
}

#[test]
fn an_error_says_which_organisation_is_the_second_of_two() {
    let mut twice = genesis(&[]);
    twice.organisations[3].identity = twice.organisations[2].identity.clone();
    assert_eq!(genesis_block(&twice).unwrap_err(), GenesisError::OrganisationTwice(3));
}

#[test]
fn the_first_block_holds_parameters_organisations_names_keys_and_grants() {
    let world = World::with(&[(ParameterName::AnswerMs, DAY)]);
    let parameters: Parameters = world.get(RecordId::default());
    assert_eq!(parameters.at(ParameterName::AnswerMs, START), DAY);
    assert_eq!(parameters.at(ParameterName::Corrections, START), 5);
    assert_eq!(parameters.prefectures, [KUNMING, QUJING]);
    assert_eq!(parameters.all.len(), ParameterName::ALL.len());
    let party = &world.parties.insurer;
    let organisation: Organisation = world.get(party.id.0);
    assert_eq!((organisation.kind, organisation.admitted_at), (OrganisationKind::Insurer, START));
    assert!(organisation.attests(Kind::Policy, KUNMING));
    let registered: RegisteredKey = world.get(RegisteredKey::id_of(&party.key.public()));
    assert_eq!(registered.owner, Owner::Organisation(party.id));
    let digest = chain::genesis::credit_digest(&organisation.identity);
    let name: UniqueName = world.get(UniqueName::id_of(NameKind::CreditCode, &digest));
    assert_eq!(name.target_id, party.id.0);
    for interface in InterfaceKind::ALL {
        let id = Interface::id_of(world.parties.enterprise.id, interface);
        let record: Interface = world.get(id);
        let terms = whole(interface, GRANTS_END);
        assert_eq!(record.grant, Some(Grant { terms, from: START, by: None }));
        assert_eq!((record.requests, record.request, record.denied), (0, None, None));
    }
}

#[test]
fn the_first_header_is_that_of_a_chain_without_transactions() {
    let genesis = genesis(&[]);
    let block = genesis_block(&genesis).unwrap();
    let header = &block.header;
    assert_eq!(
        (header.height, header.time_ms, header.chain),
        (Height(0), START, genesis.chain_id())
    );
    assert_eq!((header.parent_hash, header.payload_hash), (Hash::ZERO, Hash::ZERO));
    assert_eq!((header.tx_count, header.change_first_seq), (0, 0));
    let grants: usize = genesis.organisations.iter().map(|first| first.interfaces.len()).sum();
    assert_eq!(grants, 6);
    assert_eq!(header.change_count as usize, 1 + genesis.organisations.len() * 3 + grants);
    assert!(block.changes.iter().all(|c| c.event == Event::Genesis && c.at == START));
    assert_eq!(block.header_hash, header.hash());
}

#[test]
fn the_chain_id_follows_from_every_byte_of_genesis() {
    let first = genesis(&[]);
    assert_eq!(Genesis::from_bytes(&first.to_bytes()).unwrap(), first);
    let changes: [Change; 5] = [
        |g| g.name = word("other"),
        |g| g.heartbeat_ms += 1,
        |g| g.time = g.time.plus(1),
        |g| g.tag_secrets.push(secret(NameKind::Vin)),
        |g| g.nodes[0].number = 2,
    ];
    for change in changes {
        let mut other = first.clone();
        change(&mut other);
        assert_ne!(other.chain_id(), first.chain_id());
    }
}

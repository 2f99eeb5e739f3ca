// SPDX-License-Identifier: Apache-2.0
//! The meaning of a genesis: what names what, and what may stand together.

use std::collections::BTreeMap;

use chain::Genesis;
use chain::block::PROTOCOL;
use chain::genesis::{FirstGrant, FirstOrganisation, Mode, NodeRole, credit_digest};
use chain::keys::PublicKey;
use chain::limits;
use chain::records::organisation::Identity;
use chain::records::{CertificateKind, NameKind, OrganisationKind};
use chain::rules::senders::needs_grants;

use super::Problem;

/// GB/T 2260 codes of the 16 prefectures of Yunnan.
pub const PREFECTURES: [u16; 16] = [
    5301, 5303, 5304, 5305, 5306, 5307, 5308, 5309, 5323, 5325, 5326, 5328, 5329, 5331, 5333, 5334,
];
/// The region that no real organisation or person has.
const INVENTED: &[u8] = b"5399";
/// The fewest validators of which one may be faulty.
const VALIDATORS: usize = 4;
const HEARTBEAT_MS: std::ops::RangeInclusive<u32> = 100..=600_000;

pub(super) fn problems(genesis: &Genesis) -> Vec<Problem> {
    let mut found = Vec::new();
    numbers(genesis, &mut found);
    parameters(genesis, &mut found);
    prefectures(genesis, &mut found);
    organisations(genesis, &mut found);
    nodes(genesis, &mut found);
    keys(genesis, &mut found);
    tag_secrets(genesis, &mut found);
    found
}

fn numbers(genesis: &Genesis, found: &mut Vec<Problem>) {
    if genesis.protocol != PROTOCOL {
        found.push(Problem::new(
            "protocol",
            format!("{} is not {PROTOCOL}, the protocol of this release", genesis.protocol),
        ));
    }
    if !(1..=24).contains(&genesis.depth) {
        found.push(Problem::new("depth", format!("{} is not between 1 and 24", genesis.depth)));
    }
    if !HEARTBEAT_MS.contains(&genesis.heartbeat_ms) {
        let what = format!("{} ms is not between 100 and 600000", genesis.heartbeat_ms);
        found.push(Problem::new("heartbeat_ms", what));
    }
}

fn parameters(genesis: &Genesis, found: &mut Vec<Problem>) {
    let mut seen = BTreeMap::new();
    for (place, choice) in genesis.parameters.iter().enumerate() {
        let at = format!("parameters[{place}]");
        let (name, range) = (choice.name.word(), choice.name.range());
        if let Some(first) = seen.insert(choice.name, place) {
            found.push(Problem::new(&at, format!("{name} is set already in parameters[{first}]")));
        }
        if !range.contains(&choice.value) {
            let (from, to) = (range.start(), range.end());
            let what = format!("{name} is {}, which is not between {from} and {to}", choice.value);
            found.push(Problem::new(at, what));
        }
    }
}

fn prefectures(genesis: &Genesis, found: &mut Vec<Problem>) {
    if genesis.prefectures.is_empty() {
        found.push(Problem::new("prefectures", "is empty: nobody could be registered anywhere"));
    }
    for (place, prefecture) in genesis.prefectures.iter().enumerate() {
        let at = format!("prefectures[{place}]");
        if genesis.prefectures[..place].contains(prefecture) {
            found.push(Problem::new(&at, format!("{} is listed twice", prefecture.0)));
        }
        if !PREFECTURES.contains(&prefecture.0) {
            let what = format!("{} is no prefecture of Yunnan (GB/T 2260)", prefecture.0);
            found.push(Problem::new(at, what));
        }
    }
}

fn organisations(genesis: &Genesis, found: &mut Vec<Problem>) {
    if !genesis.organisations.iter().any(|o| o.kind == OrganisationKind::Regulator) {
        let what = "there is no regulator: nobody could admit organisations or set parameters";
        found.push(Problem::new("organisations", what));
    }
    let mut seen = BTreeMap::new();
    for (place, organisation) in genesis.organisations.iter().enumerate() {
        let at = format!("organisations[{place}]");
        if let Some(first) = seen.insert(credit_digest(&organisation.identity), place) {
            let what = format!("has the credit code or tag of organisations[{first}]");
            found.push(Problem::new(format!("{at}.identity"), what));
        }
        identity(genesis.mode, &at, &organisation.identity, found);
        first_keys(&at, organisation, found);
        scopes(genesis, &at, organisation, found);
        interfaces(genesis, &at, organisation, found);
    }
}

fn identity(mode: Mode, at: &str, identity: &Identity, found: &mut Vec<Problem>) {
    let Identity::Open { credit_code, .. } = identity else { return };
    let at = format!("{at}.identity.open.credit_code");
    if credit_code.is_personal() {
        let what = "a code that begins with 92 is personal data: give `personal` with its tag";
        found.push(Problem::new(&at, what));
    }
    match (mode, credit_code.as_bytes()[2..].starts_with(INVENTED)) {
        (Mode::Production, true) => {
            let what = format!("{credit_code} is invented (region 5399), and mode is production");
            found.push(Problem::new(at, what));
        }
        (Mode::Demo, false) => {
            let what = format!("{credit_code} may be real: a demo takes region 5399 alone");
            found.push(Problem::new(at, what));
        }
        _ => {}
    }
}

fn first_keys(at: &str, organisation: &FirstOrganisation, found: &mut Vec<Problem>) {
    let count = organisation.keys.len();
    if !(1..=limits::KEYS).contains(&count) {
        let what = format!("{count} keys; an organisation has 1 to {}", limits::KEYS);
        found.push(Problem::new(format!("{at}.keys"), what));
    }
    if !organisation.keys.iter().any(|grant| grant.roles.admin) {
        let what = "no key has the role admin: its keys could never be rotated";
        found.push(Problem::new(format!("{at}.keys"), what));
    }
    for (place, grant) in organisation.keys.iter().enumerate() {
        let roles = grant.roles;
        if !(roles.admin || roles.operate || roles.attest) {
            found.push(Problem::new(format!("{at}.keys[{place}].roles"), "the key has no role"));
        }
    }
}

fn scopes(genesis: &Genesis, at: &str, organisation: &FirstOrganisation, found: &mut Vec<Problem>) {
    if organisation.scopes.len() > limits::SCOPES {
        let what = format!("{} scopes; at most {}", organisation.scopes.len(), limits::SCOPES);
        found.push(Problem::new(format!("{at}.scopes"), what));
    }
    if !genesis.prefectures.contains(&organisation.prefecture) {
        let what = format!("{} is not among `prefectures`", organisation.prefecture.0);
        found.push(Problem::new(format!("{at}.prefecture"), what));
    }
    for (place, scope) in organisation.scopes.iter().enumerate() {
        let at = format!("{at}.scopes[{place}]");
        if scope.prefectures.len() > limits::PREFECTURES {
            let what = format!("more than {}; none means all", limits::PREFECTURES);
            found.push(Problem::new(format!("{at}.prefectures"), what));
        }
        for strange in scope.prefectures.iter().filter(|p| !genesis.prefectures.contains(p)) {
            let what = format!("{} is not among `prefectures`", strange.0);
            found.push(Problem::new(format!("{at}.prefectures"), what));
        }
        if !organisation.kind.may_attest(scope.kind) {
            let what = format!("a {:?} does not attest {:?}", organisation.kind, scope.kind);
            found.push(Problem::new(format!("{at}.kind"), what));
        }
    }
}

fn interfaces(
    genesis: &Genesis,
    at: &str,
    organisation: &FirstOrganisation,
    found: &mut Vec<Problem>,
) {
    if !organisation.interfaces.is_empty() && !needs_grants(organisation.kind) {
        let what = format!("a {:?} acts by office and needs no grant", organisation.kind);
        found.push(Problem::new(format!("{at}.interfaces"), what));
    }
    let mut seen = BTreeMap::new();
    for (place, given) in organisation.interfaces.iter().enumerate() {
        let at = format!("{at}.interfaces[{place}]");
        if let Some(first) = seen.insert(given.interface, place) {
            let what = format!("{} is granted in interfaces[{first}]", given.interface.word());
            found.push(Problem::new(format!("{at}.interface"), what));
        }
        terms(genesis, &at, given, found);
    }
}

fn terms(genesis: &Genesis, at: &str, given: &FirstGrant, found: &mut Vec<Problem>) {
    let (terms, interface) = (&given.terms, given.interface.word());
    if !terms.scopes.is_of(given.interface) {
        let what = format!("has to name scopes of {interface}, at least one and no other's");
        found.push(Problem::new(format!("{at}.terms.scopes"), what));
    }
    let calls = terms.calls_a_minute;
    if !(1..=limits::CALLS_A_MINUTE).contains(&calls) {
        let what = format!("{calls} is not between 1 and {}", limits::CALLS_A_MINUTE);
        found.push(Problem::new(format!("{at}.terms.calls_a_minute"), what));
    }
    let earliest = genesis.time.plus(limits::GRANT_LEAST_MS);
    let latest = genesis.time.plus(limits::GRANT_MOST_MS);
    if !(earliest..=latest).contains(&terms.until) {
        let what = format!("{} is not between {earliest} and {latest}", terms.until);
        found.push(Problem::new(format!("{at}.terms.until"), what));
    }
}

fn validators(genesis: &Genesis) -> usize {
    genesis.nodes.iter().filter(|node| node.role == NodeRole::Validator).count()
}

fn nodes(genesis: &Genesis, found: &mut Vec<Problem>) {
    if !genesis.nodes.iter().any(|node| node.role == NodeRole::Validator) {
        found.push(Problem::new("nodes", "there is no validator: no block would ever be made"));
    } else if genesis.mode == Mode::Production && validators(genesis) < VALIDATORS {
        let what = format!(
            "{} validators: with fewer than {VALIDATORS} none may be faulty, so production refuses it",
            validators(genesis)
        );
        found.push(Problem::new("nodes", what));
    }
    for (place, node) in genesis.nodes.iter().enumerate() {
        let at = format!("nodes[{place}]");
        let earlier = &genesis.nodes[..place];
        if node.number == 0 {
            found.push(Problem::new(format!("{at}.number"), "numbers begin at 1"));
        }
        if earlier.iter().any(|other| other.number == node.number) {
            let what = format!("{} is taken by an earlier node", node.number);
            found.push(Problem::new(format!("{at}.number"), what));
        }
        if earlier.iter().any(|other| other.name == node.name) {
            let what = format!("{} is taken by an earlier node", node.name);
            found.push(Problem::new(format!("{at}.name"), what));
        }
        if node.organisation as usize >= genesis.organisations.len() {
            let what = format!("{} is no place in `organisations`", node.organisation);
            found.push(Problem::new(format!("{at}.organisation"), what));
        }
    }
}

/// No key serves two: neither two organisations nor an organisation and a node.
fn keys(genesis: &Genesis, found: &mut Vec<Problem>) {
    let mut seen: BTreeMap<PublicKey, String> = BTreeMap::new();
    let of_organisations = genesis.organisations.iter().enumerate().flat_map(|(i, o)| {
        let grants = o.keys.iter().enumerate();
        grants.map(move |(k, grant)| (grant.key, format!("organisations[{i}].keys[{k}].key")))
    });
    let of_nodes =
        genesis.nodes.iter().enumerate().map(|(i, node)| (node.key, format!("nodes[{i}].key")));
    for (key, at) in of_organisations.chain(of_nodes) {
        match seen.get(&key) {
            Some(first) => found.push(Problem::new(at, format!("is the key of {first} too"))),
            None => drop(seen.insert(key, at)),
        }
    }
}

fn tag_secrets(genesis: &Genesis, found: &mut Vec<Problem>) {
    for kind in [NameKind::Identity, NameKind::Vin, NameKind::Plate] {
        let count = genesis.tag_secrets.iter().filter(|s| s.kind == kind).count();
        if count != 1 {
            let what = format!("{kind:?} is there {count} times; it is needed once");
            found.push(Problem::new("tag_secrets", what));
        }
    }
    for (place, secret) in genesis.tag_secrets.iter().enumerate() {
        if !matches!(secret.kind, NameKind::Identity | NameKind::Vin | NameKind::Plate) {
            let what = format!("{:?} has no tag secret", secret.kind);
            found.push(Problem::new(format!("tag_secrets[{place}].kind"), what));
        }
    }
}

pub(super) fn warnings(genesis: &Genesis) -> Vec<Problem> {
    let mut found = Vec::new();
    let count = validators(genesis);
    if genesis.mode == Mode::Demo && count < VALIDATORS {
        let what = format!("{count} validators: with fewer than {VALIDATORS} none may be faulty");
        found.push(Problem::new("nodes", what));
    }
    for kind in [
        CertificateKind::Identity,
        CertificateKind::DrivingLicence,
        CertificateKind::VehicleLicence,
        CertificateKind::Policy,
    ] {
        let attested = genesis.organisations.iter().flat_map(|o| &o.scopes);
        if !attested.into_iter().any(|scope| scope.kind == kind) {
            let what = format!("nobody attests {kind:?}: no driver's code could be issued");
            found.push(Problem::new("organisations", what));
        }
    }
    found
}

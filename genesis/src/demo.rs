// SPDX-License-Identifier: Apache-2.0
//! An invented consortium for testnets and demos: organisations, nodes, keys and tag secrets.
//! Everything follows from one seed, and every key of it is a test key.

use chain::Genesis;
use chain::actions::KeyGrant;
use chain::block::PROTOCOL;
use chain::gb32100::CreditCode;
use chain::genesis::{FirstGrant, FirstOrganisation, GenesisNode, Mode, NodeRole, ParameterChoice};
use chain::hash::Hash;
use chain::ids::{OrganisationId, Prefecture, Time};
use chain::keys::SecretKey;
use chain::limits::{CALLS_A_MINUTE, GRANT_MOST_MS};
use chain::records::interface::{GrantTerms, InterfaceKind, InterfaceScopes};
use chain::records::key::Roles;
use chain::records::organisation::{Identity, Scope};
use chain::records::{CertificateKind, OrganisationKind, ParameterName};
use chain::text::{Name, Word};

use crate::check::{self};
use crate::error::GenesisFileError;
use crate::secrets::TagSecrets;

/// Most nodes of one testnet.
pub const NODES: u32 = 32;
/// Depth of the state tree unless a plan says otherwise.
pub const DEPTH: u8 = 18;

/// Short name of the regulator in the demo; its keys are `regulator.key` and `regulator-admin.key`.
pub const REGULATOR: &str = "regulator";
/// Short name of public security, which attests identities.
pub const PUBLIC_SECURITY: &str = "public-security";
/// Short name of the traffic police, which attests driving and vehicle licences.
pub const TRAFFIC_POLICE: &str = "traffic-police";
/// Short name of the transport authority, which attests qualifications and permits.
pub const TRANSPORT: &str = "transport";
/// Short name of the insurer, which attests policies.
pub const INSURER: &str = "insurer";
/// Short name of the platform.
pub const PLATFORM: &str = "platform";
/// Those that attest, each a process of its own in the demo.
pub const ATTESTERS: [&str; 4] = [PUBLIC_SECURITY, TRAFFIC_POLICE, TRANSPORT, INSURER];

/// An enterprise that is there from the beginning.
#[derive(Clone, Debug)]
pub struct Enterprise {
    /// Credit code, of region 5399.
    pub credit_code: CreditCode,
    /// Name.
    pub name: Name,
    /// Seat.
    pub prefecture: Prefecture,
}

/// What a testnet should be like.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name of the network.
    pub name: Word,
    /// Time of genesis.
    pub time: Time,
    /// Validators, 1 or more.
    pub validators: u32,
    /// Observers.
    pub observers: u32,
    /// Idle time before an empty block, ms.
    pub heartbeat_ms: u32,
    /// Depth of the state tree.
    pub depth: u8,
    /// Parameters that differ from their defaults.
    pub parameters: Vec<ParameterChoice>,
    /// Enterprises `enterprise-1`, `enterprise-2`, …; none given takes three invented ones.
    pub enterprises: Vec<Enterprise>,
    /// What all keys and secrets are made of.
    pub seed: [u8; 32],
}

impl Plan {
    /// The testnet of the demo: heartbeat 5 s, 20 s to settle `other`, all else as on a real chain.
    pub fn testnet(time: Time, seed: [u8; 32]) -> Self {
        Self {
            name: word("dianyun-testnet"),
            time,
            validators: 4,
            observers: 1,
            heartbeat_ms: 5_000,
            depth: DEPTH,
            parameters: vec![ParameterChoice { name: ParameterName::SettleOtherMs, value: 20_000 }],
            enterprises: Vec::new(),
            seed,
        }
    }
}

/// An organisation of the demo with its keys.
#[derive(Clone, Debug)]
pub struct Member {
    /// Short name, such as `traffic-police`.
    pub name: String,
    /// Id on chain.
    pub id: OrganisationId,
    /// The key for its business and attestations.
    pub key: SecretKey,
    /// The key that rotates keys.
    pub admin: SecretKey,
}

/// A node of the demo with its key.
#[derive(Clone, Debug)]
pub struct NodeKey {
    /// Its name, such as `validator-1`.
    pub name: String,
    /// Its role.
    pub role: NodeRole,
    /// Its key.
    pub key: SecretKey,
}

/// A genesis with every key and secret that belongs to it.
#[derive(Clone, Debug)]
pub struct Consortium {
    /// The genesis.
    pub genesis: Genesis,
    /// Organisations in the order of the genesis.
    pub members: Vec<Member>,
    /// Nodes in the order of the genesis.
    pub nodes: Vec<NodeKey>,
    /// Secrets of the attesters.
    pub secrets: TagSecrets,
}

impl Consortium {
    /// The member of a short name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// Makes the consortium of a plan.
pub fn consortium(plan: &Plan) -> Result<Consortium, GenesisFileError> {
    let nodes = u64::from(plan.validators) + u64::from(plan.observers);
    if plan.validators == 0 || nodes > u64::from(NODES) {
        let what = format!(
            "{nodes} nodes, {} validators: 1 to {NODES} nodes, at least one of \
                            them a validator",
            plan.validators
        );
        return Err(GenesisFileError::Plan(what));
    }
    let firsts = first_organisations(plan);
    let secrets = TagSecrets {
        identity: derived(&plan.seed, "tag/identity"),
        vin: derived(&plan.seed, "tag/vin"),
        plate: derived(&plan.seed, "tag/plate"),
    };
    let nodes = node_keys(plan);
    let genesis = Genesis {
        protocol: PROTOCOL,
        name: plan.name.clone(),
        mode: Mode::Demo,
        time: plan.time,
        depth: plan.depth,
        heartbeat_ms: plan.heartbeat_ms,
        parameters: plan.parameters.clone(),
        prefectures: check::PREFECTURES.map(Prefecture).to_vec(),
        nodes: genesis_nodes(&nodes, &firsts),
        organisations: firsts.iter().map(|(_, first)| first.clone()).collect(),
        tag_secrets: secrets.committed(),
    };
    let members = firsts.into_iter().map(|(name, first)| member(plan, name, &first)).collect();
    Ok(Consortium { genesis, members, nodes, secrets })
}

fn member(plan: &Plan, name: String, first: &FirstOrganisation) -> Member {
    let id = Genesis::organisation_id(&first.identity);
    let (key, admin) = member_keys(plan, &name);
    Member { name, id, key, admin }
}

fn member_keys(plan: &Plan, name: &str) -> (SecretKey, SecretKey) {
    let key = SecretKey::from_seed(&derived(&plan.seed, &format!("member/{name}")));
    let admin = SecretKey::from_seed(&derived(&plan.seed, &format!("admin/{name}")));
    (key, admin)
}

fn node_keys(plan: &Plan) -> Vec<NodeKey> {
    let validators = (1..=plan.validators).map(|n| (format!("validator-{n}"), NodeRole::Validator));
    let observers = (1..=plan.observers).map(|n| (format!("observer-{n}"), NodeRole::Observer));
    validators
        .chain(observers)
        .map(|(name, role)| {
            let key = SecretKey::from_seed(&derived(&plan.seed, &format!("node/{name}")));
            NodeKey { name, role, key }
        })
        .collect()
}

/// Validators are run in turn by those who have an interest in the order; observers by the insurer.
fn genesis_nodes(keys: &[NodeKey], firsts: &[(String, FirstOrganisation)]) -> Vec<GenesisNode> {
    let place = |name: &str| firsts.iter().position(|(n, _)| n == name).unwrap_or(0) as u32;
    let runners = [REGULATOR, TRANSPORT, PLATFORM, "enterprise-1"].map(place);
    let node = |(index, node): (usize, &NodeKey)| GenesisNode {
        number: index as u32 + 1,
        name: word(&node.name),
        role: node.role,
        key: node.key.public(),
        organisation: match node.role {
            NodeRole::Validator => runners[index % runners.len()],
            NodeRole::Observer => place(INSURER),
        },
    };
    keys.iter().enumerate().map(node).collect()
}

struct Invented {
    short: &'static str,
    kind: OrganisationKind,
    credit_code: &'static str,
    name: &'static str,
    attests: &'static [CertificateKind],
}

/// The organisations of the demo: names and credit codes (region 5399) that nobody has.
const INVENTED: [Invented; 6] = [
    Invented {
        short: REGULATOR,
        kind: OrganisationKind::Regulator,
        credit_code: "11539900000000019L",
        name: "滇测省道路运输管理局",
        attests: &[],
    },
    Invented {
        short: PUBLIC_SECURITY,
        kind: OrganisationKind::Authority,
        credit_code: "11539900000000027F",
        name: "滇测省公安厅",
        attests: &[CertificateKind::Identity],
    },
    Invented {
        short: TRAFFIC_POLICE,
        kind: OrganisationKind::Authority,
        credit_code: "11539900000000035A",
        name: "滇测省公安厅交通警察总队",
        attests: &[CertificateKind::DrivingLicence, CertificateKind::VehicleLicence],
    },
    Invented {
        short: TRANSPORT,
        kind: OrganisationKind::Authority,
        credit_code: "115399000000000435",
        name: "滇测省交通运输厅",
        attests: &[
            CertificateKind::Qualification,
            CertificateKind::TransportPermit,
            CertificateKind::BusinessPermit,
        ],
    },
    Invented {
        short: INSURER,
        kind: OrganisationKind::Insurer,
        credit_code: "91539901MA2000A12D",
        name: "滇测安泰财产保险股份有限公司",
        attests: &[CertificateKind::Policy],
    },
    Invented {
        short: PLATFORM,
        kind: OrganisationKind::Platform,
        credit_code: "91539901MA2000P18R",
        name: "滇测云途网络货运平台有限公司",
        attests: &[],
    },
];

/// Credit code, name and prefecture of the enterprises where a plan names none.
const ENTERPRISES: [(&str, &str, u16); 3] = [
    ("91539901MA2000E18N", "滇测恒通物流有限公司", 5301),
    ("91539902MA2000E260", "滇测远达运输有限公司", 5303),
    ("91539913MA2000E34Q", "滇测顺捷物流有限公司", 5329),
];

fn first_organisations(plan: &Plan) -> Vec<(String, FirstOrganisation)> {
    let mut firsts: Vec<_> = INVENTED.iter().map(|one| invented(plan, one)).collect();
    for (place, enterprise) in enterprises(plan).into_iter().enumerate() {
        let name = format!("enterprise-{}", place + 1);
        let identity =
            Identity::Open { credit_code: enterprise.credit_code, name: enterprise.name };
        let first = FirstOrganisation {
            kind: OrganisationKind::Enterprise,
            identity,
            prefecture: enterprise.prefecture,
            scopes: Vec::new(),
            keys: grants(plan, &name, false),
            interfaces: interfaces(plan, OrganisationKind::Enterprise),
        };
        firsts.push((name, first));
    }
    firsts
}

fn enterprises(plan: &Plan) -> Vec<Enterprise> {
    if !plan.enterprises.is_empty() {
        return plan.enterprises.clone();
    }
    let of = |(code, name, prefecture): (&str, &str, u16)| Enterprise {
        credit_code: credit_code(code),
        name: text(name),
        prefecture: Prefecture(prefecture),
    };
    ENTERPRISES.into_iter().map(of).collect()
}

fn invented(plan: &Plan, one: &Invented) -> (String, FirstOrganisation) {
    let scope = |kind: &CertificateKind| Scope { kind: *kind, prefectures: Vec::new() };
    let first = FirstOrganisation {
        kind: one.kind,
        identity: Identity::Open {
            credit_code: credit_code(one.credit_code),
            name: text(one.name),
        },
        prefecture: Prefecture(5301),
        scopes: one.attests.iter().map(scope).collect(),
        keys: grants(plan, one.short, !one.attests.is_empty()),
        interfaces: interfaces(plan, one.kind),
    };
    (one.short.to_owned(), first)
}

fn grants(plan: &Plan, name: &str, attest: bool) -> Vec<KeyGrant> {
    let (key, admin) = member_keys(plan, name);
    vec![
        KeyGrant { key: key.public(), roles: Roles { admin: false, operate: true, attest } },
        KeyGrant {
            key: admin.public(),
            roles: Roles { admin: true, operate: false, attest: false },
        },
    ]
}

/// What members of a kind are granted from the beginning: carriers all there is, insurers what they
/// look up, as long as a grant may last and at a rate that no demo comes to.
fn interfaces(plan: &Plan, kind: OrganisationKind) -> Vec<FirstGrant> {
    let scopes = match kind {
        OrganisationKind::Enterprise | OrganisationKind::Platform => {
            InterfaceKind::ALL.map(|one| (one, InterfaceScopes::all_of(one))).to_vec()
        }
        OrganisationKind::Insurer => {
            let looks_up =
                InterfaceScopes { verify: true, exchange: true, ..InterfaceScopes::NONE };
            vec![(InterfaceKind::VerificationAndExchange, looks_up)]
        }
        _ => Vec::new(),
    };
    let until = plan.time.plus(GRANT_MOST_MS);
    let grant = |(interface, scopes)| FirstGrant {
        interface,
        terms: GrantTerms { scopes, calls_a_minute: CALLS_A_MINUTE, until },
    };
    scopes.into_iter().map(grant).collect()
}

/// 32 bytes that follow from the seed and a purpose.
fn derived(seed: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut bytes = b"dianyun-testnet/".to_vec();
    bytes.extend_from_slice(seed);
    bytes.extend_from_slice(purpose.as_bytes());
    Hash::of(&bytes).0
}

fn credit_code(code: &str) -> CreditCode {
    match code.parse() {
        Ok(code) => code,
        Err(_) => unreachable!("a test keeps the credit codes of this page right"),
    }
}

fn text(name: &str) -> Name {
    match Name::new(name) {
        Ok(name) => name,
        Err(_) => unreachable!("names of this page are short"),
    }
}

fn word(name: &str) -> Word {
    match Word::new(name) {
        Ok(word) => word,
        Err(_) => unreachable!("words of this page are short"),
    }
}

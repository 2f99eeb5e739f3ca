// SPDX-License-Identifier: Apache-2.0
//! The one table of who may call what: a row for each route, a column for each class of callers.
//! `docs/access.md` is written from it, and a test asks for every cell of it. Rules of the chain are not
//! here: whether a transaction is good, the state machine says.

use super::caller::Class;
use super::rates::Lane;

/// How far a caller gets with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It is refused.
    No,
    /// It sees what it is a party to; all else is not there for it.
    Own,
    /// What it is a party to, and everything if it is granted `verify`.
    Granted,
    /// It sees everything.
    All,
}

impl Reach {
    /// Its word in the documentation.
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "–",
            Self::Own => "own",
            Self::Granted => "own; all if granted `verify`",
            Self::All => "all",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Method and path, as the description names them.
    pub route: &'static str,
    /// How far each class gets, in the order of [`Class::ALL`].
    pub reach: [Reach; 6],
}

impl Row {
    /// How far a class gets.
    pub fn of(&self, class: Class) -> Reach {
        self.reach[class as usize]
    }

    /// True if papers come by it from whoever shows no credentials: they go over TLS like those.
    pub(crate) fn takes_values(&self) -> bool {
        self.route.contains("/v1/applying")
    }

    /// What its requests are counted by, of an organisation with grants. What transactions carry is counted where
    /// it is read.
    pub(crate) fn lane(&self) -> Lane {
        match self.route.contains("/v1/transactions") || self.reach == EVERYBODY {
            true => Lane::General,
            false => Lane::Exchange,
        }
    }
}

use Reach::{All, Granted, No, Own};

const EVERYBODY: [Reach; 6] = [All; 6];
/// Whole blocks: who holds them anyway.
const WHOLE: [Reach; 6] = [No, No, No, No, All, All];
/// Records of persons and vehicles: parties, and those who are granted to verify.
const PAPERS: [Reach; 6] = [No, Own, Granted, Own, All, All];
/// Business between parties.
const PARTIES: [Reach; 6] = [No, Own, Own, Own, All, All];
/// What an organisation keeps at this node.
const KEPT: [Reach; 6] = [No, No, Own, Own, Own, Own];
/// Records of any kind: what is named in the clear is for everybody.
const NAMED: [Reach; 6] = [Own, Own, Granted, Own, All, All];

/// Data of others: organisations that a consent, a waybill or their office may let see them.
const ASKERS: [Reach; 6] = [No, No, All, All, All, All];
/// What a code's holder does and hears; some enterprises that run a node have a code of their own.
const HOLDERS: [Reach; 6] = [No, Own, Own, Own, Own, Own];
/// What the sides of a contract tell each other: nobody else sees it, whatever its grants, office or node.
const SIDES: [Reach; 6] = [No, Own, Own, Own, Own, Own];
/// What its sender sees; that and its receipt see who holds it anyway.
const SENDERS: [Reach; 6] = [Own, Own, Own, Own, All, All];
/// What only an organisation does.
const MEMBERS: [Reach; 6] = [No, No, All, All, All, All];

const fn row(route: &'static str, reach: [Reach; 6]) -> Row {
    Row { route, reach }
}

/// The table, in the order of the description.
pub const TABLE: &[Row] = &[
    row("POST /v1/transactions", EVERYBODY),
    row("POST /v1/transactions/batch", EVERYBODY),
    row("POST /v1/transactions/prepare", EVERYBODY),
    row("POST /v1/transactions/sign", MEMBERS),
    row("GET /v1/transactions/{id}", SENDERS),
    row("GET /v1/transactions/{id}/proof", PARTIES),
    row("GET /v1/blocks", EVERYBODY),
    row("GET /v1/blocks/{height}", WHOLE),
    row("GET /v1/blocks/{height}/changes", WHOLE),
    row("GET /v1/headers/{height}", EVERYBODY),
    row("GET /v1/codes", PARTIES),
    row("GET /v1/codes/{id}", EVERYBODY),
    row("GET /v1/codes/{id}/papers", PAPERS),
    row("GET /v1/codes/{id}/history", PAPERS),
    row("GET /v1/codes/{id}/proof", PAPERS),
    row("GET /v1/codes/{id}/qr.svg", EVERYBODY),
    row("GET /v1/codes/{id}/witness", EVERYBODY),
    row("GET /v1/organisations/{id}/witness", EVERYBODY),
    row("POST /v1/verify", EVERYBODY),
    row("GET /v1/parameters", EVERYBODY),
    row("GET /v1/organisations/{id}", EVERYBODY),
    row("GET /v1/organisations/{id}/interfaces", EVERYBODY),
    row("GET /v1/persons/{id}", PAPERS),
    row("GET /v1/applications/{id}", PARTIES),
    row("GET /v1/vehicles/{id}", PAPERS),
    row("GET /v1/matters/{id}", PAPERS),
    row("GET /v1/waybills/{id}", PARTIES),
    row("GET /v1/records/{kind}/{id}/proof", NAMED),
    row("GET /v1/organisations", EVERYBODY),
    row("GET /v1/interfaces", EVERYBODY),
    row("GET /v1/applications", PARTIES),
    row("GET /v1/vehicles", PARTIES),
    row("GET /v1/matters", PARTIES),
    row("GET /v1/waybills", PARTIES),
    row("GET /v1/state/{kind}", WHOLE),
    row("GET /v1/consents", PARTIES),
    row("GET /v1/consents/{id}", PARTIES),
    row("GET /v1/codes/{id}/consents", PARTIES),
    row("GET /v1/accesses", PARTIES),
    row("GET /v1/accesses/{id}", PARTIES),
    row("GET /v1/codes/{id}/accesses", PARTIES),
    row("GET /v1/erasures", PARTIES),
    row("GET /v1/erasures/{id}", PARTIES),
    row("POST /v1/exchange", ASKERS),
    row("POST /v1/exchange/prepare", ASKERS),
    row("POST /v1/exchange/{access}/collect", ASKERS),
    row("GET /v1/exchange/{access}", ASKERS),
    row("POST /v1/exchange/capacity", ASKERS),
    row("POST /v1/exchange/capacity/prepare", ASKERS),
    row("POST /v1/consents/requests", ASKERS),
    row("POST /v1/applications/{id}/holdings", KEPT),
    row("GET /v1/applications/{id}/holdings", KEPT),
    row("POST /v1/waybills/{id}/holdings", KEPT),
    row("GET /v1/waybills/{id}/holdings", KEPT),
    row("GET /v1/waybills/{id}/fields", SIDES),
    row("POST /v1/codes/{id}/capacity", HOLDERS),
    row("POST /v1/codes/{id}/capacity/sign", HOLDERS),
    row("GET /v1/codes/{id}/prompts", HOLDERS),
    row("POST /v1/codes/{id}/prompts/{prompt}/refuse", HOLDERS),
    row("GET /v1/codes/{id}/prompts/events", HOLDERS),
    row("POST /v1/applying/codes", EVERYBODY),
    row("POST /v1/applying/codes/verify", EVERYBODY),
    row("POST /v1/applying/check", EVERYBODY),
    row("POST /v1/applying", EVERYBODY),
    row("POST /v1/applying/corrections", EVERYBODY),
    row("POST /v1/applying/keys", EVERYBODY),
    row("POST /v1/applying/{draft}/submit", EVERYBODY),
    row("GET /v1/affiliations", PARTIES),
    row("GET /v1/affiliations/{id}", PARTIES),
    row("GET /v1/modules/drivers", KEPT),
    row("POST /v1/modules/drivers", KEPT),
    row("GET /v1/modules/vehicles", KEPT),
    row("POST /v1/modules/vehicles", KEPT),
    row("GET /v1/events", PARTIES),
    row("POST /v1/webhooks", KEPT),
    row("GET /v1/webhooks", KEPT),
    row("GET /v1/webhooks/{id}", KEPT),
    row("DELETE /v1/webhooks/{id}", KEPT),
    row("GET /v1/webhooks/{id}/deliveries", KEPT),
    row("POST /v1/webhooks/{id}/rotate", KEPT),
    row("POST /v1/webhooks/{id}/test", KEPT),
    row("POST /v1/webhooks/{id}/replay", KEPT),
    row("GET /v1/status", EVERYBODY),
    row("GET /v1/validators", EVERYBODY),
    row("GET /v1/genesis", EVERYBODY),
    row("GET /metrics", EVERYBODY),
    row("GET /livez", EVERYBODY),
    row("GET /readyz", EVERYBODY),
    row("GET /openapi.json", EVERYBODY),
    row("GET /docs", EVERYBODY),
    row("GET /docs/start.js", EVERYBODY),
    row("GET /docs/scalar.js", EVERYBODY),
    row("GET /docs/errors", EVERYBODY),
    row("GET /", EVERYBODY),
    row("GET /show", EVERYBODY),
    row("GET /scan", EVERYBODY),
    row("GET /driver", EVERYBODY),
    row("GET /sales", EVERYBODY),
    row("GET /waybill", EVERYBODY),
    row("GET /apply", EVERYBODY),
    row("GET /interfaces", EVERYBODY),
    row("GET /assets/{name}", EVERYBODY),
    row("GET /service.js", EVERYBODY),
];

/// The methods by which a path is asked, as `Allow` lists them; empty for a path that is not described.
pub(crate) fn methods_of(path: &str) -> String {
    let routes = TABLE.iter().filter_map(|row| row.route.split_once(' '));
    let of_path = routes.filter(|(_, asked)| *asked == path).map(|(method, _)| method);
    let listed = of_path.map(|method| if method == "GET" { "GET,HEAD" } else { method });
    listed.collect::<Vec<_>>().join(",")
}

/// The row of a route; none for a path that is not described.
pub fn row_of(method: &str, path: &str) -> Option<&'static Row> {
    let method = if method == "HEAD" { "GET" } else { method };
    let is_it = |row: &&Row| row.route.split_once(' ') == Some((method, path));
    TABLE.iter().find(is_it)
}

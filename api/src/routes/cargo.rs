// SPDX-License-Identifier: Apache-2.0
//! The full fields of a waybill, of which the chain has commitments alone: its maker leaves them in the vault of its
//! node, and the two sides of the contract read them there, with the salts that check them against the chain.

use axum::extract::State;
use chain::Hash;
use chain::fields::{self, Field};
use chain::ids::{Time, WaybillId};
use chain::query::{self, exchange};
use chain::records::{InterfaceScope, Waybill};
use formats::{Rules, Table};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vault::{Parcel, Subject, Vault, VaultError, View};
use zeroize::Zeroize;

use super::Api;
use super::holdings::{HeldDocument, HeldState, field_wrong, held_of, refused};
use super::webhooks::{keyed, member};
use crate::access::Caller;
use crate::access::guard::Asking;
use crate::http::extract::{Id, Json as Body, Nothing, Query, invalid};
use crate::http::json::Json;
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;

/// Why fields are not taken.
pub(super) const NOT_TAKEN: &[&Message] = &[
    &messages::FIELD_WRONG,
    &messages::FIELDS_DIFFER,
    &messages::HOLDINGS_TAKEN,
    &messages::DATA_RESTRICTED,
    &messages::DATA_ERASED,
];

/// The fields of a waybill, with what opens its root.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CargoLeft {
    /// All fields of the table of waybills, in its order; those that are not known yet are empty.
    fields: Vec<Field>,
}

impl Drop for CargoLeft {
    fn drop(&mut self) {
        wipe(&mut self.fields);
    }
}

/// What is held of a waybill: names and digests, never values.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CargoHeld {
    /// The waybill.
    waybill: WaybillId,
    /// How its data stand.
    state: HeldState,
    /// Until when they are restricted, or when they were erased.
    at: Option<Time>,
    /// The documents.
    documents: Vec<HeldDocument>,
}

/// The fields of a waybill for its two sides.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CargoFields {
    /// The waybill.
    waybill: WaybillId,
    /// The root that they open, as the chain has it.
    fields_root: Hash,
    /// All fields with their salts, in the order of the table.
    fields: Vec<Field>,
}

impl Drop for CargoFields {
    fn drop(&mut self) {
        wipe(&mut self.fields);
    }
}

fn wipe(fields: &mut [Field]) {
    for field in fields {
        field.value.zeroize();
        field.salt.0.zeroize();
    }
}

impl CargoHeld {
    fn of(vault: &Vault, waybill: WaybillId) -> Result<Self, VaultError> {
        let (state, at, documents) = held_of(vault, Subject::Waybill(waybill))?;
        Ok(Self { waybill, state, at, documents })
    }
}

impl CargoLeft {
    fn check(&self, waybill: &Waybill, rules: Rules) -> Result<(), Problem> {
        let values = self.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        let values: Vec<(&str, &str)> = values.collect();
        if let Some(wrong) = formats::check(Table::Waybill, &values, rules).first() {
            return Err(field_wrong(&format!("fields.{}", wrong.field), wrong.messages()));
        }
        let root = fields::root(fields::WAYBILL, &self.fields);
        let root = root.map_err(|error| invalid("fields", error))?;
        match root == waybill.offer.fields_root {
            true => Ok(()),
            false => Err(Problem::new(&messages::FIELDS_DIFFER).field("fields")),
        }
    }
}

/// 存放运单字段。Leaves the full fields of a waybill with their salts in the vault of this node.
///
/// For its maker, at a node of its own, or at any node if it runs none. The same again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/waybills/{id}/holdings",
    tag = "exchange",
    params(("id" = WaybillId, Path, description = "The waybill.")),
    request_body = CargoLeft,
    responses((status = 200, description = "What is held now.", body = CargoHeld)),
)]
pub(super) async fn leave_fields(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WaybillId>,
    Query(Nothing {}): Query<Nothing>,
    Body(left): Body<CargoLeft>,
) -> Result<Json<CargoHeld>, Problem> {
    let read = api.read(move |api| {
        let waybill = api.made(&asking, id)?;
        let vault = api.vault_of(waybill.maker)?;
        left.check(&waybill, api.rules())?;
        let parcel = Parcel::new().waybill(&left.fields);
        vault.put(Subject::Waybill(id), &parcel).map_err(refused)?;
        CargoHeld::of(&vault, id).map_err(refused)
    });
    read.await.map(Json)
}

/// 查看运单字段存放情况。What is held of a waybill at this node, by names and digests.
#[utoipa::path(
    get,
    path = "/v1/waybills/{id}/holdings",
    tag = "exchange",
    params(("id" = WaybillId, Path, description = "The waybill.")),
    responses((status = 200, description = "What is held.", body = CargoHeld)),
)]
pub(super) async fn fields_held(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WaybillId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<CargoHeld>, Problem> {
    let read = api.read(move |api| {
        let waybill = api.made(&asking, id)?;
        CargoHeld::of(&*api.vault_of(waybill.maker)?, id).map_err(refused)
    });
    read.await.map(Json)
}

/// 运单字段。The full fields of a waybill with their salts, for its two sides.
///
/// For its maker, and for the driver who accepted it until `waybill_access_ms` after it was under way. Both are parties
/// of the contract, so no access is recorded. For everybody else it is not there, and nothing is once the time to keep
/// it is over.
#[utoipa::path(
    get,
    path = "/v1/waybills/{id}/fields",
    tag = "exchange",
    params(("id" = WaybillId, Path, description = "The waybill.")),
    responses((status = 200, description = "The fields.", body = CargoFields)),
)]
pub(super) async fn waybill_fields(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WaybillId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<CargoFields>, Problem> {
    let read = api.read(move |api| {
        let waybill = api.party(&asking, id)?;
        let vault = api.vault.clone().ok_or_else(|| Problem::new(&messages::NO_VAULT))?;
        let held = vault.waybill(Subject::Waybill(id), View::ordinary(api.exchange.now()));
        let held = match held {
            // What is kept for the law alone, or gone, is not there.
            Err(VaultError::Restricted { .. } | VaultError::Erased { .. }) => None,
            // What is left belongs to the maker's own node, if it has one.
            Ok(None) => api.vault_of(waybill.maker).map(|_| None)?,
            other => other.map_err(refused)?,
        };
        let fields = held.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))?;
        Ok(CargoFields { waybill: id, fields_root: waybill.offer.fields_root, fields })
    });
    read.await.map(Json)
}

impl Api {
    /// A waybill of the caller's making.
    fn made(&self, asking: &Asking, id: WaybillId) -> Result<Waybill, Problem> {
        let by = member(asking)?.id;
        let own = self.waybill(id).filter(|waybill| waybill.maker == by);
        let own = own.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))?;
        keyed(asking, InterfaceScope::Waybills)?;
        Ok(own)
    }

    /// A waybill that the caller is a side of now.
    fn party(&self, asking: &Asking, id: WaybillId) -> Result<Waybill, Problem> {
        let is_side = |waybill: &Waybill| match &asking.caller {
            Caller::Member(member) => waybill.maker == member.id,
            Caller::Holder(holding) => {
                let carries = waybill.carrier.as_ref().map(|carrier| carrier.person);
                let now = self.exchange.now();
                carries.is_some()
                    && carries == holding.person
                    && exchange::is_between(&self.store.latest(), waybill, now)
            }
            Caller::Public | Caller::Open => false,
        };
        let found = self.waybill(id).filter(is_side);
        let found = found.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))?;
        if matches!(asking.caller, Caller::Member(_)) {
            keyed(asking, InterfaceScope::Waybills)?;
        }
        Ok(found)
    }

    fn waybill(&self, id: WaybillId) -> Option<Waybill> {
        let seen = query::typed::<Waybill, _>(&self.store.latest(), id.0, self.exchange.now());
        seen.map(|seen| seen.value)
    }
}

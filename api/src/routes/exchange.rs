// SPDX-License-Identifier: Apache-2.0
//! Asking for data of others: record, then release. One call where this node signs for the caller; three
//! where the caller signs elsewhere: prepare, submit, collect.

use axum::extract::State;
use chain::exchange::{Digits, KeyField};
use chain::ids::{AccessId, OrganisationId, Time, WaybillId};
use chain::keys::PublicKey;
use chain::limits::{ACCESS_MS, VALIDITY_MS};
use chain::records::{Access, DataSubject, FieldSet, InterfaceScope, Purpose};
use chain::{Hash, Transaction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::prepare::{self, Prepared};
use crate::access::Caller;
use crate::access::guard::Asking;
use crate::exchange::{Begun, ExchangeAnswer, Wanted, fresh};
use crate::http::extract::{Id, Json as Body, Nothing, Query};
use crate::http::json::Json;
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;

/// Why a request is not made, or its access not recorded.
pub(super) const NOT_BEGUN: &[&Message] = &[
    &messages::NO_BASIS,
    &messages::FIELDS_BEYOND_BASIS,
    &messages::CONSENT_NOT_IN_FORCE,
    &messages::DATA_RESTRICTED,
    &messages::DATA_ERASED,
    &messages::ACCESS_REFUSED,
    &messages::TOO_MANY_PENDING,
];
/// Why it is not signed and ordered here.
pub(super) const NOT_RECORDED: &[&Message] =
    &[&messages::SIGNING_KEY_MISSING, &messages::ACCESS_WAITS];
/// Why nothing is collected.
pub(super) const NOT_COLLECTED: &[&Message] = &[
    &messages::NO_BASIS,
    &messages::CONSENT_NOT_IN_FORCE,
    &messages::DATA_RESTRICTED,
    &messages::DATA_ERASED,
    &messages::ACCESS_TOO_OLD,
    &messages::ACCESS_REFUSED,
    &messages::HOLDER_UNREACHABLE,
    &messages::COMMITMENTS_DIFFER,
    &messages::DATA_NOT_HELD,
    &messages::ANSWER_TOO_LARGE,
    &messages::REQUEST_NOT_HERE,
];
/// Why a verification code opens nothing.
pub(super) const NOT_SHOWN: &[&Message] =
    &[&messages::CAPACITY_WRONG, &messages::HOLDER_UNREACHABLE];

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExchangeWish {
    /// Whose data: a code's, or by office those of a vehicle or an application too.
    about: DataSubject,
    /// Which fields.
    fields: FieldSet,
    /// What for: the holder's consents for it are looked through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purpose: Option<Purpose>,
    /// The caller's waybill that it may rest on; one under way is found without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waybill: Option<WaybillId>,
    /// Digest of the case file, where the caller asks by office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<Hash>,
}

impl From<ExchangeWish> for Wanted {
    fn from(wish: ExchangeWish) -> Self {
        let ExchangeWish { about, fields, purpose, waybill, case } = wish;
        Self { about, fields, purpose, waybill, case }
    }
}

/// What is asked for, and who will sign.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedWish {
    /// Whose key will sign.
    sender: PublicKey,
    /// What is asked for.
    wish: ExchangeWish,
}

/// A verification code that was shown.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacityEntered {
    /// The ten digits.
    digits: Digits,
    /// What the caller knows of the driver: identity number, phone or plate.
    key: KeyField,
}

/// The same, and who will sign.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedCapacity {
    /// Whose key will sign.
    sender: PublicKey,
    /// The code that was shown.
    entered: CapacityEntered,
}

/// A request that waits to be recorded.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ExchangePrepared {
    /// Digest of the request, as the access will have it.
    request: Hash,
    /// The access that this transaction makes: collect by it once the transaction is executed.
    access: AccessId,
    /// What is to be signed.
    prepared: Prepared,
}

/// Where an access stands here.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ExchangeState {
    /// The access.
    access: Access,
    /// Until when it is answered.
    answered_until: Time,
    /// True while its answer can be collected at this node.
    collectable: bool,
}

/// The organisation that asks. An API key that lacks the scope does not ask for anybody's data.
pub(super) fn organisation(asking: &Asking) -> Result<OrganisationId, Problem> {
    match &asking.caller {
        Caller::Member(member) if !member.may(InterfaceScope::Exchange) => {
            Err(Problem::new(&messages::ACCESS_REFUSED).value("grant_missing (exchange)"))
        }
        Caller::Member(member) => Ok(member.id),
        Caller::Holder(_) => Err(Problem::new(&messages::NOT_ALLOWED).value("holder")),
        // An open interface does not know who asks.
        Caller::Public | Caller::Open => Err(Problem::new(&messages::CREDENTIALS_NEEDED)),
    }
}

impl Api {
    async fn begin(&self, by: OrganisationId, wish: ExchangeWish) -> Result<Begun, Problem> {
        let wanted = Wanted::from(wish);
        self.read(move |api| api.exchange.begin(by, &wanted)).await
    }

    /// Records a request by this node's signature, and collects.
    async fn record_and_collect(
        &self,
        by: OrganisationId,
        begun: Begun,
        key: chain::keys::SecretKey,
    ) -> Result<Json<ExchangeAnswer>, Problem> {
        let access = self.exchange.record(begun, &key).await?;
        self.exchange.collect(by, access).await.map(Json)
    }

    /// The key with which this node signs for an organisation.
    pub(super) async fn own_key(
        &self,
        by: OrganisationId,
    ) -> Result<chain::keys::SecretKey, Problem> {
        let key = self.read(move |api| Ok(api.exchange.signing_key(by))).await?;
        key.ok_or_else(|| Problem::new(&messages::SIGNING_KEY_MISSING))
    }

    fn prepared(&self, sender: PublicKey, begun: &Begun) -> Result<ExchangePrepared, Problem> {
        let fresh = || fresh().ok_or_else(|| Problem::new(&messages::INTERNAL));
        let chain = self.genesis.chain_id();
        let until = self.store.header().time_ms.plus(VALIDITY_MS / 2);
        let action = begun.action.clone();
        let transaction = Transaction::unsigned(sender, chain, action, fresh()?, until);
        let access = begun.access(transaction.id());
        let prepared = prepare::prepared(transaction, fresh()?)?;
        Ok(ExchangePrepared { request: begun.request, access, prepared })
    }
}

/// 信息交换。Asks for fields of a code's holder and vehicles: recorded first, then answered by the nodes that hold
/// them, and checked against the chain.
///
/// This node signs for the caller; where it has no key to, prepare, sign and collect.
#[utoipa::path(
    post,
    path = "/v1/exchange",
    tag = "exchange",
    request_body = ExchangeWish,
    responses((status = 200, description = "The fields, with what proves them.", body = ExchangeAnswer)),
)]
pub(super) async fn exchange(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(wish): Body<ExchangeWish>,
) -> Result<Json<ExchangeAnswer>, Problem> {
    let by = organisation(&asking)?;
    let key = api.own_key(by).await?;
    let begun = api.begin(by, wish).await?;
    api.record_and_collect(by, begun, key).await
}

/// 准备信息交换。Makes the request, and what the caller signs to record it; then the answer is collected.
#[utoipa::path(
    post,
    path = "/v1/exchange/prepare",
    tag = "exchange",
    request_body = SignedWish,
    responses((status = 200, description = "What is to be signed.", body = ExchangePrepared)),
)]
pub(super) async fn prepare_exchange(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(SignedWish { sender, wish }): Body<SignedWish>,
) -> Result<Json<ExchangePrepared>, Problem> {
    let by = organisation(&asking)?;
    let begun = api.begin(by, wish).await?;
    api.prepared(sender, &begun).map(Json)
}

/// 领取交换结果。Asks the nodes that hold the data of an access that is on chain; again, if one of them gave no answer.
#[utoipa::path(
    post,
    path = "/v1/exchange/{access}/collect",
    tag = "exchange",
    params(("access" = AccessId, Path, description = "The access.")),
    responses((status = 200, description = "The fields, with what proves them.", body = ExchangeAnswer)),
)]
pub(super) async fn collect(
    State(api): State<Api>,
    asking: Asking,
    Id(access): Id<AccessId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<ExchangeAnswer>, Problem> {
    let by = organisation(&asking)?;
    api.exchange.collect(by, access).await.map(Json)
}

/// 交换状态。An access of the caller's, and whether its answer can be collected here. Values are not kept.
#[utoipa::path(
    get,
    path = "/v1/exchange/{access}",
    tag = "exchange",
    params(("access" = AccessId, Path, description = "The access.")),
    responses((status = 200, description = "The access.", body = ExchangeState)),
)]
pub(super) async fn exchange_state(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<AccessId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<ExchangeState>, Problem> {
    let by = organisation(&asking)?;
    let read = api.read(move |api| {
        let access = api.exchange.own_access(by, id)?;
        let answered_until = access.at.plus(ACCESS_MS);
        let in_time = api.exchange.now() < answered_until;
        let collectable = in_time && api.exchange.is_kept(&access);
        Ok(ExchangeState { access, answered_until, collectable })
    });
    read.await.map(Json)
}

/// 核验运力验证码。Enters the digits that a driver showed: what they agreed to is recorded as a consent used, and
/// answered at once.
#[utoipa::path(
    post,
    path = "/v1/exchange/capacity",
    tag = "exchange",
    request_body = CapacityEntered,
    responses((status = 200, description = "The fields, with what proves them.", body = ExchangeAnswer)),
)]
pub(super) async fn capacity(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(CapacityEntered { digits, key }): Body<CapacityEntered>,
) -> Result<Json<ExchangeAnswer>, Problem> {
    let by = organisation(&asking)?;
    let own = api.own_key(by).await?;
    let begun = api.exchange.begin_shown(by, (digits, key)).await?;
    api.record_and_collect(by, begun, own).await
}

/// 准备核验运力验证码。The same for who signs elsewhere.
#[utoipa::path(
    post,
    path = "/v1/exchange/capacity/prepare",
    tag = "exchange",
    request_body = SignedCapacity,
    responses((status = 200, description = "What is to be signed.", body = ExchangePrepared)),
)]
pub(super) async fn prepare_capacity(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(SignedCapacity { sender, entered }): Body<SignedCapacity>,
) -> Result<Json<ExchangePrepared>, Problem> {
    let by = organisation(&asking)?;
    let begun = api.exchange.begin_shown(by, (entered.digits, entered.key)).await?;
    api.prepared(sender, &begun).map(Json)
}

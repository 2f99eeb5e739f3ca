// SPDX-License-Identifier: Apache-2.0
//! Shown codes (docs/showing.md): this node's word for what the chain says, to be shown by a holder; and the
//! verdict on what somebody scanned, with what has changed since.

use axum::extract::State;
use chain::ids::{CodeId, Height, OrganisationId, Time};
use chain::keys::PublicKey;
use chain::limits::{SHOWN_WITNESSES, WITNESSED_BACK_MS};
use chain::query::{Difference, NotShown, Present};
use chain::records::{Colour, RecordKey, RecordKind};
use chain::shown::{
    Doubt, Facts, Scan, Verdict, Verified, Witness, WitnessList, Witnessed, verify,
};
use chain::{Records, query};
use consensus::Health;
use consensus::clock::Clock;
use serde::{Deserialize, Serialize};
use store::At;
use utoipa::{IntoParams, ToSchema};

use super::shapes::Stage;
use super::{Api, When};
use crate::http::extract::{Id, Json, Nothing, Query, invalid};
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;

/// What more can be wrong with a wish for this node's word.
pub(super) const NOT_WITNESSED: &[&Message] = &[
    &messages::NOT_FOUND,
    &messages::HEIGHT_NOT_REACHED,
    &messages::KEY_NOT_HELD,
    &messages::NOT_A_WITNESS,
    &messages::WITNESSED_TOO_LATE,
    &messages::NOT_READY,
];

/// The key that shows a badge must be named.
pub(super) const KEY_NEEDED: &[&Message] = &[&messages::MISSING_FIELD];

/// Whose key shows a code.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfCode {
    /// The key that will show it, one in force of the holder; without it the first.
    key: Option<PublicKey>,
    /// As of this height, whose block is at most a minute older than the newest: so that several nodes give
    /// their word for the same.
    at_height: Option<u64>,
}

/// Whose key shows a badge.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfOrganisation {
    /// The key that will show it, one in force of the organisation.
    key: PublicKey,
    /// As of this height, whose block is at most a minute older than the newest: so that several nodes give
    /// their word for the same.
    at_height: Option<u64>,
}

/// This node's word.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct WitnessAnswer {
    /// Height of the block that was read.
    height: Height,
    /// That block's time.
    time: Time,
    /// How far that block has come.
    stage: Stage,
    /// What the chain says.
    facts: Facts,
    /// This node's word for it.
    witness: Witness,
    /// Both as they are packed into a shown code, in hexadecimal digits.
    packed: String,
}

/// 出示码见证。This node's word for how a code stands, for its holder to show.
///
/// The holder adds the time and a signature every minute, without asking again while the facts hold.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/witness",
    tag = "shown codes",
    params(("id" = CodeId, Path, description = "The code."), OfCode),
    responses((status = 200, description = "The node's word.", body = WitnessAnswer)),
)]
pub(super) async fn witness_code(
    State(api): State<Api>,
    Id(id): Id<CodeId>,
    Query(asked): Query<OfCode>,
) -> Result<crate::http::json::Json<WitnessAnswer>, Problem> {
    let about = RecordKey { kind: RecordKind::Code, id: id.record() };
    let facts = move |at: &At| query::facts_of_code(at, id, asked.key);
    witnessed(api, about, asked.at_height, facts).await
}

/// 机构名片见证。This node's word for who an organisation is, for its officers and staff to show.
///
/// Scanning is mutual: an officer or an enterprise shows its badge as a driver shows a code.
#[utoipa::path(
    get,
    path = "/v1/organisations/{id}/witness",
    tag = "shown codes",
    params(("id" = OrganisationId, Path, description = "The organisation."), OfOrganisation),
    responses((status = 200, description = "The node's word.", body = WitnessAnswer)),
)]
pub(super) async fn witness_organisation(
    State(api): State<Api>,
    Id(id): Id<OrganisationId>,
    Query(asked): Query<OfOrganisation>,
) -> Result<crate::http::json::Json<WitnessAnswer>, Problem> {
    let about = RecordKey { kind: RecordKind::Organisation, id: id.0 };
    let facts = move |at: &At| query::facts_of_organisation(at, id, asked.key);
    witnessed(api, about, asked.at_height, facts).await
}

async fn witnessed(
    api: Api,
    about: RecordKey,
    at_height: Option<u64>,
    facts: impl FnOnce(&At) -> Result<Facts, NotShown> + Send + 'static,
) -> Result<crate::http::json::Json<WitnessAnswer>, Problem> {
    let read = api.read(move |api| {
        let witness = api.witness.as_ref();
        let witness = witness.ok_or_else(|| Problem::new(&messages::NOT_A_WITNESS))?;
        // What a node that lags knows is old already.
        if api.handle.status().health != Health::Ready {
            return Err(Problem::new(&messages::NOT_READY).value("catching_up").retry_after(1));
        }
        let (at, time) = api.as_of(When { at_height, at_time: None })?;
        let newest = api.store.header().time_ms;
        if newest.since(time) > WITNESSED_BACK_MS {
            return Err(Problem::new(&messages::WITNESSED_TOO_LATE).value(time));
        }
        let facts = facts(&at).map_err(|why| not_shown(why, &about))?;
        let internal = |_| Problem::new(&messages::INTERNAL);
        let word = witness.witness(&facts).map_err(internal)?;
        let packed = Witnessed { facts: facts.clone(), witnesses: vec![word.clone()] };
        let packed = hex::encode(packed.to_bytes().map_err(internal)?);
        let (height, stage) = (facts.height, Stage::Ordered);
        Ok(WitnessAnswer { height, time, stage, facts, witness: word, packed })
    });
    read.await.map(crate::http::json::Json)
}

fn not_shown(why: NotShown, about: &RecordKey) -> Problem {
    match why {
        NotShown::Unknown => Problem::new(&messages::NOT_FOUND).value(about.id_text()),
        NotShown::KeyNotHeld => Problem::new(&messages::KEY_NOT_HELD).value(about.id_text()),
    }
}

/// What was scanned.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scanned {
    /// The text of the picture.
    #[schema(example = "DYM1:…")]
    text: String,
    /// How many validators must have signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 4, default = 1)]
    threshold: Option<usize>,
}

/// A verdict in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictWord {
    /// It holds.
    Verified,
    /// Nothing is known, whatever it says.
    Unknown,
}

/// What holds of a shown code.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ShownAnswer {
    /// What the chain said when its witnesses signed.
    facts: Facts,
    /// The colour to show: blue with an invalid operator is shown as yellow; null for what has none.
    displayed: Option<Colour>,
    /// When the holder signed.
    shown_at: Time,
    /// The validators that signed, by number.
    witnesses: Vec<u16>,
}

/// A verdict, and what the newest block says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct VerifyAnswer {
    /// Height of the newest block.
    height: Height,
    /// Its time.
    time: Time,
    /// How far it has come.
    stage: Stage,
    /// The verdict, as a scanner without a network has it.
    verdict: VerdictWord,
    /// Why nothing is known; null if verified.
    reason: Option<Doubt>,
    /// What was shown; null unless verified.
    shown: Option<ShownAnswer>,
    /// How it is now; null unless verified.
    now: Option<Present>,
    /// What is no longer as it was shown.
    changed: Vec<Difference>,
}

/// 核验出示码。The verdict on a scanned text, and what has changed since it was witnessed.
///
/// A text that is not verified is `unknown`, never a colour, and nothing is looked up for it.
#[utoipa::path(
    post,
    path = "/v1/verify",
    tag = "shown codes",
    request_body = Scanned,
    responses((status = 200, description = "The verdict.", body = VerifyAnswer)),
)]
pub(super) async fn verify_shown(
    State(api): State<Api>,
    Query(Nothing {}): Query<Nothing>,
    Json(scanned): Json<Scanned>,
) -> Result<crate::http::json::Json<VerifyAnswer>, Problem> {
    let threshold = scanned.threshold.unwrap_or(1);
    if !(1..=SHOWN_WITNESSES).contains(&threshold) {
        return Err(invalid("threshold", format!("1 to {SHOWN_WITNESSES}")));
    }
    let read = api.read(move |api| {
        let list = WitnessList::of(&api.genesis);
        let now = Time(Clock::default().now_ms());
        let verdict = verify(&scanned.text, &Scan { list: &list, threshold, now });
        Ok(answer(&api.store.latest(), verdict))
    });
    read.await.map(crate::http::json::Json)
}

fn answer(at: &At, verdict: Verdict) -> VerifyAnswer {
    let (height, time, stage) = (at.header().height, at.header().time_ms, Stage::Ordered);
    let verified = match verdict {
        Verdict::Verified(verified) => *verified,
        Verdict::Unknown(doubt) => {
            let (verdict, reason) = (VerdictWord::Unknown, Some(doubt));
            let (shown, now, changed) = (None, None, Vec::new());
            return VerifyAnswer { height, time, stage, verdict, reason, shown, now, changed };
        }
    };
    let Verified { shown, displayed, witnesses } = verified;
    let facts = shown.witnessed.facts;
    let (now, changed) = query::since_shown(at, &facts);
    let (verdict, reason, now) = (VerdictWord::Verified, None, Some(now));
    let shown = Some(ShownAnswer { facts, displayed, shown_at: shown.shown_at, witnesses });
    VerifyAnswer { height, time, stage, verdict, reason, shown, now, changed }
}

// SPDX-License-Identifier: Apache-2.0
//! Applying for a code or a vehicle: a phone is proved, papers are checked and made ready, the holder's word sends
//! them. Who follows an application reads it, or its events, by a token of the holder's key.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use chain::actions::Statement;
use chain::fields::Field;
use chain::ids::{ApplicationId, CodeId, OrganisationId, PersonId, Prefecture, Time};
use chain::keys::PublicKey;
use chain::records::Custody;
use chain::records::application::Wanted;
use chain::records::certificate::CertificateKind;
use chain::text::hex_array;
use chain::{Action, Hash, Transaction, TransactionId};
use formats::Table;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::holdings::{ContactLeft, field_wrong};
use super::prepare::{InWords, OwnWord, own_word, summary};
use crate::access::guard::Asking;
use crate::applying::phones::{CODE_MS, NotDrawn, PAUSE_MS, TICKET_MS};
use crate::applying::{self, Correction, FLOOR, KeyWish, PaperLeft, Prepared, Wish, in_order};
use crate::http::extract::{Id, Json as Body, Nothing, Query, invalid};
use crate::http::json::Json;
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;

/// Why nothing is taken at all.
pub(super) const IN_CLEAR: &[&Message] = &[&messages::TLS_NEEDED];
/// Why no one-time code is sent.
pub(super) const NOT_SENT: &[&Message] = &[
    &messages::APPLYING_CLOSED,
    &messages::FIELD_WRONG,
    &messages::OTP_TOO_SOON,
    &messages::OVERLOADED,
    &messages::SMS_FAILED,
];
/// Why no ticket is given.
pub(super) const NOT_PROVED: &[&Message] = &[&messages::OTP_WRONG];
/// Why nothing is made ready.
pub(super) const NOT_READY: &[&Message] = &[
    &messages::TICKET_NEEDED,
    &messages::APPLYING_CLOSED,
    &messages::NO_VAULT,
    &messages::HOLDINGS_ELSEWHERE,
    &messages::FIELD_WRONG,
    &messages::NO_ATTESTER,
    &messages::DRAFTS_FULL,
];
/// Why a correction is not made ready.
pub(super) const NOT_CORRECTED: &[&Message] = &[&messages::CLAIM_DIFFERS];
/// Why a change of a key is not made ready.
pub(super) const NOT_MATCHED: &[&Message] = &[&messages::PERSON_NOT_MATCHED];
/// Why a draft comes to nothing.
pub(super) const NOT_SUBMITTED: &[&Message] = &[
    &messages::APPLICATION_REFUSED,
    &messages::APPLICATION_WAITS,
    &messages::KEY_CHANGE_REFUSED,
    &messages::AUTHORITY_UNREACHABLE,
    &messages::CLAIM_DIFFERS,
];

/// As many requests as a text message costs who asks for it: somebody pays for it, and somebody's phone rings.
const MESSAGE_COST: u32 = 30;

/// Most certificates in one request.
const PAPERS: usize = 12;

/// A phone to prove.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneWish {
    /// Mobile number, 11 digits.
    phone: String,
}

/// A one-time code is on its way.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CodeSent {
    /// What the code is entered with: 32 hexadecimal digits.
    request: String,
    /// Seconds after which another may be asked for.
    resend_after_s: u64,
    /// For how many seconds it is good.
    good_for_s: u64,
}

/// A one-time code as it was read from the phone.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeEntered {
    /// As the code was sent for.
    request: String,
    /// Six digits.
    code: String,
}

/// What shows that the phone is in hand.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct TicketGiven {
    /// 64 hexadecimal digits: who has them applies in the name of the phone.
    ticket: String,
    /// For how many seconds it is good.
    good_for_s: u64,
}

/// A certificate as it is typed in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperTyped {
    /// Its kind.
    kind: CertificateKind,
    /// Values by the names of the kind's table; what is absent is empty.
    values: BTreeMap<String, String>,
}

/// Certificates to check.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PapersTyped {
    /// 1 to 12.
    #[schema(min_items = 1, max_items = 12)]
    certificates: Vec<PaperTyped>,
}

/// A value that is wrong.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct WrongField {
    /// Place of the certificate in the request, from 0.
    certificate: usize,
    /// Name of the field.
    field: String,
    /// Stable code of the rule that it breaks.
    code: String,
    /// What is wrong, in Chinese.
    zh: String,
    /// What is wrong, in English.
    en: String,
}

/// What is wrong with certificates.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PapersChecked {
    /// Every wrong value; none if all may be true.
    wrong: Vec<WrongField>,
}

/// How the holder is reached.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactTyped {
    /// Mobile number; that of the ticket where one is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// Mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Where they live now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Whom to call in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emergency: Option<String>,
}

/// What is applied for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplyingWish {
    /// A phone's ticket; organisations that are granted `codes` need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// What for.
    #[serde(rename = "for")]
    wanted: Wanted,
    /// The holder's key.
    holder_key: PublicKey,
    /// Who has it in hand.
    custody: Custody,
    /// Home prefecture of a code, prefecture of registration of a vehicle.
    prefecture: Prefecture,
    /// 1 to 12.
    #[schema(min_items = 1, max_items = 12)]
    certificates: Vec<PaperTyped>,
    /// How the holder is reached.
    #[serde(default)]
    contact: ContactTyped,
}

/// A claim that is asked anew.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectionWish {
    /// The ticket of the phone that came with the application; organisations that sent it need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// Which application.
    application: ApplicationId,
    /// Place of the refused claim; none adds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<u32>,
    /// The certificate as it is right.
    certificate: PaperTyped,
}

/// A new key in the place of a lost one.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyChangeWish {
    /// The ticket of the phone that came with the application.
    ticket: String,
    /// The new key.
    holder_key: PublicKey,
    /// Who has it in hand.
    custody: Custody,
    /// Identity number of the person.
    identity_number: String,
    /// Name as on the identity card.
    name: String,
}

/// A certificate with what opens its commitment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ClaimReady {
    /// Its place in the application, from 0.
    place: u32,
    /// Its kind.
    kind: CertificateKind,
    /// Who is asked.
    attester: OrganisationId,
    /// RFC 6962 root over the digests of its fields.
    root: Hash,
    /// All fields of the kind's table, in its order. Who signs computes the root from them.
    fields: Vec<Field>,
}

/// What waits for the holder's word.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct DraftReady {
    /// What it is submitted with: 32 hexadecimal digits.
    draft: String,
    /// What the holder gives its word on.
    action: Action,
    /// Who sends it.
    sponsor: OrganisationId,
    /// The certificates; none for a change of a key.
    claims: Vec<ClaimReady>,
    /// What the holder signs.
    statement: OwnWord,
    /// What the action means: to be shown to who signs.
    summary: InWords,
    /// Until when it is kept.
    expires: Time,
}

/// The words that make a draft whole.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftSigned {
    /// The ticket that it was made ready with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// Of the holder, and of whoever else must agree.
    statements: Vec<Statement>,
    /// Of an organisation that signs elsewhere: the whole transaction, with the statements in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<Transaction>,
}

/// What became of a draft.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct DraftDone {
    /// The transaction; none for a change of a key, which its authority sends.
    transaction: Option<TransactionId>,
    /// The application.
    application: Option<ApplicationId>,
    /// The code that it leads to; unknown until it is issued.
    code: Option<CodeId>,
    /// Whose key was changed.
    person: Option<PersonId>,
}

/// 获取短信验证码。Sends a one-time code to a phone.
///
/// At most one a minute and five an hour to one phone. It counts as 30 requests.
#[utoipa::path(
    post,
    path = "/v1/applying/codes",
    tag = "applying",
    request_body = PhoneWish,
    responses((status = 202, description = "It is on its way.", body = CodeSent)),
)]
pub(super) async fn send_one_time_code(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(PhoneWish { phone }): Body<PhoneWish>,
) -> Result<(StatusCode, Json<CodeSent>), Problem> {
    let is_open = api.read(|api| {
        let closed = api.vault.is_none() || api.applying.is_closed();
        if closed { Err(Problem::new(&messages::APPLYING_CLOSED)) } else { api.sponsor().map(drop) }
    });
    is_open.await?;
    let right = match phone.is_empty() {
        true => Err(formats::FormatError::Missing),
        false => formats::check_field("telephone", &phone, api.rules()),
    };
    right.map_err(|error| field_wrong("phone", error.messages()))?;
    asking.costs(&api, MESSAGE_COST)?;
    let drawn = api.applying.send_code(&phone, api.exchange.now()).await;
    let drawn = drawn.map_err(|why| match why {
        Ok(NotDrawn::TooSoon(seconds)) => {
            Problem::new(&messages::OTP_TOO_SOON).value(seconds).retry_after(seconds)
        }
        Ok(NotDrawn::Full) => Problem::new(&messages::OVERLOADED).retry_after(60),
        Ok(NotDrawn::Random) => Problem::new(&messages::INTERNAL),
        Err(_) => Problem::new(&messages::SMS_FAILED).retry_after(10),
    })?;
    let sent = CodeSent {
        request: drawn.request,
        resend_after_s: PAUSE_MS / 1_000,
        good_for_s: CODE_MS / 1_000,
    };
    Ok((StatusCode::ACCEPTED, Json(sent)))
}

/// 核对短信验证码。A ticket for who enters the right code. A code is good once; five wrong tries end it, and whatever is
/// wrong, the answer is the same.
#[utoipa::path(
    post,
    path = "/v1/applying/codes/verify",
    tag = "applying",
    request_body = CodeEntered,
    responses((status = 200, description = "The ticket.", body = TicketGiven)),
)]
pub(super) async fn verify_one_time_code(
    State(api): State<Api>,
    Query(Nothing {}): Query<Nothing>,
    Body(CodeEntered { request, code }): Body<CodeEntered>,
) -> Result<Json<TicketGiven>, Problem> {
    let begun = tokio::time::Instant::now();
    let ticket = api.applying.enter(&request, &code, api.exchange.now());
    tokio::time::sleep_until(begun + FLOOR).await;
    let ticket = ticket.ok_or_else(|| Problem::new(&messages::OTP_WRONG))?;
    Ok(Json(TicketGiven { ticket, good_for_s: TICKET_MS / 1_000 }))
}

/// 检查证件字段。Everything that is wrong with certificates as they are typed in. Nothing is kept.
#[utoipa::path(
    post,
    path = "/v1/applying/check",
    tag = "applying",
    request_body = PapersTyped,
    responses((status = 200, description = "What is wrong.", body = PapersChecked)),
)]
pub(super) async fn check_papers(
    State(api): State<Api>,
    Query(Nothing {}): Query<Nothing>,
    Body(PapersTyped { certificates }): Body<PapersTyped>,
) -> Result<Json<PapersChecked>, Problem> {
    let mut wrong = Vec::new();
    for (certificate, paper) in papers(certificates)?.iter().enumerate() {
        let values = in_order(paper, &format!("certificates[{certificate}]"))?;
        let found = formats::check(Table::Certificate(paper.kind), &values, api.rules());
        wrong.extend(found.into_iter().map(|one| {
            let said = one.messages();
            WrongField {
                certificate,
                code: one.code().to_owned(),
                field: one.field,
                zh: said.zh.to_owned(),
                en: said.en.to_owned(),
            }
        }));
    }
    Ok(Json(PapersChecked { wrong }))
}

/// 准备申请。Checks papers, salts them and makes the action that the holder gives its word on. Nothing is sent.
///
/// It is kept in this node's memory for half an hour, until it is submitted.
#[utoipa::path(
    post,
    path = "/v1/applying",
    tag = "applying",
    request_body = ApplyingWish,
    responses((status = 201, description = "What waits for the holder's word.", body = DraftReady)),
)]
pub(super) async fn prepare_application(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(wish): Body<ApplyingWish>,
) -> Result<(StatusCode, Json<DraftReady>), Problem> {
    let ContactTyped { phone, email, address, emergency } = wish.contact;
    let contact = ContactLeft { phone: phone.unwrap_or_default(), email, address, emergency };
    let ticket = wish.ticket;
    let wish = Wish {
        wanted: wish.wanted,
        holder_key: wish.holder_key,
        custody: wish.custody,
        prefecture: wish.prefecture,
        papers: papers(wish.certificates)?,
        contact,
    };
    let read = api.read(move |api| {
        let who = api.applicant(&asking, ticket.as_deref())?;
        api.ready(api.prepare_application(who, wish)?)
    });
    Ok((StatusCode::CREATED, Json(read.await?)))
}

/// 准备更正。The same for one certificate of an application that was refused, or is missing.
#[utoipa::path(
    post,
    path = "/v1/applying/corrections",
    tag = "applying",
    request_body = CorrectionWish,
    responses((status = 201, description = "What waits for the holder's word.", body = DraftReady)),
)]
pub(super) async fn prepare_correction(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(wish): Body<CorrectionWish>,
) -> Result<(StatusCode, Json<DraftReady>), Problem> {
    let begun = tokio::time::Instant::now();
    let CorrectionWish { ticket, application, place, certificate } = wish;
    let correction = Correction { application, place, paper: certificate.into() };
    let read = api.read(move |api| {
        let who = api.applicant(&asking, ticket.as_deref())?;
        api.ready(api.prepare_correction(who, &correction)?)
    });
    let ready = read.await;
    tokio::time::sleep_until(begun + FLOOR).await;
    Ok((StatusCode::CREATED, Json(ready?)))
}

/// 准备更换密钥。For who lost the device with the key: the new key gives its word, and the identity authority verifies
/// the person again.
///
/// Whatever does not match, the answer is the same; five tries end a ticket.
#[utoipa::path(
    post,
    path = "/v1/applying/keys",
    tag = "applying",
    request_body = KeyChangeWish,
    responses((status = 201, description = "What waits for the new key's word.", body = DraftReady)),
)]
pub(super) async fn prepare_key_change(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(wish): Body<KeyChangeWish>,
) -> Result<(StatusCode, Json<DraftReady>), Problem> {
    let begun = tokio::time::Instant::now();
    let KeyChangeWish { ticket, holder_key, custody, identity_number, name } = wish;
    let wish = KeyWish { holder_key, custody, identity_number, name };
    let read = api.read(move |api| {
        let who = api.applicant(&asking, Some(&ticket))?;
        api.ready(api.prepare_key(who, &wish)?)
    });
    let ready = read.await;
    tokio::time::sleep_until(begun + FLOOR).await;
    Ok((StatusCode::CREATED, Json(ready?)))
}

/// 提交申请。Sends what was made ready, with the words that it needs, and waits until it is executed. The same again
/// answers the same.
#[utoipa::path(
    post,
    path = "/v1/applying/{draft}/submit",
    tag = "applying",
    params(("draft" = String, Path, description = "What was made ready: 32 hexadecimal digits.")),
    request_body = DraftSigned,
    responses((status = 200, description = "It is on chain.", body = DraftDone)),
)]
pub(super) async fn submit_draft(
    State(api): State<Api>,
    asking: Asking,
    Id(DraftName(name)): Id<DraftName>,
    Query(Nothing {}): Query<Nothing>,
    Body(signed): Body<DraftSigned>,
) -> Result<Json<DraftDone>, Problem> {
    let DraftSigned { ticket, statements, transaction } = signed;
    let who = {
        let asking = asking.clone();
        api.read(move |api| api.applicant(&asking, ticket.as_deref())).await?
    };
    let done = api.submit_draft(&asking, (who, name), statements, transaction).await?;
    let applying::Submitted { transaction, application, code, person } = done;
    Ok(Json(DraftDone { transaction, application, code, person }))
}

/// What a draft is submitted with.
pub(crate) struct DraftName([u8; 16]);

impl std::str::FromStr for DraftName {
    type Err = chain::text::TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        hex_array(text, "a draft of 32 lower-case hexadecimal digits").map(Self)
    }
}

impl From<PaperTyped> for PaperLeft {
    fn from(typed: PaperTyped) -> Self {
        Self { kind: typed.kind, values: typed.values }
    }
}

fn papers(typed: Vec<PaperTyped>) -> Result<Vec<PaperLeft>, Problem> {
    match (1..=PAPERS).contains(&typed.len()) {
        true => Ok(typed.into_iter().map(PaperLeft::from).collect()),
        false => Err(invalid("certificates", format!("1 to {PAPERS}"))),
    }
}

impl Api {
    fn ready(&self, prepared: Prepared) -> Result<DraftReady, Problem> {
        let Prepared { name, action, holder_key: holder, sponsor, claims, until } = prepared;
        let valid_until = self.store.header().time_ms.plus(super::prepare::valid_for_ms(None)?);
        let statement = own_word(&action, (self.genesis.chain_id(), holder), valid_until)?;
        let summary = summary(&action, (holder, valid_until))?;
        let claims = claims.into_iter().map(|claim| ClaimReady {
            place: claim.place,
            kind: claim.kind,
            attester: claim.attester,
            root: claim.root,
            fields: claim.fields,
        });
        Ok(DraftReady {
            draft: hex::encode(name),
            sponsor,
            claims: claims.collect(),
            statement,
            summary,
            expires: until,
            action,
        })
    }
}

// SPDX-License-Identifier: Apache-2.0
//! Asking for data of others, and checking what comes without trusting the node: each field opens a commitment,
//! and each commitment is in a record that a proof proves. What is read is personal: it has no `Debug`.

use chain::Hash;
use chain::exchange::{Digits, KeyField};
use chain::fields::{self, Field, Salt};
use chain::ids::{AccessId, Height, OrganisationId, Time, WaybillId};
use chain::records::{
    Basis, CertificateKind, CertificateState, DataSubject, FieldSet, Purpose, Subject,
};
use chain::rules::exchange::opened_by;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::error::ClientError;
use crate::http::{Client, json};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wish {
    /// Whose data.
    pub about: DataSubject,
    /// Which fields.
    pub fields: FieldSet,
    /// What for: the holder's consents for it are looked through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// A waybill of one's own that it may rest on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waybill: Option<WaybillId>,
    /// Digest of the case file, where one asks by office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<Hash>,
}

/// A verification code that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entered {
    /// The ten digits.
    pub digits: Digits,
    /// What is known of the driver.
    pub key: KeyField,
}

/// A field with what opens its commitment.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct OpenedField {
    /// Its name in the table of its kind.
    pub name: String,
    /// Its value; empty where it is absent.
    pub value: String,
    /// What hides it on chain.
    pub salt: Salt,
    /// Hashes beside the way to the root, from below.
    pub path: Vec<Hash>,
}

/// The fields of one certificate.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct OpenedCertificate {
    /// Whose.
    pub subject: Subject,
    /// Its kind.
    pub kind: CertificateKind,
    /// Who attested it.
    pub attester: OrganisationId,
    /// From when it holds.
    pub valid_from: Time,
    /// When it ends; none for ever.
    pub valid_until: Option<Time>,
    /// Where it stood when the access was recorded.
    pub state: CertificateState,
    /// The commitment.
    pub root: Hash,
    /// The fields.
    pub fields: Vec<OpenedField>,
}

/// What an exchange brought.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Exchanged {
    /// The access that is its record.
    pub access: AccessId,
    /// Height of the access's block.
    pub height: Height,
    /// When it was recorded.
    pub time: Time,
    /// Whose data.
    pub about: DataSubject,
    /// What it rests on.
    pub basis: Basis,
    /// The fields that were asked for.
    pub fields: FieldSet,
    /// What was opened.
    pub certificates: Vec<OpenedCertificate>,
    /// The phone number as the holder gave it: nobody attests it.
    pub phone: Option<String>,
    /// Fields of which nothing was found.
    pub missing: FieldSet,
    /// Nodes that gave no answer: collecting again within 10 minutes uses nothing more.
    pub silent: Vec<String>,
}

impl OpenedCertificate {
    /// True if every field opens the commitment in its place. That the chain has the commitment, a proof of
    /// the subject's record says.
    pub fn holds(&self) -> bool {
        let table = fields::table(self.kind);
        self.fields.iter().all(|one| {
            let (name, salt, value) = (one.name.clone(), one.salt, one.value.clone());
            fields::verify(table, &Field { name, salt, value }, &one.path, &self.root)
        })
    }
}

impl Exchanged {
    /// True if all that came was asked for and opens the commitments that are named.
    pub fn holds(&self) -> bool {
        let asked =
            |kind, name: &str| opened_by(kind, name).iter().any(|f| self.fields.contains(f));
        let all = self.certificates.iter();
        let names = all.flat_map(|one| one.fields.iter().map(|field| (one.kind, &field.name)));
        let mut names = names.map(|(kind, name)| asked(kind, name));
        names.all(|is_asked| is_asked) && self.certificates.iter().all(OpenedCertificate::holds)
    }
}

impl Client {
    /// Asks for fields of a code's holder and vehicles; the node signs. One attempt: each may use a consent.
    pub async fn exchange(&self, wish: &Wish) -> Result<Exchanged, ClientError> {
        let request = self.request(Method::POST, "/v1/exchange")?.json(wish);
        json(self.send(request).await?).await
    }

    /// Enters a verification code that was shown; the node signs. One attempt: wrong ones are counted.
    pub async fn enter(&self, entered: &Entered) -> Result<Exchanged, ClientError> {
        let request = self.request(Method::POST, "/v1/exchange/capacity")?.json(entered);
        json(self.send(request).await?).await
    }

    /// Collects by an access that is on chain, again if a node gave no answer.
    pub async fn collect(&self, access: AccessId) -> Result<Exchanged, ClientError> {
        let path = format!("/v1/exchange/{access}/collect");
        json(self.send_safely(|| self.request(Method::POST, &path)).await?).await
    }
}

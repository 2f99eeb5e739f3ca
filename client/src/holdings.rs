// SPDX-License-Identifier: Apache-2.0
//! What a sponsor leaves with its node: fields and salts of the claims that it put on chain, and how the
//! holder is reached. What is sent is personal: it has no `Debug`.

use chain::Hash;
use chain::fields::Field;
use chain::ids::{ApplicationId, Time};
use chain::keys::PublicKey;
use chain::records::CertificateKind;
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::error::ClientError;
use crate::http::{Client, json};

/// The fields of one claim, with what opens its root.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ClaimLeft {
    /// Its place in the application, from 0.
    pub place: u32,
    /// Its kind.
    pub kind: CertificateKind,
    /// All fields of the kind's table, in its order.
    pub fields: Vec<Field>,
}

/// How the holder is reached.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ContactLeft {
    /// Mobile number.
    pub phone: String,
    /// Mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where they live now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whom to call in an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<String>,
}

/// What a sponsor leaves of an application.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct HoldingsLeft {
    /// Some of its claims, or all.
    pub claims: Vec<ClaimLeft>,
    /// How the holder is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactLeft>,
    /// The holder's key, as the application has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<PublicKey>,
}

/// How an application's data stand at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    /// Nothing is held.
    None,
    /// They are held.
    Held,
    /// They are kept because the law requires it.
    Restricted,
    /// Their key is destroyed.
    Erased,
}

/// A document as it lies in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HeldDocument {
    /// Its name, such as `claim/0` or `contact`.
    pub name: String,
    /// SHA-256 of its sealed bytes.
    pub digest: Hash,
}

/// What is held of an application: names and digests, never values.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Holdings {
    /// The application.
    pub application: ApplicationId,
    /// How its data stand.
    pub state: HeldState,
    /// Until when they are restricted, or when they were erased.
    pub at: Option<Time>,
    /// The documents.
    pub documents: Vec<HeldDocument>,
}

impl Client {
    /// Leaves data of an application of one's own with the node. Again and again where the trouble is a
    /// passing one: the same again changes nothing.
    pub async fn leave_holdings(
        &self,
        application: ApplicationId,
        left: &HoldingsLeft,
    ) -> Result<Holdings, ClientError> {
        let path = format!("/v1/applications/{application}/holdings");
        let build = || Ok(self.request(Method::POST, &path)?.json(left));
        json(self.send_safely(build).await?).await
    }

    /// What the node holds of an application of one's own.
    pub async fn holdings(&self, application: ApplicationId) -> Result<Holdings, ClientError> {
        self.get(&format!("/v1/applications/{application}/holdings"), &[]).await
    }
}

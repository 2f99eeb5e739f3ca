// SPDX-License-Identifier: Apache-2.0
//! Hauliers: admitted by the regulator, each with its interfaces, and a code by its business permit.
//! A haulier that is there already is taken as it is, so that loading twice does no harm.

use chain::actions::{CodeApply, KeyGrant, OrganisationAdmit};
use chain::ids::{OrganisationId, Prefecture};
use chain::keys::{PublicKey, SecretKey};
use chain::records::application::CodeFor;
use chain::records::key::Roles;
use chain::records::organisation::Identity;
use chain::records::{Custody, OrganisationKind};
use chain::text::Name;
use chain::transaction::Transaction;

use super::{Loader, admitted};
use crate::applicant::{DemoError, Draft};
use crate::cast::{Player, key};
use crate::deposit::Leaver;
use crate::node::{Node, now, sign};
use crate::sealed::seal;
use crate::yunnan::enterprises::Enterprise;

/// A haulier on chain.
#[derive(Clone, Debug)]
pub struct Office {
    /// Number in the register.
    pub index: u64,
    /// Its organisation.
    pub id: OrganisationId,
    /// Its working key.
    pub key: SecretKey,
    /// What the register says of it.
    pub enterprise: Enterprise,
}

impl Office {
    /// Leaves the data of an application that it sponsors.
    pub(crate) fn leaver(&self, holder: Option<PublicKey>, phone: Option<String>) -> Leaver {
        Leaver { sponsor: self.id, key: self.key.clone(), holder, phone }
    }
}

impl<N: Node> Loader<'_, N> {
    /// Admits the hauliers that are not there yet, and gets each its interfaces and its code.
    pub(crate) async fn offices(&self) -> Result<Vec<Office>, DemoError> {
        let mut admissions = Vec::new();
        for index in 0..self.settings.size.enterprises {
            let enterprise = self.register.enterprise(index)?;
            if self.settings.node.organisation(&enterprise.uscc).await?.is_none() {
                admissions.push(self.admission(index, &enterprise)?);
            }
        }
        self.applicant.must("admitting hauliers", &admissions).await?;
        let (mut offices, mut without_code) = (Vec::new(), Vec::new());
        for index in 0..self.settings.size.enterprises {
            let enterprise = self.register.enterprise(index)?;
            let seen = admitted(self.settings.node.organisation(&enterprise.uscc).await?)?;
            let office = Office { index, id: seen.id, key: self.office_key(index), enterprise };
            if seen.code.is_none() && seen.application.is_none() {
                without_code.push(self.permit(&office)?);
            }
            offices.push(office);
        }
        self.grant_interfaces(&offices).await?;
        // Business permits come by the application for the haulier's own code.
        self.applicant.apply("codes of hauliers", &without_code).await?;
        Ok(offices)
    }

    pub(crate) fn office_key(&self, index: u64) -> SecretKey {
        let given = self.settings.in_genesis.get(index as usize).cloned();
        given.unwrap_or_else(|| key(self.chain, Player::Enterprise(index)))
    }

    fn admission(&self, index: u64, enterprise: &Enterprise) -> Result<Transaction, DemoError> {
        let data = |error: chain::text::TextError| DemoError::Data(error.to_string());
        let identity = Identity::Open {
            credit_code: enterprise.uscc.parse().map_err(data)?,
            name: Name::new(enterprise.name.as_str()).map_err(data)?,
        };
        let roles = Roles { admin: true, operate: true, attest: false };
        let action = OrganisationAdmit {
            kind: OrganisationKind::Enterprise,
            identity,
            prefecture: Prefecture(enterprise.prefecture.code),
            scopes: Vec::new(),
            keys: vec![KeyGrant { key: self.office_key(index).public(), roles }],
        };
        Ok(sign(&self.settings.regulator, self.chain, action, now()))
    }

    fn permit(&self, office: &Office) -> Result<Draft, DemoError> {
        let certificate = self.register.business_permit(&office.enterprise);
        let claims = vec![seal(&certificate).map_err(|e| DemoError::Data(e.to_string()))?];
        let action = CodeApply {
            wanted: CodeFor::Enterprise(office.id),
            holder_key: office.key.public(),
            custody: Custody::Device,
            prefecture: Prefecture(office.enterprise.prefecture.code),
            claims: self.applicant.claims(&claims)?,
            statements: Vec::new(),
        };
        let transaction = sign(&office.key, self.chain, action, now());
        let leaver = office.leaver(Some(office.key.public()), None);
        Ok(Draft { transaction, claims, leaver })
    }
}

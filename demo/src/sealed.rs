// SPDX-License-Identifier: Apache-2.0
//! Certificates and waybills made ready for the chain: salts for every field, and the root.
//! Values and salts stay with the holder and the authority that is asked.

use chain::fields::{self, Field, FieldError, Salt};
use chain::hash::Hash;
use chain::records::certificate::CertificateKind;

use crate::node::random;
use crate::yunnan::certificates::Certificate;

/// A certificate with salts and root.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its kind.
    pub kind: CertificateKind,
    /// Fields in the order of the table.
    pub fields: Vec<Field>,
    /// Root over them.
    pub root: Hash,
}

/// Salts a certificate's fields.
pub fn seal(certificate: &Certificate) -> Result<Sealed, FieldError> {
    let fields = salted(&certificate.fields);
    let root = fields::root(fields::table(certificate.kind), &fields)?;
    Ok(Sealed { kind: certificate.kind, fields, root })
}

/// Salts names and values, in their order.
pub fn salted(values: &[(&'static str, String)]) -> Vec<Field> {
    let field = |(name, value): &(&'static str, String)| Field {
        name: (*name).to_owned(),
        salt: Salt(random()),
        value: value.clone(),
    };
    values.iter().map(field).collect()
}

// SPDX-License-Identifier: Apache-2.0
//! Is a key field one of those that are held? Told without telling by the time how much of it is right.

use chain::exchange::{KeyField, KeyKind};
use chain::records::CertificateKind;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::holdings::HeldClaim;

/// Values compared at least: fewer are made up for by ones that nobody has.
const AT_LEAST: usize = 8;

/// What is held of the kind of a key field, in its one form.
pub(super) fn values_of(kind: KeyKind, claims: &[HeldClaim], phone: Option<&str>) -> Vec<String> {
    let named = |of: CertificateKind, name: &str| -> Vec<String> {
        let claims = claims.iter().filter(|claim| claim.kind == of);
        let fields = claims.flat_map(|claim| claim.fields.iter());
        let fields = fields.filter(|field| field.name == name && !field.value.is_empty());
        fields.map(|field| field.value.trim().to_ascii_uppercase()).collect()
    };
    match kind {
        KeyKind::IdentityNumber => named(CertificateKind::Identity, "identityNumber"),
        KeyKind::Plate => named(CertificateKind::VehicleLicence, "vehicleNumber"),
        KeyKind::Phone => phone.map(|phone| phone.trim().to_owned()).into_iter().collect(),
    }
}

/// True if the field is one of the values: all are looked at, and as digests, so that neither place nor
/// length shows in the time.
pub(super) fn is_one_of(key: &KeyField, values: &[String]) -> bool {
    let digest = |text: &str| -> [u8; 32] { Sha256::digest(text.as_bytes()).into() };
    let given = digest(&key.plain());
    let mut found = Choice::from(0);
    for place in 0..values.len().max(AT_LEAST) {
        let held = values.get(place).map_or([0; 32], |value| digest(value));
        found |= given.ct_eq(&held);
    }
    found.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::fields::{Field, Salt};
    use chain::text::Word;

    use super::*;

    #[test]
    fn a_key_field_is_found_in_its_kind_alone_and_whole() {
        let field = |name: &str, value: &str| Field {
            name: name.to_owned(),
            salt: Salt([0; 32]),
            value: value.to_owned(),
        };
        let claim = |kind, fields| HeldClaim { kind, fields };
        let claims = [
            claim(CertificateKind::Identity, vec![field("identityNumber", "53990319880808008X")]),
            claim(CertificateKind::VehicleLicence, vec![field("vehicleNumber", "云A00001")]),
        ];
        let is = |kind, text: &str| {
            let key = KeyField { kind, value: Word::new(text).unwrap() };
            is_one_of(&key, &values_of(kind, &claims, Some("16400000001")))
        };
        assert!(is(KeyKind::IdentityNumber, "53990319880808008x"));
        assert!(is(KeyKind::Plate, "云a00001") && is(KeyKind::Phone, "16400000001"));
        assert!(!is(KeyKind::Phone, "53990319880808008X") && !is(KeyKind::Plate, "云A0000"));
        assert!(!is(KeyKind::IdentityNumber, "53990319880808008"));
        let key = KeyField { kind: KeyKind::Phone, value: Word::new("16400000001").unwrap() };
        assert!(!is_one_of(&key, &values_of(KeyKind::Phone, &claims, None)));
    }
}

// SPDX-License-Identifier: Apache-2.0
//! Matters that the chain opens and settles by itself: a certificate ended, was suspended or revoked.
//! Their source is the certificate's attester; they may go beyond the 64.

use super::context::parameter;
use super::overlay::Overlay;
use crate::codec;
use crate::event::Event;
use crate::genesis::automatic_id;
use crate::hash::Hash;
use crate::ids::{CertificateId, MatterId, Time};
use crate::records::{
    Certificate, CertificateKind, Dossier, Matter, MatterKind, MatterSource, MatterState,
    OpenMatter, ParameterName, PolicyKind, Subject,
};
use crate::view::Records;

/// Opens the matter of a certificate and lists it in the dossier, which the caller saves.
pub(super) fn open<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    dossier: &mut Dossier,
    (subject, certificate): (Subject, &Certificate),
    kind: MatterKind,
    at: Time,
) {
    let id = MatterId(automatic_id(&[
        &codec::encode(&subject),
        &codec::encode(&kind),
        &certificate.id.0.0,
        &at.0.to_le_bytes(),
    ]));
    let settle_by = at.plus(time_to_settle(overlay, kind, certificate, at));
    let source = MatterSource {
        organisation: certificate.terms.attester,
        automatic: true,
        certificate: Some(certificate.id),
    };
    let matter = Matter {
        id,
        kind,
        subject,
        source,
        reference: Hash::ZERO,
        points: 0,
        over_limit: false,
        occurred_at: at,
        opened_at: at,
        settle_by,
        extension: None,
        state: MatterState::Open,
        ended_at: None,
        end_reason: None,
    };
    overlay.put(matter, Event::MatterOpened, at);
    insert(dossier, OpenMatter { id, settle_by, points: 0 });
}

/// Lists an open matter at its place by id.
pub(super) fn insert(dossier: &mut Dossier, matter: OpenMatter) {
    let at = dossier.matters.partition_point(|other| other.id < matter.id);
    dossier.matters.insert(at, matter);
}

/// None for what was revoked, a driving licence or a compulsory policy that ended.
fn time_to_settle<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    kind: MatterKind,
    certificate: &Certificate,
    at: Time,
) -> u64 {
    let at_once = certificate.kind == CertificateKind::DrivingLicence
        || certificate.policy() == Some(PolicyKind::Compulsory);
    match kind {
        MatterKind::RevokedCertificate => 0,
        MatterKind::EndedCertificate if at_once => 0,
        _ => parameter(overlay, ParameterName::SettleCertificateMs, at),
    }
}

/// Settles every open automatic matter of a certificate and takes it off the dossier.
pub(super) fn settle<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    dossier: &mut Dossier,
    certificate: CertificateId,
    at: Time,
) {
    let open = std::mem::take(&mut dossier.matters);
    for listed in open {
        let matter = overlay.peek::<Matter>(listed.id.0).cloned();
        let own = |m: &Matter| m.source.automatic && m.source.certificate == Some(certificate);
        match matter.filter(own) {
            Some(matter) => {
                let (state, ended_at) = (MatterState::Settled, Some(at));
                overlay.put(Matter { state, ended_at, ..matter }, Event::MatterSettled, at);
            }
            None => dossier.matters.push(listed),
        }
    }
}

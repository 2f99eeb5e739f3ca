// SPDX-License-Identifier: Apache-2.0
//! Certificates of known subjects: attested, renewed, suspended, revoked, ended.

use super::context::Context;
use super::overlay::Overlay;
use crate::actions::{CertificateAttest, CertificateResume, CertificateRevoke, CertificateSuspend};
use crate::ids::Time;
use crate::records::Subject;
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn attest<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CertificateAttest,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn suspend<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CertificateSuspend,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn resume<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CertificateResume,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn revoke<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CertificateRevoke,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn fire<R: Records + ?Sized>(
    _overlay: &mut Overlay<'_, R>,
    _record: Subject,
    _at: Time,
) {
}

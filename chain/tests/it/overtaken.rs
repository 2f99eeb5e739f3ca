// SPDX-License-Identifier: Apache-2.0
//! What was attested earlier never undoes what came since: a suspension, a revocation, another
//! attestation.

use crate::common::issue::*;
use crate::common::*;
use chain::Time;
use chain::actions::*;
use chain::ids::ApplicationId;
use chain::records::{
    ApplicationState, Certificate, CertificateKind as Kind, CertificateState as State, ClaimState,
    Colour, MatterKind, Subject,
};

const LICENCE: Kind = Kind::DrivingLicence;

/// A person whose code is cancelled and who applies anew; the licence of that application is attested,
/// the identity not yet.
fn applying_anew() -> (World, Subject, ApplicationId) {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("tired") });
    let apply = CodeApply { holder_key: key("new").public(), ..world.code_apply("driver", LIGHT) };
    let id = world.apply_with(apply, &[&key("new")]);
    world.attest_as_usual(id, 1);
    (world, Subject::Person(driver.person), id)
}

fn suspend(world: &mut World, subject: Subject, kind: Kind) {
    let (certificate, reason) = (world.certificate(subject, kind).id, word("drunk"));
    let attester = world.attester(kind).key;
    world.send(&attester, CertificateSuspend { subject, certificate, reason });
}

fn revoke(world: &mut World, subject: Subject, kind: Kind) {
    let (certificate, reason) = (world.certificate(subject, kind).id, word("forged"));
    let attester = world.attester(kind).key;
    world.send(&attester, CertificateRevoke { subject, certificate, reason });
}

/// The last yes does not issue; the licence waits for its attester again, whose new word counts.
#[track_caller]
fn waits_again(world: &mut World, subject: Subject, id: ApplicationId) {
    let before = world.certificate(subject, LICENCE);
    let open = world.matters(subject);
    world.attest_as_usual(id, 0);
    let application = world.application(id);
    assert_eq!(application.state, ApplicationState::Verifying);
    assert_eq!(application.claims[1].state, ClaimState::Waiting);
    assert_eq!(application.claims[1].answer_by, world.memory.now().plus(7 * DAY));
    assert_eq!(world.certificate(subject, LICENCE), before);
    assert_eq!(world.matters(subject), open);
    world.attest_as_usual(id, 1);
    assert_eq!(world.application(id).state, ApplicationState::Issued);
    assert_eq!(world.certificate(subject, LICENCE).state, State::Valid);
    assert_eq!(world.matters(subject), []);
}

#[test]
fn an_application_s_older_word_lifts_no_suspension() {
    let (mut world, subject, id) = applying_anew();
    suspend(&mut world, subject, LICENCE);
    waits_again(&mut world, subject, id);
}

#[test]
fn an_application_s_older_word_undoes_no_revocation() {
    let (mut world, subject, id) = applying_anew();
    revoke(&mut world, subject, LICENCE);
    waits_again(&mut world, subject, id);
}

#[test]
fn an_application_s_older_word_replaces_no_newer_one() {
    let (mut world, subject, id) = applying_anew();
    world.attest_as(subject, (LICENCE, licence_of("C1")), (START, None));
    waits_again(&mut world, subject, id);
}

#[test]
fn an_application_s_older_word_takes_no_renewal_away_that_waits() {
    let (mut world, subject, id) = applying_anew();
    let ahead = world.clock.plus(DAY);
    world.attest_as(subject, (LICENCE, licence_of("C1")), (ahead, None));
    waits_again(&mut world, subject, id);
}

#[test]
fn a_suspension_counts_even_where_what_it_was_laid_on_has_ended() {
    let (mut world, subject, _) = applying_anew();
    let end = world.clock.plus(DAY);
    world.attest(subject, LICENCE, Some(end));
    let apply = world.code_apply("driver", LIGHT);
    let apply = CodeApply { holder_key: key("newer").public(), ..apply };
    let id = world.apply_with(apply, &[&key("newer")]);
    world.attest_as_usual(id, 1);
    suspend(&mut world, subject, LICENCE);
    world.pass_to(end);
    assert_eq!(world.certificate(subject, LICENCE).state, State::Ended);
    waits_again(&mut world, subject, id);
}

#[test]
fn a_suspension_that_was_lifted_again_holds_nothing_up() {
    let (mut world, subject, id) = applying_anew();
    suspend(&mut world, subject, LICENCE);
    let certificate = world.certificate(subject, LICENCE).id;
    let police = world.parties.traffic_police.key.clone();
    world.send(&police, CertificateResume { subject, certificate });
    world.attest_as_usual(id, 0);
    assert_eq!(world.application(id).state, ApplicationState::Issued, "nothing is left to undo");
}

/// A licence until the 10th day; its renewal from then on is attested before or after a suspension.
fn renewed(world: &mut World, subject: Subject, suspended_first: bool) -> Time {
    let end = START.plus(10 * DAY);
    world.attest(subject, LICENCE, Some(end));
    if suspended_first {
        suspend(world, subject, LICENCE);
    }
    world.attest_as(subject, (LICENCE, licence_of("A2")), (end, Some(end.plus(90 * DAY))));
    if !suspended_first {
        suspend(world, subject, LICENCE);
    }
    end
}

#[test]
fn a_renewal_attested_before_a_suspension_takes_over_suspended() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let end = renewed(&mut world, subject, false);
    let open = world.matters(subject);
    world.pass_to(end);
    let Certificate { id: certificate, state, terms, next, .. } =
        world.certificate(subject, LICENCE);
    assert_eq!((state, terms.valid_from, next), (State::Suspended, end, None));
    assert_eq!(world.matters(subject), open, "its clock goes on");
    assert_eq!(world.colour(driver.code), Some(Colour::Yellow));
    let police = world.parties.traffic_police.key.clone();
    world.send(&police, CertificateResume { subject, certificate });
    assert_eq!(world.certificate(subject, LICENCE).state, State::Valid);
    assert_eq!(world.colour(driver.code), Some(Colour::Blue));
}

#[test]
fn a_renewal_attested_after_a_suspension_lifts_it() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let end = renewed(&mut world, subject, true);
    world.pass_to(end);
    assert_eq!(world.certificate(subject, LICENCE).state, State::Valid);
    assert_eq!(world.matters(subject), []);
}

#[test]
fn a_renewal_after_a_gap_is_suspended_as_what_it_renews_was() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let (end, begin) = (START.plus(10 * DAY), START.plus(12 * DAY));
    world.attest(subject, LICENCE, Some(end));
    world.attest_as(subject, (LICENCE, licence_of("A2")), (begin, None));
    suspend(&mut world, subject, LICENCE);
    world.pass_to(end);
    assert_eq!(world.matter(subject).kind, MatterKind::EndedCertificate);
    world.pass_to(begin);
    assert_eq!(world.certificate(subject, LICENCE).state, State::Suspended);
    let matter = world.matter(subject);
    assert_eq!((matter.kind, matter.opened_at), (MatterKind::SuspendedCertificate, begin));
}

// SPDX-License-Identifier: Apache-2.0
//! Which waybills a list shows: every filter by itself and with others, page by page.

use crate::common::fleet::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::query::{self, OfferedTo, WaybillFilter};
use chain::records::waybill::{Offer, PublicLimits};
use chain::records::*;
use chain::{Hash, Time};

/// All pages of so many at most; how many there were.
fn pages(world: &World, filter: &WaybillFilter, limit: usize) -> (Vec<WaybillId>, usize) {
    let (mut found, mut after) = (Vec::new(), None);
    let at = world.memory.now();
    for count in 1.. {
        let page = query::waybills(&world.memory, filter, after, (limit, at), &|_| true).unwrap();
        assert!(page.items.len() <= limit);
        found.extend(page.items.iter().map(|item| WaybillId(item.key.id)));
        match page.next {
            Some(next) => after = Some(next),
            None => return (found, count),
        }
    }
    unreachable!("a list ends")
}

/// What a filter keeps, however large its pages are.
#[track_caller]
fn listed(world: &World, filter: WaybillFilter) -> Vec<WaybillId> {
    let (all, _) = pages(world, &filter, 200);
    assert_eq!(pages(world, &filter, 1).0, all);
    all
}

fn none() -> WaybillFilter {
    WaybillFilter::default()
}

fn public_within(prefectures: Vec<Prefecture>, vehicle_type: Option<&str>) -> WaybillKind {
    WaybillKind::Public(PublicLimits { prefectures, vehicle_type: vehicle_type.map(word) })
}

/// Offers that differ in one thing each, made a day apart.
struct Stage {
    world: World,
    driver: Driver,
    plain: WaybillId,
    part: WaybillId,
    vegetables: WaybillId,
    back: WaybillId,
    exclusive: WaybillId,
    others: WaybillId,
    times: Vec<Time>,
}

impl Stage {
    fn new() -> Self {
        let mut world = World::new();
        let (driver, _) = world.crew();
        let platform = world.parties.platform.key.clone();
        let exclusive = WaybillKind::Exclusive { code: driver.code };
        let spoils: [fn(&mut Offer); 4] = [
            |_| {},
            |offer| offer.part_load = true,
            |offer| offer.goods = 1_601,
            |offer| (offer.from, offer.to) = (QUJING, KUNMING),
        ];
        let mut times = Vec::new();
        let [plain, part, vegetables, back] = spoils.map(|spoil| {
            let mut offer = world.offer(public());
            spoil(&mut offer);
            times.push(world.clock);
            let id = world.put_offer(offer);
            world.wait(DAY / 4);
            id
        });
        let offer = world.offer(exclusive);
        times.push(world.clock);
        let exclusive = world.put_offer(offer);
        world.wait(DAY / 4);
        let offer = world.offer(public());
        times.push(world.clock);
        let others = WaybillId(World::first_made(world.send(&platform, WaybillOffer { offer })));
        Self { world, driver, plain, part, vegetables, back, exclusive, others, times }
    }

    #[track_caller]
    fn expect(&self, filter: WaybillFilter, expected: &[WaybillId]) {
        assert_eq!(listed(&self.world, filter.clone()), expected, "{filter:?}");
    }
}

#[test]
fn each_filter_keeps_what_it_says_and_together_they_keep_what_fits_all() {
    let stage = Stage::new();
    let Stage { plain, part, vegetables, back, exclusive, others, .. } = stage;
    let p = stage.world.parties.clone();
    stage.expect(none(), &[plain, part, vegetables, back, exclusive, others]);
    let kind = |kind| WaybillFilter { kind: Some(kind), ..none() };
    stage.expect(kind(OfferedTo::Exclusive), &[exclusive]);
    stage.expect(kind(OfferedTo::Public), &[plain, part, vegetables, back, others]);
    let part_load = |part_load| WaybillFilter { part_load: Some(part_load), ..none() };
    stage.expect(part_load(true), &[part]);
    stage.expect(part_load(false), &[plain, vegetables, back, exclusive, others]);
    let goods = |goods| WaybillFilter { goods: Some(goods), ..none() };
    stage.expect(goods(1_600), &[vegetables]);
    stage.expect(goods(1_601), &[vegetables]);
    stage.expect(goods(1_602), &[]);
    stage.expect(WaybillFilter { from: Some(QUJING), ..none() }, &[back]);
    stage.expect(WaybillFilter { to: Some(KUNMING), ..none() }, &[back]);
    stage.expect(WaybillFilter { from: Some(QUJING), to: Some(QUJING), ..none() }, &[]);
    stage.expect(WaybillFilter { maker: Some(p.platform.id), ..none() }, &[others]);
    let code = Some(stage.driver.code);
    stage.expect(WaybillFilter { code, ..none() }, &[exclusive]);
    stage.expect(WaybillFilter { code, maker: Some(p.platform.id), ..none() }, &[]);
    stage.expect(WaybillFilter { code, maker: Some(p.enterprise.id), ..none() }, &[exclusive]);
    let kind = Some(OfferedTo::Public);
    let both = WaybillFilter { kind, part_load: Some(false), from: Some(KUNMING), ..none() };
    stage.expect(both, &[plain, vegetables, others]);
}

#[test]
fn several_states_keep_waybills_in_any_of_them() {
    use WaybillState::*;
    let mut world = World::new();
    let (driver, _) = world.crew();
    let ids = STATES.map(|state| {
        let id = world.waybill_in(&driver, state);
        // Whatever is under way makes room for the next.
        let (key, reason) = (world.parties.enterprise.key.clone(), word("plans"));
        match state {
            Accepted => drop(world.send(&key, WaybillCancel { waybill: id, reason })),
            Loaded | InTransit => {
                world.send(&key, WaybillAbort { waybill: id, reason });
                world.send(&driver.key, WaybillAbortAgree { waybill: id });
            }
            _ => {}
        }
        id
    });
    let in_states = |states: &[WaybillState]| {
        listed(&world, WaybillFilter { states: states.to_vec(), ..none() })
    };
    let now: Vec<WaybillState> = ids.iter().map(|id| world.waybill(*id).state).collect();
    let expected = |states: &[WaybillState]| -> Vec<WaybillId> {
        let is_in = |(place, _): &(usize, &WaybillId)| states.contains(&now[*place]);
        ids.iter().enumerate().filter(is_in).map(|(_, id)| *id).collect()
    };
    for states in [&[Aborted][..], &[Declined, Withdrawn], &[Settled, Cancelled, Lapsed]] {
        assert!(!expected(states).is_empty());
        assert_eq!(in_states(states), expected(states));
    }
    assert_eq!(in_states(&[]), ids);
    assert_eq!(in_states(&[Accepted]), []);
}

#[test]
fn offered_since_is_from_an_instant_on_and_until_is_before_it() {
    let stage = Stage::new();
    let all =
        [stage.plain, stage.part, stage.vegetables, stage.back, stage.exclusive, stage.others];
    let (code, maker) = (stage.driver.code, stage.world.parties.enterprise.id);
    for (from, since) in stage.times.iter().enumerate() {
        for (to, until) in stage.times.iter().enumerate() {
            let between = |offered_since, offered_until| WaybillFilter {
                offered_since: Some(offered_since),
                offered_until: Some(offered_until),
                ..none()
            };
            let expected = if from < to { &all[from..to] } else { &[] };
            stage.expect(between(*since, *until), expected);
            let later = if from < to { &all[from + 1..=to] } else { &[] };
            stage.expect(between(since.plus(1), until.plus(1)), later);
        }
        let since = Some(*since);
        stage.expect(WaybillFilter { offered_since: since, ..none() }, &all[from..]);
        let of_code = if from <= 4 { &all[4..5] } else { &[] };
        let filter = WaybillFilter { offered_since: since, code: Some(code), ..none() };
        stage.expect(filter, of_code);
        let filter = WaybillFilter { offered_since: since, maker: Some(maker), ..none() };
        stage.expect(filter, &all[from.min(5)..5]);
    }
}

#[test]
fn what_a_code_accepted_is_found_by_when_it_was_offered() {
    let mut stage = Stage::new();
    let (waybill, code) = (stage.plain, Some(stage.driver.code));
    stage.world.send(&stage.driver.key, WaybillAccept { waybill });
    stage.expect(WaybillFilter { code, ..none() }, &[stage.exclusive, waybill]);
    let until = Some(stage.times[1]);
    stage.expect(WaybillFilter { code, offered_until: until, ..none() }, &[waybill]);
    let since = Some(stage.times[1]);
    stage.expect(WaybillFilter { code, offered_since: since, ..none() }, &[stage.exclusive]);
}

#[test]
fn an_offer_that_cannot_be_loaded_in_time_any_more_is_open_to_nobody() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let mut late = world.offer(public());
    let now = world.clock;
    (late.load_by, late.offer_ends) = (now.plus(DAY), now.plus(6 * DAY));
    late.deliver_by = now.plus(9 * DAY);
    let late = world.put_offer(late);
    let open_to = || WaybillFilter { open_to: Some(driver.code), ..none() };
    // `load_grace_ms` is 24 hours.
    let end = now.plus(2 * DAY);
    for (at, expected) in [(Time(end.0 - 1), vec![late]), (end, vec![])] {
        let mut world = world.clone();
        world.pass_to(at);
        assert_eq!(listed(&world, open_to()), expected);
        world.at(at.plus(1));
        let accept = world.attempt(&driver.key, WaybillAccept { waybill: late }).1;
        let accepts = matches!(accept, chain::receipt::Outcome::Executed { .. });
        assert!(!accepts, "a millisecond later it is too late for both");
    }
}

#[test]
fn offers_open_to_a_code_are_public_and_within_limits_that_it_fits() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let idle = world.driver_for(&[], None);
    let offer = |world: &mut World, kind: WaybillKind| {
        let offer = world.offer(kind);
        world.put_offer(offer)
    };
    let anywhere = offer(&mut world, public());
    let here = offer(&mut world, public_within(vec![QUJING, KUNMING], None));
    offer(&mut world, public_within(vec![QUJING], None));
    let lorries = offer(&mut world, public_within(vec![], Some("H11")));
    offer(&mut world, public_within(vec![], Some("H31")));
    offer(&mut world, WaybillKind::Exclusive { code: driver.code });
    let taken = offer(&mut world, public());
    let second = world.lorry();
    let other = world.driver_with(&[second]);
    world.send(&other.key, WaybillAccept { waybill: taken });

    let open_to = |driver: &Driver| WaybillFilter { open_to: Some(driver.code), ..none() };
    assert_eq!(listed(&world, open_to(&driver)), [anywhere, here, lorries]);
    assert_eq!(listed(&world, open_to(&idle)), [], "without a vehicle it accepts nothing");
    let part = WaybillFilter { part_load: Some(true), ..open_to(&driver) };
    assert_eq!(listed(&world, part), []);

    // Whether it is eligible is seen when it accepts: a busy lorry sees the offers all the same.
    world.send(&driver.key, WaybillAccept { waybill: here });
    assert_eq!(world.vehicle(lorry).under_way, [here]);
    assert_eq!(listed(&world, open_to(&driver)), [anywhere, lorries]);

    let regulator = world.parties.regulator.key.clone();
    let suspend = CodeSuspend { code: driver.code, reason: word("inquiry") };
    world.send(&regulator, suspend);
    assert_eq!(listed(&world, open_to(&driver)), [], "it accepts nothing");
    let ends = world.waybill(anywhere).offer.offer_ends;
    world.pass_to(ends);
    assert_eq!(listed(&world, open_to(&idle)), []);

    // An enterprise's own code carries nothing.
    let open_to = WaybillFilter { open_to: Some(world.enterprise_code()), ..none() };
    offer(&mut world, public());
    assert_eq!(listed(&world, open_to), []);

    let unknown = CodeId::made_by(chain::TransactionId(Hash::ZERO));
    let filter = WaybillFilter { open_to: Some(unknown), ..none() };
    let at = world.memory.now();
    assert_eq!(query::waybills(&world.memory, &filter, None, (1, at), &|_| true), None);
}

#[test]
fn an_offer_that_is_open_for_longest_is_found_until_it_ends() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let offered_at = world.clock;
    let ends = offered_at.plus(7 * DAY);
    let offer = Offer { offer_ends: ends, load_by: ends, ..world.offer(public()) };
    let offer = Offer { deliver_by: ends.plus(DAY), ..offer };
    let id = world.put_offer(offer);
    let regulator = world.parties.regulator.key.clone();
    let from = world.clock.plus(DAY + 10);
    let shorter = ParameterSet { name: ParameterName::OfferMs, value: SECOND, from };
    world.send(&regulator, shorter);
    world.pass_to(Time(ends.0 - 1));
    let open_to = WaybillFilter { open_to: Some(driver.code), ..none() };
    let offered = WaybillFilter { states: vec![WaybillState::Offered], ..none() };
    for filter in [open_to, offered] {
        assert_eq!(listed(&world, filter.clone()), [id]);
        let seen = query::waybills(&world.memory, &filter, None, (10, ends), &|_| true).unwrap();
        assert_eq!(seen.items, [], "asked as of its end");
    }
}

#[test]
fn a_cursor_goes_on_where_nothing_on_a_page_matched() {
    let mut world = World::new();
    let maker = world.parties.enterprise.key.clone();
    for _ in 0..5 {
        let block: Vec<_> = (0..500)
            .map(|_| {
                let offer = world.offer(public());
                world.sign(&maker, WaybillOffer { offer })
            })
            .collect();
        world.block(&block);
    }
    let offer = world.offer(public());
    let wanted = world.put_offer(Offer { part_load: true, ..offer });
    let filter = WaybillFilter { part_load: Some(true), ..none() };
    let (found, count) = pages(&world, &filter, 10);
    assert_eq!((found, count), (vec![wanted], 2), "2,000 are looked at for a page");
    let since = world.waybill(wanted).offered_at;
    let late = WaybillFilter { offered_since: Some(since), ..filter };
    assert_eq!(pages(&world, &late, 10), (vec![wanted], 1), "what is older is not looked at");
}

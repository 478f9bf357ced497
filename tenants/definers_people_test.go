package tenants_test

import (
	"context"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

// The scenarios of the definer functions about people, their roles, their
// matches and their diary. definers_test.go lists them.

const openCredential = "select app.open_credential(?, ?, ?, '', '', ?, ?, false, '{}', '{}', 10, now() + interval '1 hour')"

func opensSession(t *testing.T, l line) {
	id := tenants.NewID()
	does(t, tenants.Nobody, pgtest.Actor(tenants.Nobody), openCredential, id, "session", id[:], l.worker.ID, nil)
	e, err := l.db.Enter(t.Context(), id[:], "")
	if err != nil || e == nil || e.Person != l.worker.ID {
		t.Errorf("entered as %+v (%v)", e, err)
	}
	key := tenants.NewID()
	does(t, l.trust, pgtest.Actor(l.trust), openCredential, key, "key", key[:], nil, l.trust.ID)
	if e, err := l.db.Enter(t.Context(), key[:], ""); err != nil || e == nil || e.Party != l.trust.ID {
		t.Errorf("entered as %+v (%v)", e, err)
	}
}

func opensNothing(t *testing.T, l line) {
	id := tenants.NewID()
	_, code := attempt(t, l.db, l.agency, openCredential, id, "key", id[:], nil, l.trust.ID)
	is(t, "a key to another house", code, refused)
	_, code = attempt(t, l.db, l.agency, openCredential, id, "session", id[:], l.worker.ID, nil)
	is(t, "another's session", code, refused)
}

func closesOwnKey(t *testing.T, l line) {
	is(t, "a key", ask[bool](t, l.trust, pgtest.Actor(l.trust), "select app.close_credential(?)", l.key(t, "key", nil, l.trust.ID)), true)
	is(t, "a session", ask[bool](t, l.worker, as(l.worker.ID), "select app.close_credential(?)", l.key(t, "session", l.worker.ID, nil)), true)
}

func closesNoOther(t *testing.T, l line) {
	is(t, "another's key", ask[bool](t, l.agency, pgtest.Actor(l.agency), "select app.close_credential(?)", l.key(t, "key", nil, l.trust.ID)), false)
	is(t, "another's session", ask[bool](t, l.trust, pgtest.Actor(l.trust), "select app.close_credential(?)", l.key(t, "session", l.worker.ID, nil)), false)
}

func closesOwnSessions(t *testing.T, l line) {
	l.key(t, "session", l.worker.ID, nil)
	l.key(t, "session", l.worker.ID, nil)
	is(t, "sessions", ask[int](t, l.worker, as(l.worker.ID), "select app.close_sessions()"), 2)
}

func closesNoSessions(t *testing.T, l line) {
	l.key(t, "session", l.worker.ID, nil)
	is(t, "sessions", ask[int](t, l.trust, as(pgtest.Person(t, "Asha")), "select app.close_sessions()"), 0)
	is(t, "still open", l.one(t, "select count(*)::text from credentials where person_id = $1 and revoked_at is null", l.worker.ID), "1")
}

func findsOwnKeys(t *testing.T, l line) {
	l.key(t, "key", nil, l.trust.ID)
	l.key(t, "session", l.worker.ID, nil)
	is(t, "the trust's", ask[int](t, l.trust, pgtest.Actor(l.trust), "select count(*) from app.my_credentials()"), 1)
	is(t, "the person's", ask[int](t, l.worker, as(l.worker.ID), "select count(*) from app.my_credentials()"), 1)
}

func noKeys(t *testing.T, l line) {
	l.key(t, "key", nil, l.trust.ID)
	is(t, "another's", ask[int](t, l.agency, pgtest.Actor(l.agency), "select count(*) from app.my_credentials()"), 0)
	is(t, "a visitor's", ask[int](t, tenants.Nobody, pgtest.Actor(tenants.Nobody), "select count(*) from app.my_credentials()"), 0)
}

func findsMembers(t *testing.T, l line) {
	l.grant(t, pgtest.Person(t, "Asha"), l.trust, "viewer")
	is(t, "members", ask[string](t, l.trust, pgtest.Actor(l.trust), "select string_agg(name || roles::text, ' ') from app.members()"), "Asha{viewer}")
}

func noMembers(t *testing.T, l line) {
	l.grant(t, pgtest.Person(t, "Asha"), l.trust, "viewer")
	is(t, "members", ask[int](t, l.agency, pgtest.Actor(l.agency), "select count(*) from app.members()"), 0)
}

func (l line) addressesFor(t *testing.T, me tenants.Party, ward tenants.ID) int {
	asha := pgtest.Person(t, "Asha")
	l.row(t, "grants", "id", tenants.NewID(), "person_id", asha, "organisation_id", l.trust.ID, "role", "viewer", "wards", []tenants.ID{l.ward}, "granted_at", "now")
	return ask[int](t, me, pgtest.Actor(me), "select count(*) from app.addresses('{viewer}', ?, null)", ward)
}

func findsAddresses(t *testing.T, l line) {
	is(t, "addresses", l.addressesFor(t, l.trust, l.ward), 1)
	is(t, "a worker's own", l.addressesFor(t, l.worker, l.ward), 1)
}

func noAddresses(t *testing.T, l line) {
	is(t, "on another ward", l.addressesFor(t, l.trust, tenants.NewID()), 0)
	is(t, "for another", l.addressesFor(t, l.agency, l.ward), 0)
}

func (l line) register(t *testing.T, me tenants.Party, mail string) (given, made tenants.ID) {
	given = tenants.NewID()
	return given, ask[tenants.ID](t, me, pgtest.Actor(me), "select app.register_person(?, ?, 'Asha', '')", given, mail)
}

func findsPersonByMail(t *testing.T, l line) {
	_, made := l.register(t, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, l.mail(t))
	is(t, "the one who has the address", made, l.worker.ID)
}

func newPerson(t *testing.T, l line) {
	given, made := l.register(t, l.trust, l.trust.ID.String()+"@new.example")
	is(t, "a new address", made, given)
}

func (l line) passwordOf(t *testing.T) string {
	return l.one(t, "select password_hash || ' ' || version from people where id = $1", l.worker.ID)
}

func setsPassword(t *testing.T, l line) {
	open := l.key(t, "session", l.worker.ID, nil)
	does(t, l.worker, as(l.worker.ID), "select app.set_password('new', null)")
	is(t, "password", l.passwordOf(t), "new 2")
	is(t, "its sessions", l.one(t, "select (revoked_at is not null)::text from credentials where id = $1", open), "true")
}

func keepsPassword(t *testing.T, l line) {
	does(t, l.trust, as(pgtest.Person(t, "Asha")), "select app.set_password('new', null)")
	is(t, "another's password", l.passwordOf(t), " 1")
}

// link is the hash of a link that sets the worker's password.
func (l line) link(t *testing.T, expires string) []byte {
	t.Helper()
	hash := tenants.NewID()
	platform := pgtest.Org(t, tenants.Platform)
	does(t, platform, pgtest.Actor(platform), "select app.open_link(?, ?, ?)", hash[:], l.worker.ID, expires)
	return hash[:]
}

func (l line) personOf(t *testing.T, link []byte) string {
	return ask[string](t, tenants.Nobody, pgtest.Actor(tenants.Nobody), "select coalesce(min(email), 'nobody') from app.link_person(?)", link)
}

func (l line) useLink(t *testing.T, link []byte) bool {
	return ask[bool](t, tenants.Nobody, pgtest.Actor(tenants.Nobody), "select app.use_link(?, 'linked')", link)
}

func opensLink(t *testing.T, l line) {
	first := l.link(t, "2999-01-01")
	second := l.link(t, "2999-01-01")
	is(t, "the later link", l.personOf(t, second), l.mail(t))
	is(t, "the earlier link", l.personOf(t, first), "nobody")
}

func opensNoLink(t *testing.T, l line) {
	for _, me := range []tenants.Party{l.trust, l.agency, l.worker, tenants.Nobody} {
		_, code := attempt(t, l.db, me, "select app.open_link('x', ?, '2999-01-01')", l.worker.ID)
		is(t, string(me.Kind), code, refused)
	}
}

func findsPersonOfLink(t *testing.T, l line) {
	is(t, "a live link", l.personOf(t, l.link(t, "2999-01-01")), l.mail(t))
}

func noPersonOfLink(t *testing.T, l line) {
	is(t, "an old link", l.personOf(t, l.link(t, "2026-01-01")), "nobody")
	is(t, "no link", l.personOf(t, []byte("guess")), "nobody")
}

func usesLink(t *testing.T, l line) {
	link := l.link(t, "2999-01-01")
	is(t, "used", l.useLink(t, link), true)
	is(t, "password", l.passwordOf(t), "linked 2")
	is(t, "used again", l.useLink(t, link), false)
}

func usesNoLink(t *testing.T, l line) {
	is(t, "an old link", l.useLink(t, l.link(t, "2026-01-01")), false)
	is(t, "no link", l.useLink(t, []byte("guess")), false)
	is(t, "password", l.passwordOf(t), " 1")
}

func (l line) rolesOf(t *testing.T, person tenants.ID) string {
	return l.one(t, "select coalesce(string_agg(role, ' '), '') from grants where person_id = $1 and revoked_at is null", person)
}

const grantRole = "select app.grant_role(?, ?, ?, 'viewer', null)"

func grantsRole(t *testing.T, l line) {
	asha := pgtest.Person(t, "Asha")
	does(t, l.trust, pgtest.Actor(l.trust), grantRole, tenants.NewID(), asha, l.trust.ID)
	is(t, "roles", l.rolesOf(t, asha), "viewer")
	first := pgtest.Person(t, "First")
	platform := pgtest.Org(t, tenants.Platform)
	does(t, platform, pgtest.Actor(platform), grantRole, tenants.NewID(), first, l.trust.ID)
	is(t, "roles given by the platform", l.rolesOf(t, first), "viewer")
}

func grantsNothing(t *testing.T, l line) {
	asha := pgtest.Person(t, "Asha")
	for _, me := range []tenants.Party{l.agency, l.worker, pgtest.Org(t, tenants.Trust)} {
		_, code := attempt(t, l.db, me, grantRole, tenants.NewID(), asha, l.trust.ID)
		is(t, string(me.Kind), code, refused)
	}
}

func (l line) revoke(t *testing.T, me tenants.Party) (bool, string) {
	asha := pgtest.Person(t, "Asha")
	l.grant(t, asha, l.trust, "viewer")
	done := ask[bool](t, me, pgtest.Actor(me), "select app.revoke_role(?, 'viewer')", asha)
	return done, l.rolesOf(t, asha)
}

func revokesRole(t *testing.T, l line) {
	done, left := l.revoke(t, l.trust)
	is(t, "revoked", done, true)
	is(t, "roles", left, "")
}

func revokesNothing(t *testing.T, l line) {
	done, left := l.revoke(t, l.agency)
	is(t, "revoked", done, false)
	is(t, "roles", left, "viewer")
}

func setsClock(t *testing.T, l line) {
	does(t, l.trust, pgtest.Actor(l.trust), "select app.set_clock('1 day')")
	does(t, l.trust, pgtest.Actor(l.trust), "select app.set_clock('2 days')")
	is(t, "clock", l.one(t, "select ahead::text from clocks where organisation_id = $1", l.trust.ID), "2 days")
}

func setsNoClock(t *testing.T, l line) {
	l.exec(t, "update organisations set sandbox = false where id = $1", l.trust.ID)
	_, code := attempt(t, l.db, l.trust, "select app.set_clock('1 day')")
	is(t, "a real organisation", code, refused)
	_, code = attempt(t, l.db, l.worker, "select app.set_clock('1 day')")
	is(t, "a person", code, refused)
}

// profile makes the worker the person whom the agency's record describes.
func (l line) profile(t *testing.T, born string) {
	l.row(t, "worker_profiles", "owner_id", l.worker.ID, "id", l.worker.ID, "name", "Worker", "staff_group", "walled", "grade", "walled",
		"register_body", "nmc", "register_number", l.number, "born_on", born)
}

func (l line) matches(t *testing.T, me tenants.Party) int {
	return ask[int](t, me, pgtest.Actor(me), "select count(*) from app.representations_of_me()")
}

func findsMatch(t *testing.T, l line) {
	l.profile(t, "1990-01-01")
	is(t, "matches", l.matches(t, l.worker), 1)
}

func noMatch(t *testing.T, l line) {
	l.profile(t, "1990-01-02") // the number alone is not enough
	is(t, "matches", l.matches(t, l.worker), 0)
	is(t, "matches of another", l.matches(t, pgtest.Worker(t)), 0)
}

func (l line) confirm(t *testing.T, me tenants.Party) bool {
	return ask[bool](t, me, pgtest.Actor(me), "select app.confirm_representation(?, ?)", l.agency.ID, l.representation)
}

func confirmsMatch(t *testing.T, l line) {
	l.profile(t, "1990-01-01")
	is(t, "confirmed", l.confirm(t, l.worker), true)
	is(t, "represented", count(t, l.worker, "representations"), 1)
	is(t, "confirmed again", l.confirm(t, l.worker), false)
}

func confirmsNothing(t *testing.T, l line) {
	is(t, "without a profile", l.confirm(t, l.worker), false)
	l.profile(t, "1990-01-01")
	is(t, "by another", l.confirm(t, pgtest.Worker(t)), false)
	is(t, "the agency's record", l.one(t, "select coalesce(worker_id::text, 'nobody') from representations where id = $1", l.representation), "nobody")
}

func (l line) engagedBy(t *testing.T, me tenants.Party, register string) int {
	return ask[int](t, me, pgtest.Actor(me), "select count(*) from app.engaged(?, ?, ?)", l.agency.ID, l.worker.ID, register)
}

func findsEngaged(t *testing.T, l line) {
	l.exec(t, "update representations set worker_id = $1, confirmed_at = now() where id = $2", l.worker.ID, l.representation)
	is(t, "by register number", l.engagedBy(t, l.trust, l.number), 1)
	is(t, "by an earlier booking", l.engagedBy(t, l.trust, ""), 1)
}

func noEngaged(t *testing.T, l line) {
	is(t, "not confirmed", l.engagedBy(t, l.trust, l.number), 0)
	l.exec(t, "update representations set worker_id = $1, confirmed_at = now() where id = $2", l.worker.ID, l.representation)
	is(t, "by another trust", l.engagedBy(t, pgtest.Org(t, tenants.Trust), l.number), 0)
	l.exec(t, "update agreements set ended_at = now() where id = $1", l.agreement)
	is(t, "after the agreement", l.engagedBy(t, l.trust, l.number), 0)
}

func (l line) plan(t *testing.T, me tenants.Party) bool {
	return ask[bool](t, me, pgtest.Actor(me), "select app.diary_plan(?, ?)", tenants.NewID(), l.booking)
}

func (l line) inDiary(t *testing.T) string {
	return l.one(t, "select count(*)::text from diary where booking_id = $1 and live", l.booking)
}

func plansBooking(t *testing.T, l line) {
	is(t, "planned", l.plan(t, l.trust), true)
	is(t, "in the diary", l.inDiary(t), "1")
}

func plansNothing(t *testing.T, l line) {
	is(t, "planned by another", l.plan(t, pgtest.Org(t, tenants.Trust)), false)
	is(t, "in the diary", l.inDiary(t), "0")
}

func (l line) drop(t *testing.T, me tenants.Party) {
	l.plan(t, l.trust)
	does(t, me, pgtest.Actor(me), "select app.diary_drop(?)", l.booking)
}

func dropsBooking(t *testing.T, l line) {
	l.drop(t, l.trust)
	is(t, "in the diary", l.inDiary(t), "0")
}

func dropsNothing(t *testing.T, l line) {
	l.drop(t, pgtest.Org(t, tenants.Trust))
	is(t, "in the diary", l.inDiary(t), "1")
}

func (l line) free(t *testing.T, me tenants.Party, day string) (free bool) {
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		return tx.NewRaw("select app.diary_free(?, ?::timestamptz, ?::timestamptz)", l.representation, day+"T08:00Z", day+"T09:00Z").Scan(ctx, &free)
	})
	return free
}

func (l line) busy(t *testing.T) {
	l.exec(t, "update representations set worker_id = $1, confirmed_at = now() where id = $2", l.worker.ID, l.representation)
	l.plan(t, l.trust)
}

func findsClash(t *testing.T, l line) {
	is(t, "before", l.free(t, l.agency, "2026-06-01"), true)
	l.busy(t)
	is(t, "that day", l.free(t, l.agency, "2026-06-01"), false)
	is(t, "the next", l.free(t, l.agency, "2026-06-02"), true)
}

func noClash(t *testing.T, l line) {
	l.busy(t)
	is(t, "to an agency that does not represent them", l.free(t, pgtest.Org(t, tenants.Agency), "2026-06-01"), true)
}

// weeks is how many weeks of the worker's one grade a party learns of, "none" where
// it learns of nothing.
func (l line) weeks(t *testing.T, me tenants.Party, before string) string {
	return ask[string](t, me, pgtest.Actor(me), "select coalesce(app.awr_weeks(?, ?, 'walled', ?::date, 42)::text, 'none')", l.trust.ID, l.worker.ID, before)
}

func findsWeeks(t *testing.T, l line) {
	l.exec(t, "update representations set worker_id = $1, confirmed_at = now() where id = $2", l.worker.ID, l.representation)
	for _, me := range []tenants.Party{l.trust, l.agency, l.worker} {
		is(t, string(me.Kind)+" while the week lasts", l.weeks(t, me, "2026-06-07"), "0")
		is(t, string(me.Kind)+" when it is over", l.weeks(t, me, "2026-06-08"), "1")
	}
	elsewhere := pgtest.Actor(l.trust)
	elsewhere.Wards = []tenants.ID{tenants.NewID()} // the number is the employer's, whatever wards a manager sees
	is(t, "a manager of another ward", ask[int](t, l.trust, elsewhere, "select app.awr_weeks(?, ?, 'walled', '2026-06-08', 42)", l.trust.ID, l.worker.ID), 1)
}

func noWeeks(t *testing.T, l line) {
	is(t, "an agency that nobody has confirmed", l.weeks(t, l.agency, "2026-06-08"), "none")
	l.exec(t, "update representations set worker_id = $1, confirmed_at = now() where id = $2", l.worker.ID, l.representation)
	for _, me := range []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Practice), pgtest.Org(t, tenants.Agency), pgtest.Worker(t)} {
		is(t, "another "+string(me.Kind), l.weeks(t, me, "2026-06-08"), "none")
	}
	rival := l.org(t, tenants.Agency)
	l.row(t, "agreements", "tenant_id", l.trust.ID, "agency_id", rival.ID, "id", tenants.NewID(), "starts_on", "2026-01-01", "supplier_name", "Rival", "created_at", "now")
	is(t, "an agency that represents others", l.weeks(t, rival, "2026-06-08"), "none")
	l.exec(t, "update representations set archived_at = now() where id = $1", l.representation)
	is(t, "an agency that has put the worker away", l.weeks(t, l.agency, "2026-06-08"), "none")
	l.exec(t, "update representations set archived_at = null where id = $1", l.representation)
	l.exec(t, "update agreements set ended_at = now() where id = $1", l.agreement)
	is(t, "an agency whose agreement has ended", l.weeks(t, l.agency, "2026-06-08"), "none")
	stranger := l
	stranger.worker = pgtest.Worker(t)
	is(t, "of somebody who was never there", stranger.weeks(t, l.trust, "2026-06-08"), "none")
}

// zone is what a party is told of the zone of a site, or of the employer with none.
func (l line) zone(t *testing.T, me tenants.Party, site *tenants.ID) string {
	t.Helper()
	return ask[string](t, me, pgtest.Actor(me), "select coalesce(app.cap_zone(?, ?), 'none')", l.trust.ID, site)
}

func findsZone(t *testing.T, l line) {
	l.exec(t, "update sites set zone = 'inner_london' where id = $1", l.site)
	l.exec(t, "update agreements set ended_at = now() where id = $1", l.agreement) // its last timesheets are priced still
	both := func(what string, site *tenants.ID, want string) {
		t.Helper()
		for _, me := range []tenants.Party{l.trust, l.agency} {
			is(t, string(me.Kind)+" of "+what, l.zone(t, me, site), want)
		}
	}
	both("the site", &l.site, "inner_london")
	both("the employer", nil, "inner_london")
	l.row(t, "sites", "tenant_id", l.trust.ID, "id", tenants.NewID(), "code", "F", "name", "Far", "zone", "fringe")
	both("an employer of two zones", nil, "outside_london")
	l.exec(t, "update sites set published = false where id = $1", l.site)
	both("a hidden site", &l.site, "inner_london")
	both("the employer without it", nil, "fringe")
	l.exec(t, "update sites set published = false where tenant_id = $1", l.trust.ID)
	both("an employer without sites", nil, "outside_london")
}

func noZone(t *testing.T, l line) {
	l.exec(t, "update sites set zone = 'inner_london' where id = $1", l.site)
	for _, me := range []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Practice), pgtest.Org(t, tenants.Agency)} {
		is(t, "another "+string(me.Kind), l.zone(t, me, &l.site), "none")
		is(t, "another "+string(me.Kind)+" of the employer", l.zone(t, me, nil), "none")
	}
	strange := tenants.NewID()
	is(t, "of a site that is not the employer's", l.zone(t, l.trust, &strange), "none")
}

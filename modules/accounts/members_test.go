package accounts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/tenants"
)

func TestAddMember_givesRolesOfTheKindOfOrganisationAlone(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Agency)
	add := func(m accounts.NewMember) error {
		return pgtest.DB(t).Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.AddMember(ctx, tx, org, m)
			return err
		})
	}

	for name, c := range map[string]struct {
		m    accounts.NewMember
		want *fault.Fault
	}{
		"a trust's role": {accounts.NewMember{Email: address("a"), Name: "Anna", Roles: []string{"finance"}}, accounts.ErrRoleKind},
		"a clinician":    {accounts.NewMember{Email: address("a"), Name: "Anna", Roles: []string{"clinician"}}, accounts.ErrRoleKind},
		"no role":        {accounts.NewMember{Email: address("a"), Name: "Anna"}, accounts.ErrNoRole},
		"no address":     {accounts.NewMember{Email: "anna", Name: "Anna", Roles: []string{"agency_admin"}}, accounts.ErrEmail},
		"no name":        {accounts.NewMember{Email: address("a"), Roles: []string{"agency_admin"}}, accounts.ErrName},
		"a weak secret":  {accounts.NewMember{Email: address("a"), Name: "Anna", Roles: []string{"agency_admin"}, Password: "x"}, accounts.ErrPassword},
	} {
		if err := add(c.m); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := add(accounts.NewMember{Email: address("a"), Name: "Anna", Roles: []string{"agency_admin", "agency_finance"}}); err != nil {
		t.Error(err)
	}
}

func TestAddMember_doesNotTakeAnAccountOver(t *testing.T) {
	t.Parallel()
	w, org, other := start(t), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	person, mail := w.member(t, org, "viewer")
	var again tenants.ID
	add := func(me tenants.Party) error {
		return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
			again, err = w.AddMember(ctx, tx, other, accounts.NewMember{Email: mail, Name: "Mallory", Password: "mallory was here", Roles: []string{"viewer"}})
			return err
		})
	}

	if err := add(other); !errors.Is(err, accounts.ErrKnownElsewhere) {
		t.Errorf("another organisation got %v", err)
	}
	if err := add(platform); err != nil {
		t.Errorf("the platform got %v", err)
	}

	if again != person {
		t.Errorf("a second person was made for %s", mail)
	}
	if _, err := w.signIn(t, mail, "mallory was here", from(t, 5, 1)); !errors.Is(err, accounts.ErrSignIn) {
		t.Error("the password was replaced")
	}
	if _, err := w.signIn(t, mail, password, from(t, 5, 1)); err != nil {
		t.Errorf("the person's own password: %v", err)
	}
}

func TestMembers_showsThoseOfOneOrganisationWithTheirWards(t *testing.T) {
	t.Parallel()
	w, org, other := start(t), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	a, b := tenants.NewID(), tenants.NewID()
	w.member(t, other, "viewer")
	var all, first, second []accounts.Member
	var next paging.Cursor

	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		for _, m := range []accounts.NewMember{
			{Email: address("z"), Name: "Zoe Whole", Roles: []string{"viewer"}},
			{Email: address("a"), Name: "Adam Wards", Roles: []string{"ward_manager", "viewer"}, Wards: []tenants.ID{a, b}},
			{Email: address("m"), Name: "Mia Mixed", Roles: []string{"ward_manager"}, Wards: []tenants.ID{a}},
		} {
			if _, err = w.AddMember(ctx, tx, org, m); err != nil {
				return err
			}
			if m.Name == "Mia Mixed" {
				m.Roles, m.Wards = []string{"viewer"}, nil
				if _, err = w.AddMember(ctx, tx, org, m); err != nil {
					return err
				}
			}
		}
		if all, err = w.Members(ctx, tx); err != nil {
			return err
		}
		if first, next, err = w.MemberPage(ctx, tx, "", 2); err != nil {
			return err
		}
		second, _, err = w.MemberPage(ctx, tx, next, 2)
		return err
	})

	if len(all) != 3 || all[0].Name != "Adam Wards" || len(all[0].Wards) != 2 || all[1].Wards != nil || all[2].Wards != nil {
		t.Errorf("members = %+v", all)
	}
	if len(first) != 2 || len(second) != 1 || second[0].Name != "Zoe Whole" {
		t.Errorf("pages of %d and %d", len(first), len(second))
	}
}

func TestRevoke_keepsTheLastAdministrator(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	boss, _ := w.member(t, org, "org_admin", "viewer")
	clerk, _ := w.member(t, org, "viewer")
	revoke := func(person tenants.ID, role string) error {
		return pgtest.DB(t).Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error { return w.Revoke(ctx, tx, person, role) })
	}

	if err := revoke(boss, "org_admin"); !errors.Is(err, accounts.ErrLastAdmin) {
		t.Errorf("the last: %v", err)
	}
	if err := revoke(clerk, "org_admin"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a role that was never given: %v", err)
	}
	if err := revoke(boss, "viewer"); err != nil {
		t.Errorf("another role of theirs: %v", err)
	}
	w.member(t, org, "org_admin")
	if err := revoke(boss, "org_admin"); err != nil {
		t.Errorf("one of two: %v", err)
	}
}

func TestRevoke_twoAtOnceLeaveOneAdministrator(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	one, _ := w.member(t, org, "org_admin")
	two, _ := w.member(t, org, "org_admin")
	db, errs := pgtest.DB(t), make(chan error, 2)

	for _, person := range []tenants.ID{one, two} {
		go func() {
			errs <- db.Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error { return w.Revoke(ctx, tx, person, "org_admin") })
		}()
	}

	got := []error{<-errs, <-errs}
	if refused := slices.DeleteFunc(got, func(err error) bool { return err == nil }); len(refused) != 1 || !errors.Is(refused[0], accounts.ErrLastAdmin) {
		t.Errorf("refusals: %v", refused)
	}
}

func TestRevoke_reachesNoOtherOrganisation(t *testing.T) {
	t.Parallel()
	w, org, other := start(t), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	person, _ := w.member(t, other, "viewer")

	err := pgtest.DB(t).Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error { return w.Revoke(ctx, tx, person, "viewer") })

	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestCreateOrganisation_isThePlatformsAloneAndUnique(t *testing.T) {
	t.Parallel()
	w := start(t)
	letters := strings.ToUpper(strings.Map(func(r rune) rune { return 'a' + r%26 }, tenants.NewID().String()[32:]))
	new := accounts.NewOrganisation{Code: "bellfield-" + strings.ToLower(letters), Letters: letters, Kind: tenants.Trust, Name: "Bellfield NHS Trust", Sandbox: true}
	create := func(as tenants.Party, n accounts.NewOrganisation) (o accounts.Organisation, err error) {
		err = pgtest.DB(t).Run(t.Context(), as, tenants.Actor{Kind: tenants.Console, Name: "test"}, func(ctx context.Context, tx *tenants.Tx) error {
			o, err = w.CreateOrganisation(ctx, tx, n)
			return err
		})
		return o, err
	}

	made, err := create(platform, new)
	if err != nil || made.Nation != "england" {
		t.Fatalf("%+v, %v", made, err)
	}

	if _, err := create(platform, new); !errors.Is(err, accounts.ErrCodeTaken) {
		t.Errorf("the same code: %v", err)
	}
	wrong := accounts.NewOrganisation{Code: "Bell Field", Letters: "b", Kind: tenants.Trust, Name: "B", Nation: "france", ODSCode: "x"}
	if _, err := create(platform, wrong); len(fault.Of(err).Fields) != 5 {
		t.Errorf("five mistakes: %v", fault.Of(err).Fields)
	}
	new.Code, new.Letters = "other-"+new.Code, "Z"+letters
	if _, err := create(pgtest.Org(t, tenants.Trust), new); err == nil {
		t.Error("a trust made an organisation")
	}
}

func TestCreateOrganisation_thePlatformEnrolsItsFirstAdministrator(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Agency)
	mail := address("first")
	enrol := func(as tenants.Party) error {
		return pgtest.DB(t).Run(t.Context(), as, tenants.Actor{Kind: tenants.Console, Name: "test"}, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.AddMember(ctx, tx, org, accounts.NewMember{Email: mail, Name: "First", Password: password, Roles: []string{"agency_admin"}})
			return err
		})
	}

	if err := enrol(pgtest.Org(t, tenants.Trust)); err == nil {
		t.Error("another organisation gave a role here")
	}
	if err := enrol(platform); err != nil {
		t.Fatal(err)
	}

	if err := w.as(t, w.session(t, mail, from(t, 6, 1)), w.code(t, org), func(context.Context, *tenants.Tx) error { return nil }); err != nil {
		t.Errorf("the first administrator: %v", err)
	}
}

func TestDirectory_isReadAPageAtATime(t *testing.T) {
	t.Parallel()
	w, me := start(t), pgtest.Org(t, tenants.Hub)
	for range 3 {
		pgtest.Org(t, tenants.Hub)
	}
	var names []string

	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		f := accounts.OrganisationFilter{Kind: tenants.Hub, Limit: 2}
		for {
			page, next, err := w.Page(ctx, tx, f)
			if err != nil {
				return err
			}
			for _, o := range page {
				names = append(names, o.Name)
			}
			if f.Cursor = next; next == "" {
				return nil
			}
		}
	})

	if len(names) < 4 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("pages gave %v", names)
	}
}

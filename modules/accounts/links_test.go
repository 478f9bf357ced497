package accounts_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/tenants"
)

// link is a new link for a person.
func (w world) link(t *testing.T, person tenants.ID) (secret string) {
	t.Helper()
	pgtest.Run(t, platform, func(ctx context.Context, tx *tenants.Tx) (err error) {
		secret, err = w.OfferLink(ctx, tx, person)
		return err
	})
	return secret
}

// use sets a password by a link, as a visitor does.
func (w world) use(t *testing.T, secret, password string) error {
	t.Helper()
	return pgtest.DB(t).Run(t.Context(), tenants.Nobody, pgtest.Actor(tenants.Nobody), func(ctx context.Context, tx *tenants.Tx) error {
		return w.UseLink(ctx, tx, secret, password)
	})
}

const fresh = "violet ladder spoon"

func TestUseLink_setsThePasswordAndEndsSessions(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	person, mail := w.member(t, org, "viewer")
	old := w.session(t, mail, from(t, 7, 1))
	secret := w.link(t, person)

	if err := w.use(t, secret, "short"); !errors.Is(err, accounts.ErrPassword) {
		t.Errorf("a weak password: %v", err)
	}
	if err := w.use(t, secret, fresh); err != nil {
		t.Fatal(err)
	}

	if _, err := w.signIn(t, mail, fresh, from(t, 7, 1)); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if _, err := w.door.Enter(t.Context(), old, w.code(t, org)); err == nil {
		t.Error("a session from before is alive")
	}
	if _, err := w.door.Enter(t.Context(), secret, ""); err == nil {
		t.Error("a link opened the door")
	}
}

func TestUseLink_worksOnceAlsoForTwoAtOnce(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	person, _ := w.member(t, org, "viewer")
	secret := w.link(t, person)
	errs := make([]error, 2)
	var both sync.WaitGroup

	for i := range errs {
		both.Go(func() { errs[i] = w.use(t, secret, fresh) })
	}
	both.Wait()

	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("two at once: %v", errs)
	}
	if err := w.use(t, secret, fresh); !errors.Is(err, accounts.ErrLink) {
		t.Errorf("a third: %v", err)
	}
}

func TestUseLink_refusesAnOldAnEarlierAndAnUnknownLink(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	person, _ := w.member(t, org, "viewer")
	earlier := w.link(t, person)
	last := w.link(t, person)
	pgtest.Exec(t, "update password_links set expires_at = now() - interval '1 second' where person_id = $1", person)

	for name, secret := range map[string]string{"earlier": earlier, "too old": last, "unknown": "x", "empty": ""} {
		if err := w.use(t, secret, fresh); !errors.Is(err, accounts.ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOfferLink_isForThePlatformAlone(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, kind := range []tenants.Kind{tenants.Trust, tenants.Agency, tenants.Practice, tenants.Hub} {
		org := pgtest.Org(t, kind)
		err := pgtest.DB(t).Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.OfferLink(ctx, tx, pgtest.Person(t, "Somebody"))
			return err
		})
		if err == nil {
			t.Errorf("a %s made one", kind)
		}
	}
}

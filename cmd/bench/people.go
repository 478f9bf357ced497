package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/door"
	"wardbridge/internal/money"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/exchange"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

const (
	tenantsMany = 20
	shiftsEach  = 5_000
	password    = "bench pass phrase 2026"
)

// trust is a tenant and how its people come in.
type trust struct {
	tenants.Party
	code, mail   string
	key, session string
	agreement    tenants.ID
}

// furnish makes three agencies, the national data and, for the measures of
// requests, the tenants with their shifts.
func (w *world) furnish(ctx context.Context, requests bool) error {
	err := w.as(ctx, w.platform, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Packs.LoadNational(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for n := range 3 {
		a, err := w.organisation(ctx, tenants.Agency, fmt.Sprintf("agency-%d", n+1), "AG"+string(rune('A'+n)))
		if err != nil {
			return err
		}
		w.agencies = append(w.agencies, a)
	}
	if !requests {
		return nil
	}
	for n := range tenantsMany {
		t, err := w.trust(ctx, fmt.Sprintf("trust-%d", n+1), "TR"+string(rune('A'+n)))
		if err != nil {
			return err
		}
		if _, err := w.take(ctx, t, shiftsEach); err != nil {
			return err
		}
		w.trusts, w.shifts = append(w.trusts, t), w.shifts+shiftsEach
	}
	_, err = w.raw.Exec(ctx, "vacuum analyze")
	return err
}

func (w *world) organisation(ctx context.Context, kind tenants.Kind, code, letters string) (p tenants.Party, err error) {
	return p, w.as(ctx, w.platform, func(ctx context.Context, tx *tenants.Tx) error {
		o, err := w.Accounts.CreateOrganisation(ctx, tx, accounts.NewOrganisation{Code: code, Letters: letters, Kind: kind, Name: "The " + code, Sandbox: kind == tenants.Trust})
		p = tenants.Party{ID: o.ID, Kind: kind}
		return err
	})
}

// trust makes a tenant with two sites, twelve wards, three agencies in tiers, a
// rate card, a key and somebody who is signed in.
func (w *world) trust(ctx context.Context, code, letters string) (t trust, err error) {
	t = trust{code: code, mail: "manager@" + code + ".example"}
	if t.Party, err = w.organisation(ctx, tenants.Trust, code, letters); err != nil {
		return t, err
	}
	err = w.as(ctx, w.platform, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Accounts.AddMember(ctx, tx, t.Party, accounts.NewMember{Email: t.mail, Name: "Manager of " + code, Password: password, Roles: []string{"bank_office", "ward_manager"}})
		return err
	})
	if err != nil {
		return t, err
	}
	err = w.as(ctx, t.Party, func(ctx context.Context, tx *tenants.Tx) error {
		if err := w.settle(ctx, tx, &t); err != nil {
			return err
		}
		_, t.key, err = w.Accounts.MakeKey(ctx, tx, door.NewKey{Name: "Bench", Roles: []string{"integration_engineer"}})
		return err
	})
	if err != nil {
		return t, err
	}
	return t, w.DB.Run(ctx, tenants.Nobody, tenants.Actor{Kind: tenants.System, Name: "bench"}, func(ctx context.Context, tx *tenants.Tx) error {
		try, err := w.Accounts.StartSignIn(ctx, tx, t.mail, "127.0.0.1")
		if err != nil {
			return err
		}
		try.Prove(password)
		in, err := w.Accounts.SignIn(ctx, tx, try)
		t.session = in.Secret
		return err
	})
}

// settle gives a tenant its places and its terms.
func (w *world) settle(ctx context.Context, tx *tenants.Tx, t *trust) error {
	for s := range 2 {
		site, err := w.Places.AddSite(ctx, tx, places.Site{Code: fmt.Sprintf("S%d", s+1), Name: fmt.Sprintf("Hospital %d", s+1)})
		if err != nil {
			return err
		}
		for n := range 6 {
			n += 6 * s
			ward := places.Ward{SiteID: site.ID, Code: fmt.Sprintf("W%d", n+1), Name: fmt.Sprintf("Ward %d", n+1), CostCentre: fmt.Sprintf("CC-%d", n+1)}
			if _, err := w.Places.AddWard(ctx, tx, ward); err != nil {
				return err
			}
		}
	}
	for n, agency := range w.agencies {
		a, err := w.Agencies.Agree(ctx, tx, agency.ID, civil.MustDate("2026-01-01"), agencies.Terms{Framework: "TWS3"})
		if err != nil {
			return err
		}
		if err := w.Agencies.SetTier(ctx, tx, a.ID, "nursing", n+1); err != nil {
			return err
		}
		t.agreement = a.ID
	}
	_, err := w.Cards.Publish(ctx, tx, cards.NewCard{Name: "Agency rates", ValidFrom: civil.MustDate("2026-01-01"), Source: "Bench",
		Lines: []cards.NewLine{{Grade: "nurse-band-5", PayMax: money.MustRate("21.50"), CommissionMax: money.MustRate("2.40")}}})
	if err == nil {
		_, err = w.Cascade.SetDefaultRule(ctx, tx)
	}
	return err
}

const headings = "External reference,Site,Ward,Staff group,Grade,Specialty,Date,Start,End,Break (minutes),Quantity,Reason,Cost centre,Notes"

// file is a rota of so many shifts over the coming year.
func file(n int) []byte {
	var b bytes.Buffer
	b.WriteString(headings + "\r\n")
	from := civil.DateOf(time.Now()).AddDays(3)
	for i := range n {
		start := []string{"07:00", "19:30", "13:00"}[i%3]
		end := []string{"19:30", "08:00", "21:00"}[i%3]
		ward := i % 12
		fmt.Fprintf(&b, "R-%06d,Hospital %d,Ward %d,,Band 5 nurse,,%s,%s,%s,60,1,Vacancy,,Please bring photo identification.\r\n",
			i, ward/6+1, ward+1, from.AddDays(i%364), start, end)
	}
	return b.Bytes()
}

// take takes a rota in and gives how long that was, from the file as it lay on
// disk to the shifts applied, audited and with their cascades planned. What
// follows from that, agencies that are told, is worked off but not counted.
func (w *world) take(ctx context.Context, t trust, n int) (took time.Duration, err error) {
	path, content := filepath.Join(w.dir, "rota.csv"), file(n)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return 0, err
	}
	var i exchange.Import
	began := time.Now()
	err = w.as(ctx, t.Party, func(ctx context.Context, tx *tenants.Tx) error {
		i, err = w.Exchange.Receive(ctx, tx, exchange.NewImport{Kind: "shifts"}, openapi.Upload{Path: path, Size: int64(len(content)), ContentType: "text/csv", Name: "rota.csv"})
		return err
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for err == nil && i.Running() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		err = w.as(ctx, t.Party, func(ctx context.Context, tx *tenants.Tx) error {
			i, err = w.Exchange.Get(ctx, tx, i.ID)
			return err
		})
	}
	took = time.Since(began)
	if err == nil && (i.Status != exchange.Applied || i.Created != n) {
		err = fmt.Errorf("the import is %s with %d created and %d bad: %s", i.Status, i.Created, i.RowsBad, i.Failure)
	}
	settling, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	return took, errors.Join(err, w.Queue.Settle(settling, t.Party))
}

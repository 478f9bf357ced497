package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"wardbridge/cmd/demonstration"
	"wardbridge/cmd/house"
	"wardbridge/internal/civil"
	"wardbridge/internal/door"
	"wardbridge/internal/money"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/places"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// The night of the tours: Saturday 13 June 2026 on Ward 9, planned from 19:30 to
// 08:00 with an hour's break, worked until 08:30 with 45 minutes. The file comes
// twelve days before, so that the bank has a day and tier 1 opens on 2 June.
const (
	tourFiled   = "2026-06-01T09:00:00+01:00"
	tourOpened  = "2026-06-02T09:30:00+01:00"
	tourOver    = "2026-06-14T10:00:00+01:00"
	tourBilled  = "2026-06-15T10:00:00+01:00"
	tourPeriod  = "2026-06-08" // the Monday of its week
	tourNote    = "Handover ran late."
	tourPayRate = 1997 // pence an hour
	tourFee     = 200  // pence for a paid hour
)

// tourFile is what the trust's roster gives.
const tourFile = "external_ref,site,ward,grade,date,start,end,break_minutes,quantity,reason,notes\r\n" +
	"TOUR-1,TR1,W9,nurse-band-5,13/06/2026,19:30,08:00,60,1,vacancy,Ask for the nurse in charge.\r\n"

// The unpaid break is not recorded by the clock, so it is shared out: of 750
// minutes 270 are on Saturday and 480 on Sunday, and 60 minutes fall 21.6 to 38.4,
// in whole minutes 22 to 38; of 780 worked, 45 fall 15.6 to 29.4, so 16 to 29.
var (
	tourQuoted = priced(tourPayRate, tourFee, 0, 270-22, 480-38)
	tourWorked = priced(tourPayRate, tourFee, 0, 270-16, 510-29)
)

// price is what a shift costs, in pence, worked out by whole numbers alone.
type price struct {
	minutes, coreMin, lowMin, highMin      int
	core, low, high                        int // pay
	holiday, ni, pension, levy, commission int
	net, vat, total                        int
}

// priced follows the cost stack of Band 5 under flat on-costs: each line is
// rounded once, halves upwards, on-costs from rounded pay and holiday.
func priced(rate, fee, core, low, high int) price {
	half := func(over, under int) int { return (2*over + under) / (2 * under) }
	p := price{coreMin: core, lowMin: low, highMin: high, minutes: core + low + high}
	p.core, p.low, p.high = half(rate*core, 60), half(rate*130*low, 6000), half(rate*160*high, 6000)
	pay := p.core + p.low + p.high
	p.holiday = half(pay*1207, 10000)
	gross := pay + p.holiday
	p.ni, p.pension, p.levy = half(gross*15, 100), half(gross*3, 100), half(gross*5, 1000)
	p.commission = half(fee*p.minutes, 60)
	p.net = gross + p.ni + p.pension + p.levy + p.commission
	p.vat = half(p.net*20, 100)
	p.total = p.net + p.vat
	return p
}

// lines are the parts by kind and band, as files and programs call them.
func (p price) lines() map[string]int {
	all := map[string]int{"pay core": p.core, "pay low": p.low, "pay high": p.high, "holiday": p.holiday, "employer_ni": p.ni,
		"pension": p.pension, "levy": p.levy, "commission": p.commission}
	for name, amount := range all {
		if amount == 0 {
			delete(all, name)
		}
	}
	return all
}

// pounds writes pence as the pages do.
func pounds(pence int) string {
	whole := fmt.Sprint(pence / 100)
	if n := len(whole); n > 3 {
		whole = whole[:n-3] + "," + whole[n-3:]
	}
	return fmt.Sprintf("£%s.%02d", whole, pence%100)
}

// wantLines compares the lines of a price, however they were read.
func wantLines(t *testing.T, where string, got, want map[string]int) {
	t.Helper()
	for name, amount := range want {
		if got[name] != amount {
			t.Errorf("%s: %s is %s, want %s", where, name, pounds(got[name]), pounds(amount))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s has the lines %v, want %v", where, got, want)
	}
}

// wantCSV checks a file of lines: each line of one price, and what they come to.
func wantCSV(t *testing.T, file string, want price) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("the file has %d rows: %v", len(rows), err)
	}
	at := map[string]int{}
	for i, title := range rows[0] {
		at[title] = i
	}
	got, vat, gross := map[string]int{}, 0, 0
	for _, row := range rows[1:] {
		got[strings.TrimSpace(row[at["kind"]]+" "+row[at["band"]])] += pence(t, row[at["net"]])
		vat += pence(t, row[at["vat"]])
		gross += pence(t, row[at["gross"]])
	}
	wantLines(t, "the CSV", got, want.lines())
	if vat != want.vat || gross != want.total {
		t.Errorf("the CSV comes to %s VAT and %s in all, want %s and %s", pounds(vat), pounds(gross), pounds(want.vat), pounds(want.total))
	}
}

// pence reads an amount such as 1234.56.
func pence(t *testing.T, text string) int {
	t.Helper()
	whole, part, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(whole + part)
	if err != nil || len(part) != 2 {
		t.Fatalf("%q is not an amount", text)
	}
	return n
}

// tour is a trust of its own, with its people, its terms with Meridian, and a
// nurse of Meridian's whom nobody else books.
type tour struct {
	t      *testing.T
	house  *house.House
	world  *demonstration.World
	base   string
	code   string
	nurse  string // her name
	trust  tenants.Party
	me     tenants.Party // the nurse as a worker
	people map[string]tenants.ID
}

func (u *tour) email(who string) string { return who + "@" + u.code + ".example" }

// set runs one unit of work in which the tour is prepared.
func (u *tour) set(party tenants.Party, fn func(context.Context, *tenants.Tx) error) {
	u.t.Helper()
	who := tenants.Actor{Kind: tenants.Console, Name: "tour"}
	if err := u.house.DB.Run(context.Background(), party, who, fn); err != nil {
		u.t.Fatal(err)
	}
}

// newTour founds the trust. Letters begin its references; the number is the
// nurse's at the NMC.
func newTour(t *testing.T, code, letters, nurse, number string) *tour {
	t.Helper()
	h, w, base := demoHouse(t)
	u := &tour{t: t, house: h, world: w, base: base, code: code, nurse: nurse, people: map[string]tenants.ID{}}
	u.platform(func(ctx context.Context, tx *tenants.Tx) error {
		made, err := h.Accounts.CreateOrganisation(ctx, tx, accounts.NewOrganisation{Code: code, Letters: letters, Kind: tenants.Trust, Name: "Tour of " + letters, Sandbox: true})
		if err != nil {
			return err
		}
		u.trust = tenants.Party{ID: made.ID, Kind: made.Kind}
		return u.enrol(ctx, tx, u.trust, map[string]string{"admin": "org_admin", "manager": "bank_office", "ward": "ward_manager", "finance": "finance"})
	})
	u.set(u.trust, u.terms)
	u.engage(number)
	return u
}

// platform prepares what the platform alone may.
func (u *tour) platform(fn func(context.Context, *tenants.Tx) error) {
	u.t.Helper()
	u.set(tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, fn)
}

// enrol gives people a log-in with the demonstration's password, each called by
// what they do and with one role.
func (u *tour) enrol(ctx context.Context, tx *tenants.Tx, party tenants.Party, roles map[string]string) error {
	hash, err := accounts.HashPassword(u.world.Password)
	if err != nil {
		return err
	}
	for who, role := range roles {
		name := "Robin " + strings.ToUpper(who[:1]) + who[1:]
		if who == "nurse" {
			name = u.nurse
		}
		ids, err := u.house.Accounts.AddMembers(ctx, tx, party, hash, []accounts.NewMember{{Email: u.email(who), Name: name, Roles: []string{role}}})
		if err != nil {
			return err
		}
		u.people[who] = ids[0]
	}
	return nil
}

func (u *tour) id(name string) tenants.ID {
	u.t.Helper()
	id, err := uuid.Parse(u.world.ID(name))
	if err != nil {
		u.t.Fatalf("%s: %v", name, err)
	}
	return id
}

// terms are the trust's places, its agreement with Meridian, its card and rule.
func (u *tour) terms(ctx context.Context, tx *tenants.Tx) error {
	site, err := u.house.Places.AddSite(ctx, tx, places.Site{Code: "TR1", Name: "Tour Hospital", Published: true})
	if err != nil {
		return err
	}
	if _, err := u.house.Places.AddWard(ctx, tx, places.Ward{SiteID: site.ID, Code: "W9", Name: "Ward 9", CostCentre: "T0900", Published: true}); err != nil {
		return err
	}
	starts := civil.MustDate("2026-01-01")
	a, err := u.house.Agencies.Agree(ctx, tx, u.id("meridian"), starts, agencies.Terms{Framework: "TWS3", SelfBillFrom: starts, SelfBillUntil: civil.MustDate("2027-12-31"),
		VATNumber: "GB337440071", SupplierAddress: "1 Example Street, Exampleton EX1 1EX"})
	if err != nil {
		return err
	}
	if err := u.house.Agencies.SetTiers(ctx, tx, a.ID, map[string]int{"nursing": 1}); err != nil {
		return err
	}
	card := cards.NewCard{Name: "Tour rates", ValidFrom: starts, Source: "Board paper",
		Lines: []cards.NewLine{{Grade: "nurse-band-5", PayMax: money.MustRate("21.50"), PayAfter12: money.MustRate("22.40"), CommissionMax: money.MustRate("2.40")}}}
	if _, err := u.house.Cards.Publish(ctx, tx, card); err != nil {
		return err
	}
	if _, err := u.house.Cascade.SetDefaultRule(ctx, tx); err != nil {
		return err
	}
	filed, err := time.Parse(time.RFC3339, tourFiled)
	if err != nil {
		return err
	}
	return u.house.Accounts.SetClock(ctx, tx, filed)
}

// engage gives the nurse a log-in, enters her in Meridian's books, and she
// confirms it.
func (u *tour) engage(number string) {
	u.t.Helper()
	u.platform(func(ctx context.Context, tx *tenants.Tx) error {
		return u.enrol(ctx, tx, tenants.Party{ID: u.id("brightwater"), Kind: tenants.Hub}, map[string]string{"nurse": "clinician"})
	})
	u.me = tenants.Party{ID: u.people["nurse"], Kind: tenants.Worker}
	born := civil.MustDate("1990-05-17")
	u.set(tenants.Party{ID: u.id("meridian"), Kind: tenants.Agency}, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := u.house.Workers.Represent(ctx, tx, workers.Facts{Name: u.nurse, Email: u.email("nurse"), StaffGroup: "nursing", Grade: "nurse-band-5", RegisterBody: "NMC", RegisterNumber: number, BornOn: born})
		return err
	})
	u.set(u.me, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := u.house.Workers.SetProfile(ctx, tx, workers.Profile{Name: u.nurse, StaffGroup: "nursing", Grade: "nurse-band-5", RegisterBody: "NMC", RegisterNumber: number, BornOn: born}); err != nil {
			return err
		}
		matches, err := u.house.Workers.Matches(ctx, tx)
		for _, m := range matches {
			_, err = u.house.Workers.Confirm(ctx, tx, m.AgencyID, m.ID)
		}
		return err
	})
}

// token is a personal token of one of the tour's people.
func (u *tour) token(party tenants.Party, who string) string {
	u.t.Helper()
	return tokenOf(u.t, u.house, party, u.people[who], u.email(who))
}

func tokenOf(t *testing.T, h *house.House, party tenants.Party, person tenants.ID, name string) (key string) {
	t.Helper()
	who := tenants.Actor{Kind: tenants.Person, ID: person, Person: person, Name: name}
	err := h.DB.Run(context.Background(), party, who, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, key, err = door.OpenKey(ctx, tx, door.NewKey{Name: "tour", Token: true, Person: person, Worker: party.Kind == tenants.Worker})
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return key
}

// organisationKey is the key of a trust's roster system, bound to nobody.
func (u *tour) organisationKey() (key string) {
	u.t.Helper()
	u.set(u.trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, key, err = u.house.Accounts.MakeKey(ctx, tx, door.NewKey{Name: "Roster", Roles: []string{"integration_engineer"}})
		return err
	})
	return key
}

// file writes the shift file where a browser can send it from.
func (u *tour) file() string {
	u.t.Helper()
	path := filepath.Join(u.t.TempDir(), "roster-"+u.code+".csv")
	if err := os.WriteFile(path, []byte(tourFile), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return path
}

// eventually asks again until something has happened that the product does in
// its own time: a second or two for what falls due.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	patience := time.After(time.Minute)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for !happened() {
		select {
		case <-patience:
			t.Fatalf("%s did not happen", what)
		case <-tick.C:
		}
	}
}

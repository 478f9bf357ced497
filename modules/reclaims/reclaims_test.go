package reclaims_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/billing"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/rates"
	"wardbridge/modules/reclaims"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const letter = "Letter of Meridian Medical, 20 October 2026"

// room is a trust with an agency whose doctors are charged VAT until the agency
// chooses exemption from 26 October: two days billed, one not, and one after.
type room struct {
	*timesheetstest.Line
	reclaims *reclaims.Service
	first    tenants.ID // the booking of the first day
	waiting  tenants.ID // that of the day that no bill has
	after    tenants.ID // that of the day after the election
}

func start(t *testing.T) *room {
	t.Helper()
	l := timesheetstest.New(t, "2026-11-02 09:00")
	made := shifts.New(l.Places, l.Packs)
	told := cascade.New(made, l.Agencies, l.Places)
	bills := billing.New(l.Agencies, l.Places, l.Timesheets)
	r := &room{Line: l, reclaims: reclaims.New(reclaims.Rooms{Packs: l.Packs, Places: l.Places, Agencies: l.Agencies, Shifts: made, Cascade: told,
		Bookings: l.Bookings, Proposals: proposals.New(proposals.Floors{}), Timesheets: l.Timesheets, Billing: bills})}
	r.elect(t, "S", "2026-04-01", "", "Contract schedule 4")
	r.elect(t, "E", "2026-10-26", "Exempt: provision of a deputy", letter)
	r.first = l.Approved(t, doctor("2026-10-05", "vacancy")).BookingID
	l.Approved(t, doctor("2026-10-08", "sickness"))
	r.As(t, l.Employer, l.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		run, err := bills.Prepare(ctx, tx, civil.MustDate("2026-10-05"))
		if err != nil {
			return err
		}
		_, err = bills.Issue(ctx, tx, run.ID)
		return err
	})
	r.waiting = l.Approved(t, doctor("2026-10-20", "rota-gap")).BookingID
	l.Approved(t, doctor("2026-10-22", "waiting-list"))                                                                                                           // stands in for nobody
	l.Approved(t, timesheetstest.Booked{Start: "2026-10-21 10:00", End: "2026-10-21 16:00", Pay: "20.00", Commission: "2.00"})                                    // a nurse
	l.Approved(t, timesheetstest.Booked{Start: "2026-10-23 10:00", End: "2026-10-23 16:00", Pay: "20.00", Commission: "2.00", Group: "ahp", Grade: "ahp-band-6"}) // no rule exempts
	r.after = l.Approved(t, doctor("2026-10-27", "vacancy")).BookingID
	return r
}

// doctor is ten hours at £45.00 and £4.00: pay 450.00, holiday pay 54.32, National
// Insurance 75.65, pension 15.13, levy 2.52, commission 40.00; in all £637.62.
func doctor(day, reason string) timesheetstest.Booked {
	return timesheetstest.Booked{Start: day + " 08:00", End: day + " 18:00", Pay: "45.00", Commission: "4.00", Group: "medical", Grade: "consultant", Reason: reason}
}

func (r *room) elect(t *testing.T, category, from, reason, source string) {
	t.Helper()
	r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := r.Agencies.Elect(ctx, tx, agencies.Election{AgreementID: r.Agreement.ID, StaffGroup: "medical", Category: category,
			FromOn: civil.MustDate(from), Reason: reason, Source: source})
		return err
	})
}

func (r *room) review(t *testing.T) (review reclaims.Review) {
	t.Helper()
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		review, err = r.reclaims.Review(ctx, tx)
		return err
	})
	return review
}

func (r *room) list(t *testing.T, f reclaims.Filter) (rows []reclaims.Booking, next string) {
	t.Helper()
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		all, cursor, err := r.reclaims.List(ctx, tx, f)
		rows, next = all, string(cursor)
		return err
	})
	return rows, next
}

// The claim to the penny: two billed days are £1,275.24 and their bill's VAT is
// £255.05; the day that no bill has is £637.62 and would bear £127.52.
var claim = reclaims.Sum{Shifts: 3, Net: 127524, VAT: 25505, WaitingNet: 63762, WaitingVAT: 12752}

// The nurse is six hours at £20.00 and £2.00: 120.00, 14.48, 20.17, 4.03, 0.67 and
// 12.00 are £171.35, and VAT on it £34.27.
var choice = reclaims.Sum{Shifts: 1, WaitingNet: 17135, WaitingVAT: 3427}

// TestReview_totalsWhatWasChargedBeforeTheElection: a doctor supplied by an agency
// under S, and then E from a date.
func TestReview_totalsWhatWasChargedBeforeTheElection(t *testing.T) {
	t.Parallel()
	r := start(t)

	review := r.review(t)

	if got := review.Total(reclaims.Claim); got != claim {
		t.Errorf("claims come to %+v, want %+v", got, claim)
	}
	if got := review.Total(reclaims.Choice); got != choice {
		t.Errorf("the concession comes to %+v, want %+v", got, choice)
	}
	if review.From.String() != "2022-11-02" || review.To.String() != "2026-11-02" || review.Years != 4 || review.Lapses.String() != "2030-10-05" || review.Source == "" {
		t.Errorf("from %s to %s, the oldest lapses on %s", review.From, review.To, review.Lapses)
	}
	months, by := review.ByMonth(reclaims.Claim), review.ByAgency(reclaims.Claim)
	if len(months) != 1 || months[0].Month.String() != "2026-10-01" || len(by) != 1 || by[0].AgencyID != r.Agency.ID || by[0].Agency == "" || by[0].Sum != claim {
		t.Errorf("by month %+v, by agency %+v", months, by)
	}
	if len(review.Reasons) != 2 || review.Reasons[0].Source == "" {
		t.Errorf("because of %+v", review.Reasons)
	}
}

// TestReview_countsWhatWasPostedSince: an award of £9.00 and its holiday pay, posted
// to the first day when that is billed already, bear VAT that no bill has yet; what
// lowers a charge lowers the claim.
func TestReview_countsWhatWasPostedSince(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.post(t, r.first, "KUH-ADJ-1", 900, 109)
	r.post(t, r.waiting, "KUH-ADJ-2", -500)
	want := claim
	want.WaitingNet, want.WaitingVAT = want.WaitingNet+1009-500, want.WaitingVAT+202-100

	review := r.review(t)

	if got := review.Total(reclaims.Claim); got != want {
		t.Errorf("claims come to %+v, want %+v", got, want)
	}
	rows, _ := r.list(t, reclaims.Filter{Ground: reclaims.Claim})
	sum := reclaims.Sum{Shifts: len(rows)}
	for _, b := range rows {
		sum.Net, sum.VAT, sum.WaitingNet, sum.WaitingVAT = sum.Net+b.Net, sum.VAT+b.VAT, sum.WaitingNet+b.WaitingNet, sum.WaitingVAT+b.WaitingVAT
	}
	if sum != want {
		t.Errorf("the bookings come to %+v, want %+v", sum, want)
	}
	pack := string(r.file(t, func(ctx context.Context, tx *tenants.Tx) (file, error) {
		return r.reclaims.Pack(ctx, tx, r.first.String())
	}))
	if !strings.Contains(pack, "adjusted since by KUH-ADJ-1") || !strings.Contains(pack, "not billed yet") || !strings.Contains(pack, "£647.71") { // 637.62 + 10.09
		t.Error("the evidence does not hold what was posted since")
	}
}

// post brings signed pence to the approved hours of a booking: of pay, and of
// holiday pay if there are more.
func (r *room) post(t *testing.T, booking tenants.ID, ref string, pence ...money.Pence) {
	t.Helper()
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		sheet, err := r.Timesheets.OfBooking(ctx, tx, booking)
		if err != nil {
			return err
		}
		p := timesheets.Posting{AgencyID: sheet.AgencyID, WorkerID: sheet.WorkerID, TimesheetID: sheet.ID, AdjustmentID: tenants.NewID(), AdjustmentRef: ref,
			Reason: "Award, backdated", AgreementID: sheet.AgreementID, EarnedOn: sheet.WorkedOn, PayRate: money.MustRate("45.90"), PostedAt: tx.Now, PostedBy: tx.Actor.Name}
		for i, amount := range pence {
			p.NetPence += amount
			p.Lines = append(p.Lines, timesheets.PostedLine{Kind: []rates.Kind{rates.Pay, rates.HolidayPay}[i], BecomesPence: amount, AmountPence: amount,
				VATCategory: rates.Standard, VATRate: money.MustFactor("0.2"), Formula: "as posted"})
		}
		p.BecomesPence = p.NetPence
		return r.Timesheets.Post(ctx, tx, []timesheets.Posting{p})
	})
}

func TestReview_judgesLinesThatKeptNoFactsByWhatTheyAreOf(t *testing.T) {
	t.Parallel()
	r := start(t)
	pgtest.Exec(t, "update timesheet_lines set vat_route = '', vat_profession = '', vat_deputy = false, vat_rule = '{}' where tenant_id = $1", r.Employer.ID)

	review := r.review(t)

	if got := review.Total(reclaims.Claim); got != claim {
		t.Errorf("claims come to %+v, want %+v", got, claim)
	}
	if got := review.Total(reclaims.Choice); got != choice {
		t.Errorf("the concession comes to %+v, want %+v", got, choice)
	}
	if rows, _ := r.list(t, reclaims.Filter{}); len(rows) != 3 {
		t.Errorf("lists %+v", rows)
	}
}

// TestReview_leavesOutWhatHasLapsed: on the last day it is in, on the next out.
// Of the bill's £255.05 the first day has £127.53 and the second £127.52, because
// the odd penny goes to the first.
func TestReview_leavesOutWhatHasLapsed(t *testing.T) {
	t.Parallel()
	r := start(t)

	r.Clock(t, "2030-10-05 12:00")
	last := r.review(t)
	r.Clock(t, "2030-10-06 12:00")
	next := r.review(t)

	if got := last.Total(reclaims.Claim); got != claim || last.Lapses.String() != "2030-10-05" {
		t.Errorf("on the last day %+v, lapsing on %s", got, last.Lapses)
	}
	if got := next.Total(reclaims.Claim); got.Shifts != 2 || got.Net != 63762 || got.VAT != 12752 || next.Lapses.String() != "2030-10-08" {
		t.Errorf("on the next day %+v, lapsing on %s", got, next.Lapses)
	}
	r.Clock(t, "2031-01-01 12:00")
	if none := r.review(t); len(none.Rows) != 0 || !none.Lapses.IsZero() {
		t.Errorf("when all has lapsed: %+v", none)
	}
}

func TestList_drillsDownToTheBookings(t *testing.T) {
	t.Parallel()
	r := start(t)

	all, next := r.list(t, reclaims.Filter{Limit: 2})
	rest, end := r.list(t, reclaims.Filter{Limit: 2, Cursor: pagingCursor(next)})

	if len(all) != 2 || len(rest) != 1 || next == "" || end != "" {
		t.Fatalf("a page of %d, then %d", len(all), len(rest))
	}
	var vat, waiting money.Pence
	for _, b := range append(all, rest...) {
		vat, waiting = vat+b.VAT, waiting+b.WaitingVAT
		if b.Agency == "" || b.WorkerName != "Amara Osei" || (b.Number != "") != (b.VAT > 0) {
			t.Errorf("row %+v", b)
		}
	}
	if vat != claim.VAT || waiting != claim.WaitingVAT || rest[0].ID != r.first {
		t.Errorf("the bookings come to %s and %s", vat, waiting)
	}
	for name, c := range map[string]struct {
		f    reclaims.Filter
		want int
	}{
		"its agency":       {reclaims.Filter{Agency: r.Agency.ID}, 3},
		"another agency":   {reclaims.Filter{Agency: tenants.NewID()}, 0},
		"its month":        {reclaims.Filter{Month: civil.MustDate("2026-10-31")}, 3},
		"another month":    {reclaims.Filter{Month: civil.MustDate("2026-09-30")}, 0},
		"the other ground": {reclaims.Filter{Ground: reclaims.Choice}, 1},
	} {
		if rows, _ := r.list(t, c.f); len(rows) != c.want {
			t.Errorf("%s: %d bookings, want %d", name, len(rows), c.want)
		}
	}
}

func TestFile_hasARowForEveryBooking(t *testing.T) {
	t.Parallel()
	r := start(t)

	rows := table(t, r.file(t, func(ctx context.Context, tx *tenants.Tx) (file, error) {
		return r.reclaims.File(ctx, tx, reclaims.Filter{})
	}))

	if len(rows) != 4 || rows[0][9] != "vat_charged" || rows[1][11] != "127.52" || rows[2][9] != "127.52" || rows[3][9] != "127.53" || rows[3][0] != "claim" {
		t.Errorf("got %v", rows)
	}
}

func TestPack_opensOnItsOwnAndHoldsTheEvidence(t *testing.T) {
	t.Parallel()
	r := start(t)
	read := func(id tenants.ID) string {
		return string(r.file(t, func(ctx context.Context, tx *tenants.Tx) (file, error) { return r.reclaims.Pack(ctx, tx, id.String()) }))
	}

	charged, exempt, waiting := read(r.first), read(r.after), read(r.waiting)

	for _, want := range []string{"Meridian Medical Limited", "GB123456782", "Trust number", "1 Hospital Road", "Ward A1", "Amara Osei", "Doctor", "Vacancy", "5 Oct 2026", "£637.62", "£127.53",
		"Standard rated at 20%", "Contract schedule 4", "HMRC’s published view", "UKFTT 1114", "tax point", "until Sat 5 Oct 2030", letter, "Hours approved", "On self-bill"} {
		if !strings.Contains(charged, want) {
			t.Errorf("the pack of the charged day does not say %q", want)
		}
	}
	for _, want := range []string{"Not billed yet", "£127.52", "until Sun 20 Oct 2030, once it has been billed", "Rota gap"} {
		if !strings.Contains(waiting, want) {
			t.Errorf("the pack of the day that is not billed does not say %q", want)
		}
	}
	for _, want := range []string{"Exempt: provision of a deputy", "26 Oct 2026", letter, "item 5, group 7, schedule 9", "Not billed yet", "£0.00"} {
		if !strings.Contains(exempt, want) {
			t.Errorf("the pack of the exempt day does not say %q", want)
		}
	}
	if strings.Contains(exempt, "Would be exempt") {
		t.Error("what is exempt already is called a claim")
	}
	for _, never := range []string{"<script", "<link", "src=", "href=", "url(", "@import", "http://", "https://", "<no value>", "ZgotmplZ"} {
		if strings.Contains(charged, never) || strings.Contains(exempt, never) {
			t.Errorf("the pack holds %q", never)
		}
	}
}

func TestWalls_theReviewIsTheEmployersAlone(t *testing.T) {
	t.Parallel()
	r := start(t)
	other := pgtest.Org(t, tenants.Trust)
	for name, ask := range map[string]func(context.Context, *tenants.Tx) error{
		"review": func(ctx context.Context, tx *tenants.Tx) error { _, err := r.reclaims.Review(ctx, tx); return err },
		"list": func(ctx context.Context, tx *tenants.Tx) error {
			_, _, err := r.reclaims.List(ctx, tx, reclaims.Filter{})
			return err
		},
		"file": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := r.reclaims.File(ctx, tx, reclaims.Filter{})
			return err
		},
		"pack": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := r.reclaims.Pack(ctx, tx, r.first.String())
			return err
		},
	} {
		for _, me := range []tenants.Party{r.Agency, r.Worker} {
			if err := r.Try(t, me, pgtest.Actor(me), ask); !errors.Is(err, reclaims.ErrEmployerOnly) {
				t.Errorf("%s by the %s: %v", name, me.Kind, err)
			}
		}
	}
	err := r.Try(t, other, pgtest.Actor(other), func(ctx context.Context, tx *tenants.Tx) error {
		review, err := r.reclaims.Review(ctx, tx)
		if err != nil || len(review.Rows) != 0 {
			t.Errorf("another trust reviews %+v, %v", review, err)
		}
		_, err = r.reclaims.Pack(ctx, tx, r.first.String())
		return err
	})
	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another trust's pack: %v", err)
	}
}

// table reads a CSV file.
func table(t *testing.T, raw []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCategory_hasAWordForEvery(t *testing.T) {
	t.Parallel()
	for _, c := range []rates.Category{rates.Standard, rates.Exempt, rates.OutsideScope, rates.ZeroRated} {
		if reclaims.Category(c) == "" {
			t.Errorf("%s has no word", c)
		}
	}
}

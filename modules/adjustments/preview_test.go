package adjustments_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

func prepare(r *room) func(context.Context, *tenants.Tx) (adjustments.Adjustment, error) {
	return func(ctx context.Context, tx *tenants.Tx) (adjustments.Adjustment, error) {
		_, err := r.billing.Prepare(ctx, tx, next)
		return adjustments.Adjustment{}, err
	}
}

func post(r *room, a adjustments.Adjustment) func(context.Context, *tenants.Tx) (adjustments.Adjustment, error) {
	return func(ctx context.Context, tx *tenants.Tx) (adjustments.Adjustment, error) {
		return r.adjustments.Post(ctx, tx, a.ID)
	}
}

func discard(r *room, a adjustments.Adjustment) func(context.Context, *tenants.Tx) (adjustments.Adjustment, error) {
	return func(ctx context.Context, tx *tenants.Tx) (adjustments.Adjustment, error) {
		return r.adjustments.Discard(ctx, tx, a.ID)
	}
}

// holiday makes a day a bank holiday of the employer's own.
func (r *room) holiday(t *testing.T, day string) {
	t.Helper()
	r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := r.Packs.AddLocalHoliday(ctx, tx, civil.MustDate(day), "Founders' day", "Board paper 4", "Granted by the board")
		return err
	})
}

func TestPreview_ofNothingNewFindsNothing(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, weekly := r.elsewhere(t, agencies.Terms{OnCosts: agencies.Weekly, SelfBillFrom: timesheetstest.Signed})
	for _, day := range []string{"2026-10-12", "2026-10-14", "2026-10-17", "2026-10-18"} {
		r.Approved(t, timesheetstest.Booked{Start: day + " 20:00", End: civil.MustDate(day).AddDays(1).String() + " 08:00", BreakMinutes: 45, Pay: "21.37", Commission: "2.15"})
	}
	// Approved out of order: the second shift bears what the first one would have.
	late := r.Submitted(t, timesheetstest.Booked{Start: "2026-10-05 07:30", End: "2026-10-05 20:00", BreakMinutes: 60, Pay: "23.11", Commission: "2", Under: weekly})
	b := shift("2026-10-08")
	b.Under = weekly
	r.Approved(t, b)
	if _, err := r.Approve(t, late); err != nil {
		t.Fatal(err)
	}
	ask := award()
	ask.Kind, ask.Changes = adjustments.Reference, nil

	a := r.previewed(t, ask)

	if a.Examined != 6 || a.Affected != 0 || a.Omitted != 0 || a.DeltaPence != 0 {
		t.Errorf("got %+v", a.Counts)
	}
}

func TestPreview_takesTheHolidayThatIsKnownNow(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Approved(t, shift("2026-10-13"))
	r.Approved(t, shift("2026-10-14"))
	r.holiday(t, "2026-10-13")
	ask := award()
	ask.Kind, ask.Changes = adjustments.Reference, nil

	a := r.previewed(t, ask)

	item := r.item(t, a)
	if item.TimesheetID != sheet.ID || item.PayWas != item.PayBecomes {
		t.Errorf("got %+v", item)
	}
	for _, l := range item.Lines {
		switch {
		case l.Kind == rates.Pay && l.Band == rates.Core:
			want(t, "core hours", l.BecomesPence, 0)
			if !strings.HasPrefix(l.Formula, "Not due any more") {
				t.Errorf("formula %q", l.Formula)
			}
		case l.Kind == rates.Pay && l.Band == rates.High:
			want(t, "11.5 hours at £20 and 1.6", l.DeltaPence, 36800)
			if !strings.Contains(l.Formula, "11h 30m at £20.00 × 1.6 = £368.00, less £0.00 settled before") {
				t.Errorf("formula %q", l.Formula)
			}
		}
	}
}

// The shift was approved as standard rated: a physiotherapist's, because no rule of
// law allows the exemption that the agency has chosen, and a nurse's, because it was
// chosen afterwards. So is what is the first of its band.
func TestPreview_takesTheVATThatWasDecidedForThePay(t *testing.T) {
	t.Parallel()
	for grade, group := range map[string]string{"ahp-band-5": "ahp", "nurse-band-5": "nursing"} {
		t.Run(grade, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			if group == "ahp" {
				r.Elect(t, r.Agreement, "E", "Exempt")
			}
			b := shift("2026-10-13")
			b.Group, b.Grade = group, grade
			approved := r.lines(t, r.Approved(t, b))[0]
			if group == "nursing" {
				r.Elect(t, r.Agreement, "E", "Exempt")
			}
			r.holiday(t, "2026-10-13")

			a := r.posted(t, reference())

			bands := 0
			for _, l := range r.item(t, a).Lines {
				if l.Kind == rates.Pay {
					bands++
				}
				if l.VATCategory != rates.Standard || l.VATCategory != approved.VATCategory || l.VATRate != approved.VATRate || l.VATReason != approved.VATReason || l.VATSource != approved.VATSource {
					t.Errorf("%s %s is %s at %s by %q (%q), the shift was %s by %q", l.Kind, l.Band, l.VATCategory, l.VATRate, l.VATSource, l.VATReason, approved.VATCategory, approved.VATSource)
				}
			}
			if bands != 2 {
				t.Errorf("%d bands of pay changed, want the ordinary hours and those of the holiday", bands)
			}
			_, bills := r.prepared(t, next)
			if len(bills) != 1 || len(bills[0].VAT) != 1 || bills[0].VAT[0].Category != rates.Standard {
				t.Errorf("bills %+v", bills)
			}
		})
	}
}

func TestPreview_settlesAWeekAsAWhole(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, weekly := r.elsewhere(t, agencies.Terms{OnCosts: agencies.Weekly, SelfBillFrom: timesheetstest.Signed})
	var sheets []timesheets.Timesheet
	for _, day := range []string{"2026-10-12", "2026-10-14", "2026-10-16"} {
		b := shift(day)
		b.Under = weekly
		sheets = append(sheets, r.Approved(t, b))
	}
	ask := award()
	ask.From, ask.To = civil.MustDate("2026-10-14"), civil.MustDate("2026-10-14") // the middle one alone

	a := r.previewed(t, ask)

	// The week's pay is £690.00 and becomes £699.20; its holiday 12.07% of that; the
	// employer's National Insurance 15% above £96 and pension 3% between £120 and £967
	// of both.
	got := map[rates.Kind]money.Pence{}
	for _, item := range r.items(t, a) {
		for _, l := range item.Lines {
			got[l.Kind] += l.DeltaPence
		}
	}
	was, is := weekOf(69000), weekOf(69920)
	for kind, pence := range is {
		want(t, string(kind), got[kind], pence-was[kind])
	}
	want(t, "commission", got[rates.Commission], 0)
	if a.Examined != 1 || r.items(t, a)[0].TimesheetID == sheets[0].ID {
		t.Errorf("got %+v", a.Counts)
	}

	// What comes later in the week bears what the week owes, postings included.
	if _, err := r.post(t, a); err != nil {
		t.Fatal(err)
	}
	b := shift("2026-10-18")
	b.Under = weekly
	last := r.Approved(t, b)
	whole := map[rates.Kind]money.Pence{}
	for _, s := range append(sheets, last) {
		for _, p := range r.postings(t, r.Employer, s) {
			for _, l := range p.Lines {
				whole[l.Kind] += l.AmountPence
			}
		}
		r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
			lines, err := r.Timesheets.Lines(ctx, tx, s.ID)
			for _, l := range lines {
				whole[l.Kind] += l.AmountPence
			}
			return err
		})
	}
	for kind, pence := range weekOf(whole[rates.Pay]) {
		want(t, "the whole week's "+string(kind), whole[kind], pence)
	}
	ask.Kind, ask.Changes = adjustments.Reference, nil
	if again := r.previewed(t, ask); again.Affected != 0 {
		t.Errorf("afterwards found %+v", again.Counts)
	}
}

// weekOf is what a week's pay comes to in weekly on-costs, by the figures of the
// year 2026.
func weekOf(pay money.Pence) map[rates.Kind]money.Pence {
	holiday := pay.Times(money.MustFactor("0.1207"))
	gross := pay + holiday
	return map[rates.Kind]money.Pence{rates.Pay: pay, rates.HolidayPay: holiday, rates.EmployerNI: (gross - 9600).Times(money.MustFactor("0.15")),
		rates.Pension: (min(gross, 96700) - 12000).Times(money.MustFactor("0.03")), rates.Levy: gross.Times(money.MustFactor("0.005"))}
}

func TestPreview_settledPlusDifferenceIsWhatTheEngineSays(t *testing.T) {
	t.Parallel()
	r := start(t)
	var sheets []timesheets.Timesheet
	for i, pay := range []string{"18.31", "19.97", "20.00", "22.50", "25.01"} {
		day := civil.MustDate("2026-10-14").AddDays(i)
		sheets = append(sheets, r.Approved(t, timesheetstest.Booked{Start: day.String() + " 19:15", End: day.AddDays(1).String() + " 07:45", BreakMinutes: 30 + 10*i, Pay: pay, Commission: "2.35"}))
	}
	ask := award()
	ask.Changes = []adjustments.Change{{Band: "afc-5", Share: money.MustFactor("0.033")}}
	a := r.previewed(t, ask)
	items := r.items(t, a)
	if len(items) != len(sheets) {
		t.Fatalf("%d items, want %d", len(items), len(sheets))
	}
	if _, err := r.post(t, a); err != nil {
		t.Fatal(err)
	}

	for _, item := range items {
		r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
			sheet, err := r.Timesheets.Get(ctx, tx, item.TimesheetRef)
			if err != nil {
				return err
			}
			booking, err := r.Bookings.Get(ctx, tx, sheet.BookingID.String())
			if err != nil {
				return err
			}
			if wanted := booking.PayRate.Times(money.MustFactor("1.033")); item.PayBecomes != wanted {
				t.Errorf("pay %s, want %s", item.PayBecomes, wanted)
			}
			// The timesheet's own preview prices by another way: as a new one would be.
			sheet.Quote = nil
			own := *sheet.NetPence
			repriced, err := r.Timesheets.Preview(ctx, tx, sheet)
			if err != nil {
				return err
			}
			want(t, "at the rate of the booking", repriced.Net, own)
			lines, err := r.Timesheets.Lines(ctx, tx, sheet.ID)
			if err != nil {
				return err
			}
			sum := map[rates.Kind]money.Pence{}
			for _, l := range lines {
				sum[l.Kind] += l.AmountPence
			}
			for _, l := range item.Lines {
				sum[l.Kind] += l.DeltaPence
				want(t, "the sum of a line", l.WasPence+l.DeltaPence, l.BecomesPence)
			}
			gross := sum[rates.Pay] + sum[rates.HolidayPay]
			want(t, "holiday", sum[rates.HolidayPay], sum[rates.Pay].Times(money.MustFactor("0.1207")))
			want(t, "National Insurance", sum[rates.EmployerNI], gross.Times(money.MustFactor("0.15")))
			want(t, "pension", sum[rates.Pension], gross.Times(money.MustFactor("0.03")))
			want(t, "levy", sum[rates.Levy], gross.Times(money.MustFactor("0.005")))
			want(t, "becomes", item.BecomesPence, own+item.DeltaPence)
			return nil
		})
	}
	if again := r.previewed(t, ask); again.Affected != 0 {
		t.Errorf("a share was taken twice: %+v", again.Counts)
	}
}

func TestPreview_listsWhatItCannotPrice(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Submitted(t, shift("2026-10-13"))
	pgtest.Exec(t, "update timesheets set grade = 'wizard' where id = $1", sheet.ID) // the booking's counts until it is approved
	if _, err := r.Approve(t, sheet); err != nil {
		t.Fatal(err)
	}
	ask := award()
	ask.Changes[0].Grade = ""

	a := r.previewed(t, ask)

	var left []adjustments.Omission
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		left, _, err = r.adjustments.Omissions(ctx, tx, a.ID, 50, "")
		return err
	})
	if a.Omitted != 1 || a.Affected != 0 || len(left) != 1 || left[0].TimesheetID != sheet.ID || !strings.Contains(left[0].Text, "wizard") {
		t.Errorf("got %+v and %+v", a.Counts, left)
	}
}

func TestPreview_keepsToItsRange(t *testing.T) {
	t.Parallel()
	r := start(t)
	other, theirs := r.elsewhere(t, agencies.Terms{SelfBillFrom: timesheetstest.Signed})
	mine := r.Approved(t, shift("2026-10-13"))
	r.Approved(t, shift("2026-09-30"))
	b := shift("2026-10-14")
	b.Under = theirs
	r.Approved(t, b)
	b = shift("2026-10-15")
	b.Pay = "20.01" // not agreed at the rate that moves
	r.Approved(t, b)

	all := r.previewed(t, award())
	one := award()
	one.AgencyID = r.Agency.ID
	narrow := r.previewed(t, one)
	one.AgencyID, one.Grades = other.ID, []string{"nurse-band-6"}
	none := r.previewed(t, one)

	if all.Examined != 3 || all.Affected != 2 {
		t.Errorf("all: %+v", all.Counts)
	}
	if item := r.item(t, narrow); item.TimesheetID != mine.ID {
		t.Errorf("one agency: %+v", item)
	}
	if none.Examined != 0 {
		t.Errorf("another grade: %+v", none.Counts)
	}
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		shares, err := r.adjustments.ByAgency(ctx, tx, all.ID)
		if len(shares) != 2 || shares[0].DeltaPence != 1222 || shares[0].Timesheets != 1 {
			t.Errorf("by agency: %+v", shares)
		}
		return err
	})
}

func TestPreview_holdsTheChargeAgainstTheCapOfTheDate(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-13"))
	ask := award()
	ask.Changes[0].To = money.MustRate("60")

	dear := r.item(t, r.previewed(t, ask))
	ask.Changes[0].To = money.MustRate("15")
	cheap := r.item(t, r.previewed(t, ask))

	if dear.OverCap.IsZero() || dear.CapSource == "" || !cheap.OverCap.IsZero() {
		t.Errorf("got %s by %q and %s", dear.OverCap, dear.CapSource, cheap.OverCap)
	}
}

func TestPreview_ofAnAwardReadsThePayPoints(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := shift("2026-04-08")
	b.Pay = "19.33" // the top of band 5 before April 2026
	r.Approved(t, b)
	ask := award()
	ask.Changes, ask.From, ask.To = nil, civil.MustDate("2026-04-01"), civil.MustDate("2026-04-30")

	item := r.item(t, r.previewed(t, ask))

	if item.PayWas != money.MustRate("19.33") || item.PayBecomes != money.MustRate("19.97") {
		t.Errorf("from %s to %s", item.PayWas, item.PayBecomes)
	}
	ask.From = civil.MustDate("2026-04-02")
	if _, err := r.preview(t, ask); !errors.Is(err, adjustments.ErrNoAward) {
		t.Errorf("got %v", err)
	}
}

func TestPreview_ofACardReadsItsVersions(t *testing.T) {
	t.Parallel()
	r := start(t)
	b := shift("2026-10-13")
	b.Pay = "40.00" // the maximum of the card
	r.Approved(t, b)
	ask := award()
	ask.Kind, ask.Changes, ask.CardWas = adjustments.Card, nil, r.Card
	r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		now, err := r.Cards.Publish(ctx, tx, cards.NewCard{Name: "Agency card", ValidFrom: civil.MustDate("2026-10-01"), Source: "test", Lines: []cards.NewLine{
			{Grade: "nurse-band-5", PayMax: money.MustRate("41.20"), CommissionMax: money.MustRate("8")}}})
		ask.CardNow = now.ID
		return err
	})

	item := r.item(t, r.previewed(t, ask))

	if item.PayBecomes != money.MustRate("41.20") {
		t.Errorf("got %+v", item)
	}
	ask.CardNow = r.Card
	if _, err := r.preview(t, ask); !errors.Is(err, adjustments.ErrNoChanges) {
		t.Errorf("got %v", err)
	}
}

func TestPreview_refuses(t *testing.T) {
	t.Parallel()
	r := start(t)
	for name, c := range map[string]struct {
		spoil func(*adjustments.Request)
		want  *fault.Fault
	}{
		"no reason":          {func(q *adjustments.Request) { q.Reason = " " }, fault.ErrInvalid},
		"no source":          {func(q *adjustments.Request) { q.Source = "" }, fault.ErrInvalid},
		"no first day":       {func(q *adjustments.Request) { q.From = civil.Date{} }, fault.ErrInvalid},
		"dates turned round": {func(q *adjustments.Request) { q.From, q.To = q.To, q.From }, adjustments.ErrDates},
		"days to come":       {func(q *adjustments.Request) { q.To = civil.MustDate("2026-11-03") }, adjustments.ErrFuture},
		"a grade nobody has": {func(q *adjustments.Request) { q.Grades = []string{"wizard"} }, fault.ErrInvalid},
		"a change for none":  {func(q *adjustments.Request) { q.Changes[0].Grade = "wizard" }, adjustments.ErrChange},
		"a change to both":   {func(q *adjustments.Request) { q.Changes[0].Share = money.MustFactor("0.01") }, adjustments.ErrChange},
		"a change to none":   {func(q *adjustments.Request) { q.Changes[0].To = money.Rate{} }, adjustments.ErrChange},
		"rates of reference": {func(q *adjustments.Request) { q.Kind = adjustments.Reference }, adjustments.ErrChange},
		"a kind nobody has":  {func(q *adjustments.Request) { q.Kind = "whim" }, fault.ErrInvalid},
	} {
		ask := award()
		c.spoil(&ask)
		if _, err := r.preview(t, ask); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, me := range []tenants.Party{r.Agency, r.Worker} {
		err := r.Try(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := r.adjustments.Preview(ctx, tx, award())
			return err
		})
		if !errors.Is(err, adjustments.ErrNotEmployer) {
			t.Errorf("%s: got %v", me.Kind, err)
		}
	}
}

// What was worked at £24 comes to £33.87 an hour: above the cap outside London and
// within that of inner London. It was approved against the same caps.
func TestPreview_holdsTheChargeAgainstTheCapsOfTheSitesZone(t *testing.T) {
	t.Parallel()
	for zone, over := range map[string]bool{packs.OutsideLondon: true, packs.InnerLondon: false} {
		r := start(t)
		pgtest.Exec(t, "update sites set zone = 'fringe' where tenant_id = $1", r.Employer.ID) // what the other sites say does not count
		r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
			site, err := r.Places.AddSite(ctx, tx, places.Site{Code: "ZONE", Name: "Zone", Zone: zone})
			r.Site = site.ID
			return err
		})
		b := shift("2026-10-13")
		b.Pay = "24.00"
		approved := r.Approved(t, b)
		ask := award()
		ask.Changes[0].From, ask.Changes[0].To = money.MustRate("24"), money.MustRate("24.01")

		item := r.item(t, r.previewed(t, ask))

		if is := approved.Quote.OverCap() != nil; is != over {
			t.Errorf("%s: approved above the cap: %t", zone, is)
		}
		if is := !item.OverCap.IsZero(); is != over {
			t.Errorf("%s: previewed %s above the cap by %q", zone, item.OverCap, item.CapSource)
		}
		core := approved.Quote.Caps[0].Row
		if strings.Contains(core.Source, "inner London") == over {
			t.Errorf("%s: approved by %q", zone, core.Source)
		}
	}
}

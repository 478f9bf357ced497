package shifts

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cards"
	"wardbridge/modules/cascade"
	"wardbridge/modules/places"
	"wardbridge/modules/proposals"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func wants(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func offer(start time.Time) cascade.Offer {
	return cascade.Offer{
		Release: cascade.Release{ID: tenants.NewID(), ShiftID: tenants.NewID(), Tier: 1, Status: cascade.Live, OpenedAt: now.Add(-time.Hour)},
		Shift:   shifts.Shift{Ref: "KUH-40841", StartsAt: start, EndsAt: start.Add(12 * time.Hour), BreakMinutes: 60, Grade: "nurse-band-6"},
		Ward:    places.Ward{Name: "Intensive Care Unit", SiteName: "Royal Kingsmere"},
	}
}

func TestOpenPage_saysThatNothingIsOpen(t *testing.T) {
	t.Parallel()
	wants(t, html(t, openPage(openView{Action: "/a/meridian/shifts"})), "Open shifts", "No open shifts for your tiers")
	wants(t, html(t, openPage(openView{Action: "/a/meridian/shifts", Unknown: true})), "No open shifts match these filters")
}

func TestOpenPage_showsEachShiftWithItsTimeLeft(t *testing.T) {
	t.Parallel()
	first, second := offer(now.Add(4*time.Hour)), offer(now.Add(21*time.Hour))

	days := daysOf("/a/meridian/shifts", []cascade.Offer{first, second}, labels.Book{}, map[tenants.ID]int{second.ShiftID: 2}, now)

	if len(days) != 2 || !days[0].Rows[0].Urgent || days[1].Rows[0].Urgent || days[1].Rows[0].Ours != 2 {
		t.Fatalf("%+v", days)
	}
	page := html(t, openPage(openView{Action: "/a/meridian/shifts", Days: days}))
	wants(t, page, "Today, Monday 23 November", "14:00 to 02:00", "11h, KUH-40841", "4h", "Tier 1", "Intensive Care Unit", "/a/meridian/shifts/KUH-40841/propose", "None yet", "<strong>2</strong>")
}

func TestClosedPage_saysWhatBecameOfTheShift(t *testing.T) {
	t.Parallel()
	o, at := offer(now), now.Add(-19*time.Minute)
	o.Status, o.ClosedWhy, o.ClosedAt = cascade.Closed, "filled", &at

	page := html(t, closedPage(closedView{Back: "/a/meridian/shifts", Ref: "KUH-40841", Text: gone(&o)}))

	wants(t, page, "no longer open to you", "It was filled on Mon 23 Nov 2026, 09:41.")
}

func candidates() []proposals.Candidate {
	return []proposals.Candidate{
		{Worker: workers.Representation{ID: tenants.NewID(), Name: "Grace Mensah", Grade: "nurse-band-6"}, OK: true,
			Ticks: []proposals.Tick{{Code: "confirmed", OK: true, Text: "Has confirmed that you represent them"}, {Code: "grade", OK: true, Text: "Grade: Band 6"}}},
		{Worker: workers.Representation{ID: tenants.NewID(), Name: "Daniel Brook", Grade: "nurse-band-6"},
			Ticks: []proposals.Tick{{Code: "free", Text: "Not free at this time"}}},
	}
}

func TestChoices_showWhoCannotBeProposedAndWhy(t *testing.T) {
	t.Parallel()
	all := candidates()

	choices, suitable, declaration := choicesOf(all, all[0].Worker.ID.String(), labels.Book{})

	if suitable != "1 of 2 can be proposed" || declaration != "Grace Mensah has agreed to this shift and this pay rate" {
		t.Errorf("%q, %q", suitable, declaration)
	}
	if choices[0].Disabled || !choices[1].Disabled || choices[1].Ticks[0] != (ui.Tick{State: "no", Text: "Not free at this time"}) {
		t.Errorf("%+v", choices)
	}
}

func TestProposePage_keepsWhatWasTypedAndNamesTheBox(t *testing.T) {
	t.Parallel()
	all := candidates()
	choices, _, _ := choicesOf(all, all[0].Worker.ID.String(), labels.Book{})
	refused := bookingsRefusal()

	page := html(t, proposePage(proposeView{Action: "/a/meridian/shifts/KUH-40841/propose", Breakdown: "/b", Back: "/a/meridian/shifts/KUH-40841", Ref: "KUH-40841",
		Worker: all[0].Worker.ID.String(), Pay: "99.00", Fee: "1.74", Note: "Knows the unit.", Declared: true, Choices: choices, Refused: refused, Unpriced: "Enter the pay."}))

	wants(t, page, "The proposal was not sent", `href="#pay_rate"`, `value="99.00"`, `value="1.74"`, "Knows the unit.", "checked", "Send proposal", "Update breakdown", "Enter the pay.")
	if strings.Count(page, "app-button--primary") != 1 {
		t.Error("a page has one green button")
	}
	if look, key := strings.Index(page, `name="_key" value=""`), strings.LastIndex(page, `name="_key"`); look < 0 || look >= key {
		t.Error("a look at the price would use up the key of the form")
	}
}

func bookingsRefusal() *fault.Fault {
	return proposals.ErrRate.With(fault.Field{Name: "pay_rate", Code: "over_maximum", Text: "The pay is above the card."})
}

func TestProposePage_showsThePriceAndItsVerdict(t *testing.T) {
	t.Parallel()
	quote := &rates.ShiftQuote{Minutes: 660, Net: 39791, VAT: 7958, Gross: 47749, Lines: []rates.Line{
		{Kind: rates.Pay, Band: rates.Core, Amount: 30015, Minutes: 660, Rate: money.MustRate("27.2864"), Factor: money.MustFactor("1")},
		{Kind: rates.Commission, Amount: 2001, Minutes: 660, Rate: money.MustRate("1.82")},
	}}
	card := cards.Line{PayMax: money.MustRate("27.40"), CommissionMax: money.MustRate("1.90")}

	page := html(t, proposePage(proposeView{Weeks: "12 weeks completed with Kingsmere: highest pay £27.40 an hour", Quote: quote, Scale: labels.Scale(quote, 41000), Verdict: judge(&quotes.Answer{Card: card}, money.MustRate("26.10"), money.MustRate("1.74"))}))

	wants(t, page, "Charge before VAT", "£397.91", "Card maximum", "Within the rate card by £1.46 an hour.", "12 weeks completed with Kingsmere: highest pay £27.40 an hour.")
}

func TestJudge_namesWhatIsAboveTheCard(t *testing.T) {
	t.Parallel()
	card := cards.Line{PayMax: money.MustRate("27.40"), CommissionMax: money.MustRate("1.90")}
	fixed, margin, capped := card, card, card
	fixed.Fixed, margin.Margin, capped.ChargeMax = true, money.MustFactor("0.05"), money.MustRate("34")
	charges := map[rates.Band]money.Rate{rates.Core: money.MustRate("35")}
	for _, c := range []struct {
		card                  cards.Line
		pay, fee, tone, words string
	}{
		{card, "27.40", "1.90", "good", "At the rate card's maximum."},
		{card, "27.41", "1.90", "bad", "The pay is above the rate card."},
		{card, "27.40", "2.00", "bad", "The commission is above the rate card."},
		{card, "28.00", "2.00", "bad", "Pay and commission are above the rate card."},
		{fixed, "27.00", "1.90", "bad", "The rate card fixes the pay."},
		{margin, "20.00", "1.01", "bad", "The commission is above the rate card."},
		{capped, "27.00", "1.90", "bad", "An hour is charged above the rate card."},
	} {
		if got := judge(&quotes.Answer{Card: c.card, Charges: charges}, money.MustRate(c.pay), money.MustRate(c.fee)); got.Tone != c.tone || got.Strong != c.words {
			t.Errorf("%s and %s: %+v", c.pay, c.fee, got)
		}
	}
}

func TestBeyond_saysThatWorkIsClosedToAgencies(t *testing.T) {
	t.Parallel()
	good, quote := verdict{Tone: "good"}, &rates.ShiftQuote{Net: 81250}
	for _, c := range []struct {
		needs        []approvals.Condition
		strong, tick string
	}{
		{nil, "", ""},
		{[]approvals.Condition{approvals.RestrictedGroup}, "Closed to agencies.", "closed to agencies unless the trust has an exemption"},
		{[]approvals.Condition{approvals.InterimVSM}, "for an interim very senior manager.", "£812.50 a day for an interim very senior manager"},
		{[]approvals.Condition{approvals.OffFramework, approvals.RestrictedGroup}, "Off framework.", "closed to agencies unless the trust has an exemption"},
	} {
		got, said := beyond(good, quote, c.needs), ""
		for _, tick := range limitsOf(quote, c.needs) {
			if tick.State == "no" {
				said += tick.Text + "\n"
			}
		}
		if !strings.HasSuffix(got.Strong, c.strong) || (got.Tone == "warn") != (c.needs != nil) || !strings.Contains(said, c.tick) || (said == "") != (c.needs == nil) {
			t.Errorf("%v: %+v, %q", c.needs, got, said)
		}
	}
}

func TestRates_namesEveryBoxThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, _, refused := proposeIn{Pay: "lots", Fee: ""}.rates()

	if len(refused) != 2 || refused[0].Name != "pay_rate" || refused[1].Name != "commission" {
		t.Errorf("%+v", refused)
	}
}

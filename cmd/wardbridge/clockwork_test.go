package main

import (
	"context"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wardbridge/modules/agencies"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// clockworkNight is one of four nights on which a naive clock goes wrong, with
// what a Band 5 nurse at £19.97 an hour and £2.00 commission costs.
type clockworkNight struct {
	name            string
	date            string // on which it starts; all go from 20:00 to 08:00
	filed, released string // when it is asked for, and opens to tier 1
	over, billed    string // when it has ended, and its week is billed
	monday          string
	want            price
	why             []string // the bands of the explanation: what, how much and when
}

// The figures are worked out by hand. Unsocial hours are paid 19.97 x 1.3 =
// 25.961 an hour, Sundays and bank holidays 19.97 x 1.6 = 31.952; holiday is
// 12.07% of pay; NI 15%, pension 3% and levy 0.5% of pay and holiday; VAT 20% of
// the net. Every line is rounded once, halves upwards.
var clockworkNights = []clockworkNight{
	// The clocks go forward at 01:00: 4 h of Saturday and 7 h of Sunday, 11 h.
	// 4 x 25.961 = 103.844; 7 x 31.952 = 223.664; pay 327.50. 12.07% = 39.529.
	// Of 367.03: 55.0545, 11.0109, 1.8352. 11 x 2.00 = 22.00.
	// Net 367.03 + 55.05 + 11.01 + 1.84 + 22.00 = 456.93; 20% = 91.386.
	{"clocks forward", "2026-03-28", "2026-03-18T09:00:00Z", "2026-03-19T10:00:00Z", "2026-03-29T10:00:00+01:00", "2026-03-30T10:00:00+01:00", "2026-03-23",
		price{minutes: 660, lowMin: 240, highMin: 420, low: 10384, high: 22366, holiday: 3953, ni: 5505, pension: 1101, levy: 184, commission: 2200, net: 45693, vat: 9139, total: 54832}, []string{"Unsocial hours, £103.84: 20:00 to 00:00", "Sundays and bank holidays, £223.66: 00:00 to 08:00"}},
	// Easter Sunday and Easter Monday: all 12 h at the high rate.
	// 12 x 31.952 = 383.424. 12.07% of 383.42 = 46.2788.
	// Of 429.70: 64.455, 12.891, 2.1485. 12 x 2.00 = 24.00.
	// Net 429.70 + 64.46 + 12.89 + 2.15 + 24.00 = 533.20; 20% = 106.64.
	{"Easter", "2026-04-05", "2026-03-31T09:00:00+01:00", "2026-04-01T10:00:00+01:00", "2026-04-06T10:00:00+01:00", "2026-04-07T10:00:00+01:00", "2026-03-30",
		price{minutes: 720, highMin: 720, high: 38342, holiday: 4628, ni: 6446, pension: 1289, levy: 215, commission: 2400, net: 53320, vat: 10664, total: 63984}, []string{"Sundays and bank holidays, £383.42: 20:00 to 08:00"}},
	// The clocks go back at 02:00: 4 h of Saturday and 9 h of Sunday, 13 h.
	// 103.844; 9 x 31.952 = 287.568; pay 391.41. 12.07% = 47.2432.
	// Of 438.65: 65.7975, 13.1595, 2.1933. 13 x 2.00 = 26.00.
	// Net 438.65 + 65.80 + 13.16 + 2.19 + 26.00 = 545.80; 20% = 109.16.
	{"clocks back", "2026-10-24", "2026-10-14T09:00:00+01:00", "2026-10-15T10:00:00+01:00", "2026-10-25T10:00:00Z", "2026-10-26T10:00:00Z", "2026-10-19",
		price{minutes: 780, lowMin: 240, highMin: 540, low: 10384, high: 28757, holiday: 4724, ni: 6580, pension: 1316, levy: 219, commission: 2600, net: 54580, vat: 10916, total: 65496}, []string{"Unsocial hours, £103.84: 20:00 to 00:00", "Sundays and bank holidays, £287.57: 00:00 to 08:00"}},
	// Christmas begins at midnight: 4 h of a Thursday evening, 8 h of bank holiday.
	// 103.844; 8 x 31.952 = 255.616; pay 359.46. 12.07% = 43.3868.
	// Of 402.85: 60.4275, 12.0855, 2.0143. 12 x 2.00 = 24.00.
	// Net 402.85 + 60.43 + 12.09 + 2.01 + 24.00 = 501.38; 20% = 100.276.
	{"Christmas", "2026-12-24", "2026-12-14T09:00:00Z", "2026-12-15T10:00:00Z", "2026-12-25T10:00:00Z", "2026-12-28T10:00:00Z", "2026-12-21",
		price{minutes: 720, lowMin: 240, highMin: 480, low: 10384, high: 25562, holiday: 4339, ni: 6043, pension: 1209, levy: 201, commission: 2400, net: 50138, vat: 10028, total: 60166}, []string{"Unsocial hours, £103.84: 20:00 to 00:00", "Sundays and bank holidays, £255.62: 00:00 to 08:00"}},
}

// TestClockwork_fourNights: the same pence on the proposal, the shift, the
// timesheet, the invoice and its file, to programs and to people.
func TestClockwork_fourNights(t *testing.T) {
	t.Parallel()
	h, w, base := demoHouse(t)
	u := &tour{t: t, house: h, world: w, base: base, code: "clockwork", nurse: "Clara Tour", people: map[string]tenants.ID{}}
	u.trust = testWorld.partyOf(t, "admin@clockwork.example")
	u.engage("24C7004E")
	c := clockwork{u, newProgram(t, bearer(t, "admin@clockwork.example")), newProgram(t, bearer(t, "agency@meridian.example")), newProgram(t, u.token(u.me, "nurse")),
		signedIn(t, "admin@clockwork.example"), signedIn(t, "agency@meridian.example"), signedIn(t, u.email("nurse"))}
	clockTo(c.trust, "2026-03-01T09:00:00Z")

	for _, n := range clockworkNights {
		if got := priced(tourPayRate, tourFee, 0, n.want.lowMin, n.want.highMin); got != n.want {
			t.Errorf("%s: the rule makes %+v, by hand it is %+v", n.name, got, n.want)
		}
		c.live(n)
	}
	c.secondOfAWeek()
}

// week is two shifts of one week under weekly on-costs: the thresholds are taken
// once. A core hour is 19.97, 12 of them 239.64; holiday 12.07%.
//
// First: holiday 28.9245; of 268.56 NI takes 15% above 96.00, 25.884; pension 3%
// above 120.00, 4.4568; levy 1.3428; commission 24.00. Net 324.24; VAT 64.848.
// Second, on the week's 479.28: holiday 57.8491, of which 28.92 is borne; of 537.13
// NI 66.1695 less 25.88, pension 12.5139 less 4.46, levy 2.6857 less 1.34. Net
// 342.26; VAT 68.452. The bill's own VAT is 20% of 666.50.
var week = []clockworkNight{
	{name: "first of the week", date: "2027-01-06", over: "2027-01-06T21:00:00Z",
		want: price{minutes: 720, coreMin: 720, core: 23964, holiday: 2892, ni: 2588, pension: 446, levy: 134, commission: 2400, net: 32424, vat: 6485, total: 38909},
		why:  []string{"Core hours, £239.64: 08:00 to 20:00"}},
	{name: "second of the week", date: "2027-01-07", over: "2027-01-07T21:00:00Z",
		want: price{minutes: 720, coreMin: 720, core: 23964, holiday: 2893, ni: 4029, pension: 805, levy: 135, commission: 2400, net: 34226, vat: 6845, total: 41071},
		why:  []string{"Core hours, £239.64: 08:00 to 20:00"}},
}

// secondOfAWeek lives them: proposal, shift, timesheet, invoice and file agree.
func (c *clockwork) secondOfAWeek() {
	c.t.Helper()
	c.set(c.tour.trust, func(ctx context.Context, tx *tenants.Tx) error {
		a, err := c.house.Agencies.Get(ctx, tx, c.id("clockwork.agreement.meridian"))
		if err != nil {
			return err
		}
		terms := a.Terms()
		terms.OnCosts = agencies.Weekly
		_, err = c.house.Agencies.Update(ctx, tx, a.ID, 0, terms)
		return err
	})
	clockTo(c.trust, "2026-12-28T11:00:00Z")
	var asked []row
	for _, n := range week {
		var made list[row]
		c.trust.call("createShifts", openapi.Call{Body: map[string]any{"ward": "NIGHT", "grade": "nurse-band-5", "date": n.date, "start": "08:00", "end": "20:00", "reason": "vacancy"}}, &made)
		asked = append(asked, made.Data[0])
	}
	clockTo(c.trust, "2026-12-29T13:00:00Z")
	for i, n := range week {
		c.released(c.agency, asked[i])
		c.booked(n, asked[i])
	}
	for _, n := range week {
		c.worked(n)
	}
	clockTo(c.trust, "2027-01-11T10:00:00Z")
	both := price{coreMin: 1440, minutes: 1440, core: 47928, holiday: 5785, ni: 6617, pension: 1251, levy: 269, commission: 4800, net: 66650, vat: 13330, total: 79980}
	bill := wantBilled(c.trust, "2027-01-04", both)
	page := c.office.get("/e/clockwork/finance/self-bill/invoices/" + bill.Number)
	if got, want := whys(page.body), append(slices.Clone(week[0].why), week[1].why...); !slices.Equal(got, want) {
		c.t.Errorf("the invoice explains %q, want %q", got, want)
	}
}

// clockwork is the trust of the four nights, with its programs and browsers.
type clockwork struct {
	*tour
	trust, agency, nurse *program
	office, consultant   *browserless
	phone                *browserless // the nurse's
}

// live asks for a night, fills it, and bills it, and reads its price wherever it
// is told.
func (c *clockwork) live(n clockworkNight) {
	c.t.Helper()
	clockTo(c.trust, n.filed)
	var made list[row]
	c.trust.call("createShifts", openapi.Call{Body: map[string]any{"ward": "NIGHT", "grade": "nurse-band-5", "date": n.date, "start": "20:00", "end": "08:00", "reason": "vacancy"}}, &made)
	shift := made.Data[0]
	clockTo(c.trust, n.released)
	c.released(c.agency, shift)
	c.booked(n, shift)
	c.worked(n)

	clockTo(c.trust, n.billed)
	bill := wantBilled(c.trust, n.monday, n.want)
	c.wantInvoice(n, "/e/clockwork/finance/self-bill/invoices/"+bill.Number)
}

// booked proposes the nurse for a shift and accepts it; the worker's phone tells of
// the same bands.
func (c *clockwork) booked(n clockworkNight, shift row) {
	c.t.Helper()
	proposal := c.proposes(c.agency, shift, n.want)
	c.wantPage(n, c.consultant, "/a/meridian/proposals/"+proposal.Ref)
	c.wantPage(n, c.office, "/e/clockwork/shifts/"+shift.Ref)
	var accepted struct {
		BookingRef string `json:"booking_ref"`
	}
	c.trust.call("acceptProposal", openapi.Call{Path: at(proposal.ID)}, &accepted)
	c.wantPage(n, c.office, "/e/clockwork/shifts/"+shift.Ref)
	phone := c.phone.get("/me/shifts/" + accepted.BookingRef)
	if got := whys(phone.body); phone.status != 200 || !slices.Equal(got, n.why) {
		c.t.Errorf("%s: the phone (%d) explains %q, want %q", n.name, phone.status, got, n.why)
	}
	pay := []string{pounds(n.want.low), pounds(n.want.high), pounds(n.want.holiday)}
	for _, amount := range slices.DeleteFunc(pay, func(s string) bool { return s == "£0.00" }) {
		if !slices.Contains(amounts(phone.body, "app-rates", ""), amount) {
			c.t.Errorf("%s: the phone does not show %s", n.name, amount)
		}
	}
}

// worked sends the hours as planned and has them approved.
func (c *clockwork) worked(n clockworkNight) {
	c.t.Helper()
	clockTo(c.trust, n.over)
	sent := nurseSends(c.nurse, map[string]any{"note": "As planned."})
	var approved row
	c.trust.call("approveTimesheet", openapi.Call{Path: at(sent.ID)}, &approved)
	wantLines(c.t, n.name+": the timesheet", parts(approved.Lines), n.want.lines())
	if got := minutes(approved.Lines); got["low"] != n.want.lowMin || got["high"] != n.want.highMin || got["core"] != n.want.coreMin {
		c.t.Errorf("%s: the timesheet has the minutes %v, want %d low and %d high", n.name, got, n.want.lowMin, n.want.highMin)
	}
	c.wantPage(n, c.office, "/e/clockwork/timesheets/"+approved.Ref)
	own := c.consultant.get("/a/meridian/timesheets/" + approved.Ref)
	if got := whys(own.body); own.status != 200 || !slices.Equal(got, n.why) {
		c.t.Errorf("%s: the agency's timesheet (%d) explains %q, want %q", n.name, own.status, got, n.why)
	}
}

var (
	explained = regexp.MustCompile(`(?s)<li>\s*<strong>([^<]+)</strong>(.*?)</li>`)
	stretches = regexp.MustCompile(`<span class="app-why__times">([^<]+)</span>`)
)

// whys are the bands of the explanations on a page: what, how much and when.
func whys(body string) (all []string) {
	for _, item := range explained.FindAllStringSubmatch(body, -1) {
		var times []string
		for _, m := range stretches.FindAllStringSubmatch(item[2], -1) {
			times = append(times, m[1])
		}
		if len(times) > 0 {
			all = append(all, html.UnescapeString(item[1])+": "+strings.Join(times, ", "))
		}
	}
	return all
}

// minutes are the paid minutes by band.
func minutes(lines []line) map[string]int {
	all := map[string]int{}
	for _, l := range lines {
		if l.Kind == "pay" {
			all[l.Band] += l.Minutes
		}
	}
	return all
}

var lastCell = regexp.MustCompile(`<td(?: role="cell")? class="app-num">([^<]+)</td>\s*</tr>`)

// amounts are the last column of the first table of a class on a page, in the
// rows that begin so.
func amounts(html, class, row string) (all []string) {
	_, table, _ := strings.Cut(html, `<table class="`+class+`"`)
	table, _, _ = strings.Cut(table, "</table>")
	for _, tr := range strings.Split(table, "<tr")[1:] {
		if m := lastCell.FindStringSubmatch(tr); m != nil && strings.HasPrefix(tr, row) {
			all = append(all, m[1])
		}
	}
	return all
}

// wantPage compares the table of a price on a page.
func (c *clockwork) wantPage(n clockworkNight, who *browserless, path string) {
	c.t.Helper()
	page := who.get(path)
	want := append(n.want.column(), pounds(n.want.net), pounds(n.want.vat), pounds(n.want.total))
	if got := amounts(page.body, "app-rates", ""); page.status != 200 || !slices.Equal(got, want) {
		c.t.Errorf("%s: %s (%d) shows %v, want %v", n.name, path, page.status, got, want)
	}
	if got := whys(page.body); !slices.Equal(got, n.why) {
		c.t.Errorf("%s: %s explains %q, want %q", n.name, path, got, n.why)
	}
}

// wantInvoice compares the lines and sums of the invoice on its page.
func (c *clockwork) wantInvoice(n clockworkNight, path string) {
	c.t.Helper()
	page := c.office.get(path)
	if got := amounts(page.body, "app-document__lines", ` role="row" class="app-document__detail"`); page.status != 200 || !slices.Equal(got, n.want.column()) {
		c.t.Errorf("%s: %s (%d) shows the lines %v, want %v", n.name, path, page.status, got, n.want.column())
	}
	if got := whys(page.body); !slices.Equal(got, n.why) {
		c.t.Errorf("%s: %s explains %q, want %q", n.name, path, got, n.why)
	}
	for _, sum := range []int{n.want.net, n.want.vat, n.want.total} {
		if !strings.Contains(page.body, "<dd>"+pounds(sum)+"</dd>") {
			c.t.Errorf("%s: %s does not come to %s", n.name, path, pounds(sum))
		}
	}
}

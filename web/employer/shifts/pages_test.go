package shifts

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var html strings.Builder
	if err := c.Render(context.Background(), &html); err != nil {
		t.Fatal(err)
	}
	return html.String()
}

// wants checks that a page says things, and has at most one green button.
func wants(t *testing.T, html string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(html, w) {
			t.Errorf("does not say %q", w)
		}
	}
	if n := strings.Count(html, "app-button--primary"); n > 1 {
		t.Errorf("%d green buttons", n)
	}
	if strings.Contains(html, " style=") || strings.Contains(html, "<script") {
		t.Error("style or script in the page")
	}
	if n := strings.Count(html, "<h1"); n != 1 {
		t.Errorf("%d h1", n)
	}
	seen := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if seen[id[1]] {
			t.Errorf("id %s stands twice", id[1])
		}
		seen[id[1]] = true
	}
}

var (
	siteID = tenants.NewID()
	icu    = places.Ward{ID: tenants.NewID(), SiteID: siteID, Code: "ICU", Name: "Intensive Care Unit", SiteName: "Royal Kingsmere", CostCentre: "RK2210"}
)

func sample() *names {
	n := &names{
		sites:   []places.Site{{ID: siteID, Code: "RK", Name: "Royal Kingsmere"}},
		wards:   []places.Ward{icu},
		groups:  []packs.StaffGroup{{Code: "nursing", Name: "Nursing and midwifery"}},
		grades:  []packs.Grade{{Code: "nurse-band-6", StaffGroup: "nursing", Name: "Band 6 nurse"}},
		reasons: []packs.Reason{{Code: "vacancy", Name: "Vacancy"}},
	}
	n.index()
	return n
}

func asked(from time.Time) shifts.Shift {
	s := open(from)
	s.ID, s.WardID, s.SiteID, s.Grade, s.StaffGroup, s.Reason = tenants.NewID(), icu.ID, siteID, "nurse-band-6", "nursing", "vacancy"
	s.Specialty, s.CostCentre, s.Source, s.CreatedBy, s.CreatedAt = "ITU course", "RK2210", "form", "Priya Raman", now.Add(-time.Hour)
	return s
}

func boardOf(a ask, m may, rows []row, fig figures) *board {
	fig.now = now
	b := &board{Base: "/e/kingsmere", Ask: a, May: m, Names: sample(), Updated: "10:42"}
	b.fill(rows, "", fig, now)
	return b
}

func TestBoard_showsDaysWithTheirRows(t *testing.T) {
	t.Parallel()
	urgent, calm := asked(now.Add(3*time.Hour)), asked(now.Add(30*time.Hour))
	urgent.Ref = "KUH-40817"
	rows := []row{
		rowOf("/e/kingsmere", &urgent, sample(), running(3, 0, now), offers{}, now),
		rowOf("/e/kingsmere", &calm, sample(), running(1, 2, now.Add(2*time.Hour)), offers{Waiting: 4, Oldest: now.Add(-time.Hour), Best: money.MustRate("34.60"), Pay: money.MustRate("26.10")}, now),
	}
	fig := figures{Counts: shifts.Counts{Open: 42, Next48: 2, Filled: 118}, Review: 1, Offers: 4, Oldest: now.Add(-190 * time.Minute)}

	html := render(t, boardPage(boardOf(ask{}, may{Create: true, Import: true, Export: true, Decide: true}, rows, fig)))

	wants(t, html, "Vacancy board", "Today, Monday 23 November", "1 open, 1 starts in the next 6 hours", "Tomorrow, Tuesday 24 November",
		"app-table__row--urgent", "Intensive Care Unit", "Royal Kingsmere", "Band 6 nurse", "ITU course", "Review 4", "£34.60", "oldest 3h 10m",
		`href="/e/kingsmere/shifts/new"`, `href="/e/kingsmere/imports/new"`, `href="/e/kingsmere/shifts/export.csv"`, "2 shifts.", "Tier 2 opens in", "data-countdown",
		`scope="rowgroup"`, `aria-current="page"`)
}

func TestBoard_showsNoActToWhomItIsNotAllowed(t *testing.T) {
	t.Parallel()
	s := asked(now.Add(30 * time.Hour))
	rows := []row{rowOf("/e/kingsmere", &s, sample(), course{}, offers{}, now)}

	html := render(t, boardPage(boardOf(ask{}, may{}, rows, figures{Counts: shifts.Counts{Open: 1}})))

	for _, act := range []string{"Create shift", "/imports/new", "export.csv"} {
		if strings.Contains(html, act) {
			t.Errorf("offers %s", act)
		}
	}
}

func TestBoard_saysWhyItIsEmpty(t *testing.T) {
	t.Parallel()
	full := figures{Counts: shifts.Counts{Open: 5}}
	for want, b := range map[string]*board{
		"No shifts yet":          boardOf(ask{}, may{Create: true}, nil, figures{}),
		"when the bank office":   boardOf(ask{}, may{}, nil, figures{}),
		"No shifts match":        boardOf(ask{Q: "oak"}, may{}, nil, full),
		"Nothing to review":      boardOf(ask{View: viewReview}, may{}, nil, full),
		"No filled shifts ahead": boardOf(ask{View: viewFilled}, may{}, nil, full),
	} {
		wants(t, render(t, boardPage(b)), want)
	}
}

func TestBoard_showsEveryFilterAsAChipThatCanBeTakenAway(t *testing.T) {
	t.Parallel()
	a := ask{Site: siteID, Ward: icu.ID, Grade: "nurse-band-6", From: civil.MustDate("2026-11-23"), To: civil.MustDate("2026-11-29"), Q: "40841"}

	html := render(t, boardPage(boardOf(a, may{}, nil, figures{Counts: shifts.Counts{Open: 5}})))

	wants(t, html, "“40841”", "Mon 23 Nov 2026 to Sun 29 Nov 2026", "Remove filter: ", "Clear all", "(5)")
}

// quote is a price such as the engine makes.
func quote(t *testing.T) *rates.ShiftQuote {
	t.Helper()
	return &rates.ShiftQuote{Minutes: 690, BreakMinutes: 60, Net: 39791, VAT: 400, Gross: 40191, Lines: []rates.Line{
		{Kind: rates.Pay, Band: rates.Core, Minutes: 690, Rate: money.MustRate("26.10"), Factor: money.One, Amount: 30015},
		{Kind: rates.Commission, Minutes: 690, Rate: money.MustRate("1.74"), Factor: money.One, Amount: 2001},
		{Kind: rates.VAT, Category: rates.Standard, Factor: money.MustFactor("0.2"), Base: 2001, Amount: 400},
	}}
}

func detailOf(t *testing.T, s shifts.Shift, m may, bids ...bid) *detail {
	t.Helper()
	due := now.Add(5*time.Hour + 18*time.Minute)
	return &detail{
		Base: "/e/kingsmere", Shift: s, Names: sample(), May: m, Now: now, Course: running(1, 2, due),
		Line: cascade.Timeline{Moments: []cascade.Moment{
			{At: s.CreatedAt, Position: cascade.Done, Tier: -1, Title: "Created", Text: "By Priya Raman"},
			{At: s.CreatedAt, Position: cascade.Done, Tier: 0, Title: "Bank", Text: "Opened to the bank"},
			{At: s.CreatedAt.Add(time.Minute), Position: cascade.Now, Tier: 1, Title: "Tier 1", Text: "Opened to 6 agencies, 2 seen", Why: "lead time 24 to 72 h: 4 h after the bank", Agencies: 6, Seen: 2},
			{At: due, Position: cascade.Next, Tier: 2, Title: "Tier 2", Text: "Opens to tier 2 agencies"},
			{At: s.StartsAt, Position: cascade.Later, Tier: -1, Title: "Starts"},
		}},
		Compare: comparison{Bids: bids, Now: now, Grade: "Band 6 nurse", Path: "/e/kingsmere/shifts/" + s.Ref, May: m.Decide},
	}
}

func bidOf(t *testing.T, worker string, best bool) bid {
	return bid{ID: tenants.NewID().String(), Worker: worker, Agency: "Meridian Medical", Tier: 1, Sent: now.Add(-18 * time.Minute), Best: best,
		Charge: money.MustRate("34.6009"), Pay: money.MustRate("26.10"), Commission: money.MustRate("1.74"), UnderCard: money.MustRate("1.30"), Net: 39791,
		Grade: "Band 6 nurse", Register: "NMC 12A3456E", Note: "Has system access", Status: "submitted", Quote: quote(t)}
}

func TestDetail_comparesProposalsBestFirst(t *testing.T) {
	t.Parallel()
	second := bidOf(t, "Helen Varga", false)
	second.Over, second.Agency = 1552, "Northbank Nursing"
	second.Qualifying = quotes.Qualifying{Known: true, Weeks: 12, Needed: 12}
	d := detailOf(t, asked(now.Add(30*time.Hour)), may{Decide: true, Cancel: true}, bidOf(t, "Grace Mensah", true), second)

	html := render(t, detailPage(d))

	wants(t, html, "Intensive Care Unit, Tue 24 Nov", "KUH-40841", "Grace Mensah", "Helen Varga", "£15.52 more for the shift", "£1.30 under the rate card",
		"NMC 12A3456E", "Weeks worked for you", "0 completed", "12 completed", "The pay of your own staff is due", "Opened to 6 agencies, 2 seen. 2 proposals. Lead time 24 to 72 h: 4 h after the bank.", "5h 18m", "2 proposals, lowest charge first",
		"/accept", "/decline", "/cancel", "How the charge for Grace Mensah is made up", "Why these prices", "Priya Raman, on the form. Reason: Vacancy. 1d 7h before the start.", "£397.91", "Cost centre", `aria-current="step"`)
}

func TestDetail_offersNoDecisionToAReader(t *testing.T) {
	t.Parallel()

	html := render(t, detailPage(detailOf(t, asked(now.Add(30*time.Hour)), may{}, bidOf(t, "Grace Mensah", true))))

	for _, act := range []string{"/accept", "/decline", "/cancel"} {
		if strings.Contains(html, act) {
			t.Errorf("offers %s", act)
		}
	}
}

func TestDetail_listsWhatDoesNotStandSideBySide(t *testing.T) {
	t.Parallel()
	var bids []bid
	for _, name := range []string{"Grace Mensah", "Helen Varga", "Tomasz Zielinski", "Ama Boateng", "Joy Ekwueme"} {
		bids = append(bids, bidOf(t, name, name == "Grace Mensah"))
	}
	declined, at := bidOf(t, "Ivo Novak", false), now.Add(-time.Minute)
	declined.Status, declined.Answered, declined.AnsweredBy, declined.Answer = "declined", &at, "Priya Raman", "The charge is too high."

	html := render(t, detailPage(detailOf(t, asked(now.Add(30*time.Hour)), may{Decide: true}, append(bids, declined)...)))

	wants(t, html, "4 of 5, lowest charge first", "Other proposals", "Joy Ekwueme", "Ivo Novak", "The charge is too high. Mon 23 Nov, 10:41 by Priya Raman.")
}

func TestDetail_saysWhoWasToldWhileNobodyProposes(t *testing.T) {
	t.Parallel()
	d := detailOf(t, asked(now.Add(30*time.Hour)), may{Decide: true})
	d.Course.Seen = 2

	wants(t, render(t, detailPage(d)), "No proposals yet", "6 agencies have been told, 2 opened it. Tier 2 opens at 16:00.")
}

func TestDetail_namesWhoWasFirstAfterAConflict(t *testing.T) {
	t.Parallel()
	s, at := asked(now.Add(30*time.Hour)), now.Add(-time.Minute)
	s.Status, s.EndedAt = shifts.StatusFilled, &at
	d := detailOf(t, s, may{Decide: true})
	d.Booking = &placement{Ref: "KUH-B40841", Worker: "Grace Mensah", Agency: "Meridian Medical", Status: "confirmed", Pay: money.MustRate("26.10"), Net: 39791, At: at, By: "Sam Whitlock", Quote: quote(t)}
	d.Refused = bookings.ErrShiftFilled.Saying("Sam Whitlock accepted another proposal at 10:41.")

	html := render(t, detailPage(d))

	wants(t, html, "Sam Whitlock accepted another proposal at 10:41.", `role="alert"`, "This has changed meanwhile", "KUH-B40841", "Confirmed", "Accepted by Sam Whitlock, Mon 23 Nov, 10:41")
	if strings.Contains(html, "/accept") {
		t.Error("a filled shift offers no accept")
	}
}

func TestDetail_marksABookingThatWasNotRatified(t *testing.T) {
	t.Parallel()
	for state, words := range map[approvals.State]string{
		approvals.Refused: "Not ratified.", approvals.Open: "To be ratified.", approvals.Withdrawn: "Nobody has ratified this.", approvals.Approved: "", "": "",
	} {
		s := asked(now.Add(-20 * time.Hour))
		s.Status = shifts.StatusFilled
		d := detailOf(t, s, may{Decide: true})
		d.Booking = &placement{Ref: "KUH-B40841", Worker: "Grace Mensah", Status: "worked", Direct: true, At: now, Quote: quote(t), Ratified: state}

		html := render(t, detailPage(d))

		wants(t, html, "KUH-B40841", words)
		if words == "" && strings.Contains(html, "atified") || state == approvals.Refused && !strings.Contains(html, "app-notice--error") {
			t.Errorf("%q: says %q", state, html)
		}
	}
}

func TestDetail_ofTheFactOffersTheDirectBooking(t *testing.T) {
	t.Parallel()
	s := asked(now.Add(-20 * time.Hour))
	s.Retrospective = true

	wants(t, render(t, detailPage(detailOf(t, s, may{Book: true}))), "To book", "/shifts/KUH-40841/book", "Book the worker directly")
}

func TestAccept_saysWhatItCostsAndWhoIsTold(t *testing.T) {
	t.Parallel()
	best, other := bidOf(t, "Grace Mensah", true), bidOf(t, "Helen Varga", false)
	d := detailOf(t, asked(now.Add(30*time.Hour)), may{Decide: true}, best, other)

	html := render(t, acceptPage(d, &best))

	wants(t, html, "£397.91 before VAT", "VAT is £4.00, indicative", "Meridian Medical and Grace Mensah", "1 other proposal is closed and its agency is told.", "Stops. Tier 2 does not open.", "Accept and book", `method="post"`)
}

func TestAsk_hasABoxForEveryPieceOfEvidence(t *testing.T) {
	t.Parallel()
	b := bidOf(t, "Grace Mensah", true)
	d := detailOf(t, asked(now.Add(30*time.Hour)), may{Decide: true}, b)
	d.Refused = approvals.ErrIncomplete.With(
		fault.Field{Name: "evidence", Code: "approval_incomplete", Text: "Show the exemption's reference.", Value: "exemption_reference"},
		fault.Field{Name: "evidence.exemption_expires_on", Code: "exemption_ended", Text: "The exemption ends before the day of the shift.", Value: "2026-11-01"})
	boxes := d.evidence([]string{"exemption_reference", "exemption_expires_on", "nhse_reference"}, map[string]string{"exemption_expires_on": "1/11/2026", "nhse_reference": "NHSE-881"})

	html := render(t, askPage(d, &b, askForm{Reason: "hard_to_fill"}, []string{"Chief executive"}, boxes))

	wants(t, html, "The exemption&#39;s reference", `name="evidence.exemption_reference"`, `href="#evidence-exemption_reference"`, "Show the exemption&#39;s reference.",
		"The day on which the exemption ends", `type="date"`, `value="2026-11-01"`, `href="#evidence-exemption_expires_on"`, "The exemption ends before the day of the shift.",
		"NHS England&#39;s approval reference", `value="NHSE-881"`)
}

func TestAsk_asksForNoEvidenceThatNoRuleWants(t *testing.T) {
	t.Parallel()
	b := bidOf(t, "Grace Mensah", true)
	d := detailOf(t, asked(now.Add(30*time.Hour)), may{Decide: true}, b)

	html := render(t, askPage(d, &b, askForm{}, []string{"Chief executive"}, d.evidence(nil, nil)))

	if strings.Contains(html, `name="evidence`) {
		t.Error("a box for evidence stands on the page")
	}
}

func TestDecline_keepsWhatWasChosenWhenItComesBack(t *testing.T) {
	t.Parallel()
	b := bidOf(t, "Grace Mensah", true)
	d := detailOf(t, asked(now.Add(30*time.Hour)), may{Decide: true}, b)
	d.Refused = fault.ErrInvalid.With(fault.Field{Name: "note", Code: "reason_missing", Text: "Say why. The agency will read it."})

	html := render(t, declinePage(d, &b, declineForm{Reason: "other", Note: " "}))

	wants(t, html, `href="#note"`, `value="other" checked`, "Say why. The agency will read it.", "The charge is too high.")
}

func TestCancel_saysWhatEndsWithTheShift(t *testing.T) {
	t.Parallel()
	d := detailOf(t, asked(now.Add(30*time.Hour)), may{Cancel: true}, bidOf(t, "Grace Mensah", true))

	html := render(t, cancelPage(d, ""))
	wants(t, html, "1 proposal is closed.", "no longer offered to the 6 agencies", "Agencies and the worker read it.", "Keep the shift")

	d = detailOf(t, asked(now.Add(30*time.Hour)), may{Cancel: true})
	d.Course = course{}
	wants(t, render(t, cancelPage(d, "")), "Nobody. No agency has been told of this shift.")
}

func TestCreate_comesBackAsItWasTyped(t *testing.T) {
	t.Parallel()
	c := &creation{Base: "/e/kingsmere", Names: sample(), Form: createForm{Ward: icu.ID.String(), Date: "2026-10-25", Start: "01:30", End: "09:00", Notes: "Bring identification."},
		Refused: fault.ErrInvalid.With(fault.Field{Name: "start", Code: civil.ErrAmbiguous.Code, Text: civil.ErrAmbiguous.Text}, fault.Field{Name: "grade", Code: "required", Text: "Choose a grade."})}

	html := render(t, createPage(c))

	wants(t, html, `value="2026-10-25"`, `value="01:30"`, "Bring identification.", `href="#grade"`, "The first 01:30", "The second 01:30", "Nursing and midwifery", "Intensive Care Unit, Royal Kingsmere")
}

func TestCheck_saysWhatWillBeMadeAndWhatHappensNext(t *testing.T) {
	t.Parallel()
	s := asked(now.Add(30 * time.Hour))
	c := &creation{Base: "/e/kingsmere", Names: sample(), Form: createForm{Ward: icu.ID.String(), Quantity: "2"}, Made: []shifts.Shift{s, s},
		Plan: cascade.Timeline{Moments: []cascade.Moment{{At: now.Add(4 * time.Hour), Position: cascade.Later, Tier: 1, Title: "Tier 1", Text: "Opens to tier 1 agencies", Why: "lead time 24 to 72 h: 4 h after the bank"}}}}

	wants(t, render(t, checkPage(c)), "Create 2 shifts", "2 people", "11h 30m paid", "Ends Wed 25 Nov 2026", "Opens to tier 1 agencies. Lead time 24 to 72 h: 4 h after the bank.", `name="checked" value="1"`, "Change something")
}

func TestBook_isForShiftsOfTheFactAlone(t *testing.T) {
	t.Parallel()
	ahead := &engaging{detail: *detailOf(t, asked(now.Add(30*time.Hour)), may{Book: true})}
	s := asked(now.Add(-20 * time.Hour))
	s.Retrospective = true
	d := detailOf(t, s, may{Book: true})
	past := &engaging{detail: *d, PayMax: "£27.40", Evidence: d.evidence([]string{"exemption_reference", "exemption_expires_on"}, nil)}

	wants(t, render(t, bookPage(ahead)), "cannot be booked directly")
	wants(t, render(t, bookPage(past)), "At most £27.40 an hour, by the rate card.", "Number in the professional register", "Book worker", `name="evidence.exemption_reference"`, `name="evidence.exemption_expires_on"`)
}

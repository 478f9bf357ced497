package main

import (
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/browsertest"
)

// TestTour_throughTheBrowser: a trust and an agency at their desks and a nurse
// at her phone do the whole line by clicking and typing.
func TestTour_throughTheBrowser(t *testing.T) {
	t.Parallel()
	newDesks(newTour(t, "tour-browser", "TRB", "Bronwen Tour", "24C7002E"), false).line()
}

// TestTour_withoutScripts: the same, where a browser runs no script at all.
func TestTour_withoutScripts(t *testing.T) {
	t.Parallel()
	newDesks(newTour(t, "tour-plain", "TRP", "Petra Tour", "24C7003E"), true).line()
}

// desks are the three windows of a tour.
type desks struct {
	*tour
	trust, agency, phone *browsertest.Page
	plain                bool // no scripts
}

func newDesks(u *tour, plain bool) *desks {
	u.t.Helper()
	window := func(width int) *browsertest.Page {
		return browsertest.Open(u.t, browsertest.Options{Base: u.base, Width: width, NoScripts: plain})
	}
	return &desks{tour: u, trust: window(1440), agency: window(1440), phone: window(390), plain: plain}
}

// line walks from the shift file to the invoice.
func (d *desks) line() {
	d.signIn(d.trust, d.email("admin"))
	d.signIn(d.agency, "agency@meridian.example")
	d.signIn(d.phone, d.email("nurse"))

	d.importFile()
	d.setClock("2026-06-02", "09:30")
	d.propose()
	d.accept()
	d.setClock("2026-06-14", "10:00")
	d.submit()
	d.become(d.email("ward"))
	d.approve()
	d.become(d.email("admin"))
	d.setClock("2026-06-15", "10:00")
	d.become(d.email("finance"))
	d.bill()

	for _, page := range []*browsertest.Page{d.trust, d.agency, d.phone} {
		page.NoSidewaysScroll()
		page.Check()
	}
}

func (d *desks) signIn(page *browsertest.Page, email string) {
	d.t.Helper()
	page.Visit("/signin")
	page.Fill("E-mail address", email)
	page.Fill("Password", d.world.Password)
	page.Click("Sign in")
	page.WantTrue("location.pathname !== '/signin'")
}

// become signs somebody else in at the trust's desk.
func (d *desks) become(email string) {
	d.t.Helper()
	d.trust.Click(".app-account__person")
	d.trust.Click("Sign out")
	d.trust.Want("You have signed out")
	d.signIn(d.trust, email)
}

func (d *desks) at(path string) string { return "/e/" + d.code + path }

// reloadUntil looks again until a page shows what is on its way.
func (d *desks) reloadUntil(page *browsertest.Page, what, selector string) {
	d.t.Helper()
	eventually(d.t, what, func() bool {
		page.Reload()
		return page.Count(selector) > 0
	})
}

func (d *desks) importFile() {
	d.t.Helper()
	d.trust.Visit(d.at("/imports"))
	d.trust.Click("Import a file")
	d.trust.Upload("File of shifts", d.file())
	d.trust.Click("Upload")
	if d.plain {
		d.reloadUntil(d.trust, "the import", ".app-verdict")
	}
	d.trust.Want("1 created")
}

func (d *desks) setClock(date, time string) {
	d.t.Helper()
	d.trust.Visit(d.at("/settings/clock"))
	d.trust.Fill("Date", date)
	d.trust.Fill("Time", time)
	d.trust.Click("Set the clock")
	d.trust.WantElement(".app-banner")
}

// propose: the shift opens to the agency, which sees what the nurse would cost
// at a rate before it sends her.
func (d *desks) propose() {
	d.t.Helper()
	d.agency.Visit("/a/meridian/shifts?trust=" + d.tour.trust.ID.String())
	offer := "a[href*='/shifts/TR'][href$='/propose']"
	d.reloadUntil(d.agency, "the release to tier 1", offer)
	d.agency.Click(offer)
	if more := "details.app-details > summary"; d.agency.Count(more) > 0 {
		d.agency.Click(more) // the list is long
	}
	d.agency.Choose(d.nurse)
	d.agency.Fill("Pay to worker, an hour", "19.97")
	d.agency.Fill("Commission, an hour", "2.00")
	if d.plain {
		d.agency.Click("Update breakdown")
	}
	d.agency.Want(pounds(tourQuoted.total))
	d.agency.Want("0 weeks completed with")
	d.agency.Want("highest pay £22.40 an hour once 12 are")
	d.wantPrice(d.agency, "the breakdown", tourQuoted)
	d.agency.Fill("What should the ward know?", "Knows the ward.")
	d.agency.Choose("declared")
	d.agency.Click("Send proposal")
	d.agency.Want("Proposal sent")
	d.wantPrice(d.agency, "the proposal", tourQuoted)
}

func (d *desks) accept() {
	d.t.Helper()
	d.trust.Visit(d.at("/shifts"))
	d.trust.Click("a[href*='/shifts/TR']")
	d.wantPrice(d.trust, "the shift", tourQuoted)
	d.trust.Click("Accept")
	d.trust.Want(pounds(tourQuoted.net) + " before VAT")
	d.trust.Click("Accept and book")
	d.trust.Want(d.nurse + " is booked")
}

// submit: the nurse sends what she worked, on the phone.
func (d *desks) submit() {
	d.t.Helper()
	d.phone.Visit("/me/timesheets")
	d.reloadUntil(d.phone, "the timesheet", ".app-agenda__title a")
	d.phone.Click(".app-agenda__title a")
	d.phone.Fill("End", "08:30")
	d.phone.Fill("Unpaid break", "45")
	d.phone.Fill("Note to the trust", tourNote)
	d.phone.Click("Check and send")
	d.phone.Want("12h 15m")
	d.phone.Click("Send my hours")
	d.phone.Want("Your hours have been sent")
}

// approve: another person, who reads the note and the price of the claim.
func (d *desks) approve() {
	d.t.Helper()
	d.trust.Visit(d.at("/timesheets"))
	d.trust.Click("Open")
	d.trust.Want(tourNote)
	d.wantPrice(d.trust, "the claim", tourWorked)
	d.trust.Click("Approve")
	d.wantPrice(d.trust, "the check of the hours", tourWorked)
	d.trust.Click("Approve")
	d.trust.Want("The hours are approved")
	d.wantPrice(d.trust, "the approved timesheet", tourWorked)
}

// bill: finance prepares and issues the run, and the invoice, its file and the
// sum of the hours are one.
func (d *desks) bill() {
	d.t.Helper()
	d.trust.WantPath(d.at("/finance/self-bill"))
	d.trust.Fill("First day of the period", tourPeriod)
	d.trust.Click("Prepare")
	d.trust.Click("Issue")
	d.trust.Want(pounds(tourWorked.total))
	d.trust.Click("Issue 1 invoice")
	d.trust.Click("Open")
	d.wantInvoice(tourWorked)
	wantCSV(d.t, string(d.trust.Download("CSV")), tourWorked)
}

// column is a price as a page writes it, from pay to total.
func (p price) column() []string {
	var all []string
	for _, amount := range []int{p.core, p.low, p.high, p.holiday, p.ni, p.pension, p.levy, p.commission} {
		if amount > 0 {
			all = append(all, pounds(amount))
		}
	}
	return all
}

// wantPrice compares the last column of a page's table of a price.
func (d *desks) wantPrice(page *browsertest.Page, where string, want price) {
	d.t.Helper()
	page.WantElement(".app-rates")
	got := strings.Fields(page.Evaluate("[...document.querySelector('.app-rates').querySelectorAll('tbody td:last-child')].map(cell => cell.textContent.trim()).join(' ')"))
	if all := append(want.column(), pounds(want.net), pounds(want.vat), pounds(want.total)); !slices.Equal(got, all) {
		d.t.Errorf("%s shows %v, want %v", where, got, all)
	}
}

// wantInvoice compares the lines and sums of the invoice on the page.
func (d *desks) wantInvoice(want price) {
	d.t.Helper()
	d.trust.WantElement(".app-document__totals")
	if got := d.trust.Texts(".app-document__detail td:last-child"); !slices.Equal(got, want.column()) {
		d.t.Errorf("the invoice shows the lines %v, want %v", got, want.column())
	}
	if got, sums := d.trust.Texts(".app-document__totals dd"), []string{pounds(want.net), pounds(want.vat), pounds(want.total)}; !slices.Equal(got, sums) {
		d.t.Errorf("the invoice comes to %v, want %v", got, sums)
	}
}

package ui_test

import (
	"strings"
	"testing"

	"wardbridge/internal/browsertest"
)

func open(t *testing.T, path string, options browsertest.Options) *browsertest.Page {
	t.Helper()
	options.Base = serve(t)
	p := browsertest.Open(t, options)
	p.Visit(path)
	return p
}

func TestBulkBar_takesThePlaceOfTheChipsAndCounts(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{})
	if p.Has("Release to next tier") || !p.Has("Filtered by") {
		t.Fatal("with nothing ticked the chips must show and the bulk bar must not")
	}

	p.Choose("Select KUH-40822")

	if !p.Has("1 shift selected") || p.Has("Filtered by") {
		t.Error("one ticked row is not told in words in the place of the chips")
	}

	p.Choose("Select all shifts")

	if !p.Has("5 shifts selected") {
		t.Errorf("all rows are not counted: %s", p.Text(".app-bulk__count"))
	}

	p.Click("Clear selection")

	p.Want("Filtered by")
	if p.Count(".app-check__input:checked") != 0 {
		t.Error("the selection was not cleared")
	}
}

func TestBulkBar_worksWithScriptsOff(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{NoScripts: true})

	p.Choose("Select KUH-40822")

	if !p.Has("Selected shifts") || !p.Has("Release to next tier") {
		t.Error("the bulk bar does not appear without scripts")
	}
}

func TestFilters_applyOnChangeAndKeepTheFocus(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{})

	p.Evaluate("document.getElementById('f-site').focus()")
	p.Select("Site", "Royal Kingsmere")

	waitPath(t, p, "site=royal")
	if got := p.Evaluate("document.activeElement.id"); got != "f-site" {
		t.Errorf("the focus went to %q", got)
	}
	if got := p.Evaluate("document.getElementById('app-live').textContent"); got != "12 of 42 shifts." {
		t.Errorf("the live region says %q", got)
	}
}

func TestFilters_applyByTheButtonWithScriptsOff(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{NoScripts: true})

	p.Select("Site", "Royal Kingsmere")
	p.Click("Apply filters")

	if path := p.Path(); !strings.Contains(path, "site=royal") || !strings.Contains(path, "view=open") {
		t.Errorf("the form led to %s", path)
	}
}

func TestFilters_waitForTheButtonOnAPhone(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{Width: 390})

	p.Click("Filters (2)")
	p.Select("Site", "Royal Kingsmere")
	before := p.Path()
	p.Click("Apply filters")

	if before != "/gallery" {
		t.Errorf("the change alone led to %s", before)
	}
	waitPath(t, p, "site=royal")
}

// waitPath waits for a part of the address, because a filter changes it without
// loading a page.
func waitPath(t *testing.T, p *browsertest.Page, part string) {
	t.Helper()
	p.WantTrue("location.href.includes('" + part + "')")
}

func TestPasswordField_isShownOnDemand(t *testing.T) {
	t.Parallel()
	p := open(t, "/signin", browsertest.Options{})
	p.Fill("Password", "correct horse")

	p.Click("Show password")

	if got := p.Evaluate("document.getElementById('password').type"); got != "text" {
		t.Errorf("the password is of type %s", got)
	}
}

func TestCountdown_countsByTheClockOfTheOrganisation(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{})

	// The page says 10:42 and the tier opens at 16:00, whatever this computer's
	// clock says.
	p.WantTrue("['5h 18m', '5h 17m'].includes(document.querySelector('time[data-countdown]').textContent)")
}

func TestAccountMenu_opensWithScriptsOff(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{NoScripts: true, Width: 390})

	p.Click("Priya Raman")

	if !p.Has("Sign out") || !p.Has("Alerts") {
		t.Error("the menu of the person lacks its entries")
	}
}

func TestErrorSummary_leadsToItsInput(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{})

	p.Click("The break must be shorter than the shift.")

	if got := p.Evaluate("document.activeElement.name"); got != "break_minutes" {
		t.Errorf("the focus went to %q", got)
	}
}

func TestSkipLink_leadsToTheResults(t *testing.T) {
	t.Parallel()
	p := open(t, "/gallery", browsertest.Options{})
	p.Evaluate("document.querySelectorAll('.nhsuk-skip-link')[1].focus()")

	p.Press("Enter")

	p.WantTrue("document.activeElement.id === 'board'")
}

func TestPoll_asksUntilTheRunIsDone(t *testing.T) {
	t.Parallel()
	p := open(t, "/run", browsertest.Options{})

	p.Want("5,000 of 5,000 rows")

	if p.Count("[hx-get='/run-part']") != 0 {
		t.Error("the page goes on asking after the run is done")
	}
}

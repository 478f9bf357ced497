package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wardbridge/openapi"
	"wardbridge/tenants"
)

// program is a system that knows the API by its document alone: it calls
// operations by their names and holds every answer against its schema.
type program struct {
	t    *testing.T
	base string
	key  string
	all  map[string]openapi.Operation
}

func newProgram(t *testing.T, key string) *program {
	t.Helper()
	h, _, base := demoHouse(t)
	p := &program{t: t, base: base, key: key, all: map[string]openapi.Operation{}}
	for _, o := range h.API.Operations() {
		p.all[o.ID] = o
	}
	return p
}

// call does an operation, wants the status that the document gives it, and
// reads the answer into out when that is not nil. It returns the body.
func (p *program) call(id string, c openapi.Call, out any) string {
	p.t.Helper()
	o, ok := p.all[id]
	if !ok {
		p.t.Fatalf("the document has no operation %s", id)
	}
	raw, kind := c.Raw, c.ContentType
	if c.Body != nil {
		var err error
		if raw, err = json.Marshal(c.Body); err != nil {
			p.t.Fatal(err)
		}
		kind = "application/json"
	}
	req, err := http.NewRequest(o.Method, p.base+address(o.Path, c.Path, c.Query), bytes.NewReader(raw))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.key)
	if len(raw) > 0 {
		req.Header.Set("Content-Type", kind)
	}
	if o.Method == http.MethodPost {
		req.Header.Set("Idempotency-Key", tenants.NewID().String())
	}
	res, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if res.StatusCode != o.Status {
		p.t.Fatalf("%s answers %d, want %d: %s", id, res.StatusCode, o.Status, body)
	}
	p.fits(o, res.Header.Get("Content-Type"), body)
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			p.t.Fatalf("%s: %v", id, err)
		}
	}
	return string(body)
}

// fits holds an answer against the schema that the document gives for it.
func (p *program) fits(o openapi.Operation, kind string, body []byte) {
	p.t.Helper()
	h, _, _ := demoHouse(p.t)
	told := h.API.Document().Paths.Value(o.Path).GetOperation(o.Method).Responses.Status(o.Status)
	media := told.Value.Content.Get(kind)
	kind, _, _ = strings.Cut(kind, ";")
	switch {
	case len(body) == 0 && len(told.Value.Content) == 0:
	case media == nil:
		p.t.Errorf("%s answers %s, which the document does not say", o.ID, kind)
	case kind == "application/json":
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			p.t.Fatalf("%s: %v", o.ID, err)
		}
		if err := media.Schema.Value.VisitJSON(value); err != nil {
			p.t.Errorf("%s answers what its schema does not say: %v", o.ID, err)
		}
	}
}

func at(id string) map[string]string { return map[string]string{"id": id} }

// Answers, as far as the tours read them.
type (
	row struct {
		ID       string `json:"id"`
		Ref      string `json:"ref"`
		Number   string `json:"number"`
		Status   string `json:"status"`
		ShiftID  string `json:"shift_id"`
		Email    string `json:"email"`
		NetPence int    `json:"net_pence"`
		VATPence int    `json:"vat_pence"`
		Gross    int    `json:"gross_pence"`
		Created  int    `json:"created"`
		Lines    []line `json:"lines"`
		Bills    []row  `json:"bills"`
	}
	line struct {
		Kind    string `json:"kind"`
		Band    string `json:"band"`
		Minutes int    `json:"minutes"`
		Amount  int    `json:"amount_pence"`
		Net     int    `json:"net_pence"`
	}
	list[T any] struct {
		Data []T `json:"data"`
	}
)

// parts are the lines of an answer before VAT, by kind and band.
func parts(lines []line) map[string]int {
	all := map[string]int{}
	for _, l := range lines {
		if l.Kind != "vat" {
			all[strings.TrimSpace(l.Kind+" "+l.Band)] += l.Amount + l.Net
		}
	}
	return all
}

// TestTour_throughTheAPI: a roster system, an agency's system, a nurse's phone,
// a ward's and a finance system do the whole line by documented operations.
func TestTour_throughTheAPI(t *testing.T) {
	t.Parallel()
	u := newTour(t, "tour-api", "TRA", "Asha Tour", "24C7001E")
	roster, manager, ward := newProgram(t, u.organisationKey()), newProgram(t, u.token(u.trust, "manager")), newProgram(t, u.token(u.trust, "ward"))
	finance, nurse := newProgram(t, u.token(u.trust, "finance")), newProgram(t, u.token(u.me, "nurse"))
	agency := newProgram(t, bearer(t, "agency@meridian.example"))

	shift := u.rosterSends(roster)
	clockTo(roster, tourOpened)
	proposal := u.agencyProposes(agency, shift)
	manager.call("acceptProposal", openapi.Call{Path: at(proposal.ID)}, nil)
	clockTo(roster, tourOver)
	timesheet := nurseSends(nurse, map[string]any{"starts_at": "2026-06-13T19:30:00+01:00", "ends_at": "2026-06-14T08:30:00+01:00", "break_minutes": 45, "note": tourNote})

	var approved row
	ward.call("approveTimesheet", openapi.Call{Path: at(timesheet.ID)}, &approved)
	wantLines(t, "the approved timesheet", parts(approved.Lines), tourWorked.lines())
	if approved.NetPence != tourWorked.net {
		t.Errorf("the timesheet comes to %s, want %s", pounds(approved.NetPence), pounds(tourWorked.net))
	}
	clockTo(roster, tourBilled)
	wantBilled(finance, tourPeriod, tourWorked)
}

// rosterSends imports the file and waits until its shift is there.
func (u *tour) rosterSends(roster *program) (shift row) {
	u.t.Helper()
	var sent row
	roster.call("importFile", openapi.Call{Query: map[string]string{"kind": "shifts"}, Raw: []byte(tourFile), ContentType: "text/csv"}, &sent)
	eventually(u.t, "the import", func() bool {
		roster.call("getImport", openapi.Call{Path: at(sent.ID)}, &sent)
		return sent.Status == "applied"
	})
	var found list[row]
	roster.call("listShifts", openapi.Call{Query: map[string]string{"status": "open"}}, &found)
	if sent.Created != 1 || len(found.Data) != 1 {
		u.t.Fatalf("the file made %d shifts, and %d are open", sent.Created, len(found.Data))
	}
	return found.Data[0]
}

// agencyProposes asks what the nurse would cost and proposes her at that price.
func (u *tour) agencyProposes(agency *program, shift row) row {
	u.t.Helper()
	u.released(agency, shift)
	var quote row
	agency.call("priceShift", openapi.Call{Body: map[string]any{"employer_id": u.trust.ID, "grade": "nurse-band-5", "starts_at": "2026-06-13T19:30:00+01:00",
		"ends_at": "2026-06-14T08:00:00+01:00", "break_minutes": 60, "pay_rate": "19.97", "commission": "2.00"}}, &quote)
	wantLines(u.t, "the quote", parts(quote.Lines), tourQuoted.lines())
	return u.proposes(agency, shift, tourQuoted)
}

// released waits for the shift to open to the agency.
func (u *tour) released(agency *program, shift row) {
	u.t.Helper()
	eventually(u.t, "the release to tier 1", func() bool {
		var open list[row]
		agency.call("listReleases", openapi.Call{Query: map[string]string{"employer": u.trust.ID.String()}}, &open)
		return slices.ContainsFunc(open.Data, func(r row) bool { return r.ShiftID == shift.ID })
	})
}

// proposes sends a proposal of the nurse and wants each line of its price.
func (u *tour) proposes(agency *program, shift row, want price) (proposal row) {
	u.t.Helper()
	var mine list[row]
	agency.call("listWorkers", openapi.Call{Query: map[string]string{"q": u.nurse}}, &mine)
	if len(mine.Data) != 1 {
		u.t.Fatalf("the agency has %d workers called %s", len(mine.Data), u.nurse)
	}
	agency.call("proposeWorker", openapi.Call{Body: map[string]any{"shift_id": shift.ID, "worker_id": mine.Data[0].ID, "pay_rate": "19.97", "commission": "2.00"}}, &proposal)
	wantLines(u.t, "the proposal", parts(proposal.Lines), want.lines())
	if proposal.NetPence != want.net || proposal.VATPence != want.vat {
		u.t.Errorf("the proposal comes to %s and %s VAT, want %s and %s", pounds(proposal.NetPence), pounds(proposal.VATPence), pounds(want.net), pounds(want.vat))
	}
	return proposal
}

// nurseSends waits for the timesheet, which opens when the shift has ended, and
// sends the hours.
func nurseSends(nurse *program, hours map[string]any) row {
	nurse.t.Helper()
	var open list[row]
	eventually(nurse.t, "the timesheet", func() bool {
		nurse.call("listTimesheets", openapi.Call{Query: map[string]string{"status": "open"}}, &open)
		return len(open.Data) == 1
	})
	nurse.call("submitTimesheet", openapi.Call{Path: at(open.Data[0].ID), Body: hours}, nil)
	return open.Data[0]
}

// wantBilled prepares and issues the run of a week, and wants the one invoice,
// its lines and its file to come to the price. It gives the invoice.
func wantBilled(finance *program, period string, want price) row {
	t := finance.t
	t.Helper()
	var run row
	finance.call("prepareSelfBillRun", openapi.Call{Body: map[string]any{"period_from": period}}, &run)
	finance.call("issueSelfBillRun", openapi.Call{Path: at(run.ID)}, &run)
	if len(run.Bills) != 1 || run.Status != "issued" {
		t.Fatalf("the run is %s with %d invoices", run.Status, len(run.Bills))
	}
	var bill row
	finance.call("getSelfBill", openapi.Call{Path: at(run.Bills[0].Number)}, &bill)
	if bill.NetPence != want.net || bill.VATPence != want.vat || bill.Gross != want.total {
		t.Errorf("%s comes to %s, %s and %s, want %s, %s and %s", bill.Number, pounds(bill.NetPence), pounds(bill.VATPence), pounds(bill.Gross), pounds(want.net), pounds(want.vat), pounds(want.total))
	}
	var lines list[line]
	finance.call("listLinesOfSelfBill", openapi.Call{Path: at(bill.ID)}, &lines)
	wantLines(t, bill.Number, parts(lines.Data), want.lines())
	wantCSV(t, finance.call("downloadLinesOfSelfBill", openapi.Call{Path: at(bill.ID)}, nil), want)
	return bill
}

// clockTo moves the trust's clock.
func clockTo(trust *program, now string) {
	trust.t.Helper()
	trust.call("setClock", openapi.Call{Body: map[string]any{"now": now}}, nil)
}

package billing_test

import (
	"log/slog"
	"slices"
	"testing"

	"wardbridge/internal/door"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/billing"
	"wardbridge/modules/timesheets"
	"wardbridge/openapi"
	"wardbridge/rbac"
)

func TestRoutes_areDocumentedWithExamples(t *testing.T) {
	t.Parallel()
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	r := openapi.New(door.New(pgtest.DB(t), gate), slog.New(slog.DiscardHandler), openapi.Info{Title: "Test", Version: "1"})

	timesheets.New(nil, nil, nil).Routes(r)
	billing.New(nil, nil, nil).Routes(r)

	if len(r.JSON()) == 0 {
		t.Error("there is no document")
	}
	var ids []string
	for _, o := range r.Operations() {
		ids = append(ids, o.ID)
		if o.Example == nil {
			t.Errorf("%s has no example", o.ID)
		}
	}
	want := []string{"listTimesheets", "getTimesheet", "listWhatWasPostedToTimesheet", "submitTimesheet", "approveTimesheet", "queryTimesheet",
		"prepareSelfBillRun", "listSelfBillRuns", "getSelfBillRun", "issueSelfBillRun", "downloadLinesOfSelfBillRun", "downloadControlTotalsOfSelfBillRun",
		"downloadSelfBillRunAsWorkbook", "listSelfBills", "getSelfBill", "listLinesOfSelfBill", "downloadLinesOfSelfBill"}
	slices.Sort(ids)
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		t.Errorf("operations = %v, want %v", ids, want)
	}
}

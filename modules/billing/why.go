package billing

import (
	"context"

	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Why is how one timesheet of a bill was priced.
type Why struct {
	Timesheet, Shift, Worker string
	Quote                    *rates.ShiftQuote
}

// whyMost bounds how many timesheets a page explains; the others explain
// themselves on their own pages.
const whyMost = 40

// Reasons are the derivations behind the lines of a bill, one for each timesheet
// in the order of the lines, the first forty of them.
func (s *Service) Reasons(ctx context.Context, tx *tenants.Tx, lines []Line) ([]Why, error) {
	var all []Why
	var ids []tenants.ID
	seen := map[tenants.ID]bool{}
	for i := range lines {
		l := &lines[i]
		if seen[l.TimesheetID] || len(ids) == whyMost {
			continue
		}
		seen[l.TimesheetID] = true
		ids = append(ids, l.TimesheetID)
		all = append(all, Why{Timesheet: l.TimesheetRef, Shift: l.ShiftRef, Worker: l.WorkerName})
	}
	found, err := s.timesheets.Quotes(ctx, tx, ids)
	for i, id := range ids {
		all[i].Quote = found[id]
	}
	return all, err
}

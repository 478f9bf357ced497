package billing

import (
	"slices"
	"strings"

	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// assemble turns the approved timesheets of one agency into the lines of one
// bill, and adds them up. It is pure. VAT is worked out once for each category
// and rate, on the sum of its lines, and then shared out to the lines by
// largest remainder; so the lines always add up to the bill.
func assemble(work []timesheets.Billable, wards map[tenants.ID]string) (lines []Line, vat []VATTotal, sum Totals) {
	for i := range work {
		t := &work[i].Timesheet
		var posting *tenants.ID
		adjustment := ""
		if p := work[i].Posting; p != nil {
			posting, adjustment = &p.ID, p.AdjustmentRef
		} else {
			sum.Timesheets++
		}
		for j := range work[i].Lines {
			l := &work[i].Lines[j]
			lines = append(lines, Line{
				TenantID: t.TenantID, AgencyID: t.AgencyID, ID: tenants.NewID(), TimesheetID: t.ID, LineID: l.ID, PostingID: posting, Adjustment: adjustment, Position: len(lines) + 1,
				TimesheetRef: t.Ref, ShiftRef: t.ShiftRef, WorkerName: t.WorkerName, Ward: wards[t.WardID], CostCentre: t.CostCentre, WorkedOn: t.WorkedOn,
				Kind: l.Kind, Band: l.Band, Minutes: l.Minutes, Rate: l.Rate, Factor: l.Factor, NetPence: l.AmountPence,
				VATCategory: l.VATCategory, VATRate: l.VATRate, VATReason: l.VATReason,
			})
		}
	}
	vat = taxed(lines)
	for i := range lines {
		sum.Lines++
		sum.Minutes += lines[i].PaidMinutes()
		sum.NetPence += lines[i].NetPence
	}
	for _, v := range vat {
		sum.VATPence += v.VATPence
	}
	sum.GrossPence = sum.NetPence + sum.VATPence
	return lines, vat, sum
}

// taxed works out the VAT of each category and puts its share on every line.
// Categories stand in the order S, E, O, and of one the higher rate first.
func taxed(lines []Line) []VATTotal {
	var totals []VATTotal
	var members [][]int
	for i := range lines {
		l := &lines[i]
		at := slices.IndexFunc(totals, func(v VATTotal) bool { return v.Category == l.VATCategory && v.Rate == l.VATRate })
		if at < 0 {
			at = len(totals)
			totals, members = append(totals, VATTotal{Category: l.VATCategory, Rate: l.VATRate}), append(members, nil)
		}
		totals[at].NetPence += l.NetPence
		totals[at].Reason = joined(totals[at].Reason, l.VATReason)
		members[at] = append(members[at], i)
	}
	for at := range totals {
		v := &totals[at]
		v.VATPence = v.NetPence.Times(v.Rate)
		weights := make([]int64, len(members[at]))
		for n, i := range members[at] {
			weights[n] = int64(lines[i].NetPence)
		}
		for n, share := range money.Allocate(v.VATPence, weights) {
			lines[members[at][n]].VATPence = share
		}
	}
	slices.SortStableFunc(totals, func(a, b VATTotal) int {
		if order := place(a.Category) - place(b.Category); order != 0 {
			return order
		}
		return b.Rate.Cmp(a.Rate)
	})
	return totals
}

func place(c rates.Category) int {
	return slices.Index([]rates.Category{rates.Standard, rates.Exempt, rates.ZeroRated, rates.OutsideScope}, c)
}

// joined keeps each reason once.
func joined(reasons, one string) string {
	switch {
	case one == "" || slices.Contains(strings.Split(reasons, "; "), one):
		return reasons
	case reasons == "":
		return one
	}
	return reasons + "; " + one
}

package billing

import (
	"testing"

	"wardbridge/tenants"
)

func TestBillOf_isTheBillOfTheWorkWhicheverCameFirst(t *testing.T) {
	t.Parallel()
	first, second := tenants.NewID(), tenants.NewID()
	work := func(bill tenants.ID) Line { return Line{SelfBillID: bill} }
	adjusted := func(bill tenants.ID) Line { return Line{SelfBillID: bill, Adjustment: "KUH-ADJ-1"} }
	for name, c := range map[string]struct {
		lines []Line
		want  tenants.ID
	}{
		"the work before its adjustment":   {[]Line{work(first), work(first), adjusted(second)}, first},
		"an adjustment before its work":    {[]Line{adjusted(first), work(second), work(second)}, second},
		"both on one bill":                 {[]Line{adjusted(first), work(first)}, first},
		"an adjustment of work on no bill": {[]Line{adjusted(first)}, tenants.ID{}},
		"nothing":                          {nil, tenants.ID{}},
	} {
		if got, billed := billOf(c.lines); got != c.want || billed != (c.want != tenants.ID{}) {
			t.Errorf("%s: %s, %v", name, got, billed)
		}
	}
}

package billing

import (
	"testing"

	"pgregory.net/rapid"

	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

func TestVAT_isWorkedOutOncePerCategoryAndNotPerLine(t *testing.T) {
	t.Parallel()
	work := []timesheets.Billable{{}}
	for range 7 {
		work[0].Lines = append(work[0].Lines, timesheets.Line{AmountPence: 1253, VATCategory: rates.Standard, VATRate: money.MustFactor("0.2")})
	}

	lines, vat, sum := assemble(work, nil)

	if sum.NetPence != 8771 || sum.VATPence != 1754 || len(vat) != 1 {
		t.Errorf("%v + %v, want £87.71 + £17.54", sum.NetPence, sum.VATPence)
	}
	var shares money.Pence
	for _, l := range lines {
		shares += l.VATPence
	}
	if shares != 1754 {
		t.Errorf("the lines' shares come to %v", shares)
	}
}

func TestVAT_ofAnExemptWeekIsNothing(t *testing.T) {
	t.Parallel()
	work := []timesheets.Billable{{Lines: []timesheets.Line{{AmountPence: 95341, VATCategory: rates.Exempt, VATReason: "Concession"}}}}

	_, vat, sum := assemble(work, nil)

	if sum.GrossPence != 95341 || vat[0].Reason != "Concession" || vat[0].VATPence != 0 {
		t.Errorf("%+v, %+v", vat, sum)
	}
}

func TestAssemble_linesCategoriesAndBillAgreeForAnyWork(t *testing.T) {
	t.Parallel()
	categories := []VATTotal{
		{Category: rates.Standard, Rate: money.MustFactor("0.2")}, {Category: rates.Standard, Rate: money.MustFactor("0.175")},
		{Category: rates.Exempt, Reason: "Concession"}, {Category: rates.OutsideScope, Reason: "Not registered"},
	}
	kinds := []rates.Kind{rates.Pay, rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy, rates.Commission}
	rapid.Check(t, func(t *rapid.T) {
		var work []timesheets.Billable
		for range rapid.IntRange(1, 8).Draw(t, "timesheets") {
			b := timesheets.Billable{Timesheet: timesheets.Timesheet{ID: tenants.NewID()}}
			for range rapid.IntRange(1, 9).Draw(t, "lines") {
				c := rapid.SampledFrom(categories).Draw(t, "category")
				b.Lines = append(b.Lines, timesheets.Line{
					ID: tenants.NewID(), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Minutes: rapid.IntRange(0, 900).Draw(t, "minutes"),
					AmountPence: money.Pence(rapid.IntRange(-2000, 99999).Draw(t, "pence")), VATCategory: c.Category, VATRate: c.Rate, VATReason: c.Reason,
				})
			}
			work = append(work, b)
		}

		lines, vat, sum := assemble(work, nil)

		type key struct {
			c rates.Category
			r money.Factor
		}
		net, tax := map[key]money.Pence{}, map[key]money.Pence{}
		var all, allTax money.Pence
		minutes := 0
		for i := range lines {
			l := &lines[i]
			k := key{l.VATCategory, l.VATRate}
			net[k] += l.NetPence
			tax[k] += l.VATPence
			all += l.NetPence
			allTax += l.VATPence
			minutes += l.PaidMinutes()
			if l.Position != i+1 {
				t.Fatalf("line %d stands at %d", i+1, l.Position)
			}
		}
		if all != sum.NetPence || allTax != sum.VATPence || sum.GrossPence != all+allTax || minutes != sum.Minutes || len(lines) != sum.Lines || len(work) != sum.Timesheets {
			t.Fatalf("lines come to %v + %v, the bill to %+v", all, allTax, sum)
		}
		var check money.Pence
		for _, v := range vat {
			k := key{v.Category, v.Rate}
			if v.NetPence != net[k] || v.VATPence != tax[k] || v.VATPence != v.NetPence.Times(v.Rate) {
				t.Fatalf("category %+v has lines of %v + %v", v, net[k], tax[k])
			}
			if v.Category != rates.Standard && v.Reason == "" {
				t.Fatalf("category %+v has no reason", v)
			}
			check += v.VATPence
		}
		if check != sum.VATPence || len(vat) != len(net) {
			t.Fatalf("categories come to %v of VAT, the bill to %v", check, sum.VATPence)
		}
	})
}

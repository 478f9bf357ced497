package invoices

import (
	"wardbridge/modules/billing"
	"wardbridge/web/ui"
)

// listView is the invoices that were issued on the agency's behalf.
type listView struct {
	Rows  []row
	Pages ui.Pages
}

// row is one invoice in words.
type row struct {
	Number, Href, Trust, Issued, Period, Sheets, Net, VAT, Gross string
}

// billView is one invoice as a sheet of paper.
type billView struct {
	Why                    []billing.Why
	Back, Number, Sub, CSV string
	Bill                   *billing.Bill
	Rows                   []billing.Line
}

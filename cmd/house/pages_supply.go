package house

import (
	agencybookings "wardbridge/web/agency/bookings"
	"wardbridge/web/agency/invoices"
	agencyproposals "wardbridge/web/agency/proposals"
	agencyshifts "wardbridge/web/agency/shifts"
	agencytimesheets "wardbridge/web/agency/timesheets"
	agencyworkers "wardbridge/web/agency/workers"
	"wardbridge/web/labels"
	myagencies "wardbridge/web/me/agencies"
	"wardbridge/web/me/schedule"
	mytimesheets "wardbridge/web/me/timesheets"
)

// supplyPages are the pages of those who supply work: agencies and workers.
func (s Services) supplyPages(h *House) {
	names := labels.Sources{Accounts: s.Accounts, Places: s.Places, Packs: s.Packs}
	agencyshifts.Pages(h.Site, agencyshifts.Deps{Cascade: s.Cascade, Proposals: s.Proposals, Quotes: s.Quotes, Agencies: s.Agencies, Labels: names})
	agencyproposals.Pages(h.Site, agencyproposals.Deps{Proposals: s.Proposals, Shifts: s.Shifts, Labels: names})
	agencybookings.Pages(h.Site, agencybookings.Deps{Bookings: s.Bookings, Labels: names})
	agencyworkers.Pages(h.Site, agencyworkers.Deps{Workers: s.Workers, Labels: names})
	agencytimesheets.Pages(h.Site, agencytimesheets.Deps{Timesheets: s.Timesheets, Labels: names})
	invoices.Pages(h.Site, invoices.Deps{Billing: s.Billing})
	schedule.Pages(h.Site, schedule.Deps{Bookings: s.Bookings, Shifts: s.Shifts, Timesheets: s.Timesheets, Workers: s.Workers, Places: s.Places, Labels: names})
	mytimesheets.Pages(h.Site, mytimesheets.Deps{Timesheets: s.Timesheets, Labels: names})
	myagencies.Pages(h.Site, myagencies.Deps{Workers: s.Workers, Labels: names})
}

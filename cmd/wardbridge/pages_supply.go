package main

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
func (s services) supplyPages(h *House) {
	names := labels.Sources{Accounts: s.accounts, Places: s.places, Packs: s.packs}
	agencyshifts.Pages(h.site, agencyshifts.Deps{Cascade: s.cascade, Proposals: s.proposals, Cards: s.cards, Quotes: s.quotes, Agencies: s.agencies, Labels: names})
	agencyproposals.Pages(h.site, agencyproposals.Deps{Proposals: s.proposals, Shifts: s.shifts, Labels: names})
	agencybookings.Pages(h.site, agencybookings.Deps{Bookings: s.bookings, Labels: names})
	agencyworkers.Pages(h.site, agencyworkers.Deps{Workers: s.workers, Labels: names})
	agencytimesheets.Pages(h.site, agencytimesheets.Deps{Timesheets: s.timesheets, Labels: names})
	invoices.Pages(h.site, invoices.Deps{Billing: s.billing})
	schedule.Pages(h.site, schedule.Deps{Bookings: s.bookings, Shifts: s.shifts, Timesheets: s.timesheets, Workers: s.workers, Places: s.places, Labels: names})
	mytimesheets.Pages(h.site, mytimesheets.Deps{Timesheets: s.timesheets, Labels: names})
	myagencies.Pages(h.site, myagencies.Deps{Workers: s.workers, Labels: names})
}

package main

import (
	"wardbridge/web/developers"
	"wardbridge/web/employer/finance"
	"wardbridge/web/employer/imports"
	employershifts "wardbridge/web/employer/shifts"
	employertimesheets "wardbridge/web/employer/timesheets"
	"wardbridge/web/organisation"
	"wardbridge/web/platform"
	"wardbridge/web/public"
)

// pages puts every page on the site.
func (s services) pages(h *House) {
	public.Pages(h.site, s.accounts)
	platform.Pages(h.site, s.accounts)
	organisation.Pages(h.site, s.accounts, s.places, h.door.Gate())
	developers.Pages(h.site, h.api)
	employershifts.Pages(h.site, employershifts.Deps{Places: s.places, Packs: s.packs, Agencies: s.agencies, Cards: s.cards,
		Shifts: s.shifts, Cascade: s.cascade, Proposals: s.proposals, Bookings: s.bookings})
	imports.Pages(h.site, imports.Deps{Exchange: s.exchange, Places: s.places, Packs: s.packs})
	employertimesheets.Pages(h.site, employertimesheets.Deps{Timesheets: s.timesheets, Places: s.places, Accounts: s.accounts})
	finance.Pages(h.site, finance.Deps{Billing: s.billing})
	s.supplyPages(h)
}

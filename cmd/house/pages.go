package house

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
func (s Services) pages(h *House) {
	public.Pages(h.Site, s.Accounts)
	platform.Pages(h.Site, s.Accounts)
	organisation.Pages(h.Site, s.Accounts, s.Places, h.Door.Gate())
	developers.Pages(h.Site, h.API)
	employershifts.Pages(h.Site, employershifts.Deps{Places: s.Places, Packs: s.Packs, Agencies: s.Agencies, Cards: s.Cards,
		Shifts: s.Shifts, Cascade: s.Cascade, Proposals: s.Proposals, Bookings: s.Bookings})
	imports.Pages(h.Site, imports.Deps{Exchange: s.Exchange, Places: s.Places, Packs: s.Packs})
	employertimesheets.Pages(h.Site, employertimesheets.Deps{Timesheets: s.Timesheets, Places: s.Places, Accounts: s.Accounts})
	finance.Pages(h.Site, finance.Deps{Billing: s.Billing})
	s.supplyPages(h)
}

package house

import (
	"wardbridge/web/developers"
	"wardbridge/web/employer/adjustments"
	employeragencies "wardbridge/web/employer/agencies"
	"wardbridge/web/employer/approvals"
	"wardbridge/web/employer/calculator"
	"wardbridge/web/employer/caps"
	"wardbridge/web/employer/cascade"
	"wardbridge/web/employer/finance"
	"wardbridge/web/employer/imports"
	"wardbridge/web/employer/places"
	"wardbridge/web/employer/rates"
	employershifts "wardbridge/web/employer/shifts"
	employertimesheets "wardbridge/web/employer/timesheets"
	"wardbridge/web/employer/vat"
	"wardbridge/web/notices"
	"wardbridge/web/organisation"
	"wardbridge/web/oversight"
	"wardbridge/web/platform"
	platformpacks "wardbridge/web/platform/packs"
	"wardbridge/web/public"
)

// pages puts every page on the site.
func (s Services) pages(h *House) {
	public.Pages(h.Site, s.Accounts)
	platform.Pages(h.Site, s.Accounts)
	platformpacks.Pages(h.Site, s.Packs)
	organisation.Pages(h.Site, s.Accounts, s.Places, h.Door.Gate())
	developers.Pages(h.Site, h.API)
	employershifts.Pages(h.Site, employershifts.Deps{Approvals: s.Approvals, Places: s.Places, Packs: s.Packs, Agencies: s.Agencies, Cards: s.Cards,
		Shifts: s.Shifts, Cascade: s.Cascade, Proposals: s.Proposals, Bookings: s.Bookings})
	imports.Pages(h.Site, imports.Deps{Exchange: s.Exchange, Places: s.Places, Packs: s.Packs})
	employertimesheets.Pages(h.Site, employertimesheets.Deps{Timesheets: s.Timesheets, Places: s.Places, Accounts: s.Accounts})
	approvals.Pages(h.Site, approvals.Deps{Approvals: s.Approvals})
	finance.Pages(h.Site, finance.Deps{Billing: s.Billing})
	adjustments.Pages(h.Site, adjustments.Deps{Adjustments: s.Adjustments, Agencies: s.Agencies, Cards: s.Cards, Packs: s.Packs})
	vat.Pages(h.Site, vat.Deps{Reclaims: s.Reclaims})
	employeragencies.Pages(h.Site, employeragencies.Deps{Agencies: s.Agencies, Packs: s.Packs, Quotes: s.Quotes})
	cascade.Pages(h.Site, cascade.Deps{Cascade: s.Cascade, Agencies: s.Agencies, Packs: s.Packs, Oversight: s.Oversight})
	calculator.Pages(h.Site, calculator.Deps{Quotes: s.Quotes, Packs: s.Packs, Agencies: s.Agencies, Places: s.Places})
	caps.Pages(h.Site, s.Packs, s.Places) // before the cards, whose addresses end in an id
	rates.Pages(h.Site, rates.Deps{Cards: s.Cards, Packs: s.Packs, Places: s.Places, Agencies: s.Agencies, Exchange: s.Exchange})
	places.Pages(h.Site, places.Deps{Places: s.Places})
	oversight.Pages(h.Site, oversight.Deps{Oversight: s.Oversight})
	notices.Pages(h.Site, notices.Deps{Notices: s.Notices})
	s.supplyPages(h)
}

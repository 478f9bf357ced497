// Package vat holds the pages on which an employer reviews the VAT that it was
// charged and that could have been exempt, down to the bookings and their
// evidence.
package vat

import (
	"context"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/reclaims"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct{ Reclaims *reclaims.Service }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	about := func(booking string) web.Option {
		return web.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: "finance@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
			if booking != "" {
				c.Path["booking"] = w.ID(booking)
			}
			return c
		})
	}
	const at = "/e/{org}/vat"
	s.Nav("employer", 72, "VAT", "/vat", rbac.ReclaimRead, "", nil)
	web.Get(s, at, rbac.ReclaimRead, "VAT review", d.review, about(""))
	web.Get(s, at+"/bookings", rbac.ReclaimRead, "Bookings of the VAT review", d.bookings, about(""))
	web.Download(s, at+"/bookings.csv", rbac.ReclaimRead, "Bookings of the VAT review", d.file, about(""))
	web.Download(s, at+"/{booking}/pack", rbac.ReclaimRead, "VAT evidence", d.pack, about("kingsmere.booking.charged"))
}

// filterIn is what narrows the bookings.
type filterIn struct {
	Ground string        `query:"ground"`
	Agency string        `query:"agency"`
	Month  string        `query:"month"`
	Cursor paging.Cursor `query:"cursor"`
}

// filter reads what was asked; what cannot be read asks nothing.
func (in filterIn) filter() reclaims.Filter {
	f := reclaims.Filter{Ground: reclaims.Claim, Cursor: in.Cursor, Limit: 50}
	if in.Ground == string(reclaims.Choice) {
		f.Ground = reclaims.Choice
	}
	if id, err := uuid.Parse(in.Agency); err == nil {
		f.Agency = id
	}
	if day, err := civil.ParseDate(in.Month); err == nil {
		f.Month = day
	}
	return f
}

// query is the filter as an address carries it.
func query(ground reclaims.Ground, agency tenants.ID, month civil.Date) string {
	q := url.Values{"ground": {string(ground)}}
	if agency != (tenants.ID{}) {
		q.Set("agency", agency.String())
	}
	if !month.IsZero() {
		q.Set("month", month.String())
	}
	return "?" + q.Encode()
}

// part is one ground of the review, as a page shows it.
type part struct {
	Ground    reclaims.Ground
	Total     reclaims.Sum
	Agencies  []reclaims.Row
	Months    []reclaims.Row
	Base      string
	Heading   string
	Aside     string
	Explained string
}

// reviewView is what the review shows.
type reviewView struct {
	Review reclaims.Review
	Base   string
	Parts  []part
}

func (d Deps) review(ctx context.Context, tx *tenants.Tx, _ struct{}) (web.View, error) {
	r, err := d.Reclaims.Review(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	return web.View{SkipTo: "claims", Body: reviewPage(viewOf(r, web.Base(ctx)+"/vat"))}, nil
}

func viewOf(r reclaims.Review, base string) reviewView {
	v := reviewView{Review: r, Base: base}
	for _, p := range []part{
		{Ground: reclaims.Claim, Heading: "Claims", Aside: "exempt by law, for the past too",
			Explained: "Only the supplier can claim this VAT from HMRC, and hands it on to you. Send it the evidence of each booking."},
		{Ground: reclaims.Choice, Heading: "Concession", Aside: "exempt from the day on which the supplier chooses it",
			Explained: "What was charged before that day cannot be claimed. It shows what the choice is worth."},
	} {
		p.Total, p.Agencies, p.Months, p.Base = r.Total(p.Ground), r.ByAgency(p.Ground), r.ByMonth(p.Ground), base
		v.Parts = append(v.Parts, p)
	}
	return v
}

// bars are the months as a chart draws them: what was billed, and what is not yet.
func (p part) bars() []ui.Bar {
	bars := make([]ui.Bar, len(p.Months))
	for i, m := range p.Months {
		bars[i] = ui.Bar{Label: monthWord(m.Month), Text: (m.VAT + m.WaitingVAT).String(), Values: []int64{int64(m.VAT), int64(m.WaitingVAT)}}
	}
	return bars
}

func (p part) id() string {
	if p.Ground == reclaims.Claim {
		return "claims"
	}
	return "concession"
}

func (v reviewView) lapses() string {
	if v.Review.Lapses.IsZero() {
		return "Nothing to claim"
	}
	return v.Review.Lapses.Text()
}

func monthWord(d civil.Date) string { return d.Month.String()[:3] + " " + strconv.Itoa(d.Year) }

func reasonsOf(r reclaims.Review, g reclaims.Ground) (all []reclaims.Reason) {
	for _, why := range r.Reasons {
		if why.Ground == g {
			all = append(all, why)
		}
	}
	return all
}

// notBilled says what no bill has yet, or nothing.
func notBilled(p money.Pence) string {
	if p == 0 {
		return ""
	}
	return p.String() + " not billed yet"
}

// bookingsView is the list behind a sum.
type bookingsView struct {
	Base, Next, File string
	Rows             []reclaims.Booking
	Ground           reclaims.Ground
	In               filterIn
	Agencies, Months []ui.Option
}

func (d Deps) bookings(ctx context.Context, tx *tenants.Tx, in filterIn) (web.View, error) {
	f := in.filter()
	rows, next, err := d.Reclaims.List(ctx, tx, f)
	if err != nil {
		return web.View{}, err
	}
	r, err := d.Reclaims.Review(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	base := web.Base(ctx) + "/vat"
	v := bookingsView{Base: base, Rows: rows, Ground: f.Ground, In: in, File: base + "/bookings.csv" + query(f.Ground, f.Agency, f.Month),
		Agencies: []ui.Option{{Text: "All agencies"}}, Months: []ui.Option{{Text: "All months"}}}
	if next != "" {
		v.Next = base + "/bookings" + query(f.Ground, f.Agency, f.Month) + "&cursor=" + url.QueryEscape(string(next))
	}
	for _, a := range r.ByAgency(f.Ground) {
		v.Agencies = append(v.Agencies, ui.Option{Value: a.AgencyID.String(), Text: a.Agency})
	}
	for _, m := range r.ByMonth(f.Ground) {
		v.Months = append(v.Months, ui.Option{Value: m.Month.String(), Text: monthWord(m.Month)})
	}
	return web.View{SkipTo: "results", Body: bookingsPage(v)}, nil
}

// active counts the filters that are set, for the button of a phone.
func (v bookingsView) active() (n int) {
	for _, set := range []bool{v.Ground == reclaims.Choice, v.In.Agency != "", v.In.Month != ""} {
		if set {
			n++
		}
	}
	return n
}

func (d Deps) file(ctx context.Context, tx *tenants.Tx, in filterIn) (openapi.File, error) {
	return d.Reclaims.File(ctx, tx, in.filter())
}

type bookingIn struct {
	Booking string `path:"booking"`
}

func (d Deps) pack(ctx context.Context, tx *tenants.Tx, in bookingIn) (openapi.File, error) {
	return d.Reclaims.Pack(ctx, tx, in.Booking)
}

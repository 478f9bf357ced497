// Package adjustments holds the pages on which finance previews what an award or
// corrected data does to settled work, and posts the difference.
package adjustments

import (
	"context"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/accounts"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Adjustments *adjustments.Service
	Agencies    *agencies.Service
	Cards       *cards.Service
	Packs       *packs.Service
}

const at = "/e/{org}/adjustments"

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	about := func(name string) func(openapi.World) openapi.Call {
		return func(w openapi.World) openapi.Call {
			c := openapi.Call{As: "finance@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
			if name != "" {
				c.Path["id"] = w.ID("kingsmere.adjustment." + name)
			}
			return c
		}
	}
	web.Get(s, at, rbac.AdjustmentRead, "Adjustments", d.list, web.Example(about("")))
	web.Get(s, at+"/new", rbac.AdjustmentManage, "Preview an adjustment", d.fresh, web.Example(about("")))
	web.Post(s, at+"/new", rbac.AdjustmentManage, "Preview an adjustment", d.preview, d.again, web.Example(func(w openapi.World) openapi.Call {
		c := about("")(w)
		c.Body = map[string]string{"kind": "award", "reason": "Local award, backdated", "source": "Joint staff committee, paper 13",
			"first": w.ID("kingsmere.adjustment.day"), "last": w.ID("kingsmere.adjustment.day"), "band": "afc-5", "percent": "1.2"}
		return c
	}))
	web.Get(s, at+"/{id}", rbac.AdjustmentRead, "Adjustment", d.one, web.Example(about("previewed")))
	web.Post(s, at+"/{id}/post", rbac.AdjustmentManage, "Post an adjustment", d.post, d.oneAgain, web.Typed(about("previewed"), nil))
	web.Post(s, at+"/{id}/discard", rbac.AdjustmentManage, "Discard a preview", d.discard, d.oneAgain, web.Typed(about("spare"), nil))
	s.Nav("employer", 72, "Adjustments", "/adjustments", rbac.AdjustmentRead, "", nil)
}

func base(ctx context.Context) string { return web.Base(ctx) + "/adjustments" }

type listIn struct {
	Cursor paging.Cursor `query:"cursor"`
}

type listView struct {
	At, New, Next string
	Rows          []adjustments.Adjustment
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	v := listView{At: base(ctx)}
	if web.May(ctx, rbac.AdjustmentManage) {
		v.New = v.At + "/new"
	}
	rows, next, err := d.Adjustments.List(ctx, tx, adjustments.Filter{Limit: 25, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	if v.Rows = rows; next != "" {
		v.Next = v.At + "?cursor=" + string(next)
	}
	return web.View{SkipTo: "results", Body: listPage(v)}, nil
}

// newForm is what is typed to ask for a preview.
type newForm struct {
	Kind    string     `form:"kind"`
	Reason  string     `form:"reason"`
	Source  string     `form:"source"`
	First   civil.Date `form:"first"`
	Last    civil.Date `form:"last"`
	Agency  tenants.ID `form:"agency"`
	Band    string     `form:"band"`
	From    string     `form:"from"`
	To      string     `form:"to"`
	Percent string     `form:"percent"`
	CardWas tenants.ID `form:"card_was"`
	CardNow tenants.ID `form:"card_now"`
}

type newView struct {
	At                      string
	Form                    newForm
	Agencies, Bands, Cards  []ui.Option
	Agency, CardWas, CardOf string // chosen
}

func (d Deps) fresh(ctx context.Context, tx *tenants.Tx, _ struct{}) (web.View, error) {
	year := civil.DateOf(tx.Now).FinancialYear().First()
	return d.again(ctx, tx, newForm{Kind: string(adjustments.Award), First: year, Last: civil.DateOf(tx.Now)}, nil)
}

func (d Deps) again(ctx context.Context, tx *tenants.Tx, in newForm, refused *fault.Fault) (web.View, error) {
	v := newView{At: base(ctx), Form: in, Agencies: []ui.Option{{Text: "Every agency"}}, Bands: []ui.Option{{Text: "As loaded"}},
		Cards: []ui.Option{{Text: "None"}}, Agency: chosen(in.Agency), CardWas: chosen(in.CardWas), CardOf: chosen(in.CardNow)}
	all, err := d.Agencies.Agreements(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	ids := make([]tenants.ID, 0, len(all))
	for _, a := range all {
		ids = append(ids, a.AgencyID)
	}
	names, err := d.Agencies.Directory(ctx, tx, ids...)
	if err != nil {
		return web.View{}, err
	}
	seen := map[tenants.ID]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id], v.Agencies = true, append(v.Agencies, ui.Option{Value: id.String(), Text: names[id].Name})
		}
	}
	if v.Bands, err = d.bands(ctx, tx, v.Bands); err != nil {
		return web.View{}, err
	}
	versions, err := d.Cards.List(ctx, tx)
	for _, c := range versions {
		if c.Status == cards.Published {
			v.Cards = append(v.Cards, ui.Option{Value: c.ID.String(), Text: c.Name + ", version " + strconv.Itoa(c.Version) + ", from " + c.ValidFrom.Text()})
		}
	}
	return web.View{Narrow: true, Body: newPage(v, refused)}, err
}

// bands are those of the grades, in their order.
func (d Deps) bands(ctx context.Context, tx *tenants.Tx, all []ui.Option) ([]ui.Option, error) {
	grades, err := d.Packs.Grades(ctx, tx)
	seen := map[string]bool{}
	for _, g := range grades {
		if !seen[g.Band] {
			seen[g.Band], all = true, append(all, ui.Option{Value: g.Band, Text: bandWords(g.Band)})
		}
	}
	return all, err
}

func chosen(id tenants.ID) string {
	if id == (tenants.ID{}) {
		return ""
	}
	return id.String()
}

func bandWords(band string) string {
	if n, ok := strings.CutPrefix(band, "afc-"); ok {
		return "Band " + n
	}
	switch band {
	case "":
		return ""
	case packs.InterimBand:
		return "Very senior manager"
	}
	return strings.ToUpper(band[:1]) + band[1:]
}

func (d Deps) preview(ctx context.Context, tx *tenants.Tx, in newForm) (web.Done, error) {
	ask := adjustments.Request{Kind: adjustments.Kind(in.Kind), Reason: in.Reason, Source: in.Source, From: in.First, To: in.Last, AgencyID: in.Agency,
		CardWas: in.CardWas, CardNow: in.CardNow}
	if in.Band+in.From+in.To+in.Percent != "" {
		change, err := in.change()
		if err != nil {
			return web.Done{}, err
		}
		ask.Changes = []adjustments.Change{change}
	}
	a, err := d.Adjustments.Preview(ctx, tx, ask)
	if err != nil {
		return web.Done{}, onBoxes(err)
	}
	return web.Done{To: base(ctx) + "/" + a.Ref, Flash: &ui.Flash{Kind: "success", Title: "The preview is made", Text: "Nothing settled has changed. Check it, then post or discard it."}}, nil
}

func (in newForm) change() (adjustments.Change, error) {
	c := adjustments.Change{Band: in.Band}
	for _, box := range []struct {
		name, text string
		read       func(string) error
	}{
		{"from", in.From, func(s string) (err error) { c.From, err = money.ParseRate(s); return err }},
		{"to", in.To, func(s string) (err error) { c.To, err = money.ParseRate(s); return err }},
		{"percent", in.Percent, func(s string) (err error) { c.Share, err = share(s); return err }},
	} {
		if box.text == "" {
			continue
		}
		if err := box.read(box.text); err != nil {
			f := fault.Of(err)
			return c, fault.ErrInvalid.With(fault.Field{Name: box.name, Code: f.Code, Text: f.Text, Value: box.text})
		}
	}
	return c, nil
}

var errBelow = fault.New(fault.Invalid, "percent_below_zero", "A percentage raises the rates. To lower them, say what each becomes.")

// share reads 3.3 as 3.3 per cent.
func share(s string) (money.Factor, error) {
	whole, err := money.ParsePence(s)
	if err != nil {
		return money.Factor{}, err
	}
	if whole < 0 {
		return money.Factor{}, errBelow
	}
	text := strconv.FormatInt(int64(whole)+10_000, 10) // at least five digits
	return money.ParseFactor(strconv.Itoa(int(whole/10_000)) + "." + text[len(text)-4:])
}

// onBoxes names the boxes of the form as a refusal's fields are called there.
func onBoxes(err error) error {
	f := fault.Of(err)
	fields := make([]fault.Field, len(f.Fields))
	for i, field := range f.Fields {
		switch field.Name {
		case "from":
			field.Name = "first"
		case "to":
			field.Name = "last"
		case "changes":
			field.Name = "to"
		}
		fields[i] = field
	}
	if len(fields) == 0 {
		return err
	}
	renamed := *f
	renamed.Fields = fields
	return &renamed
}

type oneIn struct {
	ID     string        `path:"id"`
	Cursor paging.Cursor `query:"cursor"`
	Left   paging.Cursor `query:"left"`
}

type agencyShare struct {
	Agency string
	adjustments.Share
}

type oneView struct {
	At, Sheets      string // where adjustments and timesheets are
	A               adjustments.Adjustment
	For             string
	Shares          []agencyShare
	Items           []adjustments.Item
	Omitted         []adjustments.Omission
	Names           map[tenants.ID]accounts.Organisation
	Next, NextLeft  string
	Widest          int64
	MayPost, MayEnd bool
}

func (d Deps) one(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	return d.oneAgain(ctx, tx, in, nil)
}

func (d Deps) oneAgain(ctx context.Context, tx *tenants.Tx, in oneIn, refused *fault.Fault) (web.View, error) {
	a, err := d.Adjustments.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	v := oneView{At: base(ctx), Sheets: web.Base(ctx) + "/timesheets", A: a, For: "every agency", MayEnd: web.May(ctx, rbac.AdjustmentManage) && a.Status == adjustments.StatusPreviewed}
	v.MayPost = v.MayEnd && a.Affected > 0
	shares, err := d.Adjustments.ByAgency(ctx, tx, a.ID)
	if err != nil {
		return web.View{}, err
	}
	var next, left paging.Cursor
	if v.Items, next, err = d.Adjustments.Items(ctx, tx, a.ID, tenants.ID{}, 25, in.Cursor); err != nil {
		return web.View{}, err
	}
	if v.Omitted, left, err = d.Adjustments.Omissions(ctx, tx, a.ID, 25, in.Left); err != nil {
		return web.View{}, err
	}
	here := v.At + "/" + a.Ref
	if next != "" {
		v.Next = here + "?cursor=" + string(next)
	}
	if left != "" {
		v.NextLeft = here + "?left=" + string(left)
	}
	if v.Names, err = d.Agencies.Directory(ctx, tx, concerned(&v, shares)...); err != nil {
		return web.View{}, err
	}
	if a.AgencyID != nil {
		v.For = v.Names[*a.AgencyID].Name
	}
	for _, s := range shares {
		v.Shares = append(v.Shares, agencyShare{v.Names[s.AgencyID].Name, s})
		v.Widest = max(v.Widest, int64(max(s.DeltaPence, -s.DeltaPence)))
	}
	return web.View{Title: "Adjustment " + a.Ref, SkipTo: "items", Body: onePage(v, refused)}, nil
}

// concerned are the agencies whose names the page says.
func concerned(v *oneView, shares []adjustments.Share) (ids []tenants.ID) {
	if v.A.AgencyID != nil {
		ids = append(ids, *v.A.AgencyID)
	}
	for _, s := range shares {
		ids = append(ids, s.AgencyID)
	}
	for i := range v.Omitted {
		ids = append(ids, v.Omitted[i].AgencyID)
	}
	return ids
}

func (d Deps) post(ctx context.Context, tx *tenants.Tx, in oneIn) (web.Done, error) {
	a, err := d.Adjustments.Get(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if a, err = d.Adjustments.Post(ctx, tx, a.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx) + "/" + a.Ref, Flash: &ui.Flash{Kind: "success", Title: "The adjustment is posted",
		Text: labels.Count(a.Affected, "timesheet") + ", " + signed(a.DeltaPence) + ". The next self-bill carries the lines, and each agency is told."}}, nil
}

func (d Deps) discard(ctx context.Context, tx *tenants.Tx, in oneIn) (web.Done, error) {
	a, err := d.Adjustments.Get(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if _, err = d.Adjustments.Discard(ctx, tx, a.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: "The preview is discarded", Text: "Nothing settled has changed."}}, nil
}

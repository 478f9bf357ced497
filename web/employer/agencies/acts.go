package agencies

import (
	"context"
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/agencies"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// terms are the boxes that making and changing an agreement share.
type terms struct {
	EndsOn          civil.Date `form:"ends_on"`
	Framework       string     `form:"framework" maxlen:"40"`
	FrameworkLot    string     `form:"framework_lot" maxlen:"40"`
	SelfBillFrom    civil.Date `form:"self_bill_from"`
	SelfBillUntil   civil.Date `form:"self_bill_until"`
	VATNumber       string     `form:"vat_number" maxlen:"40"`
	SupplierName    string     `form:"supplier_name" maxlen:"200"`
	SupplierAddress string     `form:"supplier_address" maxlen:"500"`
	Segmentation    string     `form:"segmentation" maxlen:"40"`
	BreakRule       string     `form:"break_rule" maxlen:"40"`
	OnCosts         string     `form:"on_costs" maxlen:"40"`
}

func (t terms) module() agencies.Terms {
	return agencies.Terms{EndsOn: t.EndsOn, Segmentation: t.Segmentation, BreakRule: t.BreakRule, OnCosts: t.OnCosts, Framework: t.Framework, FrameworkLot: t.FrameworkLot, SelfBillFrom: t.SelfBillFrom,
		SelfBillUntil: t.SelfBillUntil, SupplierName: t.SupplierName, SupplierAddress: t.SupplierAddress, VATNumber: t.VATNumber}
}

func termsOf(t agencies.Terms) terms {
	return terms{EndsOn: t.EndsOn, Segmentation: t.Segmentation, BreakRule: t.BreakRule, OnCosts: t.OnCosts, Framework: t.Framework, FrameworkLot: t.FrameworkLot, SelfBillFrom: t.SelfBillFrom,
		SelfBillUntil: t.SelfBillUntil, SupplierName: t.SupplierName, SupplierAddress: t.SupplierAddress, VATNumber: t.VATNumber}
}

type newForm struct {
	AgencyID tenants.ID `form:"agency_id"`
	StartsOn civil.Date `form:"starts_on"`
	terms
}

func (p *pages) fresh(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	usual := terms{Segmentation: agencies.Clock, BreakRule: agencies.ActualOrProRata, OnCosts: agencies.Flat}
	return p.freshAgain(ctx, tx, newForm{StartsOn: civil.DateOf(tx.Now), terms: usual}, nil)
}

func (p *pages) freshAgain(ctx context.Context, tx *tenants.Tx, in newForm, refused *fault.Fault) (web.View, error) {
	all, err := p.Agencies.Agencies(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	options := []ui.Option{{Text: "Choose an agency"}}
	for _, a := range all {
		options = append(options, ui.Option{Value: a.ID.String(), Text: a.Name})
	}
	return web.View{Narrow: true, Body: newPage(base(ctx), in, options, refused)}, nil
}

func (p *pages) agree(ctx context.Context, tx *tenants.Tx, in newForm) (web.Done, error) {
	if in.AgencyID == (tenants.ID{}) {
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "agency_id", Code: "required", Text: "Choose the agency that you agree with."})
	}
	a, err := p.Agencies.Agree(ctx, tx, in.AgencyID, in.StartsOn, in.module())
	if err != nil {
		return web.Done{}, boxed(err)
	}
	return web.Done{To: base(ctx) + "/" + a.ID.String(), Flash: &ui.Flash{Kind: "success", Title: "The agreement has been made", Text: "Set its tiers next: an agency without a tier is never told of a shift."}}, nil
}

// boxed puts a refusal of the VAT number beside its box.
func boxed(err error) error {
	if f := fault.Of(err); f.Code == agencies.ErrVATNumber.Code && len(f.Fields) == 0 {
		return f.With(fault.Field{Name: "vat_number", Code: f.Code, Text: f.Text})
	}
	return err
}

type changeForm struct {
	at
	Version int64 `form:"version"`
	terms
}

func (p *pages) change(ctx context.Context, tx *tenants.Tx, in at) (web.View, error) {
	a, err := p.Agencies.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return p.changeAgain(ctx, tx, changeForm{at: in, Version: a.Version, terms: termsOf(a.Terms())}, nil)
}

func (p *pages) changeAgain(ctx context.Context, tx *tenants.Tx, in changeForm, refused *fault.Fault) (web.View, error) {
	v, err := p.view(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: changePage(v, in, refused)}, nil
}

func (p *pages) update(ctx context.Context, tx *tenants.Tx, in changeForm) (web.Done, error) {
	if _, err := p.Agencies.Update(ctx, tx, in.ID, in.Version, in.module()); err != nil {
		return web.Done{}, boxed(err)
	}
	return done(ctx, in.ID, "The agreement has been changed", ""), nil
}

// done goes back to the agreement.
func done(ctx context.Context, id tenants.ID, title, text string) web.Done {
	return web.Done{To: base(ctx) + "/" + id.String(), Flash: &ui.Flash{Kind: "success", Title: title, Text: text}}
}

type tiersForm struct {
	at
	Tiers map[string]int `form:"tier"`
}

func (p *pages) setTiers(ctx context.Context, tx *tenants.Tx, in tiersForm) (web.Done, error) {
	if err := p.Agencies.SetTiers(ctx, tx, in.ID, in.Tiers); err != nil {
		return web.Done{}, err
	}
	return done(ctx, in.ID, "The tiers have been saved", "They hold for shifts that are created from now on, and for steps that have not come yet."), nil
}

func (p *pages) tiersAgain(ctx context.Context, tx *tenants.Tx, in tiersForm, refused *fault.Fault) (web.View, error) {
	v, err := p.view(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	for i := range v.Tiers {
		if tier, given := in.Tiers[v.Tiers[i].Name[len("tier."):]]; given {
			v.Tiers[i].Value = strconv.Itoa(tier)
		}
	}
	return web.View{Title: v.Agency, Body: agreementPage(v, refused)}, nil
}

// electForm is a new decision on VAT.
type electForm struct {
	StaffGroup string     `form:"staff_group" maxlen:"40"`
	Category   string     `form:"category" maxlen:"1"`
	FromOn     civil.Date `form:"from_on"`
	Reason     string     `form:"reason" maxlen:"300"`
	Source     string     `form:"source" maxlen:"300"`
}

type electIn struct {
	at
	electForm
}

func (p *pages) elect(ctx context.Context, tx *tenants.Tx, in electIn) (web.Done, error) {
	e := agencies.Election{AgreementID: in.ID, StaffGroup: in.StaffGroup, Category: in.Category, FromOn: in.FromOn, Reason: in.Reason, Source: in.Source}
	made, err := p.Agencies.Elect(ctx, tx, e)
	if err != nil {
		return web.Done{}, err
	}
	return done(ctx, in.ID, "The decision on VAT has been added", "It applies from "+made.FromOn.Text()+"."), nil
}

func (p *pages) electAgain(ctx context.Context, tx *tenants.Tx, in electIn, refused *fault.Fault) (web.View, error) {
	v, err := p.view(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	v.Vote = in.electForm
	return web.View{Title: v.Agency, Body: agreementPage(v, refused)}, nil
}

func (p *pages) check(ctx context.Context, tx *tenants.Tx, in at) (web.View, error) {
	return p.checkAgain(ctx, tx, in, nil)
}

func (p *pages) checkAgain(ctx context.Context, tx *tenants.Tx, in at, refused *fault.Fault) (web.View, error) {
	v, err := p.view(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: endPage(v, refused)}, nil
}

func (p *pages) end(ctx context.Context, tx *tenants.Tx, in at) (web.Done, error) {
	if _, err := p.Agencies.End(ctx, tx, in.ID); err != nil {
		return web.Done{}, err
	}
	return done(ctx, in.ID, "The agreement has ended", "The agency has been told. What is booked stays."), nil
}

// day is a date as a date box holds it; no date is an empty box.
func day(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// chosen is an id as a select holds it; no id is no choice.
func chosen(id tenants.ID) string {
	if id == (tenants.ID{}) {
		return ""
	}
	return id.String()
}

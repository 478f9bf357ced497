package quotes

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/rates"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (q *Service) Routes(r *openapi.Router) {
	openapi.Post(r, "/quotes", rbac.QuoteCreate, "Price a shift", q.price, openapi.Reads(),
		openapi.Faults(agencies.ErrNoAgreement, cards.ErrNoRate, packs.ErrNoHolidays, rates.ErrEndsTooEarly, rates.ErrBreakTooLong, places.ErrUnknownSite, ErrNotForWorkers),
		openapi.Describe("Every line of what a shift costs, with the times that it is for, the sum behind it and the dated data that was used, and whether the rates "+
			"are within the employer's card. An employer names the agency, an agency the employer. With the worker, the weeks that count towards the pay of the employer's own staff are told, "+
			"and the card's rate for after them applies once they are complete. The VAT of one shift is indicative: an invoice works it out once per category."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Body: map[string]any{"agency_id": w.ID("meridian"), "grade": "nurse-band-5",
				"starts_at": "2026-12-24T20:00:00Z", "ends_at": "2026-12-25T08:00:00Z", "break_minutes": 60, "pay_rate": "20.0000", "commission": "2.0000"}}
		}))
	openapi.Post(r, "/quotes/compare", rbac.QuoteCreate, "Compare the ways of working a shift", q.compare, openapi.Reads(),
		openapi.Faults(agencies.ErrNoAgreement, cards.ErrNoRate, packs.ErrNoHolidays, rates.ErrEndsTooEarly, rates.ErrBreakTooLong, places.ErrUnknownSite, ErrNotForWorkers),
		openapi.Describe("One shift priced on the bank, on the agency's payroll, by direct engagement, through an umbrella and by a company inside and outside IR35, in this order and from the same data. "+
			"The bank has no fees; the provider's fee is for direct engagement alone."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Body: map[string]any{"agency_id": w.ID("meridian"), "grade": "nurse-band-5",
				"starts_at": "2026-12-24T20:00:00Z", "ends_at": "2026-12-25T08:00:00Z", "break_minutes": 60, "pay_rate": "20.0000", "commission": "2.0000",
				"company_rate": "26.5000", "direct_fee": "1.0000"}}
		}))
}

func engagementName(e rates.Engagement) rates.Engagement {
	if e == "" {
		return rates.PAYE
	}
	return e
}

type takenInput struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

type quoteInput struct {
	EmployerID   *tenants.ID  `json:"employer_id" doc:"Where the work is; an employer may leave it out."`
	AgencyID     *tenants.ID  `json:"agency_id" doc:"Who supplies the worker; an agency may leave it out."`
	WorkerID     *tenants.ID  `json:"worker_id" doc:"Who would work: an agency's own record of the worker, or the person_id that an employer reads on a proposal or booking. Left out, nobody's weeks count."`
	SiteID       *tenants.ID  `json:"site_id,omitempty" doc:"One of the employer's sites: its line of the card and its zone's price caps count. Left out, the caps are those of the zone that all its sites share, or else outside London."`
	Grade        string       `json:"grade" maxlen:"40" example:"nurse-band-5"`
	Reason       string       `json:"reason,omitempty" maxlen:"40" example:"vacancy" doc:"Why cover is needed; VAT may depend on it. Left out, the worker is taken to stand in for somebody."`
	StartsAt     time.Time    `json:"starts_at"`
	EndsAt       time.Time    `json:"ends_at"`
	BreakMinutes int          `json:"break_minutes,omitempty" min:"0" max:"480" doc:"Unpaid."`
	Breaks       []takenInput `json:"breaks,omitempty" maxlen:"10" doc:"Unpaid breaks as they were taken; they then count alone."`
	PayRate      money.Rate   `json:"pay_rate" doc:"Core, an hour."`
	Commission   money.Rate   `json:"commission" doc:"For each paid hour."`

	Engagement rates.Engagement `json:"engagement,omitempty" enum:"paye,direct,psc_outside,psc_inside,umbrella,bank" default:"paye"`
	DirectFee  money.Rate       `json:"direct_fee,omitzero" doc:"Of the provider of direct engagement, for each paid hour."`
}

type quoteIn struct {
	Body quoteInput
}

type compareIn struct {
	Body struct {
		quoteInput
		CompanyRate money.Rate `json:"company_rate,omitzero" doc:"What a company or an umbrella asks an hour; left out, the pay rate."`
	}
}

type quoteRowJSON struct {
	ID      string     `json:"id"`
	Version int        `json:"version"`
	From    civil.Date `json:"from"`
	Source  string     `json:"source"`
}

type quoteLineJSON struct {
	Kind         rates.Kind     `json:"kind" enum:"pay,supplement,session,holiday,employer_ni,pension,levy,commission,framework_fee,direct_fee,cancellation,expense,vat"`
	Title        string         `json:"title" example:"Unsocial hours"`
	Band         rates.Band     `json:"band" enum:",core,low,high" doc:"Of pay lines."`
	Times        []string       `json:"times" doc:"The stretches of the shift that a pay line is for."`
	Minutes      int            `json:"minutes" doc:"Paid minutes."`
	BreakMinutes int            `json:"break_minutes" doc:"Unpaid minutes taken out by rule."`
	Rate         *money.Rate    `json:"rate" doc:"An hour, before the multiplier."`
	Factor       money.Factor   `json:"factor" doc:"The multiplier of a rate, or the share that is taken."`
	AmountPence  money.Pence    `json:"amount_pence"`
	VATCategory  rates.Category `json:"vat_category" enum:"S,E,O,Z"`
	VATReason    string         `json:"vat_reason" doc:"Of what is exempt or outside the scope: as it stands on an invoice."`
	VATSource    string         `json:"vat_source" doc:"The rule or election that the category rests on."`
	Sum          string         `json:"sum" example:"4h at £19.97 × 1.3 = £103.84"`
	Rounding     string         `json:"rounding" doc:"What the sum comes to before it is rounded; empty when it is whole pence."`
	Note         string         `json:"note"`
	Sources      []quoteRowJSON `json:"sources" doc:"The dated data that was used."`
}

type quoteVerdictJSON struct {
	Within         bool        `json:"within" doc:"Within the card, and not below the minimum wage."`
	PayOver        *money.Rate `json:"pay_over" doc:"How much the pay rate is above the card's maximum."`
	CommissionOver *money.Rate `json:"commission_over" doc:"How much the commission is above the card's maximum."`
	BelowMinimum   bool        `json:"below_minimum" doc:"The pay rate is below the National Living Wage on the date of the shift."`
	MinimumWage    money.Rate  `json:"minimum_wage"`
	ChargeOver     *money.Rate `json:"charge_over" doc:"How much an hour is charged above the card's highest charge."`
	PayFixed       bool        `json:"pay_fixed" doc:"The card fixes the pay, and another was asked about."`
}

type quoteCardJSON struct {
	ID            tenants.ID `json:"id"`
	Name          string     `json:"name"`
	Version       int        `json:"version"`
	PayMax        money.Rate `json:"pay_max"`
	CommissionMax money.Rate `json:"commission_max"`
	Source        string     `json:"source"`
}

type quoteLimitJSON struct {
	Band    rates.Band  `json:"band" enum:"core,low,high"`
	Title   string      `json:"title" example:"Unsocial hours"`
	Charge  money.Rate  `json:"charge" doc:"All that an hour costs before VAT, expenses aside."`
	Cap     money.Rate  `json:"cap"`
	Over    *money.Rate `json:"over" doc:"How much the charge is above the cap."`
	Sum     string      `json:"sum"`
	CapFrom civil.Date  `json:"cap_from"`
	Source  string      `json:"source"`
}

type quoteVATJSON struct {
	Profession string     `json:"profession" enum:"doctor,nurse,nursing_auxiliary,other"`
	Deputy     bool       `json:"deputy" doc:"The worker stands in for somebody of the employer."`
	Elected    bool       `json:"elected" doc:"The supplier has chosen exemption."`
	Registered bool       `json:"registered" doc:"The supplier is registered for VAT."`
	Rule       string     `json:"rule" doc:"What the rule of law says of a supply of staff on these facts."`
	RuleFrom   civil.Date `json:"rule_from"`
	RuleSource string     `json:"rule_source"`
}

type quoteQualifyingJSON struct {
	Weeks   int         `json:"weeks" doc:"Completed in this grade with the employer before the date, through whichever agencies."`
	Needed  int         `json:"needed" doc:"After how many the Agency Workers Regulations give the pay of the employer's own staff."`
	PayMax  *money.Rate `json:"pay_max" doc:"The card's maximum after them; null where it names none."`
	Applies bool        `json:"applies" doc:"They are complete, and that is the card's maximum in this answer."`
}

type quoteJSON struct {
	EmployerID   tenants.ID            `json:"employer_id"`
	AgencyID     tenants.ID            `json:"agency_id"`
	AgreementID  tenants.ID            `json:"agreement_id"`
	Nation       string                `json:"nation"`
	Zone         string                `json:"zone" enum:"outside_london,fringe,outer_london,inner_london" doc:"High cost area whose price caps the charge is held against."`
	Engagement   rates.Engagement      `json:"engagement" enum:"paye,direct,psc_outside,psc_inside,umbrella,bank"`
	Date         civil.Date            `json:"date" doc:"The local date of the start."`
	Minutes      int                   `json:"minutes" doc:"Paid."`
	BreakMinutes int                   `json:"break_minutes" doc:"Unpaid."`
	Lines        []quoteLineJSON       `json:"lines"`
	NetPence     money.Pence           `json:"net_pence"`
	VATPence     money.Pence           `json:"vat_pence" doc:"Indicative."`
	GrossPence   money.Pence           `json:"gross_pence"`
	PerHour      money.Rate            `json:"per_hour" doc:"What a paid hour comes to before VAT."`
	Highest      money.Rate            `json:"highest_charge" doc:"The dearest hour before VAT, expenses aside."`
	Caps         []quoteLimitJSON      `json:"caps" doc:"Each band against the price cap in force on the date of the shift. A band that has none loaded is not here."`
	Needs        []approvals.Condition `json:"needs" doc:"Why an employer must ask for approval before it books at this price."`
	VAT          quoteVATJSON          `json:"vat"`
	Qualifying   *quoteQualifyingJSON  `json:"qualifying" doc:"The worker's weeks; null where no worker is named, or the person has not confirmed the agency's record."`
	Card         quoteCardJSON         `json:"card"`
	Verdict      quoteVerdictJSON      `json:"verdict"`
}

func (q *Service) price(ctx context.Context, tx *tenants.Tx, in quoteIn) (quoteJSON, error) {
	r, err := q.asked(ctx, tx, in.Body)
	if err != nil {
		return quoteJSON{}, err
	}
	a, err := q.Quote(ctx, tx, r)
	if err != nil {
		return quoteJSON{}, err
	}
	if err := known(tx, r, a.Qualifying); err != nil {
		return quoteJSON{}, err
	}
	out := quoteOut(r, a)
	out.Needs, err = q.Needs(ctx, tx, &a, r.TenantID, a.Quote.Date)
	return out, err
}

func (q *Service) compare(ctx context.Context, tx *tenants.Tx, in compareIn) (list openapi.List[quoteJSON], err error) {
	r, err := q.asked(ctx, tx, in.Body.quoteInput)
	if err != nil {
		return list, err
	}
	all, err := q.Compare(ctx, tx, Alternatives{Request: r, CompanyRate: in.Body.CompanyRate})
	for i := range all {
		if err := known(tx, r, all[i].Answer.Qualifying); err != nil {
			return list, err
		}
		out := quoteOut(r, all[i].Answer)
		if out.Needs, err = q.Needs(ctx, tx, &all[i].Answer, r.TenantID, all[i].Answer.Quote.Date); err != nil {
			return list, err
		}
		list.Data = append(list.Data, out)
	}
	return list, err
}

// asked is what a body asks for, with its reason and its worker looked up.
func (q *Service) asked(ctx context.Context, tx *tenants.Tx, b quoteInput) (Request, error) {
	r, err := b.request(tx)
	if err != nil {
		return r, err
	}
	if err := q.knownReason(ctx, tx, r.Reason); err != nil {
		return r, err
	}
	return r, q.named(ctx, tx, &r, b.WorkerID)
}

// request fills in the side that asks and refuses the one that is not named.
func (b quoteInput) request(tx *tenants.Tx) (Request, error) {
	r := Request{Grade: b.Grade, Reason: b.Reason, Start: b.StartsAt, End: b.EndsAt, BreakMinutes: b.BreakMinutes, PayRate: b.PayRate, Commission: b.Commission,
		Engagement: b.Engagement, DirectFee: b.DirectFee}
	for _, taken := range b.Breaks {
		r.Breaks = append(r.Breaks, rates.Interval{Start: taken.StartsAt, End: taken.EndsAt})
	}
	r.TenantID, r.AgencyID, r.SiteID = side(b.EmployerID), side(b.AgencyID), side(b.SiteID)
	switch none := (tenants.ID{}); {
	case tx.Me.Kind == tenants.Agency && r.AgencyID == none:
		r.AgencyID = tx.Me.ID
	case tx.Me.Kind.Employer() && r.TenantID == none:
		r.TenantID = tx.Me.ID
	}
	var fields []fault.Field
	if r.TenantID == (tenants.ID{}) {
		fields = append(fields, fault.Field{Name: "employer_id", Code: "required", Text: "Say at which employer the work is."})
	}
	if r.AgencyID == (tenants.ID{}) {
		fields = append(fields, fault.Field{Name: "agency_id", Code: "required", Text: "Say which agency supplies the worker."})
	}
	if len(fields) > 0 && tx.Me.Kind != tenants.Worker {
		return r, fault.ErrInvalid.With(fields...)
	}
	return r, nil
}

func side(id *tenants.ID) tenants.ID {
	if id == nil {
		return tenants.ID{}
	}
	return *id
}

func quoteOut(r Request, a Answer) quoteJSON {
	s := a.Quote
	v, vat := a.Verdict(r.PayRate, r.Commission), a.VAT.Supplied()
	out := quoteJSON{
		EmployerID: r.TenantID, AgencyID: r.AgencyID, AgreementID: a.Agreement.ID, Nation: a.Nation, Zone: a.Zone, Date: s.Date, Minutes: s.Minutes, BreakMinutes: s.BreakMinutes,
		NetPence: s.Net, VATPence: s.VAT, GrossPence: s.Gross, PerHour: s.PerHour(),
		Engagement: engagementName(s.Engagement), Highest: s.Highest, Caps: []quoteLimitJSON{},
		VAT:     quoteVATJSON{vat.Profession, vat.Deputy, vat.Elected, vat.Registered, vat.Rule.Reason, vat.Rule.From, vat.Rule.Source},
		Card:    quoteCardJSON{a.Card.CardID, a.Card.Name, a.Card.Version, a.Card.PayMax, a.Card.CommissionMax, a.Card.Source},
		Verdict: quoteVerdictJSON{Within: v.Within, PayOver: orNull(v.Pay), CommissionOver: orNull(v.Commission), ChargeOver: orNull(v.Charge), PayFixed: v.Fixed, BelowMinimum: !v.Minimum, MinimumWage: a.MinimumWage},
	}
	if of := a.Qualifying; of.Known {
		out.Qualifying = &quoteQualifyingJSON{of.Weeks, of.Needed, orNull(of.Pay), of.Applies()}
	}
	for i := range s.Caps {
		t := &s.Caps[i]
		out.Caps = append(out.Caps, quoteLimitJSON{t.Band, s.Lines[t.Line].Title(), t.Charge, t.Cap, orNull(t.Over), t.Why(), t.Row.From, t.Row.Source})
	}
	for _, e := range s.Explain() {
		l := e.Line
		line := quoteLineJSON{Kind: l.Kind, Title: e.Title, Band: l.Band, Times: e.Times, Minutes: l.Minutes, BreakMinutes: l.BreakMinutes, Rate: orNull(l.Rate),
			Factor: l.Factor, AmountPence: l.Amount, VATCategory: l.Category, VATReason: l.Reason, Sum: e.Why, Rounding: e.Rounding, Note: e.Note}
		if l.VATRule != nil {
			line.VATSource = l.VATRule.Source
		}
		for _, row := range l.Rows {
			line.Sources = append(line.Sources, quoteRowJSON{row.ID, row.Version, row.From, row.Source})
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

func orNull(r money.Rate) *money.Rate {
	if r.IsZero() {
		return nil
	}
	return &r
}

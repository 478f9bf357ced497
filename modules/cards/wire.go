package cards

import (
	"fmt"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

type rateCardJSON struct {
	ID          tenants.ID  `json:"id"`
	EmployerID  tenants.ID  `json:"employer_id"`
	Name        string      `json:"name" example:"Agency nursing"`
	Version     int         `json:"version"`
	Status      string      `json:"status" enum:"draft,submitted,published"`
	Framework   string      `json:"framework" example:"RM6281" doc:"Code of the framework it is for; empty: any route."`
	Lot         string      `json:"lot" example:"1"`
	AgencyID    *tenants.ID `json:"agency_id" doc:"The agency it is for; null: every one."`
	ValidFrom   civil.Date  `json:"valid_from"`
	ValidTo     *civil.Date `json:"valid_to" doc:"The last day; null until a later version is published."`
	InForce     bool        `json:"in_force" doc:"It counts for shifts of today."`
	Source      string      `json:"source"`
	CreatedBy   string      `json:"created_by"`
	SubmittedBy string      `json:"submitted_by"`
	PublishedBy string      `json:"published_by"`
}

type tierUpliftJSON struct {
	Tier  int          `json:"tier" min:"1" max:"9"`
	Share money.Factor `json:"share" doc:"0.050000 is 5% of the pay."`
}

type escalationStepJSON struct {
	Hours int          `json:"hours" min:"1" max:"720" doc:"For shifts that are asked for at most so many hours before their start."`
	Share money.Factor `json:"share"`
}

type rateCardLineJSON struct {
	ID              tenants.ID           `json:"id"`
	StaffGroup      string               `json:"staff_group" doc:"Empty: the grade's; with no grade either, every group."`
	Grade           string               `json:"grade" example:"nurse-band-5" doc:"Empty: every grade of the staff group."`
	Specialty       string               `json:"specialty"`
	SiteID          *tenants.ID          `json:"site_id"`
	Band            string               `json:"band" enum:"any,core,low,high" doc:"Of any, the pay is for core hours and the others multiply it."`
	Engagement      string               `json:"engagement" enum:"any,paye,direct,psc_outside,psc_inside,umbrella,bank"`
	PayMax          money.Rate           `json:"pay_max" doc:"The highest pay an hour."`
	Fixed           bool                 `json:"fixed" doc:"It is the pay itself."`
	CommissionMax   money.Rate           `json:"commission_max" doc:"The highest commission for each paid hour."`
	Margin          *money.Factor        `json:"margin" doc:"Share of the pay, instead of a commission."`
	ChargeMax       *money.Rate          `json:"charge_max" doc:"The highest charge an hour, before VAT."`
	VAT             string               `json:"vat" enum:",S,E,O"`
	PayAfter12Weeks *money.Rate          `json:"pay_after_12_weeks"`
	TierUplifts     []tierUpliftJSON     `json:"tier_uplifts"`
	Escalation      []escalationStepJSON `json:"escalation"`
	Written         map[string]string    `json:"written" doc:"Of a draft: rates that could not be taken as they were written, by column."`
}

type rateCardWithLinesJSON struct {
	rateCardJSON
	Lines []rateCardLineJSON `json:"lines"`
}

func cardOut(c Card, today civil.Date) rateCardJSON {
	out := rateCardJSON{ID: c.ID, EmployerID: c.TenantID, Name: c.Name, Version: c.Version, Status: string(c.Status), Framework: c.Framework, Lot: c.Lot,
		AgencyID: orNil(c.AgencyID), ValidFrom: c.ValidFrom, InForce: c.On(today), Source: c.Source, CreatedBy: c.CreatedBy, SubmittedBy: c.SubmittedBy, PublishedBy: c.PublishedBy}
	if !c.ValidTo.IsZero() {
		out.ValidTo = &c.ValidTo
	}
	return out
}

func orNil[T interface{ comparable }](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

func wholeCard(c Card, today civil.Date) rateCardWithLinesJSON {
	out := rateCardWithLinesJSON{rateCardJSON: cardOut(c, today), Lines: []rateCardLineJSON{}}
	for _, l := range c.Lines {
		out.Lines = append(out.Lines, lineOut(l))
	}
	return out
}

func lineOut(l Entry) rateCardLineJSON {
	out := rateCardLineJSON{ID: l.ID, StaffGroup: l.StaffGroup, Grade: l.Grade, Specialty: l.Specialty, SiteID: orNil(l.SiteID), Band: string(l.Band),
		Engagement: string(l.Engagement), PayMax: l.PayMax, Fixed: l.Fixed, CommissionMax: l.CommissionMax, Margin: orNil(l.Margin), ChargeMax: orNil(l.ChargeMax),
		VAT: l.VAT, PayAfter12Weeks: orNil(l.PayAfter12), TierUplifts: []tierUpliftJSON{}, Escalation: []escalationStepJSON{}, Written: l.Written}
	for _, u := range l.TierUplifts {
		out.TierUplifts = append(out.TierUplifts, tierUpliftJSON(u))
	}
	for _, s := range l.Escalation {
		out.Escalation = append(out.Escalation, escalationStepJSON(s))
	}
	if out.Written == nil {
		out.Written = map[string]string{}
	}
	return out
}

// rateCardLineInput has its rates as text, so that a draft can hold what a person
// wrote and its report can say what is wrong with it.
type rateCardLineInput struct {
	StaffGroup      string               `json:"staff_group,omitempty" maxlen:"40"`
	Grade           string               `json:"grade,omitempty" maxlen:"40" example:"nurse-band-5"`
	Specialty       string               `json:"specialty,omitempty" maxlen:"80"`
	SiteID          tenants.ID           `json:"site_id,omitempty"`
	Band            string               `json:"band,omitempty" enum:"any,core,low,high"`
	Engagement      string               `json:"engagement,omitempty" enum:"any,paye,direct,psc_outside,psc_inside,umbrella,bank"`
	PayMax          string               `json:"pay_max" maxlen:"20" example:"21.5000"`
	Fixed           bool                 `json:"fixed,omitempty"`
	CommissionMax   string               `json:"commission_max,omitempty" maxlen:"20" example:"2.4000"`
	Margin          *money.Factor        `json:"margin,omitempty"`
	ChargeMax       string               `json:"charge_max,omitempty" maxlen:"20"`
	VAT             string               `json:"vat,omitempty" enum:"S,E,O"`
	PayAfter12Weeks string               `json:"pay_after_12_weeks,omitempty" maxlen:"20"`
	TierUplifts     []tierUpliftJSON     `json:"tier_uplifts,omitempty" maxlen:"9"`
	Escalation      []escalationStepJSON `json:"escalation,omitempty" maxlen:"20"`
}

// linesIn reads the lines of a body. A rate that is a number of another writing,
// with a comma or with more places, is kept as it was written.
func linesIn(all []rateCardLineInput) (lines []NewLine, err error) {
	var refused []fault.Field
	for i, in := range all {
		l := NewLine{StaffGroup: in.StaffGroup, Grade: in.Grade, Specialty: in.Specialty, SiteID: in.SiteID, Band: Band(in.Band), Engagement: Engagement(in.Engagement),
			Fixed: in.Fixed, VAT: in.VAT, Written: map[string]string{}}
		if in.Margin != nil {
			l.Margin = *in.Margin
		}
		for _, u := range in.TierUplifts {
			l.TierUplifts = append(l.TierUplifts, Uplift(u))
		}
		for _, s := range in.Escalation {
			l.Escalation = append(l.Escalation, Step(s))
		}
		l.Rates(map[string]string{"pay_max": in.PayMax, "commission_max": in.CommissionMax, "charge_max": in.ChargeMax, "pay_after_12_weeks": in.PayAfter12Weeks},
			func(column string, f *fault.Fault) {
				refused = append(refused, fault.Field{Name: fmt.Sprintf("lines.%d.%s", i, column), Code: f.Code, Text: f.Text})
			})
		lines = append(lines, l)
	}
	if len(refused) > 0 {
		return nil, fault.ErrInvalid.With(refused...)
	}
	return lines, nil
}

// Rates reads the rates of a line, by column. One that is a number in another
// writing stays as it is written, for the report; what is no rate is refused.
func (l *NewLine) Rates(texts map[string]string, refuse func(column string, f *fault.Fault)) {
	if l.Written == nil {
		l.Written = map[string]string{}
	}
	into := map[string]*money.Rate{"pay_max": &l.PayMax, "commission_max": &l.CommissionMax, "charge_max": &l.ChargeMax, "pay_after_12_weeks": &l.PayAfter12}
	for _, column := range rateColumns {
		text := strings.TrimSpace(texts[column])
		if text == "" {
			continue
		}
		r, err := money.ParseRate(text)
		switch f := fault.Of(err); {
		case err == nil:
			*into[column] = r
		case f.Code == money.ErrRateTooPrecise.Code || dotted(text, f) != "" && readable(dotted(text, f)):
			l.Written[column] = text
		default:
			refuse(column, f)
		}
	}
}

func readable(text string) bool {
	_, err := money.ParseRate(text)
	return err == nil || fault.Of(err).Code == money.ErrRateTooPrecise.Code
}

type rateCardFlawJSON struct {
	Code string `json:"code" example:"above_cap"`
	Line int    `json:"line" doc:"From 1, in the order of the card; 0: the card as a whole."`
	Text string `json:"text"`
}

type rateCardReportJSON struct {
	Publishable bool               `json:"publishable"`
	Flaws       []rateCardFlawJSON `json:"flaws"`
	Text        string             `json:"text" doc:"The report in plain words."`
}

func reportOut(r Report) rateCardReportJSON {
	out := rateCardReportJSON{Publishable: len(r.Flaws) == 0, Flaws: []rateCardFlawJSON{}, Text: r.String()}
	for _, f := range r.Flaws {
		out.Flaws = append(out.Flaws, rateCardFlawJSON{f.Kind.Code, f.Line, f.Text})
	}
	return out
}

type rateCardGapJSON struct {
	StaffGroup string       `json:"staff_group"`
	Grade      string       `json:"grade" doc:"Empty: no grade of the group has a rate."`
	Band       string       `json:"band" doc:"core, low or high; empty: all hours."`
	Shifts     int          `json:"shifts" doc:"Without a rate, of the last 12 and the next 6 weeks. 0: an agency has a tier for the group."`
	SiteIDs    []tenants.ID `json:"site_ids"`
	Blocks     bool         `json:"blocks" doc:"The card speaks of this group, so it cannot be published."`
}

type rateCardChangeJSON struct {
	Column string `json:"column" example:"pay_max"`
	Old    string `json:"old"`
	New    string `json:"new"`
}

type rateCardLineChangeJSON struct {
	Line    rateCardLineJSON     `json:"line"`
	Changes []rateCardChangeJSON `json:"changes"`
}

type rateCardDiffJSON struct {
	BeforeID      *tenants.ID              `json:"before_id" doc:"The version before; null: there is none."`
	BeforeVersion int                      `json:"before_version"`
	Added         []rateCardLineJSON       `json:"added"`
	Removed       []rateCardLineJSON       `json:"removed"`
	Changed       []rateCardLineChangeJSON `json:"changed"`
	Same          int                      `json:"same"`
}

func diffOut(d Diff) rateCardDiffJSON {
	out := rateCardDiffJSON{BeforeID: orNil(d.Before.ID), BeforeVersion: d.Before.Version, Added: []rateCardLineJSON{}, Removed: []rateCardLineJSON{}, Changed: []rateCardLineChangeJSON{}, Same: d.Same}
	for _, l := range d.Added {
		out.Added = append(out.Added, lineOut(l))
	}
	for _, l := range d.Removed {
		out.Removed = append(out.Removed, lineOut(l))
	}
	for _, c := range d.Changed {
		changed := rateCardLineChangeJSON{Line: lineOut(c.New)}
		for _, one := range c.Changes {
			changed.Changes = append(changed.Changes, rateCardChangeJSON(one))
		}
		out.Changed = append(out.Changed, changed)
	}
	return out
}

package quotes

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Decision is the VAT of a kind of supply: the facts that it was decided upon and
// the rule that decided. It is kept with every line that it was used for.
type Decision struct {
	Route      string // how the work is supplied: agency, umbrella, company, bank, direct_pay ...
	Profession string // doctor, nurse, nursing_auxiliary, other
	Deputy     bool   // the worker stands in for somebody of the employer
	Elected    bool   // the supplier has chosen exemption
	Registered bool   // the supplier is registered for VAT
	Category   rates.Category
	Rule       Rule
}

// Rule is the rule of law that decided, as it was, and the election beside it.
type Rule struct {
	ID         string     `json:"id"`
	From       civil.Date `json:"from"`
	Source     string     `json:"source"`
	Reason     string     `json:"reason"`
	RateSource string     `json:"rate_source,omitempty"` // of the rate, when it is standard rated
	Election   *Election  `json:"election,omitempty"`    // what employer and agency had agreed for the day
}

// Election is a dated choice of an agreement, as it was.
type Election struct {
	ID       string     `json:"id"`
	Category string     `json:"category"`
	From     civil.Date `json:"from"`
	Reason   string     `json:"reason"`
	Source   string     `json:"source"`
}

// Effective reports that the election is what the rule decided too. An exemption
// that was chosen and that no rule allows is not.
func (d *Decision) Effective() bool {
	return d.Rule.Election != nil && d.Rule.Election.Category == string(d.Category)
}

// way is a route of the rules as the engine knows it.
type way struct {
	route        string
	engagements  []rates.Engagement
	kinds        []rates.Kind // none: every line
	unregistered bool         // only of a supplier that is not registered, and then before the others
	chosen       bool         // the supplier's election is about it
}

var (
	supplied = []rates.Engagement{rates.PAYE, rates.Umbrella, rates.PSCOutside, rates.PSCInside, rates.GPSession}
	employed = []rates.Engagement{rates.Direct, rates.Bank}
)

// ways say which lines are of which route. An agency that supplies the worker
// sells pay, on-costs and commission as one; where the employer pays the worker
// itself, the agency sells its commission alone.
var ways = []way{
	{route: "agency", engagements: []rates.Engagement{rates.PAYE}, chosen: true},
	{route: "umbrella", engagements: []rates.Engagement{rates.Umbrella}},
	{route: "company", engagements: []rates.Engagement{rates.PSCOutside, rates.PSCInside}},
	{route: "self_employed_gp", engagements: []rates.Engagement{rates.GPSession}},
	{route: "bank", engagements: []rates.Engagement{rates.Bank}},
	{route: "direct_pay", engagements: []rates.Engagement{rates.Direct}},
	{route: "commission", engagements: employed, kinds: []rates.Kind{rates.Commission}},
	{route: "direct_fee", engagements: rates.Engagements, kinds: []rates.Kind{rates.DirectFee}},
	{route: "framework_fee", engagements: rates.Engagements, kinds: []rates.Kind{rates.FrameworkFee}},
	{route: "unregistered", engagements: supplied, unregistered: true, chosen: true},
	{route: "unregistered", engagements: employed, kinds: []rates.Kind{rates.Commission}, unregistered: true, chosen: true},
}

// Decisions are those of one supplier, one cover and one day, by route.
type Decisions struct {
	all   []Decision
	rules []rates.VATRule
}

// Decide finds the rule of every route among those of a day. What the supplier has
// chosen is a fact like the others: an exemption counts where a rule says so, and
// elsewhere the rule stands against it. Where the two agree, the words and the
// source of the election stand on the invoice.
func Decide(rules []packs.VATRule, of packs.Supply, chosen agencies.VAT) Decisions {
	var d Decisions
	of.Elected = chosen.Category == string(rates.Exempt)
	registered := chosen.Category != string(rates.OutsideScope)
	for _, w := range ways {
		of.Route = w.route
		rule, found := packs.Particular(rules, of)
		if !found || w.unregistered && registered {
			continue
		}
		made := Decision{Route: w.route, Profession: of.Profession, Deputy: of.Deputy, Elected: of.Elected, Registered: registered,
			Category: rates.Category(rule.Category), Rule: Rule{ID: rule.ID.String(), From: rule.From, Source: rule.Source, Reason: rule.Reason}}
		engine := rates.VATRule{Row: rates.Row{ID: made.Rule.ID, Version: 1, From: rule.From, Source: rule.Source}, Category: made.Category,
			Overrides: w.unregistered, Engagements: w.engagements, Kinds: w.kinds}
		if made.Category == rates.Standard {
			engine.Rate, made.Rule.RateSource = chosen.Standard, chosen.StandardSource
		} else {
			engine.Reason = rule.Reason // an invoice gives none for what is taxed
		}
		if w.chosen && chosen.Elected {
			made.Rule.Election = &Election{ID: chosen.ID.String(), Category: chosen.Category, From: chosen.From, Reason: chosen.Reason, Source: chosen.Source}
			if made.Effective() {
				engine.Source, engine.From, engine.Reason = chosen.Source, chosen.From, chosen.Reason
			}
		}
		d.all, d.rules = append(d.all, made), append(d.rules, engine)
	}
	return d
}

// Rules are what the engine is given.
func (d Decisions) Rules() []rates.VATRule { return d.rules }

// Of is the decision that a line was priced by.
func (d Decisions) Of(line *rates.Line) Decision {
	if line.VATRule != nil {
		for _, one := range d.all {
			if one.Rule.ID == line.VATRule.ID {
				return one
			}
		}
	}
	return Decision{Registered: true, Category: line.Category}
}

// Supplied is the decision on what an agency supplies on its own payroll, which
// nearly everything is.
func (d Decisions) Supplied() Decision {
	var found Decision
	for _, one := range d.all {
		if one.Route == "agency" || one.Route == "unregistered" {
			found = one
		}
	}
	return found
}

// Decisions finds what VAT applies to a cover under an agreement on a day.
func (q *Service) Decisions(ctx context.Context, tx *tenants.Tx, under agencies.Agreement, cover packs.Cover, day civil.Date) (Decisions, error) {
	chosen, err := q.agencies.VAT(ctx, tx, under, cover.StaffGroup, day)
	if err != nil {
		return Decisions{}, err
	}
	of, err := q.packs.SupplyOf(ctx, tx, cover, day)
	if err != nil {
		return Decisions{}, err
	}
	rules, err := q.packs.VATRules(ctx, tx, day)
	return Decide(rules, of, chosen), err
}

// Effect is what an agreement comes to for one profession.
type Effect struct {
	StaffGroup string
	Decision             // with Deputy: as it is for somebody who stands in
	Otherwise  *Decision // of somebody who does not stand in, where it makes a difference
}

// Effects say what applies on a day to what an agency supplies, by staff group.
func (q *Service) Effects(ctx context.Context, tx *tenants.Tx, under agencies.Agreement, day civil.Date) ([]Effect, error) {
	groups, err := q.packs.StaffGroups(ctx, tx)
	if err != nil {
		return nil, err
	}
	rules, err := q.packs.VATRules(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	effects := make([]Effect, 0, len(groups))
	for _, g := range groups {
		chosen, err := q.agencies.VAT(ctx, tx, under, g.Code, day)
		if err != nil {
			return nil, err
		}
		of, err := q.packs.SupplyOf(ctx, tx, packs.Cover{StaffGroup: g.Code}, day)
		if err != nil {
			return nil, err
		}
		e := Effect{StaffGroup: g.Code}
		of.Deputy = true
		e.Decision = Decide(rules, of, chosen).Supplied()
		of.Deputy = false
		if other := Decide(rules, of, chosen).Supplied(); other.Category != e.Category || other.Rule.ID != e.Rule.ID {
			e.Otherwise = &other
		}
		effects = append(effects, e)
	}
	return effects, nil
}

// Exempts reports that a rule of a day would exempt a supply if the supplier
// chose it, with the rule.
func Exempts(rules []packs.VATRule, of packs.Supply) (packs.VATRule, bool) {
	of.Elected = true
	rule, found := packs.Particular(rules, of)
	return rule, found && rule.Category == string(rates.Exempt)
}

// knownReason refuses a booking reason that nobody knows.
func (q *Service) knownReason(ctx context.Context, tx *tenants.Tx, code string) error {
	if code == "" {
		return nil
	}
	all, err := q.packs.ReasonsByCode(ctx, tx)
	if err != nil {
		return err
	}
	if _, known := all[code]; !known {
		return fault.ErrInvalid.With(fault.Field{Name: "reason", Code: "unknown", Text: "There is no such booking reason. Choose one from the list.", Value: code})
	}
	return nil
}

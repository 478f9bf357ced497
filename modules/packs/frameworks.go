package packs

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Framework is a framework agreement that agencies supply under. Fee is the share
// that its operator takes, or nothing where it is not known.
type Framework struct {
	Dated    `bun:"extend"`
	Code     string
	Name     string
	Operator string
	Approved bool // by NHS England
	Fee      *money.Factor
	Lot      Lot `bun:"-"`
}

// Lot is a part of a framework that suppliers are awarded for themselves.
type Lot struct {
	Dated     `bun:"extend"`
	Framework string
	Lot       string
	Name      string
}

// Framework finds an approved framework and one of its lots on a day, or
// ErrNoFramework: supply is on a framework only when both stand on the day of the
// shift. Without a lot the framework alone is asked for.
func (s *Service) Framework(ctx context.Context, tx *tenants.Tx, code, lot string, day civil.Date) (Framework, error) {
	f, found, err := framework(ctx, tx, code, day)
	if err != nil {
		return f, err
	}
	if !found || !f.Approved {
		return f, ErrNoFramework.Saying("The framework " + code + " does not stand on " + day.Text() + ".")
	}
	if lot == "" {
		return f, nil
	}
	if f.Lot, found, err = lotOf(ctx, tx, code, lot, day); err == nil && !found {
		err = ErrNoFramework.Saying("The framework " + code + " has no lot " + lot + " on " + day.Text() + ".")
	}
	return f, err
}

// Frameworks lists those that stand on a day.
func (s *Service) Frameworks(ctx context.Context, tx *tenants.Tx, day civil.Date) ([]Framework, error) {
	return frameworksOn(ctx, tx, day)
}

// VATRule is what the law says of one kind of supply: S standard, E exempt, Z zero
// or O outside its scope. What is any counts for every value.
type VATRule struct {
	Dated      `bun:"extend"`
	Route      string
	Profession string // any, doctor, nurse, nursing_auxiliary
	Deputy     string // any, yes, no
	Elected    string // any, yes, no: the supplier has chosen exemption
	Category   string
	Reason     string
	Claimable  string // yes: an exemption of law, which counts for the past too; no: a choice from its day on
}

// Supply is what a VAT rule is asked about.
type Supply struct {
	Route      string
	Profession string
	Deputy     bool // the person stands in for a registered practitioner
	Elected    bool // the supplier has chosen exemption for this
}

// VATRule finds the rule of a supply on a day, the most particular first, or
// ErrNoFigure.
func (s *Service) VATRule(ctx context.Context, tx *tenants.Tx, of Supply, day civil.Date) (VATRule, error) {
	r, found, err := vatRule(ctx, tx, of, day)
	if err == nil && !found {
		err = ErrNoFigure.Saying("No VAT rule of the route " + of.Route + " is loaded for " + day.Text() + ".")
	}
	return r, err
}

// VATRules are all rules that count on a day, the most particular of a route first.
func (s *Service) VATRules(ctx context.Context, tx *tenants.Tx, day civil.Date) ([]VATRule, error) {
	return vatRulesOn(ctx, tx, day)
}

// Particular picks the rule of a supply out of those of a day, as VATRule does.
func Particular(rules []VATRule, of Supply) (VATRule, bool) {
	for _, r := range rules {
		if r.Route == of.Route && (r.Profession == "any" || r.Profession == of.Profession) && says(r.Deputy, of.Deputy) && says(r.Elected, of.Elected) {
			return r, true
		}
	}
	return VATRule{}, false
}

// says reports that a condition of a rule is met.
func says(condition string, fact bool) bool {
	return condition == "any" || (condition == "yes") == fact
}

// Cover is what a shift asks for, as far as VAT asks.
type Cover struct{ StaffGroup, Grade, Reason string }

// SupplyOf is the profession of a staff group and grade on a day, and whether
// the reason for the cover is that the worker stands in for somebody; without a
// reason it is taken to be. The route and what the supplier has chosen are not
// known from these.
func (s *Service) SupplyOf(ctx context.Context, tx *tenants.Tx, c Cover, day civil.Date) (Supply, error) {
	return supplyOf(ctx, tx, c, day)
}

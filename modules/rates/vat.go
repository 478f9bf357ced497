package rates

import (
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Category is a VAT category code, as on an e-invoice.
type Category string

// The categories of this trade.
const (
	Standard     Category = "S"
	Exempt       Category = "E"
	OutsideScope Category = "O"
	ZeroRated    Category = "Z"
)

// VATRule is a dated election or rule: from its date, lines of these kinds
// belong to this category. Without kinds it is the rule for every line that no
// rule with kinds speaks of. Reason is the wording that an exempt or
// out-of-scope line must carry.
type VATRule struct {
	Row
	Kinds    []Kind
	Category Category
	Rate     money.Factor
	Reason   string
}

// VATCategory is one category's total over a quote, its VAT rounded once.
type VATCategory struct {
	Category Category     `json:"category"`
	Rate     money.Factor `json:"rate"`
	Reason   string       `json:"reason,omitempty"`
	Net      money.Pence  `json:"net_pence"`
	VAT      money.Pence  `json:"vat_pence"`
}

// vatRule finds the rule for lines of a kind on a date.
func (b *Book) vatRule(k Kind, d civil.Date) *VATRule {
	var found *VATRule
	for i := range b.VAT {
		r := &b.VAT[i]
		if r.From.After(d) || len(r.Kinds) > 0 && !slices.Contains(r.Kinds, k) {
			continue
		}
		specific, held := len(r.Kinds) > 0, found != nil && len(found.Kinds) > 0
		if found == nil || specific && !held || specific == held && !r.From.Before(found.From) {
			found = r
		}
	}
	return found
}

// addVAT gives every line its category and appends one VAT line per category.
func (b *Book) addVAT(s *ShiftQuote, rows *arena) error {
	before := len(s.Lines)
	for i := range before {
		rule := b.vatRule(s.Lines[i].Kind, s.Date)
		if rule == nil {
			return missing("VAT rule", s.Date)
		}
		s.Lines[i].Category = rule.Category
		at := before
		for at < len(s.Lines) && (s.Lines[at].Category != rule.Category || s.Lines[at].Factor != rule.Rate) {
			at++
		}
		if at == len(s.Lines) {
			s.Lines = append(s.Lines, Line{
				Kind: VAT, Factor: rule.Rate, Category: rule.Category, Reason: rule.Reason, Rows: rows.keep(&rule.Row),
			})
		}
		s.Lines[at].Base += s.Lines[i].Amount
	}
	for i := before; i < len(s.Lines); i++ {
		line := &s.Lines[i]
		line.Amount = line.Base.Times(line.Factor)
		s.VAT += line.Amount
	}
	s.Gross = s.Net + s.VAT
	return nil
}

// total adds the shifts up, with VAT once per category.
func (q *Quote) total() {
	for i := range q.Shifts {
		s := &q.Shifts[i]
		q.Net += s.Net
		q.Minutes += s.Minutes
		for j := range s.Lines {
			if line := &s.Lines[j]; line.Kind == VAT {
				q.category(line).Net += line.Base
			}
		}
	}
	for i := range q.Categories {
		c := &q.Categories[i]
		c.VAT = c.Net.Times(c.Rate)
		q.VAT += c.VAT
	}
	q.Gross = q.Net + q.VAT
}

func (q *Quote) category(line *Line) *VATCategory {
	for i := range q.Categories {
		if c := &q.Categories[i]; c.Category == line.Category && c.Rate == line.Factor {
			return c
		}
	}
	q.Categories = append(q.Categories, VATCategory{Category: line.Category, Rate: line.Factor, Reason: line.Reason})
	return &q.Categories[len(q.Categories)-1]
}

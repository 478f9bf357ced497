package rates

import (
	"slices"
	"strings"

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

// VATRule is a dated election or rule: from its date, lines that meet all its
// conditions belong to this category. A condition that is not set is met by
// every line. Of the rules that a line meets, one that Overrides goes first, as
// that a supplier is not registered; then one that names the way of working,
// then the kind of line, then the profession, then the deputy; and of rules
// alike in that the latest. Reason is the wording that an exempt or
// out-of-scope line must carry.
type VATRule struct {
	Row
	Overrides   bool
	Engagements []Engagement
	Kinds       []Kind
	Professions []string
	Deputy      bool // only for someone who stands in for a doctor
	Category    Category
	Rate        money.Factor
	Reason      string
}

// meets reports that a rule speaks of a kind of line of some work.
func (r *VATRule) meets(w *Work, k Kind) bool {
	return (len(r.Engagements) == 0 || slices.Contains(r.Engagements, w.Engagement.orPAYE())) &&
		(len(r.Kinds) == 0 || slices.Contains(r.Kinds, k)) &&
		(len(r.Professions) == 0 || slices.Contains(r.Professions, w.Profession)) &&
		(!r.Deputy || w.Deputy)
}

// weight orders rules by what they name.
func (r *VATRule) weight() (weight int) {
	for i, named := range [...]bool{r.Deputy, len(r.Professions) > 0, len(r.Kinds) > 0, len(r.Engagements) > 0, r.Overrides} {
		if named {
			weight += 1 << i
		}
	}
	return weight
}

// VATCategory is one category's total over a quote, its VAT rounded once.
type VATCategory struct {
	Category Category     `json:"category"`
	Rate     money.Factor `json:"rate"`
	Reason   string       `json:"reason,omitempty"`
	Net      money.Pence  `json:"net_pence"`
	VAT      money.Pence  `json:"vat_pence"`
}

// vatRule finds the rule for a kind of line on a date.
func (b *Book) vatRule(w *Work, k Kind, d civil.Date) *VATRule {
	var found *VATRule
	for i := range b.VAT {
		r := &b.VAT[i]
		if r.From.After(d) || !r.meets(w, k) {
			continue
		}
		if found == nil || r.weight() > found.weight() || r.weight() == found.weight() && r.supersedes(&found.Row) {
			found = r
		}
	}
	return found
}

// decide writes the VAT category of a line on it, with the rule that says so.
func (b *Book) decide(w *Work, line *Line, d civil.Date) error {
	rule := b.vatRule(w, line.Kind, d)
	if rule == nil {
		return missing("VAT rule", d)
	}
	line.Category, line.VATRate, line.Reason, line.VATRule = rule.Category, rule.Rate, rule.Reason, &rule.Row
	return nil
}

// addVAT gives every line its category and appends one VAT line per category
// and rate.
func (b *Book) addVAT(w *Work, s *ShiftQuote, rows *arena) error {
	before := len(s.Lines)
	for i := range before {
		if err := b.decide(w, &s.Lines[i], s.Date); err != nil {
			return err
		}
		line := &s.Lines[i]
		at := before
		for at < len(s.Lines) && (s.Lines[at].Category != line.Category || s.Lines[at].Factor != line.VATRate) {
			at++
		}
		if at == len(s.Lines) {
			s.Lines = append(s.Lines, Line{Kind: VAT, Factor: line.VATRate, Category: line.Category, VATRate: line.VATRate})
		}
		total := &s.Lines[at]
		line = &s.Lines[i] // the lines may have moved
		total.Base += line.Amount
		total.Reason = joined(total.Reason, line.Reason)
	}
	for i := before; i < len(s.Lines); i++ {
		line := &s.Lines[i]
		from := rows.mark()
		for j := range before {
			if part := &s.Lines[j]; part.Category == line.Category && part.VATRate == line.Factor {
				rows.add(from, part.VATRule)
			}
		}
		line.Rows = rows.since(from)
		line.VATRule = line.Rows[0]
		line.Amount = line.Base.Times(line.Factor)
		s.VAT += line.Amount
	}
	s.Gross = s.Net + s.VAT
	return nil
}

// joined keeps each reason once.
func joined(reasons, one string) string {
	switch {
	case reasons == one || one == "" || strings.Contains("; "+reasons+"; ", "; "+one+"; "):
		return reasons
	case reasons == "":
		return one
	}
	return reasons + "; " + one
}

// total adds the shifts up, with VAT once per category.
func (q *Quote) total() {
	for i := range q.Shifts {
		s := &q.Shifts[i]
		q.Net += s.Net
		q.Minutes += s.Minutes
		for j := range s.Lines {
			if line := &s.Lines[j]; line.Kind == VAT {
				c := q.category(line)
				c.Net += line.Base
				c.Reason = joined(c.Reason, line.Reason)
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

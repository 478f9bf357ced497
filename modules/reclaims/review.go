package reclaims

import (
	"cmp"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/tenants"
)

// ErrEmployerOnly says whose the review is.
var ErrEmployerOnly = fault.New(fault.Forbidden, "employers_only", "Only the organisation that was charged VAT reviews it.")

// Ground is what stands behind a sum.
type Ground string

// The grounds; the package comment says how they differ.
const (
	Claim  Ground = "claim"
	Choice Ground = "choice"
)

// Sum is what shifts come to. Net and VAT stand on issued bills; what no bill has
// yet is apart, with the VAT that it would bear.
type Sum struct {
	Shifts     int
	Net        money.Pence
	VAT        money.Pence
	WaitingNet money.Pence
	WaitingVAT money.Pence // indicative
}

func (s *Sum) add(o Sum) {
	s.Shifts += o.Shifts
	s.Net += o.Net
	s.VAT += o.VAT
	s.WaitingNet += o.WaitingNet
	s.WaitingVAT += o.WaitingVAT
}

// Row is one agency's month on one ground.
type Row struct {
	AgencyID tenants.ID
	Agency   string
	Month    civil.Date // its first day
	Ground   Ground
	Oldest   civil.Date // the first day of work in it
	Sum
}

// Reason is a rule that exempts, for whom, and where it stands.
type Reason struct {
	Ground     Ground
	Profession string
	Text       string
	Source     string
	From       civil.Date
}

// Review is what could be exempt, of the years that a claim goes back.
type Review struct {
	From, To civil.Date // days of work, both within
	Years    int
	Source   string     // of the number of years
	Lapses   civil.Date // the last day to claim the oldest; none: there is nothing to claim
	Rows     []Row      // latest month first, then by agency
	Reasons  []Reason
}

// Total adds up a ground.
func (r *Review) Total(g Ground) (sum Sum) {
	for i := range r.Rows {
		if r.Rows[i].Ground == g {
			sum.add(r.Rows[i].Sum)
		}
	}
	return sum
}

// ByAgency adds up a ground by agency, the largest VAT first. Months are not told.
func (r *Review) ByAgency(g Ground) []Row {
	rows := r.fold(g, func(row Row) string { return row.AgencyID.String() })
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.VAT+b.WaitingVAT, a.VAT+a.WaitingVAT), cmp.Compare(a.Agency, b.Agency))
	})
	return rows
}

// ByMonth adds up a ground by month, earliest first. Agencies are not told.
func (r *Review) ByMonth(g Ground) []Row {
	rows := r.fold(g, func(row Row) string { return row.Month.String() })
	slices.SortFunc(rows, func(a, b Row) int { return a.Month.Compare(b.Month) })
	return rows
}

func (r *Review) fold(g Ground, by func(Row) string) (rows []Row) {
	at := map[string]int{}
	for _, row := range r.Rows {
		if row.Ground != g {
			continue
		}
		i, seen := at[by(row)]
		if !seen {
			at[by(row)] = len(rows)
			rows = append(rows, row)
			continue
		}
		rows[i].add(row.Sum)
		if row.Oldest.Before(rows[i].Oldest) {
			rows[i].Oldest = row.Oldest
		}
	}
	return rows
}

// facts are what lines of one kind were decided upon. Lines that were locked
// without facts have no route, and say what they are of instead.
type facts struct {
	Route      string `json:"route"`
	Profession string `json:"profession"`
	Deputy     bool   `json:"deputy"`
	StaffGroup string `json:"staff_group"`
	Grade      string `json:"grade"`
	Reason     string `json:"reason"`
}

// group is what lines of the same facts come to in a month of an agency.
type group struct {
	AgencyID tenants.ID
	Month    civil.Date
	facts    `bun:"extend"`
	Oldest   civil.Date
	Shifts   int
	Net      money.Pence
	VAT      money.Pence `bun:"vat"`
	Waiting  money.Pence

	WaitingVAT money.Pence `bun:"waiting_vat"`
}

func (g *group) sum() Sum {
	return Sum{Shifts: g.Shifts, Net: g.Net, VAT: g.VAT, WaitingNet: g.Waiting, WaitingVAT: g.WaitingVAT}
}

// groundOf says on which ground a supply would be exempt today, or none.
func groundOf(rules []packs.VATRule, of packs.Supply) (Ground, packs.VATRule) {
	rule, exempt := quotes.Exempts(rules, of)
	switch {
	case !exempt:
		return "", rule
	case rule.Claimable == "yes":
		return Claim, rule
	}
	return Choice, rule
}

// take puts a group into the review.
func (r *Review) take(g *group, ground Ground) {
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.AgencyID == g.AgencyID && row.Month == g.Month && row.Ground == ground {
			row.add(g.sum())
			if g.Oldest.Before(row.Oldest) {
				row.Oldest = g.Oldest
			}
			return
		}
	}
	r.Rows = append(r.Rows, Row{AgencyID: g.AgencyID, Month: g.Month, Ground: ground, Oldest: g.Oldest, Sum: g.sum()})
}

// settle names the agencies, finds the day on which the oldest claim lapses and
// puts the rows in order.
func (r *Review) settle(named func(tenants.ID) string) {
	for i := range r.Rows {
		row := &r.Rows[i]
		row.Agency = named(row.AgencyID)
		if lapses := later(row.Oldest, r.Years); row.Ground == Claim && (r.Lapses.IsZero() || lapses.Before(r.Lapses)) {
			r.Lapses = lapses
		}
	}
	slices.SortFunc(r.Rows, func(a, b Row) int {
		return cmp.Or(b.Month.Compare(a.Month), strings.Compare(a.Agency, b.Agency), strings.Compare(string(a.Ground), string(b.Ground)))
	})
}

// later is the same day some years on; 29 February is 1 March in another year.
func later(d civil.Date, years int) civil.Date {
	return civil.DateOf(d.Midnight().AddDate(years, 0, 0))
}

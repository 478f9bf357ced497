package cards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Band is the hours that a line is for, as the grade's unsocial hours class them.
type Band string

// The bands.
const (
	AnyBand Band = "any" // core, and what multiplies it
	Core    Band = "core"
	Low     Band = "low"
	High    Band = "high"
)

// classes are the bands that a shift's hours fall into.
var classes = []Band{Core, Low, High}

// Engagement is how a worker is engaged and paid.
type Engagement string

// The engagements.
const (
	AnyEngagement Engagement = "any"
	PAYE          Engagement = "paye"
	Direct        Engagement = "direct"
	PSCOutside    Engagement = "psc_outside"
	PSCInside     Engagement = "psc_inside"
	Umbrella      Engagement = "umbrella"
	Bank          Engagement = "bank"
)

// Engagements lists them in the order in which people are shown them.
func Engagements() []Engagement {
	return []Engagement{AnyEngagement, PAYE, Direct, PSCOutside, PSCInside, Umbrella, Bank}
}

// Uplift is what an agency of a tier may have on top, as a share.
type Uplift struct {
	Tier  int          `json:"tier"`
	Share money.Factor `json:"share"`
}

// Step is what a shift may have on top that was asked for at most so many hours
// before its start.
type Step struct {
	Hours int          `json:"hours"`
	Share money.Factor `json:"share"`
}

// NewLine is what a line says: for whom and when, and how much. Empty parts of
// the first half are every one.
type NewLine struct {
	StaffGroup string `bun:",nullzero"` // empty: the grade's; with no grade either, every group
	Grade      string `bun:",nullzero"`
	Specialty  string
	SiteID     tenants.ID `bun:",nullzero"`
	Band       Band
	Engagement Engagement

	PayMax        money.Rate   // an hour; of the band any, the core rate
	Fixed         bool         // PayMax is the pay itself
	CommissionMax money.Rate   // for each paid hour
	Margin        money.Factor `bun:",nullzero"` // share of the pay, instead of CommissionMax
	ChargeMax     money.Rate   `bun:",nullzero"` // an hour before VAT; zero: none
	VAT           string       `bun:"vat"`       // S, E or O that the price was agreed on; empty: as the rules say
	PayAfter12    money.Rate   `bun:"pay_after_12,nullzero"`
	TierUplifts   []Uplift     `bun:",type:jsonb"` // by tier
	Escalation    []Step       `bun:",type:jsonb"` // fewest hours first

	// Written holds what could not be read as exact rates, by column, of a draft
	// alone.
	Written map[string]string `bun:",type:jsonb"`
}

// Entry is a line as it stands on a card.
type Entry struct {
	bun.BaseModel `bun:"table:card_lines,alias:l" json:"-"`

	TenantID  tenants.ID
	CardID    tenants.ID
	ID        tenants.ID
	AgencyID  tenants.ID `bun:",nullzero"` // the card's
	Position  int        // from 1, as it was given
	Published bool
	NewLine   `bun:"extend"`
}

// key is for whom and when a line counts. Two lines of one key are an overlap.
type key struct {
	group, grade, specialty string
	site                    tenants.ID
	band                    Band
	engagement              Engagement
}

// key folds what means the same: a core rate stands under core whether or not
// other bands multiply it, and a grade names its own group.
func (l *NewLine) key() key {
	k := key{group: l.StaffGroup, grade: l.Grade, specialty: strings.ToLower(l.Specialty), site: l.SiteID, band: l.Band, engagement: l.Engagement}
	if k.grade != "" {
		k.group = ""
	}
	if k.band == AnyBand {
		k.band = Core
	}
	return k
}

// tidy fills what was left empty and puts steps in their order, so that equal
// lines are written equally.
func (l *NewLine) tidy() {
	l.Specialty = strings.Join(strings.Fields(l.Specialty), " ")
	if l.Band == "" {
		l.Band = AnyBand
	}
	if l.Engagement == "" {
		l.Engagement = AnyEngagement
	}
	l.TierUplifts, l.Escalation = append([]Uplift{}, l.TierUplifts...), append([]Step{}, l.Escalation...)
	slices.SortStableFunc(l.TierUplifts, func(a, b Uplift) int { return a.Tier - b.Tier })
	slices.SortStableFunc(l.Escalation, func(a, b Step) int { return a.Hours - b.Hours })
	if l.Written == nil {
		l.Written = map[string]string{}
	}
}

// MostCharged is the highest charge an hour that the line itself allows, before
// VAT and on-costs: its maximum, or else pay and commission.
func (l *NewLine) MostCharged() money.Rate {
	if !l.ChargeMax.IsZero() {
		return l.ChargeMax
	}
	return l.PayMax.Add(l.commissionOn(l.PayMax))
}

func (l *NewLine) commissionOn(pay money.Rate) money.Rate {
	if l.Margin.IsZero() {
		return l.CommissionMax
	}
	return pay.Times(l.Margin)
}

// Uplifts writes tier uplifts as a file has them: 2=5; 3=7.5.
func Uplifts(all []Uplift) string {
	parts := make([]string, len(all))
	for i, u := range all {
		parts[i] = fmt.Sprintf("%d=%s", u.Tier, strings.TrimSuffix(u.Share.Percent(), "%"))
	}
	return strings.Join(parts, "; ")
}

// Steps writes escalation as a file has it: 4=20; 24=10.
func Steps(all []Step) string {
	parts := make([]string, len(all))
	for i, s := range all {
		parts[i] = fmt.Sprintf("%d=%s", s.Hours, strings.TrimSuffix(s.Share.Percent(), "%"))
	}
	return strings.Join(parts, "; ")
}

// ParseUplifts reads tier uplifts: each a tier from 1 to 9, an equals sign and a
// percentage up to 100.
func ParseUplifts(text string) ([]Uplift, error) {
	var all []Uplift
	err := pairs(text, 9, func(n int, share money.Factor) { all = append(all, Uplift{n, share}) })
	if err != nil {
		return nil, errUplifts
	}
	return all, nil
}

// ParseSteps reads escalation: each hours before the start, from 1 to 720, an
// equals sign and a percentage up to 100.
func ParseSteps(text string) ([]Step, error) {
	var all []Step
	err := pairs(text, 720, func(n int, share money.Factor) { all = append(all, Step{n, share}) })
	if err != nil {
		return nil, errSteps
	}
	return all, nil
}

var bandWords = map[Band]string{AnyBand: "any hours", Core: "core hours", Low: "nights and Saturdays", High: "Sundays and public holidays"}

// Text is how people are told of the band.
func (b Band) Text() string { return bandWords[b] }

var engagementWords = map[Engagement]string{AnyEngagement: "any engagement", PAYE: "agency PAYE", Direct: "direct engagement", PSCOutside: "company outside IR35",
	PSCInside: "company inside IR35", Umbrella: "umbrella company", Bank: "bank"}

// Text is how people are told of the engagement.
func (e Engagement) Text() string { return engagementWords[e] }

// about says for whom and when a line counts.
func (s *Subject) about(l *Entry) string {
	var parts []string
	switch {
	case l.Grade != "" && s.Grades[l.Grade].Name != "":
		parts = append(parts, s.Grades[l.Grade].Name)
	case l.Grade != "":
		parts = append(parts, l.Grade)
	case l.StaffGroup != "":
		parts = append(parts, "any grade of "+s.group(l.StaffGroup))
	default:
		parts = append(parts, "any grade")
	}
	if l.Specialty != "" {
		parts = append(parts, l.Specialty)
	}
	if l.SiteID != (tenants.ID{}) {
		parts = append(parts, "at "+s.site(l.SiteID))
	}
	if l.Band != AnyBand {
		parts = append(parts, l.Band.Text())
	}
	if l.Engagement != AnyEngagement {
		parts = append(parts, l.Engagement.Text())
	}
	return strings.Join(parts, ", ")
}

func (s *Subject) group(code string) string {
	if g, known := s.Groups[code]; known {
		return g.Name
	}
	return code
}

func (s *Subject) site(id tenants.ID) string {
	if name := s.Sites[id]; name != "" {
		return name
	}
	return "another site"
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

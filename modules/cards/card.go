package cards

import (
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Refusals.
var (
	ErrNoRate       = fault.New(fault.Conflict, "rate_missing", "The employer's rate cards have no rate for this grade on that day.")
	ErrStartsEarly  = fault.New(fault.Conflict, "card_starts_too_early", "A new version starts after the one before it.")
	ErrOnOtherCard  = fault.New(fault.Conflict, "grade_on_other_card", "A grade of this card stands on another of your cards in those days already.")
	ErrEmployerOnly = fault.New(fault.Forbidden, "employers_only", "Only a trust or hub publishes rate cards.")
)

// Card is one version of a rate card.
type Card struct {
	bun.BaseModel `bun:"table:cards,alias:c" json:"-"`

	TenantID  tenants.ID
	ID        tenants.ID
	Name      string
	Version   int
	ValidFrom civil.Date
	ValidTo   civil.Date // last day; none: until a later version
	Published bool
	Source    string // the agreement, framework or board paper behind it
	CreatedAt time.Time
	Lines     []Entry `bun:"-"`
}

// On reports whether the version is in force on a day.
func (c Card) On(day civil.Date) bool {
	return !c.ValidFrom.After(day) && (c.ValidTo.IsZero() || !day.After(c.ValidTo))
}

// Entry is one grade of a card: the most that is paid for it.
type Entry struct {
	bun.BaseModel `bun:"table:card_lines,alias:l" json:"-"`

	TenantID      tenants.ID
	CardID        tenants.ID
	ID            tenants.ID
	Grade         string
	PayMax        money.Rate // core, an hour
	CommissionMax money.Rate // for each paid hour
	Published     bool
}

// Line is what counts for a grade on a day, with the card that it stands on.
type Line struct {
	CardID        tenants.ID
	LineID        tenants.ID
	Name          string
	Version       int
	ValidFrom     civil.Date
	ValidTo       civil.Date
	Source        string
	Grade         string
	PayMax        money.Rate
	CommissionMax money.Rate
}

// NewCard is what a version is made of.
type NewCard struct {
	Name      string
	ValidFrom civil.Date
	Source    string
	Lines     []NewLine
}

// NewLine is one grade of a NewCard.
type NewLine struct {
	Grade         string
	PayMax        money.Rate
	CommissionMax money.Rate
}

// check refuses everything that is wrong with a card at once.
func (n *NewCard) check(grades map[string]bool) error {
	n.Name, n.Source = strings.TrimSpace(n.Name), strings.TrimSpace(n.Source)
	var fields []fault.Field
	refuse := func(name, code, text, value string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Text: text, Value: value})
	}
	if count := len([]rune(n.Name)); count < 2 || count > 120 {
		refuse("name", "wrong_length", "Give the card a name of 2 to 120 characters.", "")
	}
	if n.ValidFrom.IsZero() {
		refuse("valid_from", "required", "Give the first day of this version.", "")
	}
	if len(n.Lines) == 0 {
		refuse("lines", "required", "A card has at least one grade.", "")
	}
	seen := map[string]bool{}
	for i, l := range n.Lines {
		at := fmt.Sprintf("lines.%d.", i)
		switch {
		case !grades[l.Grade]:
			refuse(at+"grade", "unknown", "There is no such grade. Choose one from the list.", l.Grade)
		case seen[l.Grade]:
			refuse(at+"grade", "given_twice", "This grade stands on the card twice.", l.Grade)
		}
		seen[l.Grade] = true
		if l.PayMax.IsZero() {
			refuse(at+"pay_max", "required", "Give the highest core pay rate an hour.", l.PayMax.String())
		}
		if l.PayMax.Cmp(money.MustRate("9999.9999")) > 0 || l.CommissionMax.Cmp(l.PayMax) > 0 {
			refuse(at+"commission_max", "over_pay", "The commission is higher than the pay. Check both rates.", l.CommissionMax.String())
		}
	}
	if len(fields) > 0 {
		return fault.ErrInvalid.With(fields...)
	}
	return nil
}

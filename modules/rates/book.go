package rates

import (
	"cmp"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Segmentation is how a contract parts a shift into bands.
type Segmentation string

// The segmentations. Whole-shift is the Agenda for Change rule: when more than
// half of a shift that starts on an ordinary weekday falls in the low band, its
// core minutes are paid as low too. Exactly half is not more than half.
const (
	ByClock      Segmentation = "clock"
	ByWholeShift Segmentation = "afc_whole_shift"
)

// BreakRule is where a contract takes the unpaid break from.
type BreakRule string

// The break rules.
const (
	BreakActual      BreakRule = "actual_or_pro_rata"
	BreakFromHighest BreakRule = "from_highest"
	BreakFromLowest  BreakRule = "from_lowest"
)

// OnCosts is how a contract charges what comes on top of pay.
type OnCosts string

// The two methods; see the package comment.
const (
	Flat   OnCosts = "flat"
	Weekly OnCosts = "weekly"
)

// Band is what a minute of work counts as.
type Band string

// The bands: core hours, the lower and the higher unsocial ones. The lower are
// nights and Saturdays, the higher Sundays and public holidays, where the
// Book's pattern says so.
const (
	Core Band = "core"
	Low  Band = "low"
	High Band = "high"
)

// Row says which piece of dated data was used: its identity and version, the
// civil date from which it counts, and the published source it was taken from.
type Row struct {
	ID      string     `json:"id"`
	Version int        `json:"version"`
	From    civil.Date `json:"from"`
	Source  string     `json:"source,omitempty"`
}

func (r *Row) row() *Row { return r }

// Book is all the data that a price depends on, as it stood when the caller
// read it. The engine only reads it, so one Book may serve many goroutines.
// Rows of one kind may stand in any order: the latest on or before the date is
// in force, and of equals the higher version.
type Book struct {
	Segmentation   Segmentation
	BreakRule      BreakRule
	OnCosts        OnCosts
	PaidAsRostered bool // a night on which the clocks change is paid by its length on the wall
	DualDays       bool // one person is paid no more public holidays than PublicDay.Limit of each set

	Patterns    map[string][]Pattern     // by name, as Multiplier.Pattern says it
	Multipliers map[string][]Multiplier  // by grade, as Work.Grade says it
	Holidays    map[civil.Date]PublicDay // dual days included: the day itself and its substitute

	Holiday    []OnCost // holiday pay, a share of pay
	EmployerNI []OnCost
	Pension    []OnCost
	Levy       []OnCost
	VAT        []VATRule

	Caps         map[string][]Cap // by grade; a grade without rows is not tested
	MinimumWage  []Limit          // the least core rate of someone who is paid wages; without rows it is not tested
	SignOff      []Limit          // the hourly charge from which the chief executive signs; without rows it is not tested
	Cancellation []CancellationRule
	Sessions     []SessionRule // GP sessions
}

// Pattern says which band every minute of a civil week counts as. A day's
// stretches are in order and the first begins at 00:00.
type Pattern struct {
	Row
	Week      [7][]Stretch // by time.Weekday: Sunday first
	PublicDay []Stretch    // in place of the weekday's, on a public holiday
}

// Stretch is a band from a time on the wall until the next stretch of the day.
type Stretch struct {
	From civil.Clock
	Band Band
}

// Multiplier is what the bands of a grade multiply the core rate by; the core
// band itself multiplies by one.
type Multiplier struct {
	Row
	Pattern   string
	Low, High money.Factor
}

func (m *Multiplier) of(b Band) money.Factor {
	switch b {
	case Low:
		return m.Low
	case High:
		return m.High
	}
	return money.One
}

// PublicDay is a civil date that carries the public holiday rate. Dual names
// the dates of its set, itself among them, when the holiday has a substitute
// day; Limit is on how many of them one person is paid the rate.
type PublicDay struct {
	Row
	Name  string
	Dual  []civil.Date
	Limit int
}

// OnCost is a share of what lies beneath it. Floor and Ceiling are weekly: only
// what the week's earnings have above the one and below the other is charged.
// A Ceiling of 0 is none. Flat contracts use the Rate alone. A row that names
// engagements is for them alone and goes before one that names none.
type OnCost struct {
	Row
	Engagements []Engagement
	Rate        money.Factor
	Floor       money.Pence
	Ceiling     money.Pence
}

// costOn is the row in force for an engagement on a date, or nil.
func costOn(rows []OnCost, e Engagement, d civil.Date) (found *OnCost) {
	for i := range rows {
		r := &rows[i]
		if r.From.After(d) || len(r.Engagements) > 0 && !slices.Contains(r.Engagements, e) {
			continue
		}
		if found == nil || (len(r.Engagements) > 0) != (len(found.Engagements) > 0) && len(r.Engagements) > 0 ||
			(len(r.Engagements) > 0) == (len(found.Engagements) > 0) && r.supersedes(&found.Row) {
			found = r
		}
	}
	return found
}

// on is the charge on earnings, rounded half up once.
func (o *OnCost) on(earned money.Pence) money.Pence {
	if o.Ceiling > 0 {
		earned = min(earned, o.Ceiling)
	}
	return max(0, earned-o.Floor).Times(o.Rate)
}

// inForce is the latest row on or before a date, or nil.
func inForce[T any, P interface {
	*T
	row() *Row
}](rows []T, d civil.Date) *T {
	var found *T
	for i := range rows {
		r := P(&rows[i]).row()
		if !r.From.After(d) && (found == nil || r.supersedes(P(found).row())) {
			found = &rows[i]
		}
	}
	return found
}

// supersedes orders rows so that it does not matter in which order they stand.
func (r *Row) supersedes(o *Row) bool {
	if c := r.From.Compare(o.From); c != 0 {
		return c > 0
	}
	return cmp.Or(cmp.Compare(r.Version, o.Version), strings.Compare(r.ID, o.ID)) >= 0
}

// terms refuses a Book whose contract choices are not known ones.
func (b *Book) terms() error {
	known := (b.Segmentation == ByClock || b.Segmentation == ByWholeShift) &&
		(b.BreakRule == BreakActual || b.BreakRule == BreakFromHighest || b.BreakRule == BreakFromLowest) &&
		(b.OnCosts == Flat || b.OnCosts == Weekly)
	if !known {
		return ErrTerms
	}
	return nil
}

// missing names the data that a date lacks.
func missing(what string, d civil.Date) error {
	return ErrNoData.Saying("There is no " + what + " in force on " + d.Text() + ". Ask your administrator to load it.")
}

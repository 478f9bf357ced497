package rates

import (
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Kind is what a line is for.
type Kind string

// The kinds, in the order in which the lines of a shift stand.
const (
	Pay        Kind = "pay"
	Supplement Kind = "supplement"
	HolidayPay Kind = "holiday"
	EmployerNI Kind = "employer_ni"
	Pension    Kind = "pension"
	Levy       Kind = "levy"
	Commission Kind = "commission"
	VAT        Kind = "vat"
)

// Line is one amount of a shift. It is complete: written as JSON and read back,
// it still explains itself. Fields that a kind has no use for are zero.
type Line struct {
	Kind   Kind        `json:"kind"`
	Amount money.Pence `json:"amount_pence"`

	Band         Band         `json:"band,omitempty"`          // pay
	Minutes      int          `json:"minutes,omitempty"`       // paid minutes, of what is paid by the hour
	BreakMinutes int          `json:"break_minutes,omitempty"` // unpaid minutes taken out of the line by rule
	Rate         money.Rate   `json:"rate,omitzero"`           // hourly, before the multiplier
	Factor       money.Factor `json:"factor,omitzero"`         // the multiplier of a rate, or the share of Base
	Supplement   money.Rate   `json:"supplement,omitzero"`     // pay: what these minutes earn besides, on a line of its own

	Base    money.Pence `json:"base_pence,omitempty"`    // what a share is taken of; weekly, the week so far
	Floor   money.Pence `json:"floor_pence,omitempty"`   // weekly: only what lies above it counts
	Ceiling money.Pence `json:"ceiling_pence,omitempty"` // weekly: only what lies below it counts; 0 is none
	Charged money.Pence `json:"charged_pence,omitempty"` // weekly: already borne by earlier shifts
	Weekly  bool        `json:"weekly,omitempty"`

	Category Category `json:"vat_category"`
	Reason   string   `json:"reason,omitempty"` // VAT lines: why this category
	Rows     []*Row   `json:"rows,omitempty"`   // the dated data used; they are the Book's own, so only read them
}

// ShiftQuote is the price of one piece of work.
type ShiftQuote struct {
	ID           uuid.UUID   `json:"id"`
	Start        time.Time   `json:"start"`
	End          time.Time   `json:"end"`
	Date         civil.Date  `json:"date"`          // local date of the start: its week, its on-costs, its VAT
	Minutes      int         `json:"minutes"`       // paid
	BreakMinutes int         `json:"break_minutes"` // unpaid
	Lines        []Line      `json:"lines"`
	Segments     []Segment   `json:"segments"`
	Net          money.Pence `json:"net_pence"`
	VAT          money.Pence `json:"vat_pence"` // indicative; see Quote.VAT
	Gross        money.Pence `json:"gross_pence"`
}

// Sum adds the lines of some kinds.
func (s *ShiftQuote) Sum(kinds ...Kind) (sum money.Pence) {
	for i := range s.Lines {
		for _, k := range kinds {
			if s.Lines[i].Kind == k {
				sum += s.Lines[i].Amount
			}
		}
	}
	return sum
}

// PerHour is what a paid hour of the shift comes to before VAT.
func (s *ShiftQuote) PerHour() money.Rate { return s.Net.PerHour(s.Minutes) }

// Quote is the price of a list of work, shifts in the order in which the work
// was given. VAT and Gross are worked out per category over all shifts, as on
// an invoice, so they may differ by pennies from the sum of the shifts'
// indicative VAT.
type Quote struct {
	Shifts     []ShiftQuote  `json:"shifts"`
	Minutes    int           `json:"minutes"`
	Categories []VATCategory `json:"vat_categories"`
	Net        money.Pence   `json:"net_pence"`
	VAT        money.Pence   `json:"vat_pence"`
	Gross      money.Pence   `json:"gross_pence"`
}

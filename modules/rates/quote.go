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
	Pay          Kind = "pay"
	Supplement   Kind = "supplement"
	Session      Kind = "session" // of a GP: the fee, and time paid by the hour
	HolidayPay   Kind = "holiday"
	EmployerNI   Kind = "employer_ni"
	Pension      Kind = "pension"
	Levy         Kind = "levy"
	Commission   Kind = "commission"
	FrameworkFee Kind = "framework_fee"
	DirectFee    Kind = "direct_fee"
	Cancellation Kind = "cancellation" // in place of all the above
	Expenses     Kind = "expense"
	VAT          Kind = "vat"
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
	Charged money.Pence `json:"charged_pence,omitempty"` // weekly: already borne by the other shifts
	Weekly  bool        `json:"weekly,omitempty"`
	TrueUp  bool        `json:"true_up,omitempty"` // the difference that settles a week

	Name   string       `json:"name,omitempty"`           // expenses: what for
	Fixed  bool         `json:"fixed,omitempty"`          // pay: Rate is what the card fixes for the band
	Units  int          `json:"units,omitempty"`          // sessions that Base is the fee for one of
	Whole  money.Pence  `json:"whole_pence,omitempty"`    // the amount that Base is a part of
	Part   money.Factor `json:"part,omitzero"`            // which part
	Of     int          `json:"of_minutes,omitempty"`     // cancellations: the paid minutes that the shift would have had
	Notice int          `json:"notice_minutes,omitempty"` // cancellations: how long before the start

	Category Category     `json:"vat_category"`
	VATRate  money.Factor `json:"vat_rate,omitzero"`  // what the category is taxed at
	Reason   string       `json:"reason,omitempty"`   // why this category
	VATRule  *Row         `json:"vat_rule,omitempty"` // what decided the category
	Rows     []*Row       `json:"rows,omitempty"`     // the dated data used; they are the Book's own, so only read them
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

	Engagement Engagement `json:"engagement,omitempty"`
	Cancelled  bool       `json:"cancelled,omitempty"`      // Segments are then what was planned
	Clocks     int        `json:"clock_minutes,omitempty"`  // minutes paid beyond the elapsed ones, or below zero short of them
	Caps       []CapTest  `json:"caps,omitempty"`           // one for each pay line whose band has a cap
	Highest    money.Rate `json:"highest_charge,omitzero"`  // the dearest hour of the shift before VAT, expenses aside
	Wage       LimitTest  `json:"minimum_wage,omitzero"`    // the lowest pay rate against the minimum wage
	SignOff    LimitTest  `json:"chief_executive,omitzero"` // Highest against the charge from which the chief executive signs
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

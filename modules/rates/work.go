package rates

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
)

// Refusals of work that cannot be priced.
var (
	ErrEndsTooEarly    = fault.New(fault.Invalid, "shift_ends_too_early", "The shift ends before it starts. Check both times, and the date if it ends the next day.")
	ErrTooLong         = fault.New(fault.Invalid, "shift_too_long", "The shift is longer than a week. Check both dates.")
	ErrNotWholeMinutes = fault.New(fault.Invalid, "time_not_whole_minutes", "A start, end or break has seconds in it. Use whole minutes.")
	ErrBreakTooLong    = fault.New(fault.Invalid, "break_too_long", "The unpaid break is as long as the shift, or below zero. Check the minutes.")
	ErrBreakOutside    = fault.New(fault.Invalid, "break_outside_shift", "A break lies outside the shift or over another break. Check its times.")
	ErrNoData          = fault.New(fault.Invalid, "price_data_missing", "There is no rate in force for the date of the shift. Ask your administrator to load it.")
	ErrEngagement      = fault.New(fault.Invalid, "engagement_unknown", "The way of working is not a known one. Choose agency PAYE, direct engagement, limited company, umbrella, bank or GP session.")
	ErrSession         = fault.New(fault.Invalid, "session_incomplete", "A GP session needs how many sessions were booked and the fee for one. Fill in both.")
	ErrExpense         = fault.New(fault.Invalid, "expense_invalid", "An expense needs a name and an amount of £0.00 or more.")
	ErrTerms           = fault.New(fault.Invalid, "price_terms_unknown", "The agreement does not say how shifts are priced. Choose its segmentation, break rule and on-costs.")
)

const longest = 7 * 24 * time.Hour

// Interval is a stretch of elapsed time, from Start up to but without End.
type Interval struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Minutes is the elapsed length.
func (i Interval) Minutes() int { return int(i.End.Sub(i.Start) / time.Minute) }

// Work is one shift, planned or worked, of one person. A planned shift has
// BreakMinutes; a worked one may have Breaks, which then count alone.
type Work struct {
	ID           uuid.UUID
	Start, End   time.Time
	BreakMinutes int        // unpaid
	Breaks       []Interval // unpaid, as they were taken; in any order

	Engagement Engagement // how the person is engaged; empty is PAYE
	Grade      string     // key of Book.Multipliers and Book.Caps, such as band_5
	Zone       string     // whose caps count, as Cap.Zone says it
	Profession string     // what a VAT rule may ask for, such as nurse or doctor
	Deputy     bool       // stands in for a doctor, which a VAT rule may ask for

	Pay        money.Rate // core hourly rate at the start
	Bands      Bands      // rates that a card fixes for whole bands
	Supplement money.Rate // hourly and never multiplied, such as a high cost area supplement
	PayRow     Row        // where Pay, Bands and Supplement come from
	Changes    []Change   // rates that start on a later date, in any order

	Commission    money.Rate // per paid hour
	CommissionRow Row        // where it comes from
	FrameworkFee  Fee        // of the framework's operator, per paid hour
	DirectFee     Fee        // of the provider of direct engagement, per paid hour
	Expenses      []Expense  // travel and subsistence: paid as they are, outside the cap

	Sessions    int         // GP session: how many were booked
	SessionFee  money.Pence // GP session: the fee for one of full length
	Pensionable bool        // GP session: the fee counts for the NHS pension

	CancelledAt time.Time    // when notice was given that the shift is off; zero: it is on
	Locked      []Day        // what the person's other shifts of the same week came to, when they are settled and this one is priced on top of them
	DualDays    []civil.Date // holidays with a substitute on which the person works besides this list
}

// Bands are hourly rates that a card fixes for whole bands. A rate that is not
// zero stands as it is, without a multiplier, in place of the core rate.
type Bands struct {
	Core money.Rate `json:"core,omitzero"`
	Low  money.Rate `json:"low,omitzero"`
	High money.Rate `json:"high,omitzero"`
}

func (b *Bands) of(band Band) money.Rate {
	switch band {
	case Low:
		return b.Low
	case High:
		return b.High
	}
	return b.Core
}

// Fee is an hourly fee and where it comes from.
type Fee struct {
	Row
	Rate money.Rate
}

// Expense is an amount that is passed on as it was spent.
type Expense struct {
	Row    Row // the claim or receipt, if it has an identity
	Name   string
	Amount money.Pence
}

// Change is a new hourly rate from the midnight that begins its From date. The
// latest change on or before a day is the one that counts on it.
type Change struct {
	Row
	Pay        money.Rate
	Bands      Bands
	Supplement money.Rate
}

// Check refuses what no rule could price.
func (w *Work) Check() error {
	elapsed := w.End.Sub(w.Start)
	switch {
	case elapsed <= 0:
		return ErrEndsTooEarly
	case elapsed > longest:
		return ErrTooLong
	case !wholeMinute(w.Start) || !wholeMinute(w.End):
		return ErrNotWholeMinutes
	case len(w.Breaks) == 0 && (w.BreakMinutes < 0 || w.BreakMinutes >= int(elapsed/time.Minute)):
		return ErrBreakTooLong
	}
	if _, known := w.Engagement.duties(); !known {
		return ErrEngagement
	}
	if w.Engagement == GPSession && (w.Sessions < 1 || w.SessionFee < 0) {
		return ErrSession
	}
	for i := range w.Expenses {
		if e := &w.Expenses[i]; e.Name == "" || e.Amount < 0 {
			return ErrExpense
		}
	}
	return nil
}

// breaks are the recorded breaks in order of start, checked. It copies only
// when there are some.
func (w *Work) breaks() ([]Interval, error) {
	if len(w.Breaks) == 0 {
		return nil, nil
	}
	sorted := slices.SortedFunc(slices.Values(w.Breaks), func(a, b Interval) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End))
	})
	free, minutes := w.Start, 0
	for _, b := range sorted {
		if b.Start.Before(free) || b.End.After(w.End) || !b.Start.Before(b.End) {
			return nil, ErrBreakOutside
		}
		if !wholeMinute(b.Start) || !wholeMinute(b.End) {
			return nil, ErrNotWholeMinutes
		}
		free = b.End
		minutes += b.Minutes()
	}
	if minutes >= (Interval{w.Start, w.End}).Minutes() {
		return nil, ErrBreakTooLong
	}
	return sorted, nil
}

// payOn is the pay in force on a date. The row is nil when none was given.
func (w *Work) payOn(d civil.Date) (pay money.Rate, bands *Bands, supplement money.Rate, row *Row) {
	if c := inForce(w.Changes, d); c != nil {
		return c.Pay, &c.Bands, c.Supplement, &c.Row
	}
	return w.Pay, &w.Bands, w.Supplement, given(&w.PayRow)
}

// given is a row, or nil when nothing is said in it.
func given(r *Row) *Row {
	if *r == (Row{}) {
		return nil
	}
	return r
}

func wholeMinute(t time.Time) bool { return t.Second() == 0 && t.Nanosecond() == 0 }

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

	Grade      string     // key of Book.Multipliers, such as band_5
	Pay        money.Rate // core hourly rate at the start
	Supplement money.Rate // hourly and never multiplied, such as a high cost area supplement
	PayRow     Row        // where Pay comes from
	Changes    []Change   // rates that start on a later date, in any order
	Commission money.Rate // per paid hour
}

// Change is a new hourly rate from the midnight that begins its From date. The
// latest change on or before a day is the one that counts on it.
type Change struct {
	Row
	Pay        money.Rate
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
func (w *Work) payOn(d civil.Date) (pay, supplement money.Rate, row *Row) {
	if c := inForce(w.Changes, d); c != nil {
		return c.Pay, c.Supplement, &c.Row
	}
	if w.PayRow != (Row{}) {
		row = &w.PayRow
	}
	return w.Pay, w.Supplement, row
}

func wholeMinute(t time.Time) bool { return t.Second() == 0 && t.Nanosecond() == 0 }

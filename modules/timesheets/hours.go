package timesheets

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/rates"
)

// The refusals of hours. Each names its box.
var (
	ErrEndBeforeStart = fault.New(fault.Invalid, "end_before_start", "The end is not after the start. Check both times.")
	ErrBreakTooLong   = fault.New(fault.Invalid, "break_too_long", "The break is as long as the work. Check its minutes.")
	ErrBreakOutside   = fault.New(fault.Invalid, "break_outside_hours", "A break lies outside the hours worked, or over another break. Check its times.")
	ErrBreakDiffers   = fault.New(fault.Invalid, "break_minutes_differ", "The break minutes are not what the break times come to. Send one or the other.")
	ErrFarFromPlan    = fault.New(fault.Invalid, "far_from_plan", "This is more than 24 hours away from the planned shift. Check the date.")
	ErrFuture         = fault.New(fault.Invalid, "hours_in_the_future", "These hours are not over yet. Send them when the work is done.")
	ErrSeconds        = fault.New(fault.Invalid, "time_not_whole_minutes", "Times are whole minutes. Leave the seconds out.")
	ErrReasonNeeded   = fault.New(fault.Invalid, "reason_needed", "Over plan: reason needed")
	ErrNoteTooLong    = fault.New(fault.Invalid, "note_too_long", "The note has more than 300 characters. Shorten it.")
	ErrOverlap        = fault.New(fault.Conflict, "hours_overlap", "These hours overlap another timesheet of yours at this employer.")
)

const (
	tolerance   = 15 // minutes by which a claim may differ from plan without a reason
	awayMax     = 24 * time.Hour
	breakMax    = 480
	breaksAtOne = 12
)

// Break is one recorded break.
type Break struct {
	StartsAt time.Time `json:"starts_at" doc:"When the break began."`
	EndsAt   time.Time `json:"ends_at" doc:"When the break ended."`
}

// Hours are what somebody worked, or was to work. Breaks are optional; when
// they are given, BreakMinutes is what they come to.
type Hours struct {
	Start, End   time.Time
	BreakMinutes int
	Breaks       []Break
}

// Minutes is the paid time.
func (h Hours) Minutes() int {
	return rates.Interval{Start: h.Start, End: h.End}.Minutes() - h.BreakMinutes
}

func (h Hours) sameAs(plan Hours) bool {
	return h.Start.Equal(plan.Start) && h.End.Equal(plan.End) && h.BreakMinutes == plan.BreakMinutes
}

// settled puts recorded breaks in order and their sum into BreakMinutes. Break
// minutes that were given besides and say otherwise are refused.
func (h Hours) settled() (Hours, error) {
	if len(h.Breaks) == 0 {
		h.Breaks = nil
		return h, nil
	}
	h.Breaks = slices.Clone(h.Breaks)
	slices.SortFunc(h.Breaks, func(a, b Break) int { return cmp.Or(a.StartsAt.Compare(b.StartsAt), a.EndsAt.Compare(b.EndsAt)) })
	sum := 0
	for _, b := range h.Breaks {
		sum += rates.Interval{Start: b.StartsAt, End: b.EndsAt}.Minutes()
	}
	if h.BreakMinutes != 0 && h.BreakMinutes != sum {
		return h, refused(ErrBreakDiffers, "break_minutes", strconv.Itoa(h.BreakMinutes))
	}
	h.BreakMinutes = sum
	return h, nil
}

// check refuses hours that cannot be true, and hours that differ from plan
// without a word about why.
func (h Hours) check(plan Hours, note string, now time.Time) error {
	switch {
	case !whole(h.Start):
		return refused(ErrSeconds, "starts_at", civil.When(h.Start))
	case !whole(h.End):
		return refused(ErrSeconds, "ends_at", civil.When(h.End))
	case !h.End.After(h.Start):
		return refused(ErrEndBeforeStart, "ends_at", civil.When(h.End))
	case h.BreakMinutes < 0 || h.BreakMinutes > breakMax || h.Minutes() <= 0:
		return refused(ErrBreakTooLong, "break_minutes", strconv.Itoa(h.BreakMinutes))
	case apart(h.Start, plan.Start) > awayMax:
		return refused(ErrFarFromPlan, "starts_at", civil.When(h.Start))
	case apart(h.End, plan.End) > awayMax:
		return refused(ErrFarFromPlan, "ends_at", civil.When(h.End))
	case h.End.After(now):
		return refused(ErrFuture, "ends_at", civil.When(h.End))
	case len([]rune(note)) > textMax:
		return refused(ErrNoteTooLong, "note", "")
	}
	if err := h.checkBreaks(); err != nil {
		return err
	}
	if note == "" && h.NeedsReason(plan) {
		return h.reasonNeeded(plan)
	}
	return nil
}

func (h Hours) checkBreaks() error {
	if len(h.Breaks) > breaksAtOne {
		return refused(ErrBreakOutside, "breaks", strconv.Itoa(len(h.Breaks)))
	}
	free := h.Start
	for _, b := range h.Breaks {
		switch {
		case !whole(b.StartsAt) || !whole(b.EndsAt):
			return refused(ErrSeconds, "breaks", civil.Between(b.StartsAt, b.EndsAt))
		case b.StartsAt.Before(free) || b.EndsAt.After(h.End) || !b.EndsAt.After(b.StartsAt):
			return refused(ErrBreakOutside, "breaks", civil.Between(b.StartsAt, b.EndsAt))
		}
		free = b.EndsAt
	}
	return nil
}

// NeedsReason reports hours whose start, end or break is over 15 minutes away
// from plan: those are sent with a word about why.
func (h Hours) NeedsReason(plan Hours) bool {
	limit := tolerance * time.Minute
	return apart(h.Start, plan.Start) > limit || apart(h.End, plan.End) > limit || abs(h.BreakMinutes-plan.BreakMinutes) > tolerance
}

func (h Hours) reasonNeeded(plan Hours) error {
	why := ErrReasonNeeded
	if h.Minutes() <= plan.Minutes() {
		why = why.Saying("Different from plan: reason needed")
	}
	return refused(why, "note", "")
}

// Wall is how a form asks for hours: the date on which the work began and times
// on the wall. An end that is not later than the start is on the next day. A
// fold answers "first or second" for a time that happens twice that night.
type Wall struct {
	Date               civil.Date
	Start, End         civil.Clock
	StartFold, EndFold civil.Fold
	BreakMinutes       int
	Breaks             []WallBreak
}

// WallBreak is a recorded break on the wall.
type WallBreak struct {
	Start, End         civil.Clock
	StartFold, EndFold civil.Fold
}

// Hours resolves the form into instants, once. A time that does not exist that
// night, or that happens twice and has no fold, is refused by its box:
// starts_at, ends_at or breaks.
func (w Wall) Hours() (Hours, error) {
	start, err := civil.Resolve(w.Date, w.Start, w.StartFold)
	if err != nil {
		return Hours{}, boxed(err, "starts_at", w.Start)
	}
	end, err := w.resolve(w.End, w.EndFold, start, "ends_at")
	if err != nil {
		return Hours{}, err
	}
	h := Hours{Start: start, End: end, BreakMinutes: w.BreakMinutes}
	for _, b := range w.Breaks {
		from, err := w.resolve(b.Start, b.StartFold, start.Add(-time.Nanosecond), "breaks")
		if err != nil {
			return Hours{}, err
		}
		to, err := w.resolve(b.End, b.EndFold, from, "breaks")
		if err != nil {
			return Hours{}, err
		}
		h.Breaks = append(h.Breaks, Break{StartsAt: from, EndsAt: to})
	}
	return h, nil
}

// resolve is the first instant after another at which the wall shows a time, on
// the day the work began or the one after it.
func (w Wall) resolve(c civil.Clock, fold civil.Fold, after time.Time, box string) (time.Time, error) {
	at, err := civil.Resolve(w.Date, c, fold)
	if err == nil && at.After(after) {
		return at, nil
	}
	// A time that is skipped or happens twice on the first day is meant for it
	// only if it comes after the start there; else it is tomorrow's.
	later, twice := civil.Resolve(w.Date, c, civil.Second)
	if err != nil && (twice == nil && later.After(after) || twice != nil && c > w.Start) {
		return time.Time{}, boxed(err, box, c)
	}
	at, err = civil.Resolve(w.Date.AddDays(1), c, fold)
	if err != nil {
		return time.Time{}, boxed(err, box, c)
	}
	return at, nil
}

func boxed(err error, box string, c civil.Clock) error {
	f := fault.Of(err)
	return f.With(fault.Field{Name: box, Code: f.Code, Text: f.Text, Value: c.String()})
}

func refused(f *fault.Fault, box, value string) error {
	return f.With(fault.Field{Name: box, Code: f.Code, Text: f.Text, Value: value})
}

func whole(t time.Time) bool { return t.Second() == 0 && t.Nanosecond() == 0 }

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

func abs(n int) int { return max(n, -n) }
